/** Proves that our record batches are Kafka's: the client library reads what we write, and we read what it writes. */
import { createRequire } from 'node:module';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { crc32c } from '@node-rs/crc32';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OutgoingMessage } from './bus.ts';
import { decodeRecords, decodeUnsettled } from './record-batch-decoder.ts';
import {
  type BatchIdentity,
  batchLength,
  encodeRecords,
  recordSizeLimit,
  writeRecordBatch,
} from './record-batch-encoder.ts';
import { WireWriter } from './wire.ts';

const requireHere = createRequire(import.meta.url);
const libraryCrc: (bytes: Buffer) => number = requireHere('kafkajs/src/protocol/recordBatch/crc32C');
const LibraryDecoder = requireHere('kafkajs/src/protocol/decoder');
const libraryDecode = requireHere('kafkajs/src/protocol/recordBatch/v0/decoder');
const { RecordBatch: libraryBatch } = requireHere('kafkajs/src/protocol/recordBatch/v0');
const libraryRecord = requireHere('kafkajs/src/protocol/recordBatch/record/v0');
const Long = requireHere('kafkajs/src/utils/long');

const NOW = 1_764_000_000_000;
const IDENTITY: BatchIdentity = { producerId: 7n, producerEpoch: 3, firstSequence: 11, transactional: true };

function encode(messages: OutgoingMessage[], identity: BatchIdentity = IDENTITY, baseOffset = 0n): Buffer {
  const batch = encodeRecords(messages, NOW);
  const writer = new WireWriter();
  writeRecordBatch(writer, batch, identity);
  const bytes = Buffer.concat(writer.finish());
  expect(bytes.length).toBe(batchLength(batch));
  expect(writer.length).toBe(bytes.length);
  bytes.writeBigInt64BE(baseOffset, 0);
  return bytes;
}

/** A marker as a broker writes it: type 0 aborts, 1 commits. */
function marker(producerId: bigint, type: 0 | 1, baseOffset: bigint): Buffer {
  const key = Buffer.from([0, 0, 0, type]);
  const bytes = encode([{ partition: 0, key, value: Buffer.alloc(6) }], { ...IDENTITY, producerId }, baseOffset);
  bytes.writeInt16BE(0x30, 21);
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
}

const small = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
const bytes = fc.oneof(
  small,
  fc.nat(40_000).map((length) => Buffer.alloc(length, length)),
);
/** The client library keeps headers in a plain object, and so mixes these names with what every object has. */
const inheritedNames = new Set(Object.getOwnPropertyNames(Object.prototype));
const headerName = fc.string({ minLength: 1 }).filter((name) => !inheritedNames.has(name));
const message = fc.record({
  partition: fc.constant(0),
  key: fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' }), bytes),
  value: fc.oneof(fc.constant(null), bytes),
  headers: fc.dictionary(headerName, fc.oneof(fc.string(), bytes), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
  timestamp: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 4_000_000_000_000 })),
});

const asBuffer = (value: string | Buffer | null | undefined) =>
  typeof value === 'string' ? Buffer.from(value) : (value ?? null);

function expected(
  messages: readonly (OutgoingMessage | (typeof message extends fc.Arbitrary<infer T> ? T : never))[],
  baseOffset: bigint,
) {
  return messages.map((each, index) => ({
    offset: baseOffset + BigInt(index),
    key: asBuffer(each.key),
    value: asBuffer(each.value),
    timestamp: each.timestamp ?? NOW,
    headers: Object.fromEntries(Object.entries(each.headers ?? {}).map(([name, value]) => [name, asBuffer(value)])),
  }));
}

test('the native CRC32C equals the one of the client library', () => {
  fc.assert(
    fc.property(bytes, fc.nat(100), (content, cut) => {
      const at = Math.min(cut, content.length);
      expect(crc32c(content)).toBe(libraryCrc(content));
      expect(crc32c(content.subarray(at), crc32c(content.subarray(0, at)))).toBe(libraryCrc(content));
    }),
  );
});

test('what we write, we and the client library read alike', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 12 }),
      fc.bigInt({ min: 0n, max: 2n ** 60n }),
      async (messages, baseOffset) => {
        const written = encode(messages as OutgoingMessage[], IDENTITY, baseOffset);
        const wanted = expected(messages, baseOffset);
        const read = decodeRecords(written, 0, written.length, 0n, []);
        expect(read.messages).toEqual(wanted);
        expect(read.nextOffset).toBe(baseOffset + BigInt(messages.length));
        const { records, ...head } = await libraryDecode(new LibraryDecoder(written));
        expect(head).toMatchObject({
          producerId: '7',
          producerEpoch: 3,
          firstSequence: 11,
          inTransaction: true,
          isControlBatch: false,
        });
        const libraryView = records.map(
          (record: { offset: string; timestamp: string; key: Buffer; value: Buffer; headers: object }) => ({
            offset: BigInt(record.offset),
            key: record.key,
            value: record.value,
            timestamp: Number(record.timestamp),
            headers: record.headers,
          }),
        );
        expect(libraryView).toEqual(wanted);
        const size = messages.reduce((sum, each) => sum + recordSizeLimit(each as OutgoingMessage), 0);
        expect(size).toBeGreaterThanOrEqual(written.length - 61);
      },
    ),
    { numRuns: 60 },
  );
});

test('what the client library writes, we read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), async (messages) => {
      const times = messages.map((each) => each.timestamp ?? NOW);
      const firstTimestamp = Math.min(...times);
      const records = messages.map((each, index) =>
        libraryRecord({
          ...each,
          key: each.key ?? null,
          offsetDelta: index,
          timestampDelta: times[index]! - firstTimestamp,
        }),
      );
      const encoder = await libraryBatch({
        records,
        firstTimestamp,
        maxTimestamp: Math.max(...times),
        firstOffset: Long.fromValue(100),
        lastOffsetDelta: messages.length - 1,
      });
      const read = decodeRecords(encoder.buffer, 0, encoder.buffer.length, 0n, []);
      expect(read.messages).toEqual(expected(messages, 100n));
    }),
    { numRuns: 40 },
  );
});

test('a header may have any name', () => {
  const headers = Object.fromEntries([...inheritedNames].map((name) => [name, name]));
  const written = encode([{ partition: 0, key: null, value: null, headers }]);
  const [read] = decodeRecords(written, 0, written.length, 0n, []).messages;
  const names = Object.entries(read!.headers).map(([name, value]) => [name, String(value)]);
  expect(names).toEqual([...inheritedNames].map((name) => [name, name]));
});

describe('reading', () => {
  const one = (value: string, producerId: bigint, offset: bigint, transactional = true) =>
    encode(
      [{ partition: 0, key: null, value: Buffer.from(value) }],
      { ...IDENTITY, producerId, transactional },
      offset,
    );
  const values = (read: { messages: { value: Buffer | null }[] }) => read.messages.map((each) => String(each.value));

  test('begins at the offset asked for, inside a batch too', () => {
    const batch = encode(
      ['a', 'b', 'c'].map((value) => ({ partition: 0, key: null, value: Buffer.from(value) })),
      IDENTITY,
      5n,
    );
    expect(values(decodeRecords(batch, 0, batch.length, 6n, []))).toEqual(['b', 'c']);
    expect(decodeRecords(batch, 0, batch.length, 8n, [])).toMatchObject({ messages: [], nextOffset: 8n });
  });

  test('leaves a cut off batch for the next fetch', () => {
    const all = Buffer.concat([one('a', 1n, 0n), one('b', 1n, 1n)]);
    for (let end = all.length - 1; end > all.length / 2; end--) {
      expect(decodeRecords(all, 0, end, 0n, [])).toMatchObject({ nextOffset: 1n });
    }
    expect(decodeRecords(all, 0, 30, 7n, [])).toMatchObject({ messages: [], nextOffset: 7n });
  });

  test('leaves out what was aborted, per producer and transaction, and the markers', () => {
    const all = Buffer.concat([
      one('kept 1', 1n, 0n),
      one('aborted 2', 2n, 1n),
      one('plain 2', 2n, 2n, false),
      marker(2n, 0, 3n),
      one('kept 2', 2n, 4n),
      marker(1n, 1, 5n),
      one('aborted 1', 1n, 6n),
      marker(2n, 1, 7n),
      marker(1n, 0, 8n),
    ]);
    const read = decodeRecords(all, 0, all.length, 0n, [
      { producerId: 2n, firstOffset: 1n },
      { producerId: 1n, firstOffset: 6n },
    ]);
    expect(values(read)).toEqual(['kept 1', 'plain 2', 'kept 2']);
    expect(read).toMatchObject({ nextOffset: 9n, skippedAborted: true });
    const kinds = decodeUnsettled(all, 0, all.length, 2n).map(
      ({ kind, producerId, lastOffset }) => `${kind} ${producerId} ${lastOffset}`,
    );
    expect(kinds).toEqual([
      'plain 2 2',
      'abort 2 3',
      'transactional 2 4',
      'commit 1 5',
      'transactional 1 6',
      'commit 2 7',
      'abort 1 8',
    ]);
  });

  test('reads gzip and zstd, and names what it does not read', () => {
    const plain = encode(['a', 'b'].map((value) => ({ partition: 0, key: null, value: Buffer.from(value) })));
    const packed = (codec: number, records: Buffer) => {
      const head = Buffer.from(plain.subarray(0, 61));
      head.writeInt32BE(61 - 12 + records.length, 8);
      head.writeInt16BE(codec, 21);
      const batch = Buffer.concat([head, records]);
      batch.writeUInt32BE(crc32c(batch.subarray(21)), 17);
      return batch;
    };
    for (const batch of [packed(1, gzipSync(plain.subarray(61))), packed(4, zstdCompressSync(plain.subarray(61)))]) {
      expect(values(decodeRecords(batch, 0, batch.length, 0n, []))).toEqual(['a', 'b']);
    }
    const snappy = packed(2, plain.subarray(61));
    expect(() => decodeRecords(snappy, 0, snappy.length, 0n, [])).toThrow(/snappy/);
  });

  test('every flipped bit behind the checksum is noticed', () => {
    const batch = one('some value', 1n, 0n);
    fc.assert(
      fc.property(fc.integer({ min: 17, max: batch.length - 1 }), fc.nat(7), (at, bit) => {
        const broken = Buffer.from(batch);
        broken[at]! ^= 1 << bit;
        expect(() => decodeRecords(broken, 0, broken.length, 0n, [])).toThrow(
          expect.objectContaining({ code: 'BUS_CORRUPT_DATA' }),
        );
      }),
    );
  });

  test('a batch that lies about its records is BUS_CORRUPT_DATA, never a crash or a message of rubbish', () => {
    const batch = encode(['abc', 'def'].map((value) => ({ partition: 0, key: 'k', value: Buffer.from(value) })));
    fc.assert(
      fc.property(fc.integer({ min: 57, max: batch.length - 1 }), fc.nat(255), (at, byte) => {
        const broken = Buffer.from(batch);
        broken[at] = byte;
        broken.writeUInt32BE(crc32c(broken.subarray(21)), 17);
        try {
          decodeRecords(broken, 0, broken.length, 0n, []);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BUS_CORRUPT_DATA' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});
