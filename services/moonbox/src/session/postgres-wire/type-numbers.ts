/** Decides under which object id a type is announced to the client, and which type of ours an id declared by a client is. */
import {
  BOOL,
  BYTEA,
  DATE,
  FLOAT4,
  FLOAT8,
  FREE_NUMERIC,
  INT2,
  INT4,
  INT8,
  INTERVAL,
  JSON_TYPE,
  JSONB,
  type PgType,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  UUID,
} from '@rtdp/sql/pg-type';
import type { ResultColumn } from '@rtdp/stores/scan-contract';

/** What RowDescription says of a type. */
export interface TypeNumbers {
  readonly oid: number;
  /** Bytes of a value; −1 where they differ. */
  readonly size: number;
  readonly modifier: number;
}

export const OID = {
  bool: 16,
  bytea: 17,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  xml: 142,
  point: 600,
  cidr: 650,
  float4: 700,
  float8: 701,
  unknown: 705,
  money: 790,
  macaddr: 829,
  inet: 869,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  timetz: 1266,
  bit: 1560,
  varbit: 1562,
  numeric: 1700,
  uuid: 2950,
  tsvector: 3614,
  jsonb: 3802,
} as const;

/** Element → array. */
const ARRAY_OF: Readonly<Record<number, number>> = {
  [OID.bool]: 1000,
  [OID.bytea]: 1001,
  [OID.int2]: 1005,
  [OID.int4]: 1007,
  [OID.text]: 1009,
  [OID.bpchar]: 1014,
  [OID.varchar]: 1015,
  [OID.int8]: 1016,
  [OID.float4]: 1021,
  [OID.float8]: 1022,
  [OID.inet]: 1041,
  [OID.timestamp]: 1115,
  [OID.date]: 1182,
  [OID.time]: 1183,
  [OID.timestamptz]: 1185,
  [OID.interval]: 1187,
  [OID.numeric]: 1231,
  [OID.json]: 199,
  [OID.uuid]: 2951,
  [OID.jsonb]: 3807,
};

const ELEMENT_OF = new Map(Object.entries(ARRAY_OF).map(([element, array]) => [array, Number(element)]));

const SIZES: Readonly<Record<number, number>> = {
  [OID.bool]: 1,
  [OID.int2]: 2,
  [OID.int4]: 4,
  [OID.int8]: 8,
  [OID.float4]: 4,
  [OID.float8]: 8,
  [OID.date]: 4,
  [OID.time]: 8,
  [OID.timestamp]: 8,
  [OID.timestamptz]: 8,
  [OID.interval]: 16,
  [OID.timetz]: 12,
  [OID.uuid]: 16,
};

/** Types that PgType has no name for, by the name a source gives them. */
const OPAQUE: Readonly<Record<string, number>> = {
  time: OID.time,
  'time without time zone': OID.time,
  timetz: OID.timetz,
  'time with time zone': OID.timetz,
  interval: OID.interval,
  inet: OID.inet,
  cidr: OID.cidr,
  macaddr: OID.macaddr,
  money: OID.money,
  xml: OID.xml,
  point: OID.point,
  name: OID.name,
  oid: OID.oid,
  tsvector: OID.tsvector,
  bit: OID.bit,
  'bit varying': OID.varbit,
};

const DECLARED: Readonly<Record<number, PgType>> = {
  [OID.bool]: BOOL,
  [OID.bytea]: BYTEA,
  [OID.int8]: INT8,
  [OID.int2]: INT2,
  [OID.int4]: INT4,
  [OID.text]: TEXT,
  [OID.json]: JSON_TYPE,
  [OID.float4]: FLOAT4,
  [OID.float8]: FLOAT8,
  [OID.bpchar]: { name: 'bpchar' },
  [OID.varchar]: { name: 'varchar' },
  [OID.date]: DATE,
  [OID.timestamp]: TIMESTAMP,
  [OID.timestamptz]: TIMESTAMPTZ,
  [OID.interval]: INTERVAL,
  [OID.numeric]: FREE_NUMERIC,
  [OID.uuid]: UUID,
  [OID.jsonb]: JSONB,
};

/** Element of an array type; undefined for any other. */
export function elementOid(arrayOid: number): number | undefined {
  return ELEMENT_OF.get(arrayOid);
}

/** The id of a type; `text` for what Postgres has no type for, because that is how it is sent. */
export function oidOf(type: PgType, typeText = ''): number {
  switch (type.name) {
    case 'array':
      return ARRAY_OF[oidOf(type.element ?? TEXT)] ?? OID.text;
    case 'opaque':
      return OPAQUE[withoutModifier(typeText || type.written || '')] ?? OID.text;
    case 'unknown':
      return OID.text;
    default:
      return OID[type.name];
  }
}

/** What RowDescription says of a result column. */
export function numbersOf(column: ResultColumn): TypeNumbers {
  const oid = oidOf(column.type, column.typeText);
  return { oid, size: SIZES[oid] ?? -1, modifier: modifierOf(oid, column.typeText) };
}

/** The type that an id declared for a parameter means; undefined where the statement decides or only the source can read it. */
export function declaredType(oid: number): PgType | undefined {
  const element = ELEMENT_OF.get(oid);
  if (element === undefined) return DECLARED[oid];
  const type = DECLARED[element];
  return type === undefined ? undefined : { name: 'array', element: type };
}

function withoutModifier(typeText: string): string {
  return typeText
    .toLowerCase()
    .replace(/\([^)]*\)/, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** As Postgres packs the numbers in parentheses. */
function modifierOf(oid: number, typeText: string): number {
  const written = /\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\)/.exec(typeText);
  if (written === null) return -1;
  const first = Number(written[1]);
  if (oid === OID.numeric) return ((first << 16) | (Number(written[2] ?? 0) & 0x7ff)) + 4;
  if (oid === OID.varchar || oid === OID.bpchar) return first + 4;
  if (oid === OID.timestamp || oid === OID.timestamptz || oid === OID.time || oid === OID.timetz) return first;
  return -1;
}
