/** Decides which type a result column has, from the numbers by which the server names its types. */
import { INTERVAL, type PgType, parseTypeText } from '@rtdp/sql/pg-type';
import type { ResultColumn } from '../scan-contract.ts';
import type { FieldDescription } from './query-session.ts';

/** Numbers of the built-in types; they are the same in every Postgres. */
const BUILT_IN: Readonly<Record<number, string>> = {
  16: 'boolean',
  17: 'bytea',
  19: 'name',
  20: 'bigint',
  21: 'smallint',
  23: 'integer',
  25: 'text',
  26: 'oid',
  114: 'json',
  700: 'real',
  701: 'double precision',
  705: 'text',
  1042: 'character',
  1043: 'character varying',
  1082: 'date',
  1083: 'time without time zone',
  1114: 'timestamp without time zone',
  1184: 'timestamp with time zone',
  1186: 'interval',
  1266: 'time with time zone',
  1700: 'numeric',
  2950: 'uuid',
  3802: 'jsonb',
};

const HEADER = 4;

/** As `format_type` writes it; undefined where only the server knows the name. */
export function typeTextOf({ typeId, typeModifier }: FieldDescription): string | undefined {
  const name = BUILT_IN[typeId];
  if (name === undefined || typeModifier < 0) return name === 'character' ? 'bpchar' : name;
  const limit = typeModifier - HEADER;
  if (name === 'numeric') {
    // 11 bits with a sign.
    const scale = ((limit & 0x7ff) ^ 1024) - 1024;
    return `numeric(${(limit >> 16) & 0xffff},${scale})`;
  }
  if (name === 'character' || name === 'character varying') return `${name}(${limit})`;
  const zone = /^(time|timestamp) (with|without) time zone$/.exec(name);
  return zone === null ? name : `${zone[1]}(${typeModifier}) ${zone[2]} time zone`;
}

export function resultColumn(name: string, typeText: string): ResultColumn {
  return { name, type: typeOf(typeText), typeText };
}

/** A result of `interval` or `bpchar` without a length has its meaning, other than a stored column's. */
function typeOf(typeText: string): PgType {
  if (typeText === 'interval') return INTERVAL;
  if (typeText === 'bpchar') return { name: 'bpchar', written: typeText };
  return parseTypeText(typeText);
}
