/** Decides how the values of a result, as texts of the store's own, gather into batches of typed columns without an object per value. */
import type { ColumnStorage } from '@rtdp/ums/batch';
import { ColumnBuilder } from '@rtdp/ums/column-builder';
import { readDouble } from '@rtdp/ums/double-bytes';
import { RtdpError } from '@rtdp/ums/error';
import { MessageBytes } from '@rtdp/ums/message-bytes';
import { type ColumnBatch, type ResultColumn, storageOf } from './scan-contract.ts';

const FIRST_CAPACITY = 64;
const MOST_TEXT_BYTES = 4 * 1024 * 1024;
/** Shorter texts are copied byte by byte: a call costs more. */
const SHORT_TEXT = 24;
/** Digits that a double holds exactly. */
const EXACT_DIGITS = 15;
const TWO_POW_32 = 0x1_0000_0000;

/** Writes the text `bytes[from, to)` as the value of the open row. */
export type TextWriter = (bytes: Buffer, from: number, to: number) => void;

export class ResultBuilder {
  readonly columns: readonly ColumnBuilder[];
  /** Parallel to `columns`. */
  readonly writers: readonly TextWriter[];
  rowCount = 0;
  #capacity = FIRST_CAPACITY;
  readonly #batchRows: number;
  readonly #texts: readonly ColumnBuilder[];

  constructor(columns: readonly ResultColumn[], batchRows = 16_384) {
    this.#batchRows = batchRows;
    this.columns = columns.map(({ type }) => new ColumnBuilder(storageOf(type), FIRST_CAPACITY));
    this.#texts = this.columns.filter(({ storage }) => storage === 'text');
    this.writers = columns.map((column, index) => this.#writerOf(this.columns[index]!, column));
  }

  /** Every column gets a value by its writer, or `setNull(rowCount)`, between `openRow` and `closeRow`. */
  openRow(): void {
    if (this.rowCount < this.#capacity) return;
    this.#capacity *= 2;
    for (const column of this.columns) column.resize(this.#capacity, this.rowCount);
  }

  /** @returns the batch when it is full */
  closeRow(): ColumnBatch | null {
    this.rowCount += 1;
    if (this.rowCount >= this.#batchRows) return this.take();
    if ((this.rowCount & 0xff) !== 0) return null;
    let bytes = 0;
    for (const column of this.#texts) bytes += column.length;
    return bytes >= MOST_TEXT_BYTES ? this.take() : null;
  }

  /** The rows so far, and begins anew with memory of its own. */
  take(): ColumnBatch {
    const { rowCount } = this;
    const columns = this.columns.map((column) => column.finish(rowCount));
    this.rowCount = 0;
    this.#capacity = Math.max(FIRST_CAPACITY, rowCount);
    for (const column of this.columns) column.start(this.#capacity, Math.ceil(column.length * 1.1) + FIRST_CAPACITY);
    return { rowCount, columns };
  }

  #writerOf(column: ColumnBuilder, declared: ResultColumn): TextWriter {
    const refuse = (bytes: Buffer, from: number, to: number): never => {
      throw resultTypeError(declared, bytes.toString('utf8', from, Math.min(to, from + 200)));
    };
    const writers: Record<ColumnStorage, TextWriter> = {
      text: (bytes, from, to) => writeText(column, this.rowCount, bytes, from, to),
      int32: (bytes, from, to) => {
        const value = readInteger(bytes, from, to);
        if (!(value >= -0x8000_0000 && value <= 0x7fff_ffff)) refuse(bytes, from, to);
        column.nulls[this.rowCount] = 0;
        column.int32[this.rowCount] = value;
      },
      int64: (bytes, from, to) => {
        if (to - from > EXACT_DIGITS) {
          const value = readBigInteger(bytes.toString('latin1', from, to));
          if (value === null) return refuse(bytes, from, to);
          column.setValue(this.rowCount, String(value));
          return;
        }
        const value = readInteger(bytes, from, to);
        if (Number.isNaN(value)) refuse(bytes, from, to);
        writeInt64(column, this.rowCount, value);
      },
      float64: (bytes, from, to) => {
        column.nulls[this.rowCount] = 0;
        if (readPlainDouble(bytes, from, to, column.float64, this.rowCount)) return;
        const text = bytes.toString('latin1', from, to);
        const value = Number(text);
        if (to === from || (Number.isNaN(value) && text !== 'NaN')) refuse(bytes, from, to);
        column.float64[this.rowCount] = value;
      },
      boolean: (bytes, from, to) => {
        const letter = bytes[from];
        // t, true, 1 and f, false, 0.
        const yes = letter === 0x74 || letter === 0x31;
        if (to === from || (!yes && letter !== 0x66 && letter !== 0x30)) refuse(bytes, from, to);
        column.nulls[this.rowCount] = 0;
        column.booleans[this.rowCount] = yes ? 1 : 0;
      },
    };
    return writers[column.storage];
  }
}

/** Longer texts of doubles are rare. */
const PLAIN_DOUBLE = 24;
const doubleText = new MessageBytes();
doubleText.load(Buffer.alloc(PLAIN_DOUBLE));

/** Without making the text; false for `NaN`, `Infinity` and what is no number. */
function readPlainDouble(bytes: Buffer, from: number, to: number, values: Float64Array, row: number): boolean {
  const length = to - from;
  if (length > PLAIN_DOUBLE) return false;
  const copy = doubleText.bytes;
  for (let index = 0; index < length; index += 1) copy[index] = bytes[from + index]!;
  // What reads several bytes at once finds no digits of the value before.
  doubleText.view.setFloat64(length, 0);
  return readDouble(doubleText, 0, values, row) === length;
}

export function writeText(column: ColumnBuilder, row: number, bytes: Buffer, from: number, to: number): void {
  const length = to - from;
  const start = column.length;
  if (start + length > column.bytes.length) column.growBytes(start, length);
  const target = column.bytes;
  if (length <= SHORT_TEXT) {
    for (let index = 0; index < length; index += 1) target[start + index] = bytes[from + index]!;
  } else bytes.copy(target, start, from, to);
  column.length = start + length;
  column.nulls[row] = 0;
  column.offsets[row + 1] = column.length;
}

/** A whole number of at most 15 digits or so. */
export function writeInt64(column: ColumnBuilder, row: number, value: number): void {
  column.nulls[row] = 0;
  column.words[2 * row] = value >>> 0;
  column.words[2 * row + 1] = Math.floor(value / TWO_POW_32);
}

/** NaN where the text is no whole number. */
function readInteger(bytes: Buffer, from: number, to: number): number {
  let at = from;
  const negative = bytes[at] === 0x2d;
  if (negative) at += 1;
  if (at === to || to - at > EXACT_DIGITS + 1) return Number.NaN;
  let value = 0;
  for (; at < to; at += 1) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

function readBigInteger(text: string): bigint | null {
  if (!/^-?\d{1,20}$/.test(text)) return null;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : null;
}

/** `where` names the table and column at the source, where it is known. */
export function resultTypeError(column: ResultColumn, value: string, where?: string): RtdpError {
  const named = where ?? `column "${column.name}"`;
  return new RtdpError({
    code: 'STORE_RESULT_TYPE',
    message: `${named} holds ${JSON.stringify(value)}, which is not a value of type ${column.typeText}`,
    next: 'Correct the value at the source, or let a view there give the column as text.',
    facts: { column: column.name, type: column.typeText, value },
  });
}
