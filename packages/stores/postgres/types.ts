/** Decides which Postgres type a UMS field gets in a sink, and in which text form its values are handed over. */
import type { UmsField, UmsType } from '@rtdp/ums/types';

/** How a value's plain UMS text becomes Postgres' input text: as it is, base64 → `\x…`, JSON array → `{…}`. */
export type ValueForm = 'plain' | 'bytea' | 'array';

export interface ColumnType {
  /** As written in CREATE TABLE, for example `numeric(12,2)`. */
  readonly declared: string;
  /** Without limits, so that an explicit cast never cuts or rounds silently: the assignment to the column checks them. */
  readonly parameter: string;
  readonly form: ValueForm;
}

const FROM_UMS: Record<UmsType, string> = {
  int: 'integer',
  long: 'bigint',
  float: 'real',
  double: 'double precision',
  decimal: 'numeric',
  boolean: 'boolean',
  string: 'text',
  date: 'date',
  datetime: 'timestamp',
  binary: 'bytea',
  jsonobject: 'jsonb',
  jsonarray: 'jsonb',
};

/** Types every Postgres has, whose input accepts what UMS carries for them. The value is the parameter type where it is not the same. */
const NATIVE: Record<string, string> = {
  boolean: 'boolean',
  bool: 'boolean',
  smallint: 'smallint',
  int2: 'smallint',
  integer: 'integer',
  int: 'integer',
  int4: 'integer',
  bigint: 'bigint',
  int8: 'bigint',
  real: 'real',
  float4: 'real',
  'double precision': 'double precision',
  float8: 'double precision',
  numeric: 'numeric',
  decimal: 'numeric',
  text: 'text',
  varchar: 'varchar',
  'character varying': 'varchar',
  char: 'bpchar',
  character: 'bpchar',
  bpchar: 'bpchar',
  name: 'text',
  uuid: 'uuid',
  date: 'date',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
  time: 'time',
  timetz: 'timetz',
  interval: 'interval',
  json: 'json',
  jsonb: 'jsonb',
  bytea: 'bytea',
  inet: 'inet',
  cidr: 'cidr',
  macaddr: 'macaddr',
  macaddr8: 'macaddr8',
  bit: 'varbit',
  varbit: 'varbit',
  'bit varying': 'varbit',
  point: 'point',
  line: 'line',
  lseg: 'lseg',
  box: 'box',
  path: 'path',
  polygon: 'polygon',
  circle: 'circle',
  int4range: 'int4range',
  int8range: 'int8range',
  numrange: 'numrange',
  tsrange: 'tsrange',
  tstzrange: 'tstzrange',
  daterange: 'daterange',
  tsvector: 'tsvector',
  tsquery: 'tsquery',
  xml: 'xml',
  pg_lsn: 'pg_lsn',
};

/** Types without a default B-tree order cannot stand in a key; such a key column becomes text. `json` has not even equality. */
const UNORDERED = new Set(['json', 'xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle']);
/** JSON's own types inside arrays: the elements' nesting would be lost in Postgres' array text. */
const NOT_IN_ARRAYS = new Set(['json', 'jsonb', 'box']);

const SOURCE_TYPE =
  /^([a-z_][a-z0-9_ ]*?)\s*(\(\s*-?\d+\s*(?:,\s*-?\d+\s*)?\))?( with(?:out)? time zone)?((?:\[\d*\])*)$/;

export function columnType(field: UmsField, sourceSystem = 'postgresql'): ColumnType {
  const native = ownType(field, sourceSystem);
  if (native) return native;
  const declared = field.key && field.type.startsWith('json') ? 'text' : FROM_UMS[field.type];
  return { declared, parameter: declared, form: field.type === 'binary' ? 'bytea' : 'plain' };
}

/** Whether a column of this field has the source's own type here. */
export function keepsSourceType(field: UmsField, sourceSystem = 'postgresql'): boolean {
  return ownType(field, sourceSystem) !== undefined;
}

function ownType(field: UmsField, sourceSystem: string): ColumnType | undefined {
  return sourceSystem === 'postgresql' && field.sourceType !== undefined
    ? nativeType(field.sourceType, field)
    : undefined;
}

/** undefined where this store has no such type (enum, domain, extension) or the value does not travel in a form it reads. */
function nativeType(sourceType: string, field: UmsField): ColumnType | undefined {
  const match = SOURCE_TYPE.exec(sourceType.trim().toLowerCase());
  if (!match) return undefined;
  const [, rawName = '', limits = '', zone = '', brackets = ''] = match;
  const name = zone === ' with time zone' ? `${rawName}tz` : rawName;
  const parameter = Object.hasOwn(NATIVE, name) ? NATIVE[name] : undefined;
  if (parameter === undefined) return undefined;
  if (field.key && (brackets !== '' || UNORDERED.has(name)))
    return { declared: 'text', parameter: 'text', form: 'plain' };
  if (brackets !== '') {
    if (NOT_IN_ARRAYS.has(name) || parameter === 'bytea') return undefined;
    return { declared: `${name}${limits}[]`, parameter: `${parameter}[]`, form: 'array' };
  }
  return { declared: `${name}${limits}`, parameter, form: name === 'bytea' ? 'bytea' : 'plain' };
}
