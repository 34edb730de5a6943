/** Decides by which columns ORDER BY puts rows in order, and whether a branch of UNION ALL has its own rows in the same order. */
import { namesOf } from '@rtdp/sql/bind-expression';
import { describeType, isInteger, type PgType } from '@rtdp/sql/pg-type';
import type { ColumnOrigin, QueryFacts } from '@rtdp/sql/query-context';
import { resultName } from '@rtdp/sql/result-names';
import type { Node, SelectStmt, SortBy } from '@rtdp/sql/syntax-tree';

export interface WantedRows {
  readonly count: number;
  /** Which are the first; empty where any so many will do. */
  readonly order: readonly ColumnOrder[];
  /** Rows that are alike count once. */
  readonly distinct?: boolean;
}

export interface ColumnOrder {
  /** The place of the result column. */
  readonly column: number;
  readonly sort: SortBy;
}

interface Target {
  readonly name: string | undefined;
  /** null for what is computed. */
  readonly column: number | null;
}

/** Of its result columns for a set operation, else of the columns of the only item of its FROM; null where it is by something else. */
export function orderOf(select: SelectStmt, facts: QueryFacts): ColumnOrder[] | null {
  if (select.sortClause === undefined) return [];
  const targets = select.larg === undefined ? targetsOf(select, facts) : resultsOf(select, facts);
  const order: ColumnOrder[] = [];
  for (const node of select.sortClause) {
    if (!('SortBy' in node) || node.SortBy.sortby_dir === 'SORTBY_USING') return null;
    const column = columnMeant(node.SortBy.node, targets, facts);
    if (column === null) return null;
    order.push({ column, sort: node.SortBy });
  }
  return order;
}

/** The rows wanted of its result as rows of what is under it; null where it computes what they are ordered by. */
export function ofColumnsBelow(select: SelectStmt, wanted: WantedRows, facts: QueryFacts): WantedRows | null {
  if (select.larg !== undefined) return wanted;
  const { count, order, distinct } = wanted;
  // Rows that are not alike may become so where columns are left out.
  if (distinct === true) return null;
  const targets = targetsOf(select, facts);
  const below = order.map(({ column, sort }) => ({ column: targets[column]?.column ?? -1, sort }));
  return below.some(({ column }) => column < 0) ? null : { count, order: below };
}

function resultsOf(select: SelectStmt, facts: QueryFacts): Target[] {
  return (facts.results.get(select) ?? []).map(({ name }, column) => ({ name, column }));
}

function targetsOf(select: SelectStmt, facts: QueryFacts): Target[] {
  return (select.targetList ?? []).flatMap((target): Target[] => {
    if (!('ResTarget' in target)) return [];
    const star = facts.stars.get(target.ResTarget);
    if (star !== undefined) return star.map(({ name, origin }) => ({ name, column: derivedColumn(origin) }));
    const { name, val } = target.ResTarget;
    const column = val !== undefined && 'ColumnRef' in val ? derivedColumn(facts.columns.get(val.ColumnRef)) : null;
    return [{ name: name ?? (val === undefined ? undefined : resultName(val)), column }];
  });
}

function derivedColumn(origin: ColumnOrigin | undefined): number | null {
  return origin !== undefined && origin.table === null && !origin.merged ? origin.index : null;
}

/** A position, the name of a result column, or a column. */
function columnMeant(node: Node | undefined, targets: readonly Target[], facts: QueryFacts): number | null {
  if (node === undefined) return null;
  if ('A_Const' in node) return targets[(node.A_Const.ival?.ival ?? 0) - 1]?.column ?? null;
  if (!('ColumnRef' in node)) return null;
  const path = namesOf(node.ColumnRef.fields);
  const named = path.length === 1 ? targets.find(({ name }) => name === path[0]) : undefined;
  return named === undefined ? derivedColumn(facts.columns.get(node.ColumnRef)) : named.column;
}

/** Types whose values every source that orders them orders as the gateway does; texts by their bytes. */
const ORDERED = new Set<PgType['name']>([
  'int2',
  'int4',
  'int8',
  'numeric',
  'float4',
  'float8',
  'bool',
  'text',
  'varchar',
  'bpchar',
  'date',
  'timestamp',
  'timestamptz',
  'uuid',
]);

/** Its values are compared and put in order at every source as in the gateway. */
export function isOrderedAlike(type: PgType): boolean {
  return ORDERED.has(type.name);
}

/**
 * Why the rows of `branch`, in the order of its own columns, are not in that of the columns of `whole`; null where they are. Where alike rows count
 * once, all columns must tell them apart the same way.
 */
export function whyOtherOrder(
  branch: SelectStmt,
  whole: SelectStmt,
  { order, distinct }: WantedRows,
  facts: QueryFacts,
): string | null {
  const typesOf = (column: number): (PgType | undefined)[] =>
    [branch, whole].map((select) => facts.results.get(select)?.[column]?.type);
  for (const { column } of order) {
    const [own, united] = typesOf(column);
    if (own === undefined || united === undefined) return 'its columns are not known';
    if (!ORDERED.has(united.name)) return `the order of ${describeType(united)} is only proven here`;
    if (!haveOneOrder(own, united))
      return `its ${describeType(own)} becomes ${describeType(united)}, which may have another order`;
  }
  if (distinct !== true) return null;
  const results = facts.results.get(branch);
  if (results === undefined) return 'its columns are not known';
  for (const column of results.keys()) {
    const [own, united] = typesOf(column);
    if (own === undefined || united === undefined) return 'its columns are not known';
    if (!ORDERED.has(united.name) || !haveOneOrder(own, united))
      return `which values of ${describeType(united)} are alike is only proven here`;
  }
  return null;
}

/** Different values stay different, so that what comes behind them in ORDER BY decides between the same rows. */
function haveOneOrder(own: PgType, united: PgType): boolean {
  const isExact = (type: PgType): boolean => isInteger(type) || type.name === 'numeric';
  const isText = (type: PgType): boolean => type.name === 'text' || type.name === 'varchar';
  return own.name === united.name || (isExact(own) && isExact(united)) || (isText(own) && isText(united));
}
