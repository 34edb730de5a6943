/** Says of a SELECT that is split what of it the gateway does itself, and why no source does it. */
import { isGroupedSelect } from '@rtdp/sql/mysql-select-shape';
import type { QueryFacts } from '@rtdp/sql/query-context';
import type { JoinExpr, Node, RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlanDecision, PlannerTable } from './contract.ts';
import type { WantedRows } from './order-of-columns.ts';
import { useOf } from './read-tree.ts';

export interface RestOptions {
  readonly facts: QueryFacts;
  readonly tables: ReadonlyMap<RangeVar, PlannerTable>;
}

const JOINS: Readonly<Record<string, string>> = {
  JOIN_LEFT: 'the left join of',
  JOIN_RIGHT: 'the right join of',
  JOIN_FULL: 'the full join of',
};
const SET_OPERATIONS: Readonly<Record<string, string>> = {
  SETOP_UNION: 'UNION',
  SETOP_INTERSECT: 'INTERSECT',
  SETOP_EXCEPT: 'EXCEPT',
};

/**
 * Joins of what stands in its FROM, and what is done with the rows of these.
 * @param items of its FROM, inner joins taken apart
 * @param groups of its tables that one source gives together
 */
export function tellLevel(
  select: SelectStmt,
  items: readonly Node[],
  groups: readonly (readonly RangeVar[])[],
  options: RestOptions,
): PlanDecision[] {
  const decisions: PlanDecision[] = [];
  const outer = items.flatMap((item) => ('JoinExpr' in item ? joinsIn(item.JoinExpr) : []));
  for (const join of outer) {
    const what = `${JOINS[join.jointype ?? ''] ?? 'the join of'} ${namesOf(join.larg, options)} and ${namesOf(join.rarg, options)}`;
    decisions.push({ what, where: 'local', why: whyOf(join, options) });
  }
  const sides = [
    ...groups.map((group) => group.map((table) => nameOf(table, options)).join(', ')),
    ...items.filter((item) => !isOneOf(item, groups)).map((item) => namesOf(item, options)),
  ];
  if (sides.length > 1) {
    const stores = storesIn(items, options);
    const isOfOne = stores.size === 1 && groups.flat().length === items.length;
    // The planner joins at a source over a key, and only where fewer rows come of it.
    const why = isOfOne ? 'joined at their source, they would give no fewer rows for certain' : whyOf(items, options);
    decisions.push({ what: `the join of ${sides.join(' and ')}`, where: 'local', why });
  }
  if (isGroupedSelect(select))
    decisions.push({ what: 'the groups and aggregates', where: 'local', why: whyOf(select.fromClause, options) });
  if (select.distinctClause !== undefined)
    decisions.push({ what: 'DISTINCT', where: 'local', why: whyOf(select.fromClause, options) });
  return [...decisions, ...tellOrder(select, whyOf(select.fromClause, options))];
}

/** ORDER BY and LIMIT over rows that a source has reduced. */
export function tellReduced(select: SelectStmt): PlanDecision[] {
  return tellOrder(select, COMPUTED_HERE);
}

export function tellSetOperation(select: SelectStmt, options: RestOptions): PlanDecision[] {
  const why = whyOf([{ SelectStmt: select.larg }, { SelectStmt: select.rarg }], options);
  const what = `${SET_OPERATIONS[select.op ?? '']}${select.all === true ? ' ALL' : ''}`;
  return [{ what, where: 'local', why }, ...tellOrder(select, why)];
}

/** The first rows of a branch of UNION, or of a subquery in FROM, that are wanted of a source. */
export function tellFirstRows(
  select: SelectStmt,
  { count, distinct }: WantedRows,
  where: PlanDecision['where'],
  why: string,
  options: RestOptions,
): PlanDecision {
  const tables = [...useOf(select, options.facts).inner].filter((table) => options.tables.has(table));
  const names = tables.map((table) => nameOf(table, options)).join(', ');
  return { what: `the first ${count} ${distinct === true ? 'different rows of' : 'rows of'} ${names}`, where, why };
}

export const COMPUTED_HERE = 'it is over rows that the gateway computes';

function tellOrder({ sortClause, limitCount, limitOffset }: SelectStmt, why: string): PlanDecision[] {
  const parts = [
    ...(sortClause === undefined ? [] : ['ORDER BY']),
    ...(limitCount === undefined ? [] : ['LIMIT']),
    ...(limitOffset === undefined ? [] : ['OFFSET']),
  ];
  return parts.length === 0 ? [] : [{ what: parts.join(', '), where: 'local', why }];
}

function whyOf(tree: unknown, options: RestOptions): string {
  const [store, second] = storesIn(tree, options);
  if (second !== undefined) return 'it reads more than one source';
  return store === undefined ? COMPUTED_HERE : `not all of it is proven to mean the same in ${store}`;
}

function storesIn(tree: unknown, { facts, tables }: RestOptions): Set<string> {
  return new Set([...useOf(tree, facts).inner].flatMap((table) => tables.get(table)?.store ?? []));
}

/** The join and those within it that are no inner ones. */
function joinsIn(join: JoinExpr): JoinExpr[] {
  return [
    ...[join.larg, join.rarg].flatMap((side) =>
      side !== undefined && 'JoinExpr' in side ? joinsIn(side.JoinExpr) : [],
    ),
    join,
  ];
}

function isOneOf(item: Node, groups: readonly (readonly RangeVar[])[]): boolean {
  return 'RangeVar' in item && groups.some((group) => group.includes(item.RangeVar));
}

function namesOf(item: Node | undefined, options: RestOptions): string {
  if (item === undefined) return 'nothing';
  if ('RangeVar' in item) return nameOf(item.RangeVar, options);
  if ('JoinExpr' in item) return `${namesOf(item.JoinExpr.larg, options)}, ${namesOf(item.JoinExpr.rarg, options)}`;
  const alias = 'RangeSubselect' in item ? item.RangeSubselect.alias?.aliasname : undefined;
  return alias === undefined ? 'computed rows' : `the subquery ${alias}`;
}

function nameOf(table: RangeVar, { tables }: RestOptions): string {
  const planned = tables.get(table);
  return planned === undefined ? table.relname! : `${planned.database}.${planned.name}`;
}
