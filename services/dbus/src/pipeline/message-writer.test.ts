/** Proves that any rows, written as bytes under any limits, are read back as they were, in order and within the limits. */

import { readMessage } from '@rtdp/ums/message';
import type { UmsField } from '@rtdp/ums/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeInteger, writeText } from '../sources/postgres/value-decoder.ts';
import { BufferPool } from './buffer-pool.ts';
import { type EndedMessage, finishMessage, OPERATION, TableWriter } from './message-writer.ts';
import { NULL, type RowText, type TableShape, UNCHANGED, UNKNOWN, VALUE } from './message-writer-contract.ts';
import { RowHead } from './row-head.ts';

const fields: UmsField[] = [
  { name: 'id', type: 'int', nullable: false, encoded: false, sourceType: 'integer', key: true },
  { name: 'text', type: 'string', nullable: true, encoded: false, sourceType: 'text' },
];

const shape: TableShape = {
  schema: {
    namespace: {
      system: 'postgresql',
      instance: 'i',
      database: 'public',
      table: 't',
      version: '1',
      dbPartition: '0',
      tablePartition: '0',
    },
    version: '1',
    major: 1,
    fields,
    fingerprint: '',
    batchId: 3,
    stopped: false,
  },
  fields,
  writers: [writeInteger, writeText],
  keyText: ['source', 'source'],
  keyColumns: [0],
  partitions: 3,
};

interface Row {
  id: number;
  text: string | null;
  state: number;
}

function rowText(row: Row): RowText {
  const id = Buffer.from(String(row.id));
  const text = Buffer.from(row.text ?? '');
  return {
    buffer: Buffer.concat([id, text]),
    starts: Int32Array.of(0, id.length),
    ends: Int32Array.of(id.length, id.length + text.length),
    states: Uint8Array.of(VALUE, row.state),
  };
}

function writeAll(
  rows: Row[],
  limits: { rowsPerMessage: number; bytesPerMessage: number; maximumMessageBytes: number },
) {
  const ended: EndedMessage[] = [];
  const pool = new BufferPool();
  const head = new RowHead(1_000_000n);
  head.setTransaction({ xid: 7, commitMicros: 5_000_000, position: '0/10' }, '2026-01-01 00:00:00.000000');
  const writer = new TableWriter({
    shape,
    kind: 'data_increment_data',
    topic: 'topic',
    limits,
    pool,
    head,
    now: () => 1,
    onMessage: (message) => ended.push(message),
  });
  for (const row of rows) {
    writer.appendRow(rowText(row), OPERATION.insert, 1);
    head.advance();
  }
  writer.seal();
  expect(writer.openBytes).toBe(0);
  return ended.map((message) => finishMessage(message, { source: 's', instance: 'p', publishTs: 2 }, pool));
}

const anyRow: fc.Arbitrary<Row> = fc.oneof(
  fc.record({
    id: fc.integer({ min: -5, max: 50 }),
    text: fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary-ascii', maxLength: 300 }),
      fc.nat({ max: 3000 }).map((length) => '\u0001'.repeat(length)),
    ),
    state: fc.constant(VALUE),
  }),
  fc.record({ id: fc.integer(), text: fc.constant(null), state: fc.constantFrom(NULL, UNCHANGED, UNKNOWN) }),
);

test('rows survive writing, keep their order, and no message is larger than it may be', () => {
  fc.assert(
    fc.property(
      fc.array(anyRow, { maxLength: 60 }),
      fc.record({
        rowsPerMessage: fc.integer({ min: 1, max: 20 }),
        bytesPerMessage: fc.integer({ min: 1000, max: 5000 }),
        maximumMessageBytes: fc.constant(10_000_000),
      }),
      (rows, limits) => {
        const written = writeAll(rows, limits);
        const found = new Map<bigint, unknown[]>();
        const lastId = new Map<number, bigint>();
        const partitionOfKey = new Map<unknown, number>();
        for (const { value, partition, rows: count } of written) {
          const message = readMessage(value);
          expect(message.rows.length).toBe(count);
          expect(count).toBeLessThanOrEqual(limits.rowsPerMessage);
          expect(message.batchId).toBe(3);
          message.rows.forEach((tuple, index) => {
            const id = BigInt(String(tuple[0]));
            expect(id).toBeGreaterThan(lastId.get(partition) ?? 0n);
            lastId.set(partition, id);
            expect(partitionOfKey.get(tuple[4]) ?? partition).toBe(partition);
            partitionOfKey.set(tuple[4], partition);
            const state = message.unchanged?.[index]?.includes(5)
              ? UNCHANGED
              : message.unknown?.[index]?.includes(5)
                ? UNKNOWN
                : tuple[5] === null
                  ? NULL
                  : VALUE;
            found.set(id, [tuple[4], tuple[5], state, tuple[3]]);
          });
        }
        const expected = rows.map((row, index) => {
          const id = 1_000_001n + BigInt(index) * 4n;
          return [id, [row.id, row.text, row.state, id.toString()]];
        });
        expect([...found].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(expected);
      },
    ),
    { numRuns: 200 },
  );
});

test('a row beyond the limit is refused and leaves the rows around it as they were', () => {
  const limits = { rowsPerMessage: 500, bytesPerMessage: 900_000, maximumMessageBytes: 1_200_000 };
  const ended: EndedMessage[] = [];
  const pool = new BufferPool();
  const head = new RowHead(4n);
  const writer = new TableWriter({
    shape: { ...shape, partitions: 1 },
    kind: 'data_increment_data',
    topic: 'topic',
    limits,
    pool,
    head,
    now: () => 1,
    onMessage: (message) => ended.push(message),
  });
  writer.appendRow(rowText({ id: 1, text: 'a', state: VALUE }), OPERATION.insert, 1);
  head.advance();
  expect(() =>
    writer.appendRow(rowText({ id: 2, text: 'x'.repeat(1_300_000), state: VALUE }), OPERATION.insert, 1),
  ).toThrow(expect.objectContaining({ code: 'DBUS_ROW_TOO_LARGE' }));
  head.advance();
  writer.appendRow(rowText({ id: 3, text: '\u0001'.repeat(180_000), state: VALUE }), OPERATION.insert, 1);
  writer.seal();
  const messages = ended.map((message) =>
    readMessage(finishMessage(message, { source: 's', instance: 'p', publishTs: 2 }, pool).value),
  );
  expect(messages.flatMap((message) => message.rows.map((row) => row[4]))).toEqual([1, 3]);
  expect(() => writer.appendRow(rowText({ id: 0, text: null, state: VALUE }), 0x69, 1)).not.toThrow();
  const noKey = { ...rowText({ id: 0, text: null, state: NULL }), states: Uint8Array.of(NULL, NULL) };
  expect(() => writer.appendRow(noKey, OPERATION.insert, 1)).toThrow(
    expect.objectContaining({ code: 'DBUS_UNEXPECTED_NULL' }),
  );
});
