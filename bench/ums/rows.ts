/** Decides which rows the UMS bench writes and reads: the ten mixed columns of every bench, from a seed. */
import { rowId } from '@rtdp/ums/ids';
import type { MessageToWrite } from '@rtdp/ums/message';
import { type UmsField, type UmsValue, withSystemFields } from '@rtdp/ums/types';

export const NAMESPACE = 'postgresql.shop.public.mixed.0.0.0';
export const ROWS_PER_MESSAGE = 500;

export const FIELDS: readonly UmsField[] = [
  { name: 'id', type: 'long', nullable: false, encoded: false, sourceType: 'bigint', key: true },
  { name: 'quantity', type: 'int', nullable: true, encoded: false, sourceType: 'integer' },
  { name: 'price', type: 'decimal', nullable: true, encoded: false, sourceType: 'numeric(12,2)' },
  { name: 'note', type: 'string', nullable: true, encoded: false, sourceType: 'text' },
  { name: 'created', type: 'datetime', nullable: true, encoded: false, sourceType: 'timestamp with time zone' },
  { name: 'active', type: 'boolean', nullable: true, encoded: false, sourceType: 'boolean' },
  { name: 'attributes', type: 'jsonobject', nullable: true, encoded: false, sourceType: 'jsonb' },
  { name: 'token', type: 'string', nullable: true, encoded: false, sourceType: 'uuid' },
  { name: 'score', type: 'double', nullable: true, encoded: false, sourceType: 'double precision' },
  { name: 'name', type: 'string', nullable: true, encoded: false, sourceType: 'character varying(40)' },
];

/** Message number `index`, as plain values. */
export function makeMessage(random: () => number, index: number): MessageToWrite {
  const rows: UmsValue[][] = [];
  const base = (1_750_000_000_000n << 20n) + BigInt(index * ROWS_PER_MESSAGE) * 4n;
  const timestamp = `2026-01-01 00:${pad(index % 60)}:00.${String(index % 1_000_000).padStart(6, '0')}`;
  for (let row = 0; row < ROWS_PER_MESSAGE; row++) {
    const id = rowId(base + BigInt(row) * 4n).toString();
    const number = index * ROWS_PER_MESSAGE + row;
    rows.push([id, timestamp, 'i', id, ...makeRow(random, number)]);
  }
  return { kind: 'data_increment_data', namespace: NAMESPACE, batchId: 0, fields: withSystemFields(FIELDS), rows };
}

function makeRow(random: () => number, number: number): UmsValue[] {
  const below = (limit: number) => Math.floor(random() * limit);
  const orNull = (value: UmsValue) => (random() < 0.02 ? null : value);
  return [
    String(number),
    orNull(below(100_000)),
    orNull(`${below(100_000)}.${pad(below(100))}`),
    orNull(`note ${number} on a row that is neither short nor long, "quoted" once in ${below(10)} lines`),
    orNull(
      `2025-${pad(1 + below(12))}-${pad(1 + below(28))} ${pad(below(24))}:${pad(below(60))}:${pad(below(60))}.${String(below(1_000_000)).padStart(6, '0')}`,
    ),
    orNull(random() < 0.5),
    orNull(JSON.stringify({ color: ['red', 'green', 'blue'][below(3)], size: below(50), tags: ['a', 'b'] })),
    orNull(uuid(random)),
    orNull(random() * 1000),
    orNull(`customer ${below(1_000_000)}`),
  ];
}

function uuid(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
