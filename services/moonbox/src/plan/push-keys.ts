/** Decides which part is asked only for rows whose keys another part has found: a large table that is equal to a column of a small part. */
import { namesOf } from '@rtdp/sql/bind-expression';
import { conjunctsOf } from '@rtdp/sql/conjunctions';
import { isInteger, type PgType } from '@rtdp/sql/pg-type';
import type { QueryFacts } from '@rtdp/sql/query-context';
import type { ColumnRef, Node, RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlannerTable } from './contract.ts';
import type { PartDraft, TablesDraft } from './part-draft.ts';

export interface KeyColumn {
  readonly table: RangeVar;
  readonly index: number;
}

/** `draft` needs only rows whose `column` is among the values of `keys` in the part `from`. */
export interface Reduction {
  readonly draft: TablesDraft;
  readonly column: KeyColumn;
  readonly from: TablesDraft;
  readonly keys: KeyColumn;
  readonly maximum: number;
}

/** An equality that must hold of every row of `a` that counts. */
export interface KeyEquality {
  readonly a: KeyColumn;
  readonly b: KeyColumn;
  /** It must hold of every row of `b` as well: not where `b` stands around the subquery that asks for it. */
  readonly ofBoth: boolean;
}

/** Below so many rows, waiting for keys costs more than fetching. */
const LEAST_ROWS = 5_000;
/** The part that gives the keys must be smaller than the other by this factor. */
const FACTOR = 5;
/** What a condition is taken to let through, since nobody measures it: an equality, and any other. */
const EQUAL_SHARE = 0.1;
const OTHER_SHARE = 0.4;
/** Nothing is taken to be more selective than this: guesses that are multiplied are wrong sooner or later. */
const LEAST_SHARE = 0.02;
/** Keys of a part are worth waiting for where it keeps at most this share of its rows. */
const GREATEST_GIVING_SHARE = 0.2;
const MOST_KEYS = 30_000;
/** In a list of literals, which the server reads anew each time. */
const MOST_LITERALS = 5_000;

/**
 * The columns of two tables that a condition compares, or null. `own`: the tables whose rows the condition leaves out. A row of a level around is
 * left out by nothing that a subquery asks for: NOT EXISTS, a scalar subquery and LEFT JOIN LATERAL keep it.
 */
export function equalityOf(condition: Node, own: ReadonlySet<RangeVar>, facts: QueryFacts): KeyEquality | null {
  if (!('A_Expr' in condition) || condition.A_Expr.kind !== 'AEXPR_OP' || namesOf(condition.A_Expr.name).join() !== '=')
    return null;
  const [a, b] = [condition.A_Expr.lexpr, condition.A_Expr.rexpr].map((node) => keyColumnOf(node, facts));
  if (a == null || b == null || a.table === b.table) return null;
  if (own.has(a.table)) return { a, b, ofBoth: own.has(b.table) };
  return own.has(b.table) ? { a: b, b: a, ofBoth: false } : null;
}

/**
 * What `x IN (SELECT y …)` says where only true counts, or null: of the rows of y those count that some x is equal to, and of x those that some y is.
 * Not where the SELECT counts, cuts or numbers its rows, for then the others count as well. `keptIn`: the tables of an item of FROM whose rows no outer
 * join fills up with NULLs.
 */
export function semiJoinOf(
  condition: Node,
  own: ReadonlySet<RangeVar>,
  facts: QueryFacts,
  keptIn: (item: Node) => readonly RangeVar[],
): KeyEquality | null {
  if (!('SubLink' in condition) || condition.SubLink.subLinkType !== 'ANY_SUBLINK') return null;
  const { operName, testexpr, subselect } = condition.SubLink;
  if ((namesOf(operName).join('.') || '=') !== '=' || subselect === undefined || !('SelectStmt' in subselect))
    return null;
  const { SelectStmt: select } = subselect;
  const [target, more] = select.targetList ?? [];
  if (target === undefined || more !== undefined || !('ResTarget' in target) || countsRows(select)) return null;
  const [x, y] = [keyColumnOf(testexpr, facts), keyColumnOf(target.ResTarget.val, facts)];
  if (x === null || y === null || !(select.fromClause ?? []).flatMap(keptIn).includes(y.table)) return null;
  return { a: y, b: x, ofBoth: own.has(x.table) };
}

/** A row of its FROM may decide about more than itself. */
function countsRows(select: SelectStmt): boolean {
  const { op, groupClause, havingClause, limitCount, limitOffset, distinctClause = [] } = select;
  const isSet = op !== undefined && op !== 'SETOP_NONE';
  const isOn = distinctClause.some((node) => Object.keys(node).length > 0);
  return isSet || isOn || [groupClause, havingClause, limitCount, limitOffset].some((clause) => clause !== undefined);
}

function keyColumnOf(node: Node | undefined, facts: QueryFacts): KeyColumn | null {
  const reference: ColumnRef | undefined = node !== undefined && 'ColumnRef' in node ? node.ColumnRef : undefined;
  const origin = reference === undefined ? undefined : facts.columns.get(reference);
  return origin?.table == null || origin.merged ? null : { table: origin.table, index: origin.index };
}

/** At most one reduction for each part, none in a circle. */
export function chooseReductions(
  drafts: readonly PartDraft[],
  equalities: readonly KeyEquality[],
  tables: ReadonlyMap<RangeVar, PlannerTable>,
): Map<PartDraft, Reduction> {
  const draftOf = new Map<RangeVar, TablesDraft>();
  for (const draft of drafts) if (draft.kind === 'tables') for (const table of draft.tables) draftOf.set(table, draft);
  const shares = new Map<TablesDraft, number>([...new Set(draftOf.values())].map((draft) => [draft, shareOf(draft)]));
  const sizeOf = (draft: TablesDraft): number => rowsOf(draft, tables) * shares.get(draft)!;
  const chosen = new Map<PartDraft, Reduction>();
  const reaches = (from: TablesDraft, goal: TablesDraft): boolean => {
    const next = chosen.get(from)?.from;
    return from === goal || (next !== undefined && reaches(next, goal));
  };
  const candidates = equalities.flatMap(({ a, b, ofBoth }) => [
    { column: a, keys: b },
    ...(ofBoth ? [{ column: b, keys: a }] : []),
  ]);
  // The most selective givers first: what they shrink may give keys in its turn.
  for (let found = true; found; ) {
    found = false;
    let best: Reduction | null = null;
    for (const { column, keys } of candidates) {
      const [draft, from] = [draftOf.get(column.table), draftOf.get(keys.table)];
      if (
        draft === undefined ||
        from === undefined ||
        draft === from ||
        chosen.has(draft) ||
        (draft.storeKind === 'mysql' && listForm(column, tables) === null)
      )
        continue;
      const [large, small] = [sizeOf(draft), sizeOf(from)];
      // A table that nothing narrows has the keys of all rows.
      if (
        shares.get(from)! > GREATEST_GIVING_SHARE ||
        large < LEAST_ROWS ||
        small * FACTOR > large ||
        reaches(from, draft)
      )
        continue;
      if (!areComparable(typeOf(column, tables), typeOf(keys, tables))) continue;
      if (best === null || shares.get(from)! < shares.get(best.from)!) {
        best = { draft, column, from, keys, maximum: Math.min(mostKeys(draft), Math.ceil(large / 4)) };
      }
    }
    if (best !== null) {
      chosen.set(best.draft, best);
      shares.set(best.draft, shares.get(best.draft)! * shares.get(best.from)!);
      found = true;
    }
  }
  return chosen;
}

export function typeOf(column: KeyColumn, tables: ReadonlyMap<RangeVar, PlannerTable>): PgType {
  return tables.get(column.table)!.columns[column.index]!.type;
}

function mostKeys({ storeKind }: TablesDraft): number {
  return storeKind === 'mysql' ? MOST_LITERALS : MOST_KEYS;
}

/** The literals by which a MySQL source compares a column with keys as Postgres does; null where none are proven. */
export function listForm(column: KeyColumn, tables: ReadonlyMap<RangeVar, PlannerTable>): 'integers' | 'dates' | null {
  const { type, exact } = tables.get(column.table)!.columns[column.index]!;
  if (!exact) return null;
  return isInteger(type) ? 'integers' : type.name === 'date' ? 'dates' : null;
}

function areComparable(a: PgType, b: PgType): boolean {
  if (isInteger(a) && isInteger(b)) return true;
  const text = (type: PgType): boolean => type.name === 'text' || type.name === 'varchar';
  return (text(a) && text(b)) || (a.name === b.name && (a.name === 'date' || a.name === 'uuid'));
}

/** The array in whose type the keys are compared at the source. */
export function arrayType(a: PgType, b: PgType): string {
  if (isInteger(a) && isInteger(b)) return a.name === b.name ? a.name : 'int8';
  return a.name === 'varchar' ? 'text' : a.name;
}

/** Of its largest table; 0 where nobody knows, so that nothing is built on it. */
function rowsOf(draft: TablesDraft, tables: ReadonlyMap<RangeVar, PlannerTable>): number {
  const counts = draft.tables.map((table) => tables.get(table)!.rowEstimate);
  return counts.some((count) => count === null) ? 0 : Math.max(...counts.map((count) => count ?? 0));
}

/** The share of its rows that its conditions let through. */
function shareOf(draft: TablesDraft): number {
  const conditions = draft.conditions.filter((condition) => !isJoin(condition));
  return conditions.length === 0 ? 1 : Math.max(LEAST_SHARE, shareOfAll(conditions));
}

function shareOfAll(conditions: readonly Node[]): number {
  return conditions.map(shareOfOne).reduce((all, one) => all * one, 1);
}

function shareOfOne(condition: Node): number {
  if ('BoolExpr' in condition) {
    const { boolop, args = [] } = condition.BoolExpr;
    if (boolop === 'AND_EXPR') return shareOfAll(args);
    return boolop === 'OR_EXPR'
      ? Math.min(
          1,
          args.map(shareOfOne).reduce((all, one) => all + one, 0),
        )
      : OTHER_SHARE;
  }
  if ('SubLink' in condition) {
    const { subLinkType, subselect } = condition.SubLink;
    const isIn = subLinkType === 'ANY_SUBLINK' && subselect !== undefined && 'SelectStmt' in subselect;
    const inner = isIn ? conjunctsOf(subselect.SelectStmt.whereClause).filter((part) => !isJoin(part)) : [];
    // Who is among a share of the others is taken to be such a share.
    return inner.length === 0 ? OTHER_SHARE : shareOfAll(inner);
  }
  if (!('A_Expr' in condition)) return OTHER_SHARE;
  const { kind, name } = condition.A_Expr;
  const isEqual = (kind === 'AEXPR_OP' || kind === 'AEXPR_IN') && namesOf(name).join() === '=';
  return isEqual || kind === 'AEXPR_LIKE' ? EQUAL_SHARE : OTHER_SHARE;
}

function isJoin(condition: Node): boolean {
  const sides = 'A_Expr' in condition ? [condition.A_Expr.lexpr, condition.A_Expr.rexpr] : [];
  return sides.length === 2 && sides.every((side) => side !== undefined && 'ColumnRef' in side);
}
