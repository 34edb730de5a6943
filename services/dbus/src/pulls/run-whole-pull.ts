/**
 * Decides the course of a pull of a table without a key: whole, in one snapshot, from the beginning each time.
 *
 * Its rows are identified by `ums_id_` alone, so a row must not come twice: once by the stream, once by the snapshot. For a moment
 * the table is locked in SHARE mode (readers go on, writers wait): everything written before is then both published below the
 * pull's first id (a heartbeat that came back through the log proves it) and in the snapshot; everything written after is in neither.
 */
import { RtdpError } from '@rtdp/ums/error';
import { quoteTable, type SourceSession } from '../sources/postgres/connection.ts';
import type { SourceTable } from '../sources/postgres/introspect.ts';
import { type ChunkRequest, copyChunk, underSnapshot } from './chunk-reader.ts';
import { type PullRun, sendMark, waitingSentence } from './pull-run.ts';
import type { Pull } from './pull-store.ts';

const LOCK_TIMEOUT_MS = 2_000;
/** Longest that writers wait for the stream to catch up; then the lock is given back and it is tried again. */
const BARRIER_TIMEOUT_MS = 3_000;
const SNAPSHOTS_UNDER_LOCK = 4;

export async function runWholePull(
  pull: Pull,
  table: SourceTable,
  session: SourceSession,
  run: PullRun,
): Promise<void> {
  const { sequencer, definition, now } = run.surroundings;
  // Once without the lock, so that under it only a moment's lag is left.
  await sequencer.refreshSchema(pull);
  const batchId = await sequencer.nextBatchId(pull);
  await using lockSession = await run.openSession('pull-lock');
  const request: ChunkRequest = {
    table: pull,
    keyColumns: [],
    range: { kind: 'all' },
    maximumRows: 1,
    rowsPerSecond: definition.snapshot.rowsPerSecond,
    onWaiting(xids, attempt) {
      run.onWaiting(waitingSentence(xids, attempt));
      if (attempt >= SNAPSHOTS_UNDER_LOCK) throw notVisible(pull, xids);
    },
    signal: run.signal,
  };
  await lockSession.query('BEGIN');
  await lockSession.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await lockSession.query(`LOCK TABLE ${quoteTable(pull)} IN SHARE MODE`);
  await bounded(sequencer.refreshSchema(pull), BARRIER_TIMEOUT_MS, pull);
  const reservation = await bounded(sequencer.reserve(1), BARRIER_TIMEOUT_MS, pull);
  // However long it takes: there is no second half to go on with.
  const snapshot = { ...definition.snapshot, statementTimeoutMs: 0 };
  const surroundings = { ...run.surroundings, definition: { ...definition, snapshot } };
  const finished = await underSnapshot(session, surroundings, request, reservation, async (opened) => {
    await lockSession.query('COMMIT');
    run.onWaiting(null);
    const startedAt = now();
    const [counted] = await session.query<{ rows: string }>(
      `SELECT count(*)::text AS rows FROM ${opened.partitioned ? '' : 'ONLY '}${quoteTable(pull)}`,
    );
    const rows = Number(counted!.rows);
    const { firstId } = reservation;
    await run.store.begun(pull.id, { batchId, firstId, estimatedRows: Math.max(rows, table.estimatedRows) });
    await sendMark('start', await run.store.get(run.organisationId, pull.id), run);
    const ids = await sequencer.reserve(Math.max(1, rows));
    const chunk = await copyChunk(session, run.surroundings, request, ids.firstId, opened);
    const seconds = (now() - startedAt) / 1000;
    const fresh = { ...pull, rows: 0, bytes: 0, deadLetters: 0, busySeconds: 0 };
    await run.store.chunkFinished(fresh, { ...chunk, number: 1, afterKey: null, lastKey: null, seconds });
    run.onChunk(chunk.rows, chunk.bytes, seconds);
    return true;
  });
  if (finished === undefined) throw changedUnderLock(pull);
  await sendMark('end', await run.store.get(run.organisationId, pull.id), run);
}

async function bounded<Result>(work: Promise<Result>, milliseconds: number, pull: Pull): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(notCaughtUp(pull)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // When it is late its outcome is of no interest any more, but it must not end the process.
    work.catch(() => undefined);
  }
}

const RETRIED = 'Nothing: it is tried again. If it lasts, look at the lag of the source.';

function notCaughtUp(pull: Pull): RtdpError {
  return new RtdpError({
    code: 'DBUS_PULL_NOT_VISIBLE',
    message: `the stream did not catch up within ${BARRIER_TIMEOUT_MS} ms while writers of ${quoteTable(pull)} waited`,
    next: RETRIED,
    facts: { schema: pull.schema, table: pull.table },
  });
}

function notVisible(pull: Pull, xids: readonly number[]): RtdpError {
  return new RtdpError({
    code: 'DBUS_PULL_NOT_VISIBLE',
    message: `transactions that are in the log are not yet visible, so ${quoteTable(pull)} cannot be read`,
    next: 'Nothing: it is tried again. If it lasts, look for a standby that synchronous_standby_names waits for.',
    facts: { schema: pull.schema, table: pull.table, xids: [...xids] },
  });
}

function changedUnderLock(pull: Pull): RtdpError {
  return new RtdpError({
    code: 'DBUS_PULL_NOT_VISIBLE',
    message: `the definition of ${quoteTable(pull)} is not the stream's`,
    next: RETRIED,
    facts: { schema: pull.schema, table: pull.table },
  });
}
