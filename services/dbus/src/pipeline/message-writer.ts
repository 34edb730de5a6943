/**
 * Decides how rows of one table become UMS messages: which partition, where a message ends, what its context says. Straight from
 * the source's text to JSON bytes in pooled buffers, for stream and snapshot alike.
 *
 * `context`: `source`; `position` (LSN of the newest commit in the message); `tx` = `[[first row, xid, commit time in
 * microseconds since 1970], …]`; `readTs`, `publishTs` (milliseconds since 1970: first row decoded, message ended); `txPart`, `txLast`
 * where a huge transaction was split.
 */
import { envelopePrefix, envelopeSuffix } from '@rtdp/ums/envelope';
import { formatKafkaKey } from '@rtdp/ums/kafka-key';
import { formatNamespace } from '@rtdp/ums/namespace';
import { withSystemFields } from '@rtdp/ums/types';
import type { SourceLimits } from '../catalog/source-definition.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { PipelineMessage } from './contract.ts';
import { KeyHasher } from './key-hasher.ts';
import { NULL, type RowText, type TableShape, UNCHANGED, UNKNOWN, VALUE } from './message-writer-contract.ts';
import { rowTooLarge, unexpectedNull } from './row-errors.ts';
import type { RowHead } from './row-head.ts';

/** Operations as character codes, as a row's template takes them. */
export const OPERATION = { insert: 0x69, update: 0x75, before: 0x62, delete: 0x64 } as const;

/** No message grows beyond this by escapes: the row that would do it begins the next one. */
const HARD_MESSAGE_BYTES = 1_000_000;
const SUFFIX_ROOM = 512;

/** A message that takes no more rows; `finishMessage` gives it its context, when it is known what to say there. */
export interface EndedMessage {
  kind: TableWriterOptions['kind'];
  shape: TableShape;
  topic: string;
  partition: number;
  /** Holds the message in [0, at), without what comes after the rows. */
  buffer: Buffer;
  at: number;
  rows: number;
  /** [first row, xid, commit time in microseconds]. */
  transactions: [number, number, number][];
  /** LSN of the newest transaction in it. */
  position: string;
  readTs: number;
}

/** What a message's context says beyond what the writer knows. */
export interface MessageMarks {
  /** `<system>.<instance>`. */
  source: string;
  /** Of the process that writes, for the Kafka key. */
  instance: string;
  publishTs: number;
  /** The split transaction that the message's newest rows belong to. */
  split?: { xid: number; part: number; isLast: boolean };
}

/** `buffer` goes back to the pool when the message is committed. */
export interface WrittenMessage extends PipelineMessage {
  /** `schema.table` as the source spells it. */
  table: string;
  rows: number;
  buffer: Buffer;
}

export interface TableWriterOptions {
  shape: TableShape;
  kind: 'data_increment_data' | 'data_initial_data';
  topic: string;
  limits: Pick<SourceLimits, 'rowsPerMessage' | 'bytesPerMessage' | 'maximumMessageBytes'>;
  pool: BufferPool;
  /** Holds the id, time and transaction of the row to come; several writers may share one. */
  head: RowHead;
  now: () => number;
  onMessage: (message: EndedMessage) => void;
}

interface OpenMessage {
  partition: number;
  buffer: Buffer;
  at: number;
  rows: number;
  transactions: [number, number, number][];
  transactionSerial: number;
  position: string;
  readTs: number;
}

export class TableWriter {
  readonly shape: TableShape;
  /** Bytes in open messages. */
  openBytes = 0;

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
    const textBytes = this.#measure(row);
    let open = this.#open[partition];
    if (open !== undefined && open.rows > 0) {
      const isFull =
        open.rows >= limits.rowsPerMessage || open.at + textBytes + head.template.length > limits.bytesPerMessage;
      if (isFull) {
        this.#end(open);
        open = undefined;
      }
    }
    if (open === undefined) open = this.#begin(partition);
    const before = open.at;
    const room = head.template.length + textBytes * 8 + this.shape.fields.length * 24 + SUFFIX_ROOM;
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

  /** Bytes of the row's values. A NULL where the fields say there is none means that the fields are not this row's. */
  #measure(row: RowText): number {
    const { states, starts, ends } = row;
    const { fields } = this.shape;
    let bytes = 0;
    for (let column = 0; column < fields.length; column++) {
      const state = states[column]!;
      if (state === VALUE) bytes += ends[column]! - starts[column]!;
      else if (state === NULL && !fields[column]!.nullable) throw unexpectedNull(fields[column]!.name, column);
    }
    return bytes;
  }

  #writeRow(target: Buffer, start: number, row: RowText, operation: number, offset: number): number {
    const { head } = this.#options;
    let at = start;
    if (target[at - 1] !== 0x5b) target[at++] = 0x2c; // after `[` comes the first row
    target.set(head.template, at);
    // The base is a multiple of four, hence even: an offset of 0 or 1 never carries.
    target[at + head.lastDigit] = target[at + head.lastDigit]! + offset;
    target[at + head.lastDigitOfUnique] = target[at + head.lastDigitOfUnique]! + offset;
    target[at + head.operationAt] = operation;
    at += head.template.length;
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
      open.position = head.transaction.position;
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
      position: '',
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
    const { kind, topic, onMessage } = this.#options;
    this.openBytes -= open.at - this.#prefix.length;
    this.#open[open.partition] = undefined;
    this.#sizeHint = Math.min(1_310_720, Math.max(16_384, open.at + SUFFIX_ROOM));
    if (this.shape.keyColumns.length === 0) this.#turn = (this.#turn + 1) % this.shape.partitions;
    onMessage({ ...open, kind, topic, shape: this.shape });
  }
}

/** Writes what comes after the rows. The ended message must not be used afterwards. */
export function finishMessage(ended: EndedMessage, marks: MessageMarks, pool: BufferPool): WrittenMessage {
  const { split } = marks;
  const isSplit = split !== undefined && ended.transactions.at(-1)?.[1] === split.xid;
  const suffix = envelopeSuffix({
    source: marks.source,
    position: ended.position,
    tx: ended.transactions,
    ...(isSplit ? { txPart: split.part, txLast: split.isLast } : {}),
    readTs: ended.readTs,
    publishTs: marks.publishTs,
  });
  const end = ended.at + suffix.length;
  let { buffer } = ended;
  // Also a small message in a big buffer moves: it would keep the big one from others.
  if (end > buffer.length || (end <= 16_384 && buffer.length > 65_536)) {
    const other = pool.take(end);
    other.set(buffer.subarray(0, ended.at), 0);
    pool.give(buffer);
    buffer = other;
  }
  buffer.write(suffix, ended.at, 'utf8');
  return {
    topic: ended.topic,
    partition: ended.partition,
    key: formatKafkaKey({
      kind: ended.kind,
      namespace: ended.shape.schema.namespace,
      epochMillis: marks.publishTs,
      instance: marks.instance,
    }),
    value: buffer.subarray(0, end),
    table: `${ended.shape.schema.namespace.database}.${ended.shape.schema.namespace.table}`,
    rows: ended.rows,
    buffer,
  };
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
