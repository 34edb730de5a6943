/** Proves that whatever bytes come, the decoder either tells what they mean or refuses them by code; it never reads past them. */

import { RtdpError } from '@rtdp/ums/error';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PgoutputDecoder, type PgoutputHandler, type TupleText } from './pgoutput-decoder.ts';

type Call = [string, ...unknown[]];

function recorder(): { calls: Call[]; handler: PgoutputHandler } {
  const calls: Call[] = [];
  const row = (tuple: TupleText): unknown[] =>
    Array.from({ length: tuple.count }, (_, column) =>
      tuple.states[column] === 0
        ? Buffer.from(tuple.buffer.subarray(tuple.starts[column], tuple.ends[column])).toString()
        : tuple.states[column],
    );
  return {
    calls,
    handler: {
      onBegin: (...values) => calls.push(['begin', ...values]),
      onCommit: (...values) => calls.push(['commit', ...values]),
      onRelation: (relation) => calls.push(['relation', relation]),
      onInsert: (oid, tuple) => calls.push(['insert', oid, row(tuple)]),
      onUpdate: (oid, kind, old, tuple) =>
        calls.push(['update', oid, kind, kind === 'none' ? [] : row(old), row(tuple)]),
      onDelete: (oid, kind, old) => calls.push(['delete', oid, kind, row(old)]),
      onTruncate: (oids, cascade, restart) => calls.push(['truncate', oids, cascade, restart]),
    },
  };
}

function tuple(values: (string | 'NULL' | 'UNCHANGED')[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16BE(values.length);
  const parts = values.map((value) => {
    if (value === 'NULL') return Buffer.from('n');
    if (value === 'UNCHANGED') return Buffer.from('u');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(value));
    return Buffer.concat([Buffer.from('t'), length, Buffer.from(value)]);
  });
  return Buffer.concat([count, ...parts]);
}

const oid = Buffer.from([0, 0, 0x40, 0x01]);
const update = Buffer.concat([
  Buffer.from('U'),
  oid,
  Buffer.from('O'),
  tuple(['1', 'old', 'NULL']),
  Buffer.from('N'),
  tuple(['1', 'nëw', 'UNCHANGED']),
]);

function decode(bytes: Buffer): Call[] {
  const { calls, handler } = recorder();
  // Behind the message lie bytes that are not its own.
  new PgoutputDecoder(handler).decode(
    Buffer.concat([Buffer.from('xx'), bytes, Buffer.alloc(64, 0x74)]),
    2,
    2 + bytes.length,
  );
  return calls;
}

test('rows are told as they stand in the message', () => {
  expect(decode(update)).toEqual([['update', 0x4001, 'full', ['1', 'old', 1], ['1', 'nëw', 2]]]);
  expect(decode(Buffer.concat([Buffer.from('I'), oid, Buffer.from('N'), tuple(['', 'x'])]))).toEqual([
    ['insert', 0x4001, ['', 'x']],
  ]);
  expect(decode(Buffer.concat([Buffer.from('D'), oid, Buffer.from('K'), tuple(['7', 'NULL'])]))).toEqual([
    ['delete', 0x4001, 'key', ['7', 1]],
  ]);
  expect(decode(Buffer.from([0x54, 0, 0, 0, 1, 3, ...oid]))).toEqual([['truncate', [0x4001], true, true]]);
});

test('times are microseconds since 1970', () => {
  const begin = Buffer.alloc(21);
  begin[0] = 0x42;
  begin.writeBigUInt64BE(0x1_0000_0002n, 1);
  begin.writeBigInt64BE(0n, 9);
  begin.writeUInt32BE(4_000_000_000, 17);
  expect(decode(begin)).toEqual([['begin', 0x1_0000_0002n, 946_684_800_000_000n, 4_000_000_000]]);
});

test('a message cut anywhere is refused, whatever lies behind it', () => {
  for (let length = 1; length < update.length; length++) {
    expect(() => decode(update.subarray(0, length)), `cut to ${length} bytes`).toThrow(
      expect.objectContaining({ code: 'DBUS_LOG_MALFORMED' }),
    );
  }
});

test('any change of bytes gives rows or DBUS_LOG_MALFORMED, and no value from outside of the message', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(update.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (changes) => {
        const bytes = Buffer.from(update);
        for (const [at, value] of changes) bytes[at] = value;
        try {
          // What lies behind the message is nothing but this letter.
          expect(decode(bytes).flat(3).map(String).join()).not.toContain('tttttttt');
        } catch (error) {
          if (!(error instanceof RtdpError)) throw error;
          expect(error.code).toBe('DBUS_LOG_MALFORMED');
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
