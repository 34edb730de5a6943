/** Decides how an old and a new row of one update tell what neither tells alone, and whether the key has changed between them. */
import { NULL, type RowText, type TableShape, UNCHANGED, UNKNOWN, VALUE } from './message-writer-contract.ts';

/** How an old row was sent: not at all, only its key, or whole. */
export type OldRow = 'none' | 'key' | 'full';

/** Old rows that carry only the key hold nulls for the rest: these are not told, not NULL. */
export function keepOnlyKey(shape: TableShape, old: RowText): void {
  const { fields } = shape;
  for (let column = 0; column < fields.length; column++) {
    if (fields[column]!.key !== true) old.states[column] = UNKNOWN;
  }
}

/** Fills what the new row leaves out (unchanged TOAST) from the old one, as far as that was sent. Both lie in one buffer. */
export function completeFromOld(shape: TableShape, oldKind: OldRow, old: RowText, row: RowText): void {
  const { fields } = shape;
  for (let column = 0; column < fields.length; column++) {
    if (row.states[column] !== UNCHANGED) continue;
    if (oldKind === 'key' && fields[column]!.key !== true) continue;
    const state = old.states[column]!;
    if (state !== VALUE && state !== NULL) continue;
    row.states[column] = state;
    row.starts[column] = old.starts[column]!;
    row.ends[column] = old.ends[column]!;
  }
}

export function isSameKey(shape: TableShape, old: RowText, row: RowText): boolean {
  for (const column of shape.keyColumns) {
    if (old.states[column] !== row.states[column]) return false;
    if (old.states[column] !== VALUE) continue;
    const length = old.ends[column]! - old.starts[column]!;
    if (length !== row.ends[column]! - row.starts[column]!) return false;
    const oldStart = old.starts[column]!;
    const rowStart = row.starts[column]!;
    for (let index = 0; index < length; index++) {
      if (old.buffer[oldStart + index] !== row.buffer[rowStart + index]) return false;
    }
  }
  return true;
}

export function hasUnchanged(shape: TableShape, row: RowText): boolean {
  for (let column = 0; column < shape.fields.length; column++) if (row.states[column] === UNCHANGED) return true;
  return false;
}
