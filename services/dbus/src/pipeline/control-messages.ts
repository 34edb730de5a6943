/** Decides how what is no row travels: heartbeats, terminations and truncates go to every partition, each as its own message. */
import { formatKafkaKey } from '@rtdp/ums/kafka-key';
import { heartbeatMessage, type Mark, terminationMessage, truncateMessage } from '@rtdp/ums/marks';
import { type MessageToWrite, writeMessage } from '@rtdp/ums/message';
import { formatNamespace } from '@rtdp/ums/namespace';
import type { PipelineMessage, StreamSchema } from './contract.ts';

export interface ControlTarget {
  topic: string;
  partitions: number;
  /** `<system>.<instance>`. */
  source: string;
  /** Of the process that writes. */
  instance: string;
  now: () => number;
}

/** What a control message says of its place in the log. */
export interface ControlPlace {
  id: bigint;
  /** `yyyy-MM-dd HH:mm:ss.ffffff`, UTC. */
  timestamp: string;
  /** LSN of the commit. */
  position: string;
}

export function heartbeats(target: ControlTarget, schema: StreamSchema, place: ControlPlace): PipelineMessage[] {
  return toEveryPartition(target, schema, heartbeatMessage(markOf(target, schema, place)));
}

export function truncates(target: ControlTarget, schema: StreamSchema, place: ControlPlace): PipelineMessage[] {
  return toEveryPartition(target, schema, truncateMessage(markOf(target, schema, place)));
}

/** `next` is the namespace that the table goes on under. */
export function terminations(
  target: ControlTarget,
  schema: StreamSchema,
  place: Omit<ControlPlace, 'id'>,
  next: StreamSchema,
): PipelineMessage[] {
  const { id: _, context, ...mark } = markOf(target, schema, { ...place, id: 0n });
  const message = terminationMessage({
    ...mark,
    context: { ...context, next: formatNamespace(next.namespace), compatible: next.major === schema.major },
  });
  return toEveryPartition(target, schema, message);
}

function markOf(target: ControlTarget, schema: StreamSchema, place: ControlPlace): Mark {
  return {
    namespace: formatNamespace(schema.namespace),
    batchId: schema.batchId,
    id: place.id,
    timestamp: place.timestamp,
    context: { source: target.source, position: place.position, publishTs: target.now() },
  };
}

function toEveryPartition(target: ControlTarget, schema: StreamSchema, message: MessageToWrite): PipelineMessage[] {
  const value = writeMessage(message);
  const key = formatKafkaKey({
    kind: message.kind,
    namespace: schema.namespace,
    epochMillis: target.now(),
    instance: target.instance,
  });
  return Array.from({ length: target.partitions }, (_, partition) => ({ topic: target.topic, partition, key, value }));
}
