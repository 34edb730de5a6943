/**
 * Decides when a chunk of a table may be read and what it holds (ums.md, "Full pull"): ids are reserved first; then, after
 * locking the table ACCESS SHARE, one REPEATABLE READ snapshot that contains every transaction with an id below the reservation;
 * its definition equals the stream's; its rows are published before the lock is given back, so that no new version comes between.
 */
import { RtdpError } from '@rtdp/ums/error';
import type { SourceDefinition } from '../catalog/source-definition.ts';
import type { BufferPool } from '../pipeline/buffer-pool.ts';
import type { Reservation, Sequencer, TableName } from '../pipeline/contract.ts';
import { deadLetterMessage } from '../pipeline/dead-letter.ts';
import { finishMessage, OPERATION, TableWriter } from '../pipeline/message-writer.ts';
import type { RowText } from '../pipeline/message-writer-contract.ts';
import { RowHead, timestampText } from '../pipeline/row-head.ts';
import { shapeOf } from '../pipeline/table-shape.ts';
import { readSnapshot, unseenIn } from '../pipeline/visibility.ts';
import { quoteTable, type SourceSession } from '../sources/postgres/connection.ts';
import { readCopy } from '../sources/postgres/copy-reader.ts';
import { CopyRowDecoder, encodeCopyRow } from '../sources/postgres/copy-row-decoder.ts';
import type { TypeMap } from '../sources/postgres/type-map.ts';
import { loadTableDefinition, mapTable } from '../sources/postgres/type-map-catalog.ts';
import type { MappedTable } from '../sources/postgres/type-map-contract.ts';
import { ChunkOutbox } from './chunk-outbox.ts';
import { type ChunkRange, chunkSql } from './chunk-sql.ts';
import { Pace } from './pace.ts';

export interface ChunkSurroundings {
  definition: SourceDefinition;
  sequencer: Sequencer;
  types: TypeMap;
  pool: BufferPool;
  partitions: number;
  /** Name of this process in Kafka keys. */
  instance: string;
  now: () => number;
}

export interface ChunkRequest {
  table: TableName;
  /** In the order of the index that identifies rows. */
  keyColumns: readonly string[];
  range: ChunkRange;
  /** Ids to reserve: at least the rows that the range can hold. */
  maximumRows: number;
  rowsPerSecond: number | null;
  /** Told while the chunk waits for transactions to become visible. */
  onWaiting: (xids: readonly number[], attempt: number) => void;
  signal: AbortSignal;
  /** Told when all rows are read, though not yet published: the next chunk may begin. */
  onRowsRead?: (rows: number, lastKey: string[] | null) => void;
}

export interface ReadChunk {
  firstId: bigint;
  rows: number;
  /** Of messages. */
  bytes: number;
  deadLetters: number;
  /** Of the last row; null when the chunk was empty or the table has no key. */
  lastKey: string[] | null;
  /** Text of pg_current_snapshot(). */
  snapshot: string;
  /** Snapshots taken until one contained what it must. */
  attempts: number;
}

const SNAPSHOT_PAUSE_MS = [5, 10, 25, 50, 100, 250, 500, 1_000] as const;
const SCHEMA_ATTEMPTS = 20;
/** Where Kafka does not answer, the lock on the table is given back: an ALTER that waits for it would hold up the application. */
const IDLE_TIMEOUT_MS = 60_000;

/**
 * Reads and publishes one chunk.
 * @throws RtdpError DBUS_TABLE_NOT_CAPTURED when the table is gone; DBUS_STREAM_RESTARTED (ask again) from the sequencer;
 *   DBUS_PULL_FAILED when the definition keeps changing; what Postgres says otherwise
 */
export async function readChunk(
  session: SourceSession,
  surroundings: ChunkSurroundings,
  request: ChunkRequest,
): Promise<ReadChunk> {
  for (let attempt = 1; attempt <= SCHEMA_ATTEMPTS; attempt++) {
    const reservation = await surroundings.sequencer.reserve(request.maximumRows);
    const chunk = await underSnapshot(session, surroundings, request, reservation, (opened) =>
      copyChunk(session, surroundings, request, reservation.firstId, opened),
    );
    if (chunk !== undefined) return chunk;
    // The catalog has a definition that the stream has not met: a heartbeat carries the stream past the change.
    await surroundings.sequencer.refreshSchema(request.table);
  }
  throw new RtdpError({
    code: 'DBUS_PULL_FAILED',
    message: `the definition of ${quoteTable(request.table)} differed from the stream's ${SCHEMA_ATTEMPTS} times in a row`,
    next: 'Wait until the changes to the table are through, then resume the pull.',
    facts: { ...request.table },
  });
}

export interface OpenedSnapshot {
  text: string;
  micros: bigint;
  partitioned: boolean;
  columns: string[];
  mapped: MappedTable;
  attempts: number;
}

/**
 * Runs `work` in a transaction whose snapshot contains all that the reservation must see; undefined (and nothing done) when
 * the definition in it is not the stream's.
 */
export async function underSnapshot<Result>(
  session: SourceSession,
  surroundings: ChunkSurroundings,
  request: Pick<ChunkRequest, 'table' | 'onWaiting' | 'signal'>,
  reservation: Reservation,
  work: (opened: OpenedSnapshot) => Promise<Result>,
): Promise<Result | undefined> {
  const { sequencer, definition } = surroundings;
  for (let attempt = 1; ; attempt++) {
    request.signal.throwIfAborted();
    await beginSnapshot(session, definition, request.table);
    try {
      const taken = await takeSnapshot(session, request.table);
      const unseen = unseenIn(readSnapshot(taken.text), reservation.mustSee);
      if (unseen.length === 0) {
        sequencer.markSeen(reservation.mustSee);
        const opened = await describe(session, surroundings, request.table);
        if (opened === undefined) return undefined;
        return await work({ ...taken, ...opened, attempts: attempt });
      }
      request.onWaiting(unseen, attempt);
    } finally {
      // A session that cannot even do this is broken, and says so at its next statement; the error that matters is on its way.
      await session.query('ROLLBACK').catch(() => undefined);
    }
    await pause(SNAPSHOT_PAUSE_MS[Math.min(attempt, SNAPSHOT_PAUSE_MS.length) - 1]!, request.signal);
  }
}

async function beginSnapshot(session: SourceSession, definition: SourceDefinition, table: TableName): Promise<void> {
  const { lockTimeoutMs, statementTimeoutMs } = definition.snapshot;
  try {
    // One round trip. Rows are wanted in the order of the key: by its index, whatever the statistics of a young table say.
    // The lock stands before the first query, hence before the snapshot: one older than a rewriting ALTER would read an empty table.
    await session.query(
      `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
       SET LOCAL lock_timeout = ${lockTimeoutMs};
       SET LOCAL statement_timeout = ${statementTimeoutMs};
       SET LOCAL idle_in_transaction_session_timeout = ${IDLE_TIMEOUT_MS};
       SET LOCAL enable_seqscan = off;
       SET LOCAL enable_sort = off;
       LOCK TABLE ${quoteTable(table)} IN ACCESS SHARE MODE`,
    );
  } catch (error) {
    // A session that cannot even do this is broken, and says so at its next statement; the error that matters is on its way.
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

async function takeSnapshot(
  session: SourceSession,
  table: TableName,
): Promise<{ text: string; micros: bigint; partitioned: boolean }> {
  const [row] = await session.query<{ snapshot: string; micros: string; partitioned: boolean }>(
    `SELECT pg_current_snapshot()::text AS snapshot, trunc(extract(epoch FROM clock_timestamp()) * 1000000)::bigint::text AS micros,
            (SELECT relkind = 'p' FROM pg_class WHERE oid = $1::regclass) AS partitioned`,
    [quoteTable(table)],
  );
  return { text: row!.snapshot, micros: BigInt(row!.micros), partitioned: row!.partitioned };
}

/** Columns and mapping as this snapshot's catalog has them; undefined when the stream's schema is another one. */
async function describe(
  session: SourceSession,
  { sequencer, types }: ChunkSurroundings,
  table: TableName,
): Promise<{ columns: string[]; mapped: MappedTable } | undefined> {
  const definition = await loadTableDefinition(session, table);
  if (definition === undefined) throw tableGone(table);
  const mapped = await mapTable(session, types, definition.columns);
  const streamed = sequencer.currentSchema(table);
  if (streamed === undefined || JSON.stringify(streamed.fields) !== JSON.stringify(mapped.fields)) return undefined;
  return { columns: definition.columns.map((column) => column.name), mapped };
}

/** Copies the range into messages under ids from `firstId` on; resolves when all of them are committed. */
export async function copyChunk(
  session: SourceSession,
  surroundings: ChunkSurroundings,
  request: ChunkRequest,
  firstId: bigint,
  opened: OpenedSnapshot,
): Promise<ReadChunk> {
  const { definition, sequencer, pool, now, instance } = surroundings;
  const { source } = definition;
  const { columns, mapped, partitioned } = opened;
  const schema = sequencer.currentSchema(request.table);
  if (schema === undefined) throw tableGone(request.table);
  const outbox = new ChunkOutbox(sequencer, pool);
  const head = new RowHead(firstId);
  head.setTransaction({ xid: 0, commitMicros: Number(opened.micros), position: '' }, timestampText(opened.micros));
  const writer = new TableWriter({
    shape: shapeOf(schema, mapped, surroundings.partitions),
    kind: 'data_initial_data',
    topic: definition.topic,
    limits: definition.limits,
    pool,
    head,
    now,
    onMessage: (message) => outbox.add(finishMessage(message, { source, instance, publishTs: now() }, pool)),
  });
  const decoder = new CopyRowDecoder(columns.length);
  const keyIndexes = request.keyColumns.map((column) => columns.indexOf(column));
  const pace = new Pace(request.rowsPerSecond, now);
  let rows = 0;
  let deadLetters = 0;
  let deadInARow = 0;
  let lastKey: string[] | null = null;
  const bury = (error: unknown): void => {
    deadLetters++;
    deadInARow++;
    if (deadInARow > definition.deadLetterLimit) throw tooManyDead(request.table, deadInARow, error);
    outbox.add(
      deadLetterMessage({
        source,
        schema,
        table: { schema: request.table.schema, table: request.table.table },
        operation: 'i',
        base: head.base,
        xid: 0,
        commitTs: timestampText(opened.micros),
        position: '',
        raw: encodeCopyRow(decoder.row, columns.length),
        error,
        millis: now(),
      }),
    );
  };
  const table = { ...request.table, partitioned, columns, keyColumns: request.keyColumns };
  try {
    await readCopy(session.client, chunkSql(table, request.range), {
      onRow(buffer, start, end) {
        decoder.decode(buffer, start, end);
        try {
          writer.appendRow(decoder.row, OPERATION.insert, 1);
          deadInARow = 0;
        } catch (error) {
          bury(error);
        }
        head.advance();
        rows++;
      },
      afterRead() {
        request.signal.throwIfAborted();
        return outbox.backPressure() ?? pace.wait(rows, request.signal);
      },
    });
    writer.seal();
    // Each read of the socket has a buffer of its own, so the last row is still there.
    lastKey = keyIndexes.length > 0 && rows > 0 ? keyTexts(decoder.row, keyIndexes) : null;
    request.onRowsRead?.(rows, lastKey);
  } finally {
    // Also after a failure: nothing of this chunk may arrive later, between the rows of its repetition.
    await outbox.finish();
  }
  return { firstId, rows, bytes: outbox.bytes, deadLetters, lastKey, snapshot: opened.text, attempts: opened.attempts };
}

function keyTexts(row: RowText, indexes: readonly number[]): string[] {
  return indexes.map((index) =>
    Buffer.from(row.buffer.subarray(row.starts[index]!, row.ends[index]!)).toString('utf8'),
  );
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

function tooManyDead(table: TableName, count: number, cause: unknown): RtdpError {
  return new RtdpError({
    code: 'DBUS_PULL_FAILED',
    message: `${count} rows in a row of ${quoteTable(table)} could not be mapped`,
    next: 'Look at the dead letters for the reason; raise deadLetterLimit of the source if they may all be left out; then resume the pull.',
    facts: { schema: table.schema, table: table.table, count },
    cause,
  });
}

export function tableGone(table: TableName): RtdpError {
  return new RtdpError({
    code: 'DBUS_TABLE_NOT_CAPTURED',
    message: `${quoteTable(table)} does not exist any more`,
    next: 'Cancel the pull; the table leaves the source with the next comparison.',
    facts: { ...table },
  });
}
