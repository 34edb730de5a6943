/** Decides the bytes of Kafka's Produce request, version 7, and what its answer says of each partition. */
import type { RawRequest } from './kafka-client.ts';
import { type BatchIdentity, batchLength, type EncodedBatch, writeRecordBatch } from './record-batch-encoder.ts';
import { WireReader, WireWriter } from './wire.ts';

const PRODUCE = 0;
const VERSION = 7;
const ALL_REPLICAS = -1;

export interface PartitionBatch {
  topic: string;
  partition: number;
  batch: EncodedBatch;
  firstSequence: number;
}

export interface PartitionAnswer {
  topic: string;
  partition: number;
  errorCode: number;
  baseOffset: bigint;
}

export function encodeProduce(
  batches: readonly PartitionBatch[],
  identity: Omit<BatchIdentity, 'firstSequence'>,
  transactionalId: string | null,
  timeoutMs: number,
): RawRequest {
  const byTopic = Map.groupBy(batches, (batch) => batch.topic);
  const writer = new WireWriter();
  writer.string(transactionalId).int16(ALL_REPLICAS).int32(timeoutMs).int32(byTopic.size);
  for (const [topic, partitions] of byTopic) {
    writer.string(topic).int32(partitions.length);
    for (const { partition, batch, firstSequence } of partitions) {
      writer.int32(partition).int32(batchLength(batch));
      writeRecordBatch(writer, batch, { ...identity, firstSequence });
    }
  }
  const body = writer.finish();
  return { apiKey: PRODUCE, apiName: 'Produce', apiVersion: VERSION, body, bodyLength: writer.length };
}

export function decodeProduceAnswer(payload: Buffer): PartitionAnswer[] {
  const reader = new WireReader(payload);
  const answers: PartitionAnswer[] = [];
  for (let topics = reader.int32(); topics > 0; topics--) {
    const topic = reader.string();
    for (let partitions = reader.int32(); partitions > 0; partitions--) {
      const partition = reader.int32();
      const errorCode = reader.int16();
      const baseOffset = reader.int64();
      reader.int64();
      reader.int64();
      answers.push({ topic, partition, errorCode, baseOffset });
    }
  }
  return answers;
}
