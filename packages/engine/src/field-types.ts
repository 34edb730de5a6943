/** Decides which Postgres type a UMS field has in SQL, and which UMS field a result column becomes. */
import { describeType, FREE_NUMERIC, JSON_TYPE, type PgType, type PgTypeName, parseTypeText } from '@rtdp/sql/pg-type';
import type { UmsField, UmsType } from '@rtdp/ums/types';

const DEFAULT_TYPE: Record<UmsType, PgType> = {
  int: { name: 'int4' },
  long: { name: 'int8' },
  float: { name: 'float4' },
  double: { name: 'float8' },
  decimal: FREE_NUMERIC,
  boolean: { name: 'bool' },
  string: { name: 'text' },
  date: { name: 'date' },
  datetime: { name: 'timestamp' },
  binary: { name: 'bytea' },
  jsonobject: JSON_TYPE,
  jsonarray: JSON_TYPE,
};

/** The UMS types in which a value of a Postgres type may travel; with any other, the source means something else by the name. */
const TRAVELS_AS: Partial<Record<PgTypeName, readonly UmsType[]>> = {
  bool: ['boolean'],
  int2: ['int'],
  int4: ['int'],
  int8: ['long'],
  float4: ['float'],
  float8: ['double'],
  numeric: ['decimal'],
  text: ['string'],
  varchar: ['string'],
  bpchar: ['string'],
  uuid: ['string'],
  date: ['date'],
  timestamp: ['datetime'],
  timestamptz: ['datetime'],
  json: ['jsonobject', 'jsonarray'],
  jsonb: ['jsonobject', 'jsonarray'],
  bytea: ['binary'],
  array: ['jsonarray'],
};

/** The type a field has in SQL. A `string` whose source type is not known (enum, inet, interval …) is opaque: its text may be read. */
export function typeOfField(field: UmsField): PgType {
  if (field.sourceType === undefined) return DEFAULT_TYPE[field.type];
  const type = parseTypeText(field.sourceType);
  if (TRAVELS_AS[type.name]?.includes(field.type) === true) return type;
  if (field.type === 'string') return { name: 'opaque', written: field.sourceType };
  return DEFAULT_TYPE[field.type];
}

const UMS_TYPE: Partial<Record<PgTypeName, UmsType>> = {
  bool: 'boolean',
  int2: 'int',
  int4: 'int',
  int8: 'long',
  float4: 'float',
  float8: 'double',
  numeric: 'decimal',
  date: 'date',
  timestamp: 'datetime',
  timestamptz: 'datetime',
  json: 'jsonobject',
  jsonb: 'jsonobject',
  bytea: 'binary',
  array: 'jsonarray',
};

/** The field of a computed column. */
export function fieldOfType(name: string, type: PgType): UmsField {
  return {
    name,
    type: UMS_TYPE[type.name] ?? 'string',
    nullable: true,
    encoded: false,
    sourceType: describeType(type),
  };
}
