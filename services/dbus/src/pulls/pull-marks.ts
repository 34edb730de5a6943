/** Decides what the start, the end and the cancellation of a pull say: to every partition, naming the pull and its first id. */
import { formatKafkaKey } from '@rtdp/ums/kafka-key';
import { type PullEdge, pullMessage } from '@rtdp/ums/marks';
import { writeMessage } from '@rtdp/ums/message';
import { formatNamespace } from '@rtdp/ums/namespace';
import type { PipelineMessage, StreamSchema } from '../pipeline/contract.ts';

export interface PullMarkFacts {
  edge: PullEdge;
  pullId: string;
  /** Stored rows below it that the pull did not bring are gone at the source. */
  firstId: bigint;
  /** Of the mark itself. */
  id: bigint;
  schema: StreamSchema;
  batchId: number;
  source: string;
  topic: string;
  partitions: number;
  instance: string;
  /** `yyyy-MM-dd HH:mm:ss.ffffff`, UTC. */
  timestamp: string;
  epochMillis: number;
  /** Rows the pull sent; in the end only. */
  rows?: number;
}

export function pullMarks(facts: PullMarkFacts): PipelineMessage[] {
  const { edge, schema, batchId, id, timestamp, source, pullId, firstId, epochMillis } = facts;
  const message = pullMessage(
    edge,
    {
      namespace: formatNamespace(schema.namespace),
      batchId,
      id,
      timestamp,
      context: { source, publishTs: epochMillis },
    },
    {
      id: pullId,
      firstId: firstId.toString(),
      table: `${schema.namespace.database}.${schema.namespace.table}`,
      ...(facts.rows === undefined ? {} : { rows: facts.rows }),
    },
  );
  const value = writeMessage(message);
  const key = formatKafkaKey({
    kind: message.kind,
    namespace: schema.namespace,
    epochMillis,
    instance: facts.instance,
  });
  return Array.from({ length: facts.partitions }, (_unused, partition) => ({
    topic: facts.topic,
    partition,
    key,
    value,
  }));
}
