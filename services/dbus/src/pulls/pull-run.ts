/** Decides what every course of a pull is given, and sends the marks that both courses send. */
import type { PullEdge } from '@rtdp/ums/marks';
import { timestampText } from '../pipeline/row-head.ts';
import type { SourceSession } from '../sources/postgres/connection.ts';
import { type ChunkSurroundings, tableGone } from './chunk-reader.ts';
import { pullMarks } from './pull-marks.ts';
import type { Pull, PullStore } from './pull-store.ts';

export interface PullRun {
  surroundings: ChunkSurroundings;
  store: PullStore;
  organisationId: string;
  serverVersion: number;
  openSession: (role: string) => Promise<SourceSession>;
  /** Told what the pull waits for; null = it goes on. */
  onWaiting: (sentence: string | null) => void;
  /** Told after each chunk. */
  onChunk: (rows: number, bytes: number, seconds: number) => void;
  signal: AbortSignal;
}

export function waitingSentence(xids: readonly number[], attempt: number): string {
  return `transaction ${xids.slice(0, 5).join(', ')} is in the log but not yet visible to new snapshots (attempt ${attempt})`;
}

/** Sends a mark of a pull that has begun to every partition. */
export async function sendMark(edge: PullEdge, pull: Pull, run: Pick<PullRun, 'surroundings'>): Promise<void> {
  const { sequencer, definition, partitions, instance, now } = run.surroundings;
  const schema = sequencer.currentSchema(pull);
  if (schema === undefined || pull.firstId === null || pull.batchId === null) throw tableGone(pull);
  // The start is the pull's first id itself; the others are ids that lie after all of its rows.
  const id = edge === 'start' ? pull.firstId : (await sequencer.reserve(1)).firstId;
  const epochMillis = now();
  await sequencer.publish(
    pullMarks({
      edge,
      pullId: pull.id,
      firstId: pull.firstId,
      id,
      schema,
      batchId: pull.batchId,
      source: definition.source,
      topic: definition.topic,
      partitions,
      instance,
      timestamp: timestampText(BigInt(epochMillis) * 1000n),
      epochMillis,
      ...(edge === 'end' ? { rows: pull.rows } : {}),
    }),
  );
}
