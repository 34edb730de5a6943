/** Decides which Postgres types have a proven meaning here, how they are written and how the embedded engine holds them. */

export type PgTypeName =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'numeric'
  | 'text'
  | 'varchar'
  | 'bpchar'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'uuid'
  | 'json'
  | 'jsonb'
  | 'bytea'
  | 'array'
  /** A string literal or NULL whose type its surroundings decide. */
  | 'unknown'
  /** A type we only carry: its text may be read, nothing else. */
  | 'opaque';

export interface PgType {
  readonly name: PgTypeName;
  /**
   * numeric only. Both present: every value has exactly `scale` decimal places and at most `precision` digits, and the engine holds it as a
   * DECIMAL. Absent: each value has its own scale, and the engine holds its text.
   */
  readonly precision?: number;
  readonly scale?: number;
  /** varchar and bpchar. */
  readonly length?: number;
  readonly element?: PgType;
  /** As written at the source, for messages and for the result's `sourceType`. */
  readonly written?: string;
}

export const BOOL: PgType = { name: 'bool' };
export const INT2: PgType = { name: 'int2' };
export const INT4: PgType = { name: 'int4' };
export const INT8: PgType = { name: 'int8' };
export const FLOAT4: PgType = { name: 'float4' };
export const FLOAT8: PgType = { name: 'float8' };
export const FREE_NUMERIC: PgType = { name: 'numeric' };
export const TEXT: PgType = { name: 'text' };
export const DATE: PgType = { name: 'date' };
export const TIMESTAMP: PgType = { name: 'timestamp' };
export const TIMESTAMPTZ: PgType = { name: 'timestamptz' };
export const INTERVAL: PgType = { name: 'interval' };
export const UUID: PgType = { name: 'uuid' };
export const JSON_TYPE: PgType = { name: 'json' };
export const JSONB: PgType = { name: 'jsonb' };
export const BYTEA: PgType = { name: 'bytea' };
export const UNKNOWN: PgType = { name: 'unknown' };

/** Greatest precision of the engine's DECIMAL. */
export const MAXIMUM_PRECISION = 38;

/** A numeric whose scale is known, or one without a known scale where it would not fit the engine's DECIMAL. */
export function fixedNumeric(precision: number, scale: number): PgType {
  // One digit before the point always: the engine prints a type without any as .5, and there has to be room for its 0.
  const needed = Math.max(precision, scale + 1);
  return needed > MAXIMUM_PRECISION || scale < 0 ? FREE_NUMERIC : { name: 'numeric', precision: needed, scale };
}

export function isFixed(type: PgType): type is PgType & { precision: number; scale: number } {
  return type.name === 'numeric' && type.precision !== undefined;
}

const NAMES: Record<string, PgTypeName> = {
  bool: 'bool',
  boolean: 'bool',
  int2: 'int2',
  smallint: 'int2',
  smallserial: 'int2',
  int4: 'int4',
  int: 'int4',
  integer: 'int4',
  serial: 'int4',
  int8: 'int8',
  bigint: 'int8',
  bigserial: 'int8',
  float4: 'float4',
  real: 'float4',
  float8: 'float8',
  'double precision': 'float8',
  numeric: 'numeric',
  decimal: 'numeric',
  text: 'text',
  varchar: 'varchar',
  'character varying': 'varchar',
  bpchar: 'bpchar',
  char: 'bpchar',
  character: 'bpchar',
  date: 'date',
  timestamp: 'timestamp',
  'timestamp without time zone': 'timestamp',
  timestamptz: 'timestamptz',
  'timestamp with time zone': 'timestamptz',
  interval: 'interval',
  uuid: 'uuid',
  json: 'json',
  jsonb: 'jsonb',
  bytea: 'bytea',
};

/**
 * Reads a type as a source writes it (`numeric(12,2)`, `timestamp(3) with time zone`, `text[]`). A type that is not on the list is `opaque`. */
export function parseTypeText(written: string): PgType {
  const text = written
    .trim()
    .toLowerCase()
    .replace(/^pg_catalog\./, '');
  const array = /^(.*?)\s*(\[\s*\d*\s*\])+$/.exec(text) ?? /^_(\w+)$/.exec(text);
  if (array !== null) return { name: 'array', element: parseTypeText(array[1]!), written };
  const match = /^([a-z0-9 ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\))?\s*((?:with|without) time zone)?$/.exec(text);
  if (match === null) return { name: 'opaque', written };
  const base = match[4] === undefined ? match[1]! : `${match[1]} ${match[4]}`;
  const name = NAMES[base];
  if (name === undefined || (name === 'interval' && match[2] !== undefined)) return { name: 'opaque', written };
  const first = match[2] === undefined ? undefined : Number(match[2]);
  if (name === 'numeric') {
    return first === undefined
      ? { ...FREE_NUMERIC, written }
      : { ...fixedNumeric(first, match[3] === undefined ? 0 : Number(match[3])), written };
  }
  if (name === 'bpchar') return { name, length: first ?? 1, written };
  if (name === 'varchar' && first !== undefined) return { name, length: first, written };
  return { name, written };
}

/** How a person and a result field's `sourceType` write the type. */
export function describeType(type: PgType): string {
  switch (type.name) {
    case 'bool':
      return 'boolean';
    case 'int2':
      return 'smallint';
    case 'int4':
      return 'integer';
    case 'int8':
      return 'bigint';
    case 'float4':
      return 'real';
    case 'float8':
      return 'double precision';
    case 'varchar':
      return type.length === undefined ? 'varchar' : `varchar(${type.length})`;
    case 'bpchar':
      return type.length === undefined ? 'char' : `char(${type.length})`;
    case 'array':
      return type.written ?? `${describeType(type.element!)}[]`;
    case 'opaque':
      return type.written ?? 'a type that is only carried';
    case 'numeric':
      return type.written ?? 'numeric';
    default:
      return type.name;
  }
}

/** The engine's type that holds values of this type. */
export function engineType(type: PgType): string {
  switch (type.name) {
    case 'bool':
      return 'BOOLEAN';
    case 'int2':
      return 'SMALLINT';
    case 'int4':
      return 'INTEGER';
    case 'int8':
      return 'BIGINT';
    case 'float4':
      return 'FLOAT';
    case 'float8':
      return 'DOUBLE';
    case 'numeric':
      return isFixed(type) ? `DECIMAL(${type.precision},${type.scale})` : 'VARCHAR';
    case 'date':
      return 'DATE';
    case 'timestamp':
    case 'timestamptz':
      // A timestamptz is held as the wall clock of UTC, which is what the message carries.
      return 'TIMESTAMP';
    default:
      return 'VARCHAR';
  }
}

export function isInteger(type: PgType): boolean {
  return type.name === 'int2' || type.name === 'int4' || type.name === 'int8';
}

export function isFloat(type: PgType): boolean {
  return type.name === 'float4' || type.name === 'float8';
}

export function isNumber(type: PgType): boolean {
  return isInteger(type) || isFloat(type) || type.name === 'numeric';
}

export function isString(type: PgType): boolean {
  return type.name === 'text' || type.name === 'varchar' || type.name === 'bpchar';
}

export function isMoment(type: PgType): boolean {
  return type.name === 'date' || type.name === 'timestamp' || type.name === 'timestamptz';
}

/** Digits an integer type may have; what it becomes as a numeric. */
export function integerPrecision(type: PgType): number {
  return type.name === 'int2' ? 5 : type.name === 'int4' ? 10 : 19;
}

/** Same engine representation and same meaning, whatever length or text was written. */
export function sameType(a: PgType, b: PgType): boolean {
  return (
    a.name === b.name &&
    a.precision === b.precision &&
    a.scale === b.scale &&
    a.length === b.length &&
    (a.element === undefined || b.element === undefined ? a.element === b.element : sameType(a.element, b.element))
  );
}

/** Types whose equal values have one text, so that arrays of them are equal where their texts are. */
export function hasOneText(type: PgType): boolean {
  return ['int2', 'int4', 'int8', 'text', 'varchar', 'bool', 'uuid', 'date', 'timestamp', 'timestamptz'].includes(
    type.name,
  );
}
