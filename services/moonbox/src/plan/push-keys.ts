/** Decides which part is asked only for rows whose keys another part has found: a large table that is equal to a column of a small part. */
import { namesOf } from '@rtdp/sql/bind-expression';
import { isInteger, type PgType } from '@rtdp/sql/pg-type';
import type { QueryFacts } from '@rtdp/sql/query-context';
import type { Node, RangeVar } from '@rtdp/sql/syntax-tree';
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
  const [a, b] = [condition.A_Expr.lexpr, condition.A_Expr.rexpr].map((node) => {
    const origin = node !== undefined && 'ColumnRef' in node ? facts.columns.get(node.ColumnRef) : undefined;
    return origin?.table == null || origin.merged ? null : { table: origin.table, index: origin.index };
  });
  if (a == null || b == null || a.table === b.table) return null;
  if (own.has(a.table)) return { a, b, ofBoth: own.has(b.table) };
  return own.has(b.table) ? { a: b, b: a, ofBoth: false } : null;
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
  const shares = draft.conditions
    .filter((condition) => !isJoin(condition))
    .map((condition) => {
      if (!('A_Expr' in condition)) return OTHER_SHARE;
      const { kind, name } = condition.A_Expr;
      const isEqual = (kind === 'AEXPR_OP' || kind === 'AEXPR_IN') && namesOf(name).join() === '=';
      return isEqual || kind === 'AEXPR_LIKE' ? EQUAL_SHARE : OTHER_SHARE;
    });
  return shares.length === 0
    ? 1
    : Math.max(
        LEAST_SHARE,
        shares.reduce((all, one) => all * one, 1),
      );
}

function isJoin(condition: Node): boolean {
  const sides = 'A_Expr' in condition ? [condition.A_Expr.lexpr, condition.A_Expr.rexpr] : [];
  return sides.length === 2 && sides.every((side) => side !== undefined && 'ColumnRef' in side);
}
