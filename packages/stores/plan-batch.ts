/**
 * Decides which rows of a batch are sent to the store, and in which order of statements ("parts").
 *
 * Per key only rows of rising id count. Of these the last is sent, and, for every column it leaves untold, that column's last teller, and the
 * newest whole row before a partial one, each in an earlier pass: the guard in the store then does to them exactly what it would have done to all the rows one by one. Rows are never merged
 * column by column here: a late row would lend its value to a newer one.
 */
import type { Batch, TextColumn } from '@rtdp/ums/batch';
import { BEFORE, DELETE, INSERT, UPDATE } from '@rtdp/ums/batch';
import type { KeyColumn } from './key-table.ts';
import { KeyTable } from './key-table.ts';

/**
 * `upsert`: whole rows. `incomplete`: whole rows with untold columns, which become NULL and are asked for again. `partial`: updates that keep
 * the columns `untold`. `delete`: needs only key and id.
 */
export type PartKind = 'upsert' | 'incomplete' | 'partial' | 'delete';

export interface Part {
  readonly number: number;
  readonly pass: number;
  readonly kind: PartKind;
  /** Indexes of the columns that this part's rows do not tell, ascending; empty for `upsert` and `delete`. */
  readonly untold: readonly number[];
  rowCount: number;
}

export interface BatchPlan {
  /** In the order in which they must be applied. */
  readonly parts: readonly Part[];
  /** By row: the number of its part, or -1 for a row that is not sent. */
  readonly partOf: Int16Array;
  readonly sent: number;
  /** Older than an earlier row of the same key in this batch. */
  readonly stale: number;
  /** Newer rows of this batch say all that they said. */
  readonly superseded: number;
}

export interface PlanOptions {
  /** Parallel to `batch.fields`; undefined = this column is not stored. */
  readonly columns: readonly (TextColumn | undefined)[];
  /** Empty: every row is its own key. */
  readonly keys: readonly KeyColumn[];
  /** Number of the first part. */
  readonly firstPart: number;
  /** False sends every row, in passes only where one may inherit from another: for tables that append. */
  readonly latestOnly: boolean;
}

export function planBatch(batch: Batch, options: PlanOptions): BatchPlan {
  const { rowCount, operations, ids } = batch;
  const untoldColumns = findUntoldColumns(options, rowCount);
  const parts = new PartList(options.firstPart);
  const partOf = new Int16Array(rowCount).fill(-1);
  const previous = new Int32Array(rowCount).fill(-1);
  /** 1 = a newer row of the key follows. */
  const followed = new Uint8Array(rowCount);
  const late = new Uint8Array(rowCount);
  let stale = 0;
  let repeated = 0;
  if (!options.latestOnly) return planEveryRow(batch, options, untoldColumns);
  const table = options.keys.length > 0 ? new KeyTable(options.keys, rowCount) : undefined;
  for (let row = 0; table && row < rowCount; row++) {
    if (operations[row] === BEFORE) continue;
    const other = table.replace(row);
    if (other === -1) continue;
    repeated++;
    if (ids[row]! <= ids[other]!) {
      table.restore(other);
      late[row] = 1;
      stale++;
    } else {
      previous[row] = other;
      followed[other] = 1;
    }
  }
  let sent = 0;
  let superseded = 0;
  const chain: number[] = [];
  for (let row = 0; row < rowCount; row++) {
    if (followed[row] === 1 || late[row] === 1 || operations[row] === BEFORE) continue;
    if (repeated === 0 || previous[row] === -1) {
      partOf[row] = parts.take(0, operations[row]!, untoldOf(untoldColumns, row));
      sent++;
      continue;
    }
    const length = keepTellers(row, previous, operations, untoldColumns, chain);
    chain.reverse();
    for (let pass = 0; pass < chain.length; pass++) {
      const kept = chain[pass]!;
      partOf[kept] = parts.take(pass, operations[kept]!, untoldOf(untoldColumns, kept));
    }
    sent += chain.length;
    superseded += length - chain.length;
  }
  return { parts: parts.inOrder(), partOf, sent, stale, superseded };
}

function planEveryRow(batch: Batch, options: PlanOptions, untoldColumns: readonly UntoldColumn[]): BatchPlan {
  const { rowCount, operations } = batch;
  const parts = new PartList(options.firstPart);
  const partOf = new Int16Array(rowCount).fill(-1);
  const passes = new Int32Array(rowCount);
  const table = untoldColumns.length > 0 && options.keys.length > 0 ? new KeyTable(options.keys, rowCount) : undefined;
  let sent = 0;
  for (let row = 0; row < rowCount; row++) {
    if (operations[row] === BEFORE) continue;
    const other = table?.replace(row) ?? -1;
    if (other !== -1) passes[row] = passes[other]! + 1;
    partOf[row] = parts.take(passes[row]!, operations[row]!, untoldOf(untoldColumns, row));
    sent++;
  }
  return { parts: parts.inOrder(), partOf, sent, stale: 0, superseded: 0 };
}

/** For exploded rows: of each source key (`options.keys`) only the rows of its greatest id are sent, together. */
export function planReplacement(batch: Batch, options: PlanOptions): BatchPlan {
  const { rowCount, operations, ids } = batch;
  const untoldColumns = findUntoldColumns(options, rowCount);
  const parts = new PartList(options.firstPart);
  const partOf = new Int16Array(rowCount).fill(-1);
  const table = new KeyTable(options.keys, rowCount);
  /** The first row of the source row that a row came from; -1 = older than what its key has in this batch. */
  const group = new Int32Array(rowCount);
  const replaced = new Uint8Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    group[row] = row;
    if (operations[row] === BEFORE) continue;
    const other = table.replace(row);
    if (other === -1) continue;
    if (ids[row]! === ids[other]!) {
      group[row] = group[other]!;
    } else if (ids[row]! > ids[other]!) {
      replaced[group[other]!] = 1;
    } else {
      group[row] = -1;
      table.restore(other);
    }
  }
  let sent = 0;
  let stale = 0;
  let superseded = 0;
  for (let row = 0; row < rowCount; row++) {
    if (operations[row] === BEFORE) continue;
    if (group[row] === -1) stale++;
    else if (replaced[group[row]!] === 1) superseded++;
    else {
      const untold = operations[row] === DELETE ? NOTHING_UNTOLD : untoldOf(untoldColumns, row);
      // No exploded row inherits: with something untold it is incomplete, whatever its operation.
      partOf[row] = parts.take(0, operations[row] === UPDATE ? INSERT : operations[row]!, untold);
      sent++;
    }
  }
  return { parts: parts.inOrder(), partOf, sent, stale, superseded };
}

interface UntoldColumn {
  readonly index: number;
  readonly marks: Uint8Array;
}

function findUntoldColumns(options: PlanOptions, rowCount: number): UntoldColumn[] {
  const keys = new Set(options.keys.map((key) => key.column));
  const found: UntoldColumn[] = [];
  for (const [index, column] of options.columns.entries()) {
    if (!column?.untold || keys.has(column)) continue;
    const marks = column.untold;
    for (let row = 0; row < rowCount; row++) {
      if (marks[row] !== 0) {
        found.push({ index, marks });
        break;
      }
    }
  }
  return found;
}

const NOTHING_UNTOLD: readonly number[] = [];

function untoldOf(columns: readonly UntoldColumn[], row: number): readonly number[] {
  if (columns.length === 0) return NOTHING_UNTOLD;
  const untold: number[] = [];
  for (const { index, marks } of columns) if (marks[row] !== 0) untold.push(index);
  return untold;
}

/**
 * Fills `kept` with the rows to send for the key that ends in `last`, newest first; returns how many rows the key has. Behind the tellers the
 * newest whole row is kept too: without it a partial row would find no row to update where the key is new to the store.
 */
function keepTellers(
  last: number,
  previous: Int32Array,
  operations: Uint8Array,
  columns: readonly UntoldColumn[],
  kept: number[],
): number {
  // Only an update leaves anything untold: an insert or a delete says what every column is.
  const untoldIn = (row: number, wanted: readonly UntoldColumn[]) =>
    operations[row] === UPDATE ? wanted.filter(({ marks }) => marks[row] !== 0) : [];
  kept.length = 0;
  kept.push(last);
  let wanted = untoldIn(last, columns);
  let wholeRow = wanted.length === 0;
  let length = 1;
  for (let row = previous[last]!; row !== -1; row = previous[row]!) {
    length++;
    if (wholeRow) continue;
    const stillWanted = untoldIn(row, wanted);
    wholeRow = untoldIn(row, columns).length === 0;
    if (wholeRow || stillWanted.length < wanted.length) kept.push(row);
    wanted = stillWanted;
  }
  return length;
}

class PartList {
  readonly #byShape = new Map<string, Part>();
  readonly #simple: (Part | undefined)[] = [];
  #next: number;

  constructor(first: number) {
    this.#next = first;
  }

  take(pass: number, operation: number, untold: readonly number[]): number {
    const kind = kindOf(operation, untold);
    let part: Part | undefined;
    if (kind === 'upsert' || kind === 'delete') {
      const slot = pass * 2 + (kind === 'delete' ? 1 : 0);
      part = this.#simple[slot];
      if (!part) {
        part = this.#add(pass, kind, NOTHING_UNTOLD);
        this.#simple[slot] = part;
      }
    } else {
      const shape = `${pass} ${kind} ${untold.join()}`;
      part = this.#byShape.get(shape);
      if (!part) {
        part = this.#add(pass, kind, untold);
        this.#byShape.set(shape, part);
      }
    }
    part.rowCount++;
    return part.number;
  }

  inOrder(): Part[] {
    const parts = [...this.#simple.filter((part) => part !== undefined), ...this.#byShape.values()];
    return parts.sort((left, right) => left.pass - right.pass || left.number - right.number);
  }

  #add(pass: number, kind: PartKind, untold: readonly number[]): Part {
    return { number: this.#next++, pass, kind, untold, rowCount: 0 };
  }
}

function kindOf(operation: number, untold: readonly number[]): PartKind {
  if (operation === DELETE) return 'delete';
  if (untold.length === 0) return 'upsert';
  return operation === UPDATE ? 'partial' : 'incomplete';
}
