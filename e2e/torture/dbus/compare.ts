/** Decides whether what is in Kafka is what the log says: none missing, none twice, in order; reads Kafka's side too. */
import type { Bus } from '@rtdp/bus/bus';
import { readMessage, type UmsMessage } from '@rtdp/ums/message';
import { familyOf } from '@rtdp/ums/message-kinds';
import type { UmsField, UmsValue } from '@rtdp/ums/types';
import { type ColumnValue, rowText, UNCHANGED } from './oracle.ts';

/** One change, the same text on both sides. */
export interface ChangeLine {
  xid: number;
  table: string;
  /** i, u, d; t = truncate. */
  operation: string;
  row: string;
}

export interface KafkaChanges {
  /** By id, which is the order of the source. */
  lines: ChangeLine[];
  duplicates: number;
  /** Rows whose id is not greater than that of the row before them, of the same table in the same partition. */
  outOfOrder: number;
  /** Truncates that are not in every partition under one id. */
  brokenTruncates: number;
  messages: number;
}

export interface Comparison {
  changes: number;
  missing: number;
  unexpected: number;
  firstDifference: string;
}

/** Exactly one line for line: a change that is missing, doubled or out of order shows as a difference. */
export function compare(expected: readonly ChangeLine[], found: readonly ChangeLine[]): Comparison {
  const counts = new Map<string, number>();
  for (const line of expected) counts.set(lineText(line), (counts.get(lineText(line)) ?? 0) + 1);
  let unexpected = 0;
  for (const line of found) {
    const text = lineText(line);
    const left = counts.get(text) ?? 0;
    if (left === 0) unexpected++;
    else counts.set(text, left - 1);
  }
  let missing = 0;
  for (const left of counts.values()) missing += left;
  let firstDifference = '';
  for (let index = 0; index < Math.max(expected.length, found.length); index++) {
    const wanted = expected[index] === undefined ? 'nothing' : lineText(expected[index]!);
    const got = found[index] === undefined ? 'nothing' : lineText(found[index]!);
    if (wanted === got) continue;
    firstDifference = `change ${index}: the log has ${wanted.slice(0, 300)}, Kafka has ${got.slice(0, 300)}`;
    break;
  }
  return { changes: expected.length, missing, unexpected, firstDifference };
}

function lineText(line: ChangeLine): string {
  return `${line.xid} ${line.table} ${line.operation} ${line.row}`;
}

/** @param render a UMS value as Postgres' text */
export async function readKafka(
  bus: Bus,
  topic: string,
  render: (field: UmsField, value: UmsValue) => string | null,
): Promise<KafkaChanges> {
  const byId = new Map<bigint, ChangeLine>();
  const truncates = new Map<bigint, number>();
  const result = { duplicates: 0, outOfOrder: 0, brokenTruncates: 0, messages: 0 };
  const offsets = await bus.admin().topicOffsets(topic);
  for (const { partition, low } of offsets) {
    const last = new Map<string, bigint>();
    for await (const batch of bus.readFrom(topic, partition, low)) {
      for (const { value } of batch.messages) {
        const message = readMessage(value!);
        const table = message.namespace.split('.')[3]!;
        result.messages++;
        if (message.namespace.split('.')[2] !== 'public') continue;
        const family = familyOf(message.kind);
        if (family === 'truncate') {
          const id = BigInt(String(message.rows[0]![0]));
          truncates.set(id, (truncates.get(id) ?? 0) + 1);
          byId.set(id, { xid: 0, table, operation: 't', row: '' });
        } else if (message.kind === 'data_increment_data') {
          addRows(message, table, byId, last, result, render);
        }
      }
    }
  }
  for (const count of truncates.values()) if (count !== offsets.length) result.brokenTruncates++;
  const ids = [...byId.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return { ...result, lines: ids.map((id) => byId.get(id)!) };
}

function addRows(
  message: UmsMessage,
  table: string,
  byId: Map<bigint, ChangeLine>,
  last: Map<string, bigint>,
  result: { duplicates: number; outOfOrder: number },
  render: (field: UmsField, value: UmsValue) => string | null,
): void {
  const transactions = message.context?.tx as [number, number, number][];
  let transaction = 0;
  message.rows.forEach((tuple, index) => {
    while (transactions[transaction + 1] !== undefined && transactions[transaction + 1]![0] <= index) transaction++;
    const id = BigInt(String(tuple[0]));
    if (byId.has(id)) result.duplicates++;
    if (id <= (last.get(table) ?? 0n)) result.outOfOrder++;
    last.set(table, id);
    const columns = new Map<string, ColumnValue>();
    for (let column = 4; column < tuple.length; column++) {
      const field = message.fields[column]!;
      if (message.unknown?.[index]?.includes(column)) continue;
      const isUnchanged = message.unchanged?.[index]?.includes(column) === true;
      const text = render(field, tuple[column]!);
      const shown = field.type === 'boolean' && text !== null ? String(text === 't') : text;
      columns.set(field.name, isUnchanged ? UNCHANGED : shown);
    }
    const operation = String(tuple[2]);
    byId.set(id, { xid: transactions[transaction]![1], table, operation, row: rowText(columns, operation === 'd') });
  });
}
