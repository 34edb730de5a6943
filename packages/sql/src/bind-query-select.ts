/** Binds one SELECT of a query with all its clauses, and prints the engine's SQL for it. */
import type { Node, SelectStmt, SubLink } from 'libpg-query';
import { isAggregate } from './bind-aggregate.ts';
import { namesOf } from './bind-expression.ts';
import { QueryExpressionBinder } from './bind-query-expression.ts';
import { bindQueryFrom } from './bind-query-from.ts';
import { Groups } from './bind-query-groups.ts';
import { limits } from './bind-query-limits.ts';
import { orderedRows, printOrder, readOrder } from './bind-query-order.ts';
import { seriesIn } from './bind-query-series.ts';
import { bindSetOperation, bindValues } from './bind-query-set.ts';
import { bindTarget, findTarget, finishTarget, groupExpression } from './bind-query-targets.ts';
import { bindCommonTables } from './bind-query-with.ts';
import type { WindowClause } from './bind-window.ts';
import { conjunctsOf, printConjunction } from './conjunctions.ts';
import { computed, type Expression } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { TEXT, UNKNOWN } from './pg-type.ts';
import type { BoundSelect, CommonTables, QueryColumn, QueryContext, QueryNames } from './query-context.ts';
import { isPlainKey, keySql } from './query-keys.ts';
import { QueryScope } from './query-scope.ts';

/** Binds a SELECT whose outer level is `outer`. `keepUnknown`: a literal without a type stays one, for a set operation to decide. */
export function bindSelectStatement(
  context: QueryContext,
  select: SelectStmt,
  outerLevel: QueryNames | null,
  known: CommonTables,
  keepUnknown = false,
): BoundSelect {
  const { statement, facts } = context;
  const refuse = (what: string, next: string): Error => statement.refuse('SQL_UNSUPPORTED', what, next, undefined);
  if (select.intoClause !== undefined) throw refuse('SELECT INTO makes a table.', 'Remove INTO.');
  if (select.lockingClause !== undefined) throw refuse('FOR UPDATE and FOR SHARE lock rows of a source.', 'Remove it.');
  if (select.limitOption === 'LIMIT_OPTION_WITH_TIES')
    throw refuse('WITH TIES is not proven.', 'Use rank() in a subquery.');
  const around: QueryNames | null =
    outerLevel === null
      ? null
      : {
          resolve: (path, location) => {
            const found = outerLevel.resolve(path, location);
            facts.correlated.add(select);
            return found;
          },
        };
  const { commonTables, printed } = bindCommonTables(context, select, around, known);
  const bound =
    select.op !== undefined && select.op !== 'SETOP_NONE'
      ? bindSetOperation(context, select, around, commonTables, keepUnknown)
      : select.valuesLists !== undefined
        ? bindValues(context, select, around, commonTables)
        : bindCore(context, select, around, commonTables, keepUnknown);
  facts.results.set(select, bound.columns);
  return printed === '' ? bound : { ...bound, sql: `WITH ${printed} ${bound.sql}` };
}

function bindCore(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  commonTables: CommonTables,
  keepUnknown: boolean,
): BoundSelect {
  const { statement } = context;
  const scope = new QueryScope(context, outer);
  const binderFor = (
    names: QueryNames,
    place: string,
    known?: ReadonlyMap<SubLink, Expression>,
  ): QueryExpressionBinder =>
    new QueryExpressionBinder({ context, names, commonTables, place, ...(known === undefined ? {} : { known }) });
  const from = bindQueryFrom(
    {
      context,
      scope,
      outer,
      commonTables,
      bindValue: (node, names) => binderFor(names, 'ON').bind(node),
      bindCondition: (node, names, known) => {
        const parts = conjunctsOf(node).map((part) =>
          binderFor(names, 'ON', known).bindCondition(part, 'The condition of ON'),
        );
        return computed({ name: 'bool' }, printConjunction(parts), parts);
      },
    },
    select.fromClause ?? [],
  );
  const whereBinder = binderFor(scope, 'WHERE');
  const conditions = conjunctsOf(select.whereClause).map((node) =>
    whereBinder.bindCondition(node, 'The condition of WHERE'),
  );
  const body = `${from === '' ? '' : ` FROM ${from}`}${conditions.length === 0 ? '' : ` WHERE ${printConjunction(conditions)}`}`;

  const targetNodes = select.targetList ?? [];
  const grouped =
    select.groupClause !== undefined ||
    select.havingClause !== undefined ||
    [targetNodes, select.sortClause ?? []].some(containsAggregate);
  const groups = grouped
    ? new Groups(context, select, scope, binderFor(scope, 'GROUP BY and the arguments of an aggregate'))
    : null;
  const windows = new Map<string, WindowClause>();
  for (const node of select.windowClause ?? []) {
    if ('WindowDef' in node) windows.set(node.WindowDef.name ?? '', node.WindowDef);
  }
  groups?.group(select.groupClause ?? [], (node) => groupExpression(context, node, targetNodes, scope));
  const grouping = groups === null ? {} : { grouping: groups };
  const series = seriesIn(targetNodes);
  const output = new QueryExpressionBinder({
    context,
    names: scope,
    commonTables,
    place: 'this place',
    windows,
    ...grouping,
    ...(series.size === 0 ? {} : { series }),
  });
  const targets = targetNodes.flatMap((node) => bindTarget(context, output, scope, node));
  const having = conjunctsOf(select.havingClause).map((node) =>
    new QueryExpressionBinder({ context, names: scope, commonTables, place: 'HAVING', ...grouping }).bindCondition(
      node,
      'The condition of HAVING',
    ),
  );
  const computedTargets = targets.map((target) => finishTarget(context, target));
  // What gives several rows for one is computed before rows are told apart, ordered and counted.
  const expanded = series.size === 0 ? null : context.name('q');
  const finished =
    expanded === null
      ? computedTargets
      : computedTargets.map((target, index) => ({
          ...target,
          expression: computed(target.expression.type, `${expanded}.c${index}`, []),
        }));
  const columns = finished.map(({ name, expression }, index): QueryColumn => {
    const unknown = keepUnknown && targets[index]!.expression.type.name === 'unknown';
    return { name, type: unknown ? UNKNOWN : expression.type };
  });
  const list = finished.map(({ expression }, index) => `${expression.sql} AS c${index}`).join(', ') || '1 AS c0';
  const beside: string[] = [];
  const bindBeside = (node: Node | undefined): Expression => {
    const bound = output.bind(node);
    if (expanded === null) return bound;
    const value = bound.type.name === 'unknown' ? coerceLiteral(statement, bound, TEXT) : bound;
    beside.push(`${value.sql} AS s${beside.length}`);
    return computed(value.type, `${expanded}.s${beside.length - 1}`, []);
  };
  const tail = limits(context, select, outer, commonTables);

  const distinct = select.distinctClause;
  const isOn = distinct?.some((node) => Object.keys(node).length > 0) === true;
  const resolved = readOrder(statement, select, finished);
  const orderOf = (inner: (target: number) => Expression): string => {
    const keys = resolved.map(({ sort, target }) => {
      if (target !== null) return output.sortKey(sort, inner(target));
      if (distinct !== undefined && !isOn) {
        const bound = output.bind(sort.node);
        const same = computedTargets.findIndex(({ expression }) => expression.sql === bound.sql);
        if (same >= 0) return output.sortKey(sort, inner(same));
        throw statement.refuse(
          'SQL_UNSUPPORTED',
          'With DISTINCT, rows can only be ordered by result columns.',
          'Select the expression too.',
          sort.location,
        );
      }
      return output.sortKey(sort, bindBeside(sort.node));
    });
    return printOrder(keys);
  };
  const sourceOf = (): string => {
    const filter = having.length === 0 ? '' : ` WHERE ${printConjunction(having)}`;
    const source = groups === null ? body : ` FROM ${groups.print(body)}${filter}`;
    if (expanded === null) return source;
    const rows = computedTargets.map(({ expression }, index) => `${expression.sql} AS c${index}`);
    return ` FROM (SELECT ${[...rows, ...beside].join(', ')}${source}) AS ${expanded}`;
  };
  if (distinct === undefined || isOn) {
    const on = isOn
      ? `DISTINCT ON (${distinct
          .map((node) => {
            const target = findTarget(statement, node, finished);
            return keySql(statement, target === null ? bindBeside(node) : finished[target]!.expression, 'DISTINCT');
          })
          .join(', ')}) `
      : '';
    const order = orderOf((target) => finished[target]!.expression);
    // Ordering may add aggregates: the groups are printed last.
    return { columns, sql: `SELECT ${on}${list}${sourceOf()}${order}${tail}` };
  }
  const plain = finished.every(({ expression }) => isPlainKey(expression.type));
  const keys = finished.map(({ expression }) => keySql(statement, expression, 'DISTINCT'));
  const inner = context.name('q');
  const order = orderOf((target) => ({ ...computed(finished[target]!.expression.type, `${inner}.c${target}`, []) }));
  const sql = `SELECT DISTINCT ${plain ? '' : `ON (${keys.join(', ')}) `}${list}${sourceOf()}`;
  return orderedRows({ columns, sql }, inner, order, tail);
}

function containsAggregate(tree: unknown): boolean {
  if (Array.isArray(tree)) return tree.some(containsAggregate);
  if (typeof tree !== 'object' || tree === null) return false;
  return Object.entries(tree).some(([key, value]) => {
    if (key === 'SubLink') return containsAggregate((value as { testexpr?: Node }).testexpr);
    if (key === 'FuncCall') {
      const call = value as { funcname?: Node[]; over?: unknown };
      if (call.over === undefined && isAggregate(namesOf(call.funcname).join('.'))) return true;
    }
    return containsAggregate(value);
  });
}
