/** Decides the course of a pull of a table with a key: start mark, chunk after chunk, end mark; every finished chunk is kept. */
import type { SourceSession } from '../sources/postgres/connection.ts';
import type { SourceTable } from '../sources/postgres/introspect.ts';
import { readChunk } from './chunk-reader.ts';
import { type PullRun, sendMark, waitingSentence } from './pull-run.ts';
import type { Pull } from './pull-store.ts';

export async function runKeyedPull(
  pull: Pull,
  table: SourceTable,
  keyColumns: readonly string[],
  session: SourceSession,
  run: PullRun,
): Promise<void> {
  const begun = await begin(pull, table, run);
  await readChunks(begun, keyColumns, session, run);
  await sendMark('end', await run.store.get(run.organisationId, pull.id), run);
}

/** Numbers the pull and sends its start, unless an earlier run did. */
async function begin(pull: Pull, table: SourceTable, run: PullRun): Promise<Pull> {
  const { sequencer } = run.surroundings;
  if (pull.firstId !== null && pull.chunks > 0) return pull;
  // A heartbeat of its own: the stream then knows the table, whether or not a row of it was ever seen.
  await sequencer.refreshSchema(pull);
  const batchId = await sequencer.nextBatchId(pull);
  const { firstId } = await sequencer.reserve(1);
  await run.store.begun(pull.id, { batchId, firstId, estimatedRows: table.estimatedRows });
  const begun = await run.store.get(run.organisationId, pull.id);
  await sendMark('start', begun, run);
  return begun;
}

async function readChunks(
  pull: Pull,
  keyColumns: readonly string[],
  session: SourceSession,
  run: PullRun,
): Promise<void> {
  const { chunkRows, rowsPerSecond } = run.surroundings.definition.snapshot;
  let after = pull.position;
  let progress = pull;
  for (;;) {
    run.signal.throwIfAborted();
    const startedAt = run.surroundings.now();
    const chunk = await readChunk(session, run.surroundings, {
      table: pull,
      keyColumns,
      range: { kind: 'after', key: after, limit: chunkRows },
      maximumRows: chunkRows,
      rowsPerSecond,
      onWaiting: (xids, attempt) => run.onWaiting(waitingSentence(xids, attempt)),
      signal: run.signal,
    });
    run.onWaiting(null);
    const seconds = (run.surroundings.now() - startedAt) / 1000;
    const isLast = chunk.rows < chunkRows;
    const lastKey = chunk.lastKey ?? after;
    const number = progress.chunks + 1;
    await run.store.chunkFinished(progress, { ...chunk, number, afterKey: after, lastKey, seconds });
    progress = {
      ...progress,
      chunks: number,
      rows: progress.rows + chunk.rows,
      bytes: progress.bytes + chunk.bytes,
      deadLetters: progress.deadLetters + chunk.deadLetters,
      busySeconds: progress.busySeconds + seconds,
    };
    run.onChunk(chunk.rows, chunk.bytes, seconds);
    if (isLast) return;
    after = lastKey;
  }
}
