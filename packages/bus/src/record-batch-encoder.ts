/**
 * Decides how messages become one Kafka record batch (format 2, uncompressed): sized exactly, written once, checked
 * with the processor's own CRC32C. Values are referenced, not copied.
 */
import { crc32c } from '@node-rs/crc32';
import type { OutgoingMessage } from './bus.ts';
import { varintSize, varlongSize, WireWriter } from './wire.ts';

const TRANSACTIONAL = 0x10;
/** Bytes from the first offset to the record count, inclusive. */
export const BATCH_OVERHEAD = 61;
/** Bytes before those that the length field counts. */
const BEFORE_LENGTH = 12;
/** Bytes from the CRC's end to the record count, inclusive: what the checksum covers before the records. */
const CHECKED_HEADER = 40;

export interface BatchIdentity {
  producerId: bigint;
  producerEpoch: number;
  firstSequence: number;
  transactional: boolean;
}

export interface EncodedBatch {
  /** What was encoded, in order. */
  messages: readonly OutgoingMessage[];
  /** Message timestamps, or the time of encoding where a message has none. */
  firstTimestamp: number;
  maxTimestamp: number;
  records: Buffer[];
  recordBytes: number;
}

/** Bytes one message takes in a batch, at most. */
export function recordSizeLimit(message: OutgoingMessage): number {
  let size = 36 + (message.key === null ? 0 : Buffer.byteLength(message.key)) + (message.value?.length ?? 0);
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    size += 10 + Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return size;
}

/** The records alone: they stay the same however often, and under whichever producer, the batch is sent. */
export function encodeRecords(messages: readonly OutgoingMessage[], now: number): EncodedBatch {
  let firstTimestamp = Number.POSITIVE_INFINITY;
  let maxTimestamp = Number.NEGATIVE_INFINITY;
  for (const message of messages) {
    const timestamp = message.timestamp ?? now;
    if (timestamp < firstTimestamp) firstTimestamp = timestamp;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
  }
  const writer = new WireWriter(4096);
  messages.forEach((message, index) => {
    writeRecord(writer, message, index, (message.timestamp ?? now) - firstTimestamp);
  });
  return { messages, firstTimestamp, maxTimestamp, records: writer.finish(), recordBytes: writer.length };
}

function writeRecord(writer: WireWriter, message: OutgoingMessage, offsetDelta: number, timestampDelta: number): void {
  const key = typeof message.key === 'string' ? Buffer.from(message.key) : message.key;
  const value = message.value;
  const headers: [Buffer, Buffer][] = [];
  let size = 1 + varlongSize(timestampDelta) + varintSize(offsetDelta);
  size += key === null ? 1 : varintSize(key.length) + key.length;
  size += value === null ? 1 : varintSize(value.length) + value.length;
  if (message.headers !== undefined) {
    for (const [name, content] of Object.entries(message.headers)) {
      const header: [Buffer, Buffer] = [
        Buffer.from(name),
        typeof content === 'string' ? Buffer.from(content) : content,
      ];
      headers.push(header);
      size += varintSize(header[0].length) + header[0].length + varintSize(header[1].length) + header[1].length;
    }
  }
  size += varintSize(headers.length);

  writer.varint(size).int8(0).varlong(timestampDelta).varint(offsetDelta);
  if (key === null) writer.varint(-1);
  else writer.varint(key.length).bytes(key);
  if (value === null) writer.varint(-1);
  else writer.varint(value.length).bytes(value);
  writer.varint(headers.length);
  for (const [name, content] of headers) {
    writer.varint(name.length).bytes(name).varint(content.length).bytes(content);
  }
}

/** Length of the whole batch on the wire, bytes. */
export function batchLength(batch: EncodedBatch): number {
  return BATCH_OVERHEAD + batch.recordBytes;
}

/** Puts the header before the records. */
export function writeRecordBatch(writer: WireWriter, batch: EncodedBatch, identity: BatchIdentity): void {
  const header = Buffer.allocUnsafe(BATCH_OVERHEAD);
  const count = batch.messages.length;
  header.writeBigInt64BE(0n, 0);
  header.writeInt32BE(BATCH_OVERHEAD - BEFORE_LENGTH + batch.recordBytes, 8);
  header.writeInt32BE(-1, 12);
  header.writeInt8(2, 16);
  header.writeInt16BE(identity.transactional ? TRANSACTIONAL : 0, 21);
  header.writeInt32BE(count - 1, 23);
  header.writeBigInt64BE(BigInt(batch.firstTimestamp), 27);
  header.writeBigInt64BE(BigInt(batch.maxTimestamp), 35);
  header.writeBigInt64BE(identity.producerId, 43);
  header.writeInt16BE(identity.producerEpoch, 51);
  header.writeInt32BE(identity.firstSequence, 53);
  header.writeInt32BE(count, 57);
  let checksum = crc32c(header.subarray(BATCH_OVERHEAD - CHECKED_HEADER));
  for (const part of batch.records) checksum = crc32c(part, checksum);
  header.writeUInt32BE(checksum, 17);
  writer.bytes(header);
  for (const part of batch.records) writer.bytes(part);
}
