/**
 * Decides which messages a read-committed reader sees in the bytes a broker sent: whole batches only, nothing before
 * the offset asked for, no transaction markers, no aborted data; every batch is checked against its CRC32C.
 */
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { crc32c } from '@node-rs/crc32';
import type { IncomingMessage } from './bus.ts';
import { busError } from './errors.ts';
import { WireReader } from './wire.ts';

const CODEC = 0x07;
const LOG_APPEND_TIME = 0x08;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const BATCH_OVERHEAD = 61;
const NO_HEADERS: Record<string, Buffer> = Object.freeze(Object.create(null));

export interface AbortedTransaction {
  producerId: bigint;
  firstOffset: bigint;
}

export interface DecodedRecords {
  messages: IncomingMessage[];
  /** Where to read on; equals `fromOffset` if the bytes hold no whole batch. */
  nextOffset: bigint;
  /** Bytes of keys and values. */
  bytes: number;
  /** True if messages of aborted transactions were passed over. */
  skippedAborted: boolean;
}

/** The head of one batch, already checked against its CRC32C. */
interface BatchHead {
  start: number;
  end: number;
  baseOffset: bigint;
  lastOffset: bigint;
  attributes: number;
  producerId: bigint;
}

/** The whole batches in these bytes; a last, cut off one is left out. */
function* batchesIn(buffer: Buffer, start: number, end: number): Generator<BatchHead> {
  let at = start;
  while (end - at >= BATCH_OVERHEAD) {
    const batchEnd = at + 12 + buffer.readInt32BE(at + 8);
    if (batchEnd > end) return;
    const baseOffset = buffer.readBigInt64BE(at);
    const magic = buffer.readInt8(at + 16);
    if (magic !== 2) throw corrupt(`record format ${magic}; only format 2 (Kafka 0.11 and later) is read`, baseOffset);
    if (crc32c(buffer.subarray(at + 21, batchEnd)) !== buffer.readUInt32BE(at + 17)) {
      throw corrupt('a batch that fails its CRC32C', baseOffset);
    }
    yield {
      start: at,
      end: batchEnd,
      baseOffset,
      lastOffset: baseOffset + BigInt(buffer.readInt32BE(at + 23)),
      attributes: buffer.readInt16BE(at + 21),
      producerId: buffer.readBigInt64BE(at + 43),
    };
    at = batchEnd;
  }
}

/**
 * @param aborted transactions that were aborted, in rising order of their first offset, as the broker lists them
 * @throws RtdpError BUS_CORRUPT_DATA
 */
export function decodeRecords(
  buffer: Buffer,
  start: number,
  end: number,
  fromOffset: bigint,
  aborted: readonly AbortedTransaction[],
): DecodedRecords {
  const result: DecodedRecords = { messages: [], nextOffset: fromOffset, bytes: 0, skippedAborted: false };
  const abortedNow = new Set<bigint>();
  let abortedSeen = 0;
  for (const batch of batchesIn(buffer, start, end)) {
    const { lastOffset, attributes, producerId } = batch;
    while (abortedSeen < aborted.length && aborted[abortedSeen]!.firstOffset <= lastOffset) {
      abortedNow.add(aborted[abortedSeen]!.producerId);
      abortedSeen++;
    }
    if ((attributes & CONTROL) !== 0) {
      if (isAbortMarker(buffer, batch.start + BATCH_OVERHEAD)) abortedNow.delete(producerId);
    } else if ((attributes & TRANSACTIONAL) !== 0 && abortedNow.has(producerId)) {
      if (lastOffset >= fromOffset) result.skippedAborted = true;
    } else if (lastOffset >= fromOffset) {
      readBatch(buffer, batch, fromOffset, result);
    }
    if (lastOffset + 1n > result.nextOffset) result.nextOffset = lastOffset + 1n;
  }
  return result;
}

/** One batch with the fate of its transaction still open: for a reader that settles transactions itself. */
export interface UnsettledBatch {
  /** `plain` belongs to no transaction; the markers end the producer's transaction. */
  kind: 'plain' | 'transactional' | 'commit' | 'abort';
  producerId: bigint;
  messages: IncomingMessage[];
  lastOffset: bigint;
}

/** @throws RtdpError BUS_CORRUPT_DATA */
export function decodeUnsettled(buffer: Buffer, start: number, end: number, fromOffset: bigint): UnsettledBatch[] {
  const batches: UnsettledBatch[] = [];
  for (const batch of batchesIn(buffer, start, end)) {
    const { lastOffset, attributes, producerId } = batch;
    if (lastOffset < fromOffset) continue;
    if ((attributes & CONTROL) !== 0) {
      const kind = isAbortMarker(buffer, batch.start + BATCH_OVERHEAD) ? 'abort' : 'commit';
      batches.push({ kind, producerId, messages: [], lastOffset });
      continue;
    }
    const read: DecodedRecords = { messages: [], nextOffset: fromOffset, bytes: 0, skippedAborted: false };
    readBatch(buffer, batch, fromOffset, read);
    const kind = (attributes & TRANSACTIONAL) !== 0 ? 'transactional' : 'plain';
    batches.push({ kind, producerId, messages: read.messages, lastOffset });
  }
  return batches;
}

/** A control record's key is int16 version, int16 type; type 0 aborts, 1 commits. */
function isAbortMarker(buffer: Buffer, at: number): boolean {
  const reader = new WireReader(buffer, at);
  reader.varint();
  reader.int8();
  reader.varlong();
  reader.varint();
  reader.varint();
  reader.int16();
  return reader.int16() === 0;
}

function readBatch(buffer: Buffer, batch: BatchHead, fromOffset: bigint, result: DecodedRecords): void {
  try {
    readRecords(buffer, batch, fromOffset, result);
  } catch (error) {
    if (error instanceof RangeError) throw corrupt('a batch whose records end too early', batch.baseOffset);
    throw error;
  }
}

function readRecords(buffer: Buffer, batch: BatchHead, fromOffset: bigint, result: DecodedRecords): void {
  const { start: at, baseOffset, attributes } = batch;
  const appendTime = (attributes & LOG_APPEND_TIME) !== 0;
  const firstTimestamp = Number(buffer.readBigInt64BE(at + 27));
  const maxTimestamp = Number(buffer.readBigInt64BE(at + 35));
  const count = buffer.readInt32BE(at + 57);
  const records = decompress(buffer, at + BATCH_OVERHEAD, batch.end, attributes & CODEC, baseOffset);
  const reader = new WireReader(records.buffer, records.start);
  const skipBefore = fromOffset > baseOffset ? Number(fromOffset - baseOffset) : 0;
  for (let index = 0; index < count; index++) {
    const length = reader.varint();
    const recordEnd = reader.at + length;
    if (length < 0 || recordEnd > records.end) throw new RangeError('record beyond the end of its batch');
    reader.at++;
    const timestampDelta = reader.varlong();
    const offsetDelta = reader.varint();
    if (offsetDelta >= skipBefore) {
      const key = readBytes(reader);
      const value = readBytes(reader);
      result.bytes += (key?.length ?? 0) + (value?.length ?? 0);
      result.messages.push({
        offset: baseOffset + BigInt(offsetDelta),
        key,
        value,
        timestamp: appendTime ? maxTimestamp : firstTimestamp + timestampDelta,
        headers: readHeaders(reader),
      });
    }
    reader.at = recordEnd;
  }
}

function readBytes(reader: WireReader): Buffer | null {
  const length = reader.varint();
  if (length < 0) return null;
  const start = reader.at;
  if (start + length > reader.buffer.length) throw new RangeError('bytes beyond the end');
  reader.at = start + length;
  return reader.buffer.subarray(start, start + length);
}

function readHeaders(reader: WireReader): Record<string, Buffer> {
  const count = reader.varint();
  if (count <= 0) return NO_HEADERS;
  // A header may be called anything, "__proto__" too.
  const headers: Record<string, Buffer> = Object.create(null);
  for (let index = 0; index < count; index++) {
    const name = readBytes(reader)?.toString('utf8') ?? '';
    headers[name] = readBytes(reader) ?? Buffer.alloc(0);
  }
  return headers;
}

function decompress(
  buffer: Buffer,
  start: number,
  end: number,
  codec: number,
  baseOffset: bigint,
): { buffer: Buffer; start: number; end: number } {
  if (codec === 0) return { buffer, start, end };
  const packed = buffer.subarray(start, end);
  let plain: Buffer;
  if (codec === 1) plain = gunzipSync(packed);
  else if (codec === 4) plain = zstdDecompressSync(packed);
  else
    throw corrupt(
      `compression ${codec === 2 ? 'snappy' : codec === 3 ? 'lz4' : codec}, which is not read here`,
      baseOffset,
    );
  return { buffer: plain, start: 0, end: plain.length };
}

function corrupt(what: string, baseOffset: bigint): Error {
  return busError('BUS_CORRUPT_DATA', {
    message: `Kafka sent ${what}, at offset ${baseOffset}.`,
    next: 'Read the same offset with kafka-dump-log on the broker; if it shows the same, restore the partition or seek past it knowingly. A topic written by others must use no compression, gzip or zstd.',
    facts: { offset: baseOffset },
  });
}
