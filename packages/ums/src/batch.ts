/** Decides the form in which many rows of one table travel through the platform: typed columns, no object per row. */
import type { UmsField, UmsType } from './types.ts';

interface ColumnMarks {
  /** 1 = no value (null, or untold); else 0. */
  readonly nulls: Uint8Array;
  /** 0 = told, 1 = `unchanged`, 2 = `unknown`. Absent when every row tells this column. */
  readonly untold?: Uint8Array;
}

/**
 * Any type as plain UTF-8 text, unescaped: `42`, `true`, `2026-01-01 10:00:00`, base64 for binary. Row r is `bytes[offsets[r], offsets[r + 1])`
 * (empty where null).
 */
export interface TextColumn extends ColumnMarks {
  readonly storage: 'text';
  /** rowCount + 1 entries, the first 0. */
  readonly offsets: Uint32Array;
  /** May be longer than the last offset. */
  readonly bytes: Uint8Array;
}

export interface Int32Column extends ColumnMarks {
  readonly storage: 'int32';
  readonly values: Int32Array;
}

export interface Float64Column extends ColumnMarks {
  readonly storage: 'float64';
  readonly values: Float64Array;
}

export interface Int64Column extends ColumnMarks {
  readonly storage: 'int64';
  readonly values: BigInt64Array;
}

export interface BooleanColumn extends ColumnMarks {
  readonly storage: 'boolean';
  /** 0 or 1. */
  readonly values: Uint8Array;
}

export type Column = TextColumn | Int32Column | Float64Column | Int64Column | BooleanColumn;
export type ColumnStorage = Column['storage'];

/** Arrays hold exactly `rowCount` entries (offsets one more); where null, a value is 0. */
export interface Batch {
  /** Without the system fields. */
  readonly fields: readonly UmsField[];
  readonly rowCount: number;
  readonly ids: BigInt64Array;
  /** `ums_ts_` of each row, UTC. */
  readonly timestamps: TextColumn;
  /** Character codes of `i`, `u`, `b`, `d`. */
  readonly operations: Uint8Array;
  /** Parallel to `fields`; undefined where the reader was told to skip. */
  readonly columns: readonly (Column | undefined)[];
  /** Escaped form, with the table's version. */
  readonly namespace: string;
  /** The kind of the first message in the batch; rows of a pull and of the stream mean the same and may stand in one batch. */
  readonly kind: string;
}

export const INSERT = 0x69;
export const UPDATE = 0x75;
export const BEFORE = 0x62;
export const DELETE = 0x64;

export const TOLD = 0;
export const UNCHANGED = 1;
export const UNKNOWN = 2;

/** Which storages can hold a type without losing anything. */
export const STORAGES_OF: Readonly<Record<UmsType, readonly ColumnStorage[]>> = {
  int: ['text', 'int32', 'int64', 'float64'],
  long: ['text', 'int64'],
  float: ['text', 'float64'],
  double: ['text', 'float64'],
  decimal: ['text'],
  boolean: ['text', 'boolean'],
  string: ['text'],
  date: ['text'],
  datetime: ['text'],
  binary: ['text'],
  jsonobject: ['text'],
  jsonarray: ['text'],
};
