/** Decides which types UMS knows, what a field says, and which fields belong to the system. */

export const UMS_TYPES = [
  'int',
  'long',
  'float',
  'double',
  'decimal',
  'boolean',
  'string',
  'date',
  'datetime',
  'binary',
  'jsonobject',
  'jsonarray',
] as const;

export type UmsType = (typeof UMS_TYPES)[number];

export interface UmsField {
  readonly name: string;
  readonly type: UmsType;
  readonly nullable: boolean;
  /** True if the value was masked on the way. */
  readonly encoded: boolean;
  /** The source's own type, for example `numeric(12,2)`, `timestamptz(6)`. A field that has it was written by us: see `readsNullWord`. */
  readonly sourceType?: string;
  /** True for the columns that identify a row. */
  readonly key?: boolean;
}

/** A value as it stands in a tuple: `int`, `float`, `double` as number (NaN and ±Infinity as text), `boolean` as boolean, all else as text. */
export type UmsValue = string | number | boolean | null;

export const ID_FIELD: UmsField = { name: 'ums_id_', type: 'long', nullable: false, encoded: false };
export const TIMESTAMP_FIELD: UmsField = { name: 'ums_ts_', type: 'datetime', nullable: false, encoded: false };
export const OPERATION_FIELD: UmsField = { name: 'ums_op_', type: 'string', nullable: false, encoded: false };
export const UNIQUE_FIELD: UmsField = { name: 'ums_uid_', type: 'string', nullable: false, encoded: false };

/** In the order in which they stand at the head of every tuple of a data message. */
export const SYSTEM_FIELDS: readonly UmsField[] = [ID_FIELD, TIMESTAMP_FIELD, OPERATION_FIELD, UNIQUE_FIELD];

const SYSTEM_NAMES: ReadonlySet<string> = new Set(SYSTEM_FIELDS.map((field) => field.name));
const TYPE_NAMES: ReadonlySet<string> = new Set(UMS_TYPES);
const RESERVED_NAME = /^ums_.*_$/;

export function isUmsType(name: unknown): name is UmsType {
  return typeof name === 'string' && TYPE_NAMES.has(name);
}

export function isSystemField(name: string): boolean {
  return SYSTEM_NAMES.has(name);
}

/** The fields of the table itself: what `Batch.fields` and a reader's plan hold. */
export function dataFields(fields: readonly UmsField[]): UmsField[] {
  return fields.filter((field) => !SYSTEM_NAMES.has(field.name));
}

/** The tuple's fields for a data message of this table. */
export function withSystemFields(fields: readonly UmsField[]): UmsField[] {
  return [...SYSTEM_FIELDS, ...dataFields(fields)];
}

/**
 * Whether the text `_NULL_` in this column means null. The original writers have no other null; ours write JSON null, and
 * a field with `sourceType` is ours, so there the text is a text like any other. No other type has a value `_NULL_`.
 */
export function readsNullWord(field: UmsField): boolean {
  return field.type !== 'string' || field.sourceType === undefined;
}

/**
 * New names for source columns that are themselves called `ums_*_`: old name → new name, empty when none is.
 * The caller reports each one.
 */
export function renameReserved(columns: readonly string[]): Map<string, string> {
  const taken = new Set(columns);
  const renamed = new Map<string, string>();
  for (const column of columns) {
    if (!RESERVED_NAME.test(column)) continue;
    let name = `source_${column}`;
    while (taken.has(name)) name = `source_${name}`;
    taken.add(name);
    renamed.set(column, name);
  }
  return renamed;
}
