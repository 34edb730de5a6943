/**
 * Decides how rows of one table become UMS messages: which partition, where a message ends, what its context says. Straight from
 * the source's text to JSON bytes in pooled buffers, for stream and snapshot alike.
 *
 * `context`: `source`; `position` (LSN of the newest commit in the message); `tx` = `[[first row, xid, commit time in
 * microseconds since 1970], …]`; `readTs`, `publishTs` (milliseconds since 1970: first row decoded, message ended); `txPart`, `txLast`
 * where a huge transaction was split.
 */
import { envelopePrefix, envelopeSuffix } from '@rtdp/ums/envelope';
import { RtdpError } from '@rtdp/ums/error';
import { formatKafkaKey } from '@rtdp/ums/kafka-key';
import { formatNamespace } from '@rtdp/ums/namespace';
import { withSystemFields } from '@rtdp/ums/types';
import type { SourceLimits } from '../catalog/source-definition.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { PipelineMessage } from './contract.ts';
import { KeyHasher } from './key-hasher.ts';
import { NULL, type RowText, type TableShape, UNCHANGED, UNKNOWN, VALUE } from './message-writer-contract.ts';
import type { RowHead } from './row-head.ts';

/** Operations as character codes, as a row's template takes them. */
export const OPERATION = { insert: 0x69, update: 0x75, before: 0x62, delete: 0x64 } as const;

/** No message grows beyond this by escapes: the row that would do it begins the next one. */
const HARD_MESSAGE_BYTES = 1_000_000;
const SUFFIX_ROOM = 512;

/** A message that is ended; `buffer` goes back to the pool when it is committed. */
export interface WrittenMessage extends PipelineMessage {
  rows: number;
  buffer: Buffer;
}

export interface TableWriterOptions {
  shape: TableShape;
  kind: 'data_increment_data' | 'data_initial_data';
  topic: string;
  /** `<system>.<instance>`. */
  source: string;
  /** Of the process that writes, for the Kafka key. */
  instance: string;
  limits: Pick<SourceLimits, 'rowsPerMessage' | 'bytesPerMessage' | 'maximumMessageBytes'>;
  pool: BufferPool;
  /** Holds the id, time and transaction of the row to come; several writers may share one. */
  head: RowHead;
  now: () => number;
  onMessage: (message: WrittenMessage) => void;
}

interface OpenMessage {
  partition: number;
  buffer: Buffer;
  at: number;
  rows: number;
  transactions: [number, number, number][];
  transactionSerial: number;
  readTs: number;
}

export class TableWriter {
  readonly shape: TableShape;
  /** Bytes in open messages. */
  openBytes = 0;
  /** Part of a split transaction that the messages belong to, counted from 1; 0 = not split. */
  transactionPart = 0;
  isLastPart = false;

  readonly #options: TableWriterOptions;
  readonly #prefix: Buffer;
  readonly #keyHasher: KeyHasher;
  readonly #open: (OpenMessage | undefined)[];
  #sizeHint = 16_384;
  /** Rows without a key go to one partition after the other, a message at a time. */
  #turn = 0;

  constructor(options: TableWriterOptions) {
    this.#options = options;
    this.shape = options.shape;
    this.#prefix = Buffer.from(
      envelopePrefix({
        kind: options.kind,
        namespace: formatNamespace(options.shape.schema.namespace),
        batchId: options.shape.schema.batchId,
        fields: withSystemFields(options.shape.fields),
      }),
      'utf8',
    );
    this.#keyHasher = new KeyHasher(options.shape);
    this.#open = new Array(options.shape.partitions).fill(undefined);
  }

  /** Partition of a row by its key. */
  partitionOf(row: RowText): number {
    return this.shape.keyColumns.length === 0 ? this.#turn : this.#keyHasher.partitionOf(row);
  }

  /**
   * Writes one row under the head's stride.
   * @param operation a value of {@link OPERATION}
   * @param offset within the stride: 0 or 1
   * @throws RtdpError DBUS_VALUE_MALFORMED or DBUS_ROW_TOO_LARGE; the messages are then as they were before
   */
  appendRow(row: RowText, operation: number, offset: number): void {
    const partition = this.partitionOf(row);
    const { limits, head } = this.#options;
    const textBytes = textBytesOf(row, this.shape.fields.length);
    let open = this.#open[partition];
    if (open !== undefined && open.rows > 0) {
      const isFull = open.rows >= limits.rowsPerMessage || open.at + textBytes + head.length > limits.bytesPerMessage;
      if (isFull) {
        this.#end(open);
        open = undefined;
      }
    }
    if (open === undefined) open = this.#begin(partition);
    const before = open.at;
    const room = head.length + textBytes * 6 + this.shape.fields.length * 24 + SUFFIX_ROOM;
    if (before + room > open.buffer.length) this.#grow(open, before + room);
    let after: number;
    try {
      after = this.#writeRow(open.buffer, before, row, operation, offset);
    } catch (error) {
      if (open.rows === 0) this.#drop(open);
      throw error;
    }
    if (after > HARD_MESSAGE_BYTES && open.rows > 0) {
      this.#moveToNew(open, before, after);
      return;
    }
    if (after + SUFFIX_ROOM > limits.maximumMessageBytes) {
      this.#drop(open);
      throw rowTooLarge(after, limits.maximumMessageBytes);
    }
    this.#accept(open, before, after);
    if (after > limits.bytesPerMessage) this.#end(open);
  }

  /** Ends all open messages. */
  seal(): void {
    if (this.openBytes === 0) return;
    for (const open of this.#open) if (open !== undefined) this.#end(open);
  }

  /** Forgets all open messages. */
  discard(): void {
    for (const open of this.#open) if (open !== undefined) this.#drop(open);
    this.openBytes = 0;
  }

  #writeRow(target: Buffer, start: number, row: RowText, operation: number, offset: number): number {
    const { head } = this.#options;
    let at = start;
    if (target[at - 1] !== 0x5b) target[at++] = 0x2c; // after `[` comes the first row
    target.set(head.length === head.bytes.length ? head.bytes : head.bytes.subarray(0, head.length), at);
    // The base is a multiple of four, hence even: an offset of 0 or 1 never carries.
    target[at + head.lastDigit] = target[at + head.lastDigit]! + offset;
    target[at + head.lastDigitOfUnique] = target[at + head.lastDigitOfUnique]! + offset;
    target[at + head.operationAt] = operation;
    at += head.length;
    const { buffer, starts, ends, states } = row;
    const { writers } = this.shape;
    let untold = 0;
    for (let column = 0; column < writers.length; column++) {
      target[at++] = 0x2c;
      const state = states[column]!;
      if (state === VALUE) {
        at = writers[column]!(target, at, buffer, starts[column]!, ends[column]!);
        continue;
      }
      if (state !== NULL) untold |= state;
      target[at] = 0x6e;
      target[at + 1] = 0x75;
      target[at + 2] = 0x6c;
      target[at + 3] = 0x6c;
      at += 4;
    }
    target[at++] = 0x5d;
    if (untold !== 0) {
      at = writeIndexes(target, at, '"unchanged"', states, writers.length, UNCHANGED);
      at = writeIndexes(target, at, '"unknown"', states, writers.length, UNKNOWN);
    }
    target[at++] = 0x7d;
    return at;
  }

  #accept(open: OpenMessage, before: number, after: number): void {
    const { head } = this.#options;
    if (open.transactionSerial !== head.transactionSerial || open.transactions.length === 0) {
      open.transactions.push([open.rows, head.transaction.xid, head.transaction.commitMicros]);
      open.transactionSerial = head.transactionSerial;
    }
    open.rows++;
    open.at = after;
    this.openBytes += after - before;
  }

  #begin(partition: number): OpenMessage {
    const buffer = this.#options.pool.take(Math.max(this.#sizeHint, this.#prefix.length + 4096));
    buffer.set(this.#prefix, 0);
    const open: OpenMessage = {
      partition,
      buffer,
      at: this.#prefix.length,
      rows: 0,
      transactions: [],
      transactionSerial: -1,
      readTs: this.#options.now(),
    };
    this.#open[partition] = open;
    return open;
  }

  #grow(open: OpenMessage, size: number): void {
    const bigger = this.#options.pool.take(size);
    bigger.set(open.buffer.subarray(0, open.at), 0);
    this.#options.pool.give(open.buffer);
    open.buffer = bigger;
  }

  /** The row at [before, after) would make the message too big: it begins the next one. */
  #moveToNew(open: OpenMessage, before: number, after: number): void {
    const rowStart = open.buffer[before] === 0x2c ? before + 1 : before;
    const copy = Buffer.from(open.buffer.subarray(rowStart, after));
    this.#end(open);
    const next = this.#begin(open.partition);
    if (next.at + copy.length + SUFFIX_ROOM > this.#options.limits.maximumMessageBytes) {
      this.#drop(next);
      throw rowTooLarge(copy.length, this.#options.limits.maximumMessageBytes);
    }
    if (next.at + copy.length + SUFFIX_ROOM > next.buffer.length) this.#grow(next, next.at + copy.length + SUFFIX_ROOM);
    next.buffer.set(copy, next.at);
    this.#accept(next, next.at, next.at + copy.length);
    if (next.at > this.#options.limits.bytesPerMessage) this.#end(next);
  }

  #drop(open: OpenMessage): void {
    this.#options.pool.give(open.buffer);
    this.#open[open.partition] = undefined;
  }

  #end(open: OpenMessage): void {
    const { source, instance, kind, topic, head, now, pool, onMessage } = this.#options;
    const publishTs = now();
    const split = this.transactionPart === 0 ? {} : { txPart: this.transactionPart, txLast: this.isLastPart };
    const suffix = envelopeSuffix({
      source,
      position: head.transaction.position,
      tx: open.transactions,
      ...split,
      readTs: open.readTs,
      publishTs,
    });
    this.openBytes -= open.at - this.#prefix.length;
    const size = open.at + Buffer.byteLength(suffix);
    if (size > open.buffer.length) this.#grow(open, size);
    const end = open.at + open.buffer.write(suffix, open.at, 'utf8');
    this.#open[open.partition] = undefined;
    this.#sizeHint = Math.min(1_310_720, Math.max(16_384, end));
    if (this.shape.keyColumns.length === 0) this.#turn = (this.#turn + 1) % this.shape.partitions;
    // A small message in a big buffer would keep the big one from others.
    const buffer = end * 4 < open.buffer.length ? this.#shrink(open.buffer, end, pool) : open.buffer;
    onMessage({
      topic,
      partition: open.partition,
      key: formatKafkaKey({ kind, namespace: this.shape.schema.namespace, epochMillis: publishTs, instance }),
      value: buffer.subarray(0, end),
      rows: open.rows,
      buffer,
    });
  }

  #shrink(buffer: Buffer, end: number, pool: BufferPool): Buffer {
    const smaller = pool.take(end);
    if (smaller.length >= buffer.length) {
      pool.give(smaller);
      return buffer;
    }
    smaller.set(buffer.subarray(0, end), 0);
    pool.give(buffer);
    return smaller;
  }
}

function textBytesOf(row: RowText, columns: number): number {
  let bytes = 0;
  for (let column = 0; column < columns; column++) {
    if (row.states[column] === VALUE) bytes += row.ends[column]! - row.starts[column]!;
  }
  return bytes;
}

/** `,"unchanged":[3,5]`, or nothing if no column has this state. */
function writeIndexes(
  target: Buffer,
  at: number,
  name: string,
  states: Uint8Array,
  columns: number,
  state: number,
): number {
  const indexes: number[] = [];
  for (let column = 0; column < columns; column++) {
    if (states[column] === state) indexes.push(column + SYSTEM_COLUMNS);
  }
  if (indexes.length === 0) return at;
  return at + target.write(`,${name}:[${indexes.join(',')}]`, at, 'latin1');
}

/** Indexes count the whole tuple, whose first four values are the system's. */
const SYSTEM_COLUMNS = 4;

function rowTooLarge(bytes: number, limit: number): RtdpError {
  return new RtdpError({
    code: 'DBUS_ROW_TOO_LARGE',
    message: `One row takes ${bytes} bytes as a message, more than the ${limit} that a message may have.`,
    next: 'Raise message.max.bytes of the topic and limits.maximumMessageBytes of the source, or leave the column out; then pull the table again.',
    facts: { bytes, limit },
  });
}
