/** Decides what one Kafka transaction is made of: messages in order, records of the compacted topic, and the position after them. */
import type { PipelineMessage } from './contract.ts';
import type { WrittenMessage } from './message-writer.ts';

/** A batch that is cut: nothing is added any more. */
export interface Batch {
  /** For the source's topic, in the order of each partition. */
  messages: (WrittenMessage | PipelineMessage)[];
  /** Dead letters and re-read requests. */
  asides: PipelineMessage[];
  /** Schema records for the positions topic. */
  schemaRecords: { key: string; value: Buffer }[];
  lsn: bigint;
  nextId: bigint;
  inside: { commitLsn: bigint; rows: number; part: number } | null;
  rows: number;
  bytes: number;
  sourceTransactions: number;
  /** Of the newest whole transaction, microseconds since 1970; 0 if there is none. */
  commitMicros: number;
  /** Called after the commit. */
  onCommitted: (() => void)[];
}
