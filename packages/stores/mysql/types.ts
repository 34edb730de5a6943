/** Decides which Postgres type a column of MySQL or MariaDB has, from its declaration or from what a result says of it. */
import { fixedNumeric, type PgType, parseTypeText } from '@rtdp/sql/pg-type';

export interface MysqlType {
  readonly type: PgType;
  /** Postgres' name of the type, for display. */
  readonly typeText: string;
  /** Whether MySQL compares and sorts its values as Postgres would, collations aside. */
  readonly comparable: boolean;
}

const MOST_PRECISION = 38;

function postgres(typeText: string, comparable = true): MysqlType {
  return { type: parseTypeText(typeText), typeText, comparable };
}

/** A type that is only carried: its text may be read. */
function carried(typeText: string): MysqlType {
  return { type: { name: 'opaque', written: typeText }, typeText, comparable: false };
}

function numeric(precision: number, scale: number): MysqlType {
  const typeText = `numeric(${precision},${scale})`;
  const type = precision > MOST_PRECISION ? parseTypeText('numeric') : fixedNumeric(precision, scale);
  return { type: { ...type, written: typeText }, typeText, comparable: true };
}

function moment(name: 'timestamp' | 'timestamptz', decimals: number): MysqlType {
  const zone = name === 'timestamp' ? 'without' : 'with';
  return postgres(`timestamp(${decimals}) ${zone} time zone`);
}

/**
 * From `information_schema.columns`: `COLUMN_TYPE`, e.g. `bigint(20) unsigned`, `decimal(12,2)`, `enum('a','b')`. A `tinyint(1)` is a number
 * that may be 7, so it is no boolean.
 */
export function declaredType(columnType: string): MysqlType {
  const match = /^([a-z0-9_]+)(?:\((\d+)(?:,(\d+))?\))?(.*)$/i.exec(columnType.trim());
  if (match === null) return carried(columnType);
  const [, name = '', first, second, rest = ''] = match;
  const unsigned = rest.includes('unsigned');
  const size = first === undefined ? undefined : Number(first);
  switch (name.toLowerCase()) {
    case 'tinyint':
      return postgres('smallint');
    case 'smallint':
      return postgres(unsigned ? 'integer' : 'smallint');
    case 'mediumint':
    case 'year':
      return postgres('integer');
    case 'int':
    case 'integer':
      return postgres(unsigned ? 'bigint' : 'integer');
    case 'bigint':
      return unsigned ? numeric(20, 0) : postgres('bigint');
    case 'decimal':
    case 'numeric':
      return numeric(size ?? 10, second === undefined ? 0 : Number(second));
    case 'float':
      // MySQL compares a float with a literal as doubles do, Postgres casts the literal.
      return postgres('real', false);
    case 'double':
      return postgres('double precision');
    case 'char':
      // Its trailing blanks are not part of the value in MySQL, so it is not Postgres' char either.
      return postgres('text');
    case 'varchar':
      return postgres(`character varying(${size})`);
    case 'tinytext':
    case 'text':
    case 'mediumtext':
    case 'longtext':
      return postgres('text');
    case 'date':
      return postgres('date');
    case 'datetime':
      return moment('timestamp', size ?? 0);
    case 'timestamp':
      return moment('timestamptz', size ?? 0);
    case 'json':
      return postgres('json', false);
    case 'uuid':
      return postgres('uuid', false);
    case 'binary':
    case 'varbinary':
    case 'tinyblob':
    case 'blob':
    case 'mediumblob':
    case 'longblob':
      return postgres('bytea', false);
    case 'enum':
    case 'set':
      return { ...postgres('text'), comparable: false };
    default:
      return carried(columnType);
  }
}

/** What a result says of one of its columns. */
export interface ResultField {
  readonly name: string;
  /** Names at the source, empty for an expression. */
  readonly orgTable: string;
  readonly orgName: string;
  readonly columnType: number;
  readonly flags: number;
  readonly decimals: number;
  readonly columnLength: number;
  /** 63 = bytes. */
  readonly characterSet: number;
  /** MariaDB's own types: `uuid`, `inet6`. */
  readonly extendedTypeName?: string | undefined;
}

/** Numbers of the types on the wire. */
export const WIRE = {
  TINY: 1,
  SHORT: 2,
  LONG: 3,
  FLOAT: 4,
  DOUBLE: 5,
  NULL: 6,
  TIMESTAMP: 7,
  LONGLONG: 8,
  INT24: 9,
  DATE: 10,
  TIME: 11,
  DATETIME: 12,
  YEAR: 13,
  BIT: 16,
  JSON: 245,
  NEWDECIMAL: 246,
  GEOMETRY: 255,
} as const;

const UNSIGNED = 32;
const BINARY_CHARACTERS = 63;
/** `decimals` of a value without a fixed number of them. */
const NOT_FIXED = 31;

export function isUnsigned(field: ResultField): boolean {
  return (field.flags & UNSIGNED) !== 0;
}

export function holdsBytes(field: ResultField): boolean {
  return field.columnType === WIRE.GEOMETRY || field.characterSet === BINARY_CHARACTERS;
}

export function resultType(field: ResultField): MysqlType {
  const decimals = field.decimals >= NOT_FIXED ? 6 : field.decimals;
  switch (field.columnType) {
    case WIRE.TINY:
      return postgres('smallint');
    case WIRE.SHORT:
      return postgres(isUnsigned(field) ? 'integer' : 'smallint');
    case WIRE.INT24:
    case WIRE.YEAR:
      return postgres('integer');
    case WIRE.LONG:
      return postgres(isUnsigned(field) ? 'bigint' : 'integer');
    case WIRE.LONGLONG:
      return isUnsigned(field) ? numeric(20, 0) : postgres('bigint');
    case WIRE.NEWDECIMAL:
      // The length counts a point, and a sign where there may be one.
      return numeric(
        field.columnLength - (field.decimals > 0 ? 1 : 0) - (isUnsigned(field) ? 0 : 1),
        Math.min(field.decimals, MOST_PRECISION),
      );
    case WIRE.FLOAT:
      return postgres('real');
    case WIRE.DOUBLE:
      return postgres('double precision');
    case WIRE.DATE:
      return postgres('date');
    case WIRE.DATETIME:
      return moment('timestamp', decimals);
    case WIRE.TIMESTAMP:
      return moment('timestamptz', decimals);
    case WIRE.TIME:
      return carried('time');
    case WIRE.BIT:
      return carried(`bit(${field.columnLength})`);
    case WIRE.JSON:
      return postgres('json');
    default:
      if (field.extendedTypeName === 'uuid') return postgres('uuid');
      if (field.extendedTypeName?.startsWith('inet') === true) return carried(field.extendedTypeName);
      return postgres(holdsBytes(field) && field.columnType !== WIRE.NULL ? 'bytea' : 'text');
  }
}
