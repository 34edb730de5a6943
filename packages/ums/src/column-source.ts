/** Decides how a writer sees the columns of a batch: all in one form, so that the compiler makes one fast path for every type. */
import type { Column } from './batch.ts';
import { RtdpError } from './error.ts';
import type { ReadableBytes } from './output-bytes.ts';
import { readsNullWord, type UmsField, type UmsType } from './types.ts';

/** How a value goes out. Numbers, for the writer switches on them for every value. */
export const WRITE = {
  /** Quoted, escaped where needed. */
  escapedText: 0,
  /** Escaped, and `_NULL_` is refused. */
  checkedText: 1,
  /** Quoted; no value of the type needs an escape. */
  quotedText: 2,
  /** Without quotes, but for NaN and infinities. */
  bareText: 3,
  int32: 4,
  quotedInt64: 5,
  bareInt64: 6,
  float64: 7,
  boolean: 8,
  /** As `escapedText`, for JSON within JSON. */
  jsonText: 9,
} as const;

const NONE = new Uint8Array(0);
const NO_OFFSETS = new Uint32Array(0);
const NO_INTEGERS = new Int32Array(0);
const NO_DOUBLES = new Float64Array(0);

/** Only the arrays of its storage are filled. */
export class ColumnSource implements ReadableBytes {
  readonly field: UmsField;
  readonly write: number;
  readonly nulls: Uint8Array;
  readonly untold: Uint8Array | undefined;
  readonly offsets: Uint32Array;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly integers: Int32Array;
  readonly doubles: Float64Array;
  /** int64: low and high halves. */
  readonly words: Uint32Array;
  readonly booleans: Uint8Array;

  /** @throws UMS_PLAN if the batch does not have the column */
  constructor(field: UmsField, column: Column | undefined) {
    if (column === undefined) {
      throw new RtdpError({
        code: 'UMS_PLAN',
        message: `The batch has no column for ${field.name}.`,
        next: 'Read the batch with a plan that skips nothing that is written.',
        facts: { column: field.name },
      });
    }
    this.field = field;
    this.write = writeOf(field, column);
    this.nulls = column.nulls;
    this.untold = column.untold;
    this.offsets = column.storage === 'text' ? column.offsets : NO_OFFSETS;
    this.bytes = column.storage === 'text' ? column.bytes : NONE;
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    this.integers = column.storage === 'int32' ? column.values : NO_INTEGERS;
    this.doubles = column.storage === 'float64' ? column.values : NO_DOUBLES;
    this.words = column.storage === 'int64' ? wordsOf(column.values) : NO_OFFSETS;
    this.booleans = column.storage === 'boolean' ? column.values : NONE;
  }
}

/** The low and high halves of 64-bit integers, over the same memory. */
export function wordsOf(values: BigInt64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
}

const TEXT_WRITES: Readonly<Record<UmsType, number>> = {
  int: WRITE.bareText,
  long: WRITE.quotedText,
  float: WRITE.bareText,
  double: WRITE.bareText,
  decimal: WRITE.quotedText,
  boolean: WRITE.bareText,
  string: WRITE.escapedText,
  date: WRITE.quotedText,
  datetime: WRITE.quotedText,
  binary: WRITE.quotedText,
  jsonobject: WRITE.jsonText,
  jsonarray: WRITE.jsonText,
};

function writeOf(field: UmsField, column: Column): number {
  switch (column.storage) {
    case 'text':
      return field.type === 'string' && readsNullWord(field) ? WRITE.checkedText : TEXT_WRITES[field.type];
    case 'int32':
      return WRITE.int32;
    case 'int64':
      return field.type === 'int' ? WRITE.bareInt64 : WRITE.quotedInt64;
    case 'float64':
      return WRITE.float64;
    case 'boolean':
      return WRITE.boolean;
  }
}
