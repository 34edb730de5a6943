/** Decides what a statement of the sink says about itself: its text, its values, and what its row count means. */

import { quoteIdentifier } from './dialect.ts';
import type { TableShape } from './table-shape.ts';
import { ID, SOURCE } from './table-shape.ts';
import type { WireParameter } from './wire.ts';

/** What the rows that a statement affects are counted as. `asked` inserted nothing else, `asked-again` was applied beside. */
export type CountedAs = 'applied' | 'deleted' | 'asked' | 'asked-again' | 'truncated' | 'detected' | 'nothing';

export interface Statement {
  readonly text: string;
  readonly parameters: readonly WireParameter[];
  readonly countedAs: CountedAs;
}

/** The guard's parts. All true, except in tests that prove that each of them is needed. */
export interface GuardRules {
  readonly idGuard: boolean;
  readonly sideTable: boolean;
  readonly floor: boolean;
  readonly recordDeletes: boolean;
}

export const ALL_RULES: GuardRules = { idGuard: true, sideTable: true, floor: true, recordDeletes: true };

/** The floor of the source in $1, read after the locks. */
export function floorOf(shape: TableShape, rules: GuardRules): string {
  if (!rules.floor) return '(SELECT length($1::text) * 0)';
  return `(SELECT f.floor FROM rtdp.sink_floors f WHERE f.sink_id = ${shape.sinkId} AND f.source = $1::text)`;
}

/** A key column of row s; the source is the same for the whole batch. */
export function keyOf(name: string, column: (name: string) => string): string {
  return name === SOURCE ? '$1::text' : column(name);
}

/** `t."k" = s."k" AND …` for the given alias of a table that has the key columns. */
export function sameKey(alias: string, key: readonly string[], column: (name: string) => string): string {
  return key.map((name) => `${alias}.${quoteIdentifier(name)} = ${keyOf(name, column)}`).join(' AND ');
}

/**
 * Whether no delete of s's key is remembered with a greater id. A scalar subquery on purpose: NOT EXISTS may become a hash join over the
 * whole side table. The question in front is asked once per statement and spares the look-ups where nothing was ever deleted.
 */
export function isNewerThanRemembered(shape: TableShape, column: (name: string) => string): string {
  const remembered = `coalesce((SELECT d.${ID} FROM ${shape.side} d WHERE ${sameKey('d', shape.rowKey, column)}), 0)`;
  return `((SELECT count(*) = 0 FROM (SELECT 1 FROM ${shape.side} LIMIT 1) any_delete) OR ${remembered} < s.${ID})`;
}

export function selectKeys(key: readonly string[], column: (name: string) => string): string {
  return key.map((name) => keyOf(name, column)).join(', ');
}
