/** Plans a SELECT: all of it at one source where that is possible, else parts from each source and the rest in the embedded engine. */
import { type BoundQuery, bindQuery } from '@rtdp/sql/bind-query';
import { walk } from '@rtdp/sql/check-stateless';
import { Statement } from '@rtdp/sql/expression';
import { parseStatement } from '@rtdp/sql/parse';
import { type PgType, UNKNOWN } from '@rtdp/sql/pg-type';
import { SqlError } from '@rtdp/sql/problem';
import type { RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { ResultColumn } from '@rtdp/stores/scan-contract';
import { hideClosedViews } from './closed-views.ts';
import type { Plan, PlanDecision, PlannerContext, PlannerTable, PlanQuery, TableUseOfPlan } from './contract.ts';
import { type ExpandedQuery, expandViews } from './expand-views.ts';
import { narrowSubqueries } from './narrow-subquery.ts';
import { pushWholeQuery } from './push-whole-query.ts';
import { splitQuery } from './split-query.ts';
import { typeTextOf } from './type-text.ts';
import { visibleKey } from './visible-key.ts';

/** Of statements of the gateway that are none of SQL: what reaches the planner may be one that was misspelt. */
const OWN_FIRST_WORDS = ['mount', 'unmount', 'refresh', 'kill'];

export const planQuery: PlanQuery = (sql, context) => {
  const node = parseStatement(sql, undefined, OWN_FIRST_WORDS);
  const statement = new Statement(sql, undefined, { ordersTextByBytes: true });
  if (!('SelectStmt' in node)) {
    const kind = Object.keys(node)[0]!.replace(/Stmt$/, '').toUpperCase();
    throw new SqlError([
      statement.problem(
        'SQL_NOT_SELECT',
        `This is ${kind}, not SELECT.`,
        'The gateway reads: write a SELECT.',
        undefined,
      ),
    ]);
  }
  const expanded = expandViews(statement, node.SelectStmt, context);
  try {
    return planExpanded(statement, expanded, context);
  } catch (error) {
    throw hideClosedViews(error, statement, expanded);
  }
};

function planExpanded(statement: Statement, expanded: ExpandedQuery, context: PlannerContext): Plan {
  const { select, tables } = expanded;
  const now = context.now ?? new Date();
  const attempt = tryToBind(statement, select, tables, context, now);
  const stores = new Set([...tables.values()].map(({ store }) => store));
  const [store] = stores;
  const [first] = tables.values();

  if (store !== undefined && stores.size === 1 && first!.storeKind === 'postgres') {
    if ('problems' in attempt && /^SQL_NEGATIVE_/.test(attempt.code)) throw attempt;
    const bound = 'sql' in attempt ? attempt : boundWithoutValues(statement, select, tables, context, now);
    const whole = {
      store,
      sql: pushWholeQuery(statement, select, tables, bound, context),
      parameters: context.parameters ?? [],
    };
    return {
      columns: bound === null ? null : resultColumns(bound.columns),
      parameterTypes: parameterTypes(select, bound),
      whole,
      parts: [],
      decisions: [{ what: 'the whole query', where: 'pushed', why: `every table of it is in ${store}` }],
      ...readBy(expanded, bound),
      limitParameters: limitParameters(select),
      reusable: true,
    };
  }
  if ('problems' in attempt) throw attempt;
  return splitQuery({
    statement,
    ...narrowed(statement, select, tables, attempt, context, now),
    tables,
    context,
    now,
    finish: (parts, local, decisions) => finish(parts, local, decisions, expanded, attempt),
  });
}

/** Conditions on subqueries, and on subqueries in these. */
const MOST_LEVELS = 8;

/** The query with conditions moved to where sources may judge them, and what binding finds out of it. */
function narrowed(
  statement: Statement,
  select: SelectStmt,
  tables: ReadonlyMap<RangeVar, PlannerTable>,
  bound: BoundQuery,
  context: PlannerContext,
  now: Date,
): { select: SelectStmt; bound: BoundQuery } {
  let found = { select, bound };
  for (let level = 0; level < MOST_LEVELS; level++) {
    const moved = narrowSubqueries(found.select, found.bound.facts, tables);
    if (moved === found.select) return found;
    const again = new Statement(statement.text, undefined, { ordersTextByBytes: true });
    const attempt = tryToBind(again, moved, tables, context, now);
    // A column that is told by its place in a branch may have a name there that two have: then the condition stays where it was.
    if ('problems' in attempt) return found;
    found = { select: moved, bound: attempt };
  }
  return found;
}

function finish(
  parts: Plan['parts'],
  local: BoundQuery,
  decisions: readonly PlanDecision[],
  expanded: ExpandedQuery,
  bound: BoundQuery,
): Plan {
  return {
    columns: resultColumns(local.columns),
    parameterTypes: parameterTypes(expanded.select, bound),
    parts,
    local: { sql: local.sql },
    decisions,
    ...readBy(expanded, bound),
    limitParameters: limitParameters(expanded.select),
    reusable: !bound.facts.readsParameter && !bound.facts.readsClock,
  };
}

/** Binds with every column of every table, to learn what each name and expression is. */
export function tryToBind(
  statement: Statement,
  select: SelectStmt,
  tables: ReadonlyMap<RangeVar, PlannerTable>,
  context: PlannerContext,
  now: Date,
): BoundQuery | SqlError {
  try {
    return bindQuery(statement, select, {
      now,
      ...(context.parameters === undefined ? {} : { parameters: context.parameters }),
      ...(context.parameterTypes === undefined ? {} : { parameterTypes: context.parameterTypes }),
      findTable: (node) => {
        const table = tables.get(node)!;
        const columns = table.columns.map(({ name, type }, index) => ({ name, type, held: `c${index}` }));
        return { engineTable: 'unplanned', columns, primaryKey: visibleKey(table) };
      },
    });
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
}

/** A value that the gateway cannot read may be one for the source; what the names and expressions are does not depend on it. */
function boundWithoutValues(
  statement: Statement,
  select: SelectStmt,
  tables: ReadonlyMap<RangeVar, PlannerTable>,
  { parameters, ...context }: PlannerContext,
  now: Date,
): BoundQuery | null {
  if (parameters === undefined) return null;
  const attempt = tryToBind(statement, select, tables, context, now);
  return 'sql' in attempt ? attempt : null;
}

function resultColumns(columns: readonly { name: string; type: PgType }[]): ResultColumn[] {
  return columns.map(({ name, type }) => ({ name, type, typeText: typeTextOf(type) }));
}

function parameterTypes(select: SelectStmt, bound: BoundQuery | null): PgType[] {
  let count = 0;
  walk({ SelectStmt: select }, (kind, body) => {
    if (kind === 'ParamRef') count = Math.max(count, (body as { number?: number }).number ?? 0);
  });
  return Array.from({ length: count }, (_, index) => bound?.parameterTypes[index] ?? UNKNOWN);
}

function limitParameters(select: SelectStmt): number[] {
  const numbers = new Set<number>();
  walk({ SelectStmt: select }, (kind, body) => {
    if (kind !== 'SelectStmt') return;
    const { limitCount, limitOffset } = body as SelectStmt;
    walk([limitCount, limitOffset], (inner, value) => {
      if (inner === 'ParamRef') numbers.add((value as { number?: number }).number ?? 0);
    });
  });
  return [...numbers];
}

/** Without binding nobody knows which columns are read: then all that the user sees may be. */
function readBy(
  { tables, through, views }: ExpandedQuery,
  bound: BoundQuery | null,
): Pick<Plan, 'tablesRead' | 'closedViews'> {
  const uses = new Map<string, { table: PlannerTable; by: TableUseOfPlan['through']; indexes: Set<number> }>();
  for (const [node, table] of tables) {
    const view = through.get(node);
    const by = view === undefined ? undefined : { database: view.database, name: view.name };
    const key = JSON.stringify([table.database, table.name, by]);
    const use = uses.get(key) ?? { table, by, indexes: new Set<number>() };
    uses.set(key, use);
    const read = bound === null ? table.columns.keys() : (bound.facts.used.get(node) ?? []);
    for (const index of read) use.indexes.add(index);
  }
  const closed = views.filter(({ view }) => !view.view.isOpen).map(({ view }) => `${view.database}.${view.name}`);
  return {
    tablesRead: [
      ...[...Map.groupBy(views, ({ view }) => `${view.database}.${view.name}`).values()].map((same): TableUseOfPlan => {
        const { database, name } = same[0]!.view;
        const columns = [...new Set(same.flatMap((use) => use.columns))];
        return { database, table: name, columns, sinkNamespace: null, kind: 'view' };
      }),
      ...[...uses.values()].map(({ table, by, indexes }): TableUseOfPlan => {
        const columns = table.columns.filter((_, index) => indexes.has(index)).map(({ name }) => name);
        const { database, name, sinkNamespace = null } = table;
        const use = { database, table: name, columns, sinkNamespace, kind: 'table' } as const;
        return by === undefined ? use : { ...use, through: by };
      }),
    ],
    closedViews: [...new Set(closed)],
  };
}
