/** Decides the course of a pull of a table with a key: start mark, chunk after chunk, end mark; every finished chunk is kept. */
import type { SourceTable } from '../sources/postgres/introspect.ts';
import { type ReadChunk, readChunk } from './chunk-reader.ts';
import { Pace } from './pace.ts';
import { type PullRun, sendMark, waitingSentence } from './pull-run.ts';
import type { Pull } from './pull-store.ts';

export async function runKeyedPull(
  pull: Pull,
  table: SourceTable,
  keyColumns: readonly string[],
  run: PullRun,
): Promise<void> {
  const begun = await begin(pull, table, run);
  await readChunks(begun, keyColumns, run);
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

/**
 * One chunk is read while the one before it is still being published, on two sessions in turn; chunks are kept in order, and
 * nothing of them goes on when one has failed.
 */
async function readChunks(pull: Pull, keyColumns: readonly string[], run: PullRun): Promise<void> {
  // Closed also when the second one cannot be opened, which is when the source is short of connections.
  await using first = await run.openSession('pull');
  await using second = await run.openSession('pull');
  const failed = new AbortController();
  const signal = AbortSignal.any([run.signal, failed.signal]);
  const keeper = new ChunkKeeper(pull, run);
  const { chunkRows, rowsPerSecond } = run.surroundings.definition.snapshot;
  let kept: Promise<void> = Promise.resolve();
  const underWay: Promise<unknown>[] = [];
  try {
    let after = pull.position;
    for (let turn = 0; ; turn++) {
      signal.throwIfAborted();
      const rowsRead = Promise.withResolvers<{ rows: number; lastKey: string[] | null }>();
      const afterKey = after;
      const pace = new Pace(rowsPerSecond, run.surroundings.now);
      const published = readChunk(turn % 2 === 0 ? first : second, run.surroundings, {
        table: { schema: pull.schema, table: pull.table },
        keyColumns,
        range: { kind: 'after', key: afterKey, limit: chunkRows },
        maximumRows: chunkRows,
        rowsPerSecond,
        onWaiting: (xids, attempt) => run.onWaiting(waitingSentence(xids, attempt)),
        onRowsRead: (rows, lastKey) => rowsRead.resolve({ rows, lastKey }),
        signal,
      });
      published.catch(rowsRead.reject);
      const keptBefore = kept;
      kept = Promise.all([published, keptBefore]).then(([chunk]) => keeper.keep(chunk, afterKey));
      // Awaited below, two chunks later at most; until then it must not end the process.
      kept.catch(() => undefined);
      underWay.push(published, kept);
      const { rows, lastKey } = await rowsRead.promise;
      // A chunk that came in one read has not been slowed down yet. Who is slowed down has the time to see it kept, or fail.
      const rest = pace.wait(rows, signal);
      if (rest !== undefined) await Promise.all([rest, kept]);
      // Its session is the next one's: not more than two are ever under way.
      await keptBefore;
      underWay.splice(0, underWay.length - 2);
      if (rows < chunkRows) {
        await kept;
        return;
      }
      after = lastKey;
    }
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** Keeps finished chunks with the pull's progress. */
class ChunkKeeper {
  readonly #run: PullRun;
  #progress: Pull;
  #since: number;

  constructor(pull: Pull, run: PullRun) {
    this.#progress = pull;
    this.#run = run;
    this.#since = run.surroundings.now();
  }

  async keep(chunk: ReadChunk, afterKey: string[] | null): Promise<void> {
    const { store, surroundings, onChunk, onWaiting } = this.#run;
    const before = this.#progress;
    const now = surroundings.now();
    const seconds = (now - this.#since) / 1000;
    this.#since = now;
    const number = before.chunks + 1;
    await store.chunkFinished(before, { ...chunk, number, afterKey, lastKey: chunk.lastKey ?? afterKey, seconds });
    this.#progress = {
      ...before,
      chunks: number,
      rows: before.rows + chunk.rows,
      bytes: before.bytes + chunk.bytes,
      deadLetters: before.deadLetters + chunk.deadLetters,
      busySeconds: before.busySeconds + seconds,
    };
    onWaiting(null);
    onChunk(chunk.rows, chunk.bytes, seconds);
  }
}
