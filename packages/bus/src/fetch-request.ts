/** Decides the bytes of Kafka's Fetch request, version 11, and what its answer says of each partition. */
import type { RawRequest } from './kafka-client.ts';
import {
  type AbortedTransaction,
  type DecodedRecords,
  decodeRecords,
  decodeUnsettled,
  type UnsettledBatch,
} from './record-batch-decoder.ts';
import { WireReader, WireWriter } from './wire.ts';

const FETCH = 1;
const VERSION = 11;
const READ_UNCOMMITTED = 0;
const READ_COMMITTED = 1;

export interface FetchPosition {
  topic: string;
  partition: number;
  offset: bigint;
}

export interface FetchLimits {
  maxWaitMs: number;
  maxBytes: number;
  maxPartitionBytes: number;
}

export interface FetchedPartition extends FetchPosition {
  /** Kafka's error code; 0 is none. */
  errorCode: number;
  highWatermark: bigint;
  lastStableOffset: bigint;
  records: DecodedRecords;
}

export interface FetchedUnsettled extends Omit<FetchedPartition, 'records'> {
  batches: UnsettledBatch[];
}

/** The order of `positions` is the order in which the broker fills its answer: rotate it from fetch to fetch. */
export function encodeFetch(positions: readonly FetchPosition[], limits: FetchLimits, unsettled = false): RawRequest {
  const writer = new WireWriter(64 + positions.length * 48);
  writer
    .int32(-1)
    .int32(limits.maxWaitMs)
    .int32(1)
    .int32(limits.maxBytes)
    .int8(unsettled ? READ_UNCOMMITTED : READ_COMMITTED);
  writer.int32(0).int32(-1);
  const topics: { topic: string; partitions: FetchPosition[] }[] = [];
  for (const position of positions) {
    const last = topics.at(-1);
    if (last?.topic === position.topic) last.partitions.push(position);
    else topics.push({ topic: position.topic, partitions: [position] });
  }
  writer.int32(topics.length);
  for (const { topic, partitions } of topics) {
    writer.string(topic).int32(partitions.length);
    for (const { partition, offset } of partitions) {
      writer.int32(partition).int32(-1).int64(offset).int64(-1n).int32(limits.maxPartitionBytes);
    }
  }
  writer.int32(0).string('');
  const body = writer.finish();
  return {
    apiKey: FETCH,
    apiName: 'Fetch',
    apiVersion: VERSION,
    body,
    bodyLength: writer.length,
    waits: limits.maxWaitMs,
  };
}

export interface FetchAnswer {
  throttleMs: number;
  errorCode: number;
  partitions: FetchedPartition[];
}

/** @param positions what was asked for: it tells from which offset each partition's bytes are wanted */
export function decodeFetchAnswer(payload: Buffer, positions: readonly FetchPosition[]): FetchAnswer {
  const { partitions, ...head } = decodeAnswer(payload, positions);
  return {
    ...head,
    partitions: partitions.map(({ start, end, aborted, ...partition }) => ({
      ...partition,
      records: decodeRecords(payload, start, end, partition.offset, aborted),
    })),
  };
}

/** The answer to one partition's fetch that was encoded as unsettled. */
export function decodeUnsettledAnswer(payload: Buffer, position: FetchPosition): FetchedUnsettled | undefined {
  const [partition] = decodeAnswer(payload, [position]).partitions;
  if (partition === undefined) return undefined;
  const { start, end, aborted: _aborted, ...rest } = partition;
  return { ...rest, batches: decodeUnsettled(payload, start, end, position.offset) };
}

interface RawPartition extends Omit<FetchedPartition, 'records'> {
  aborted: AbortedTransaction[];
  /** Where the records lie in the answer. */
  start: number;
  end: number;
}

function decodeAnswer(
  payload: Buffer,
  positions: readonly FetchPosition[],
): { throttleMs: number; errorCode: number; partitions: RawPartition[] } {
  const reader = new WireReader(payload);
  const throttleMs = reader.int32();
  const errorCode = reader.int16();
  reader.int32();
  const partitions: RawPartition[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string();
    for (let count = reader.int32(); count > 0; count--) {
      const partition = reader.int32();
      const partitionError = reader.int16();
      const highWatermark = reader.int64();
      const lastStableOffset = reader.int64();
      reader.int64();
      const aborted: AbortedTransaction[] = [];
      for (let left = reader.int32(); left > 0; left--) {
        aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() });
      }
      aborted.sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : a.firstOffset > b.firstOffset ? 1 : 0));
      reader.int32();
      const length = Math.max(0, reader.int32());
      const offset = positions.find((asked) => asked.topic === topic && asked.partition === partition)?.offset ?? 0n;
      const start = reader.at;
      reader.at += length;
      partitions.push({
        topic,
        partition,
        offset,
        errorCode: partitionError,
        highWatermark,
        lastStableOffset,
        aborted,
        start,
        end: reader.at,
      });
    }
  }
  return { throttleMs, errorCode, partitions };
}
