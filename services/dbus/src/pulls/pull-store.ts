/** Decides how pulls and their chunks rest in the catalog, so that one that was killed goes on after its last finished chunk. */
import { randomUUID } from 'node:crypto';
import type { Knex } from '@rtdp/service/metadata';
import { RtdpError } from '@rtdp/ums/error';
import type { Reason } from '../catalog/source-store.ts';
import type { TableName } from '../pipeline/contract.ts';
import type { PullState } from './pull-states.ts';

export interface Pull extends TableName {
  id: string;
  organisationId: string;
  sourceId: string;
  state: PullState;
  /** first, request, rerun, schema-change. */
  cause: string;
  /** Counts full pulls of the table; known once it runs. */
  batchId: number | null;
  /** Rows of the pull have greater ids; what a sink holds below it at the end was deleted at the source. */
  firstId: bigint | null;
  chunks: number;
  rows: number;
  bytes: number;
  deadLetters: number;
  estimatedRows: number;
  /** Key of the last row of the last finished chunk, in the source's text. */
  position: string[] | null;
  busySeconds: number;
  reason: Reason | null;
  askedBy: string;
  rerunOf: string | null;
  askedAt: Date;
  startedAt: Date | null;
  progressedAt: Date | null;
  endedAt: Date | null;
}

export interface FinishedChunk {
  number: number;
  firstId: bigint;
  rows: number;
  bytes: number;
  deadLetters: number;
  afterKey: string[] | null;
  lastKey: string[] | null;
  snapshot: string;
  attempts: number;
  seconds: number;
}

interface PullRow {
  id: string;
  organisation_id: string;
  source_id: string;
  schema_name: string;
  table_name: string;
  state: PullState;
  cause: string;
  batch_id: number | null;
  first_id: string | null;
  chunks: number;
  rows: string;
  bytes: string;
  dead_letters: string;
  estimated_rows: string;
  position: string[] | null;
  busy_seconds: number;
  reason: Reason | null;
  asked_by: string;
  rerun_of: string | null;
  asked_at: Date;
  started_at: Date | null;
  progressed_at: Date | null;
  ended_at: Date | null;
}

interface AskedPull {
  organisationId: string;
  sourceId: string;
  table: TableName;
  cause: string;
  askedBy: string;
  rerunOf?: string;
}

export interface PullStore {
  ask(pull: AskedPull): Promise<Pull>;
  /**
   * Asks for one unless the newest of the table will do, whoever else asks at once.
   * @param willDo told of the newest of the table, in whatever state
   */
  askUnless(willDo: (newest: Pull) => boolean, pull: AskedPull): Promise<{ pull: Pull; isNew: boolean }>;
  /** @throws RtdpError DBUS_PULL_NOT_FOUND */
  get(organisationId: string, id: string): Promise<Pull>;
  /** Newest first. */
  list(sourceId: string, options?: { table?: TableName; limit?: number }): Promise<Pull[]>;
  /** Oldest first: waiting, and running ones that a process left behind. */
  unfinished(sourceId: string): Promise<Pull[]>;
  /** Failed ones that nobody has resumed, cancelled or followed by another of the table (that was not cancelled); of captured tables only, oldest first. */
  unresolved(sourceId: string): Promise<Pull[]>;
  /** Cancelled ones that began, and of which the topic does not yet say that they will not end. */
  cancelledUntold(sourceId: string): Promise<Pull[]>;
  cancelTold(id: string): Promise<void>;
  setState(id: string, state: PullState, reason?: Reason | null): Promise<void>;
  begun(id: string, facts: { batchId: number; firstId: bigint; estimatedRows: number }): Promise<void>;
  /** The chunk and the pull's progress, in one transaction. */
  chunkFinished(pull: Pull, chunk: FinishedChunk): Promise<void>;
  chunks(pullId: string): Promise<FinishedChunk[]>;
}

export function createPullStore(database: Knex): PullStore {
  const get = async (organisationId: string, id: string): Promise<Pull> => {
    const row = (await database('pulls').where({ organisation_id: organisationId, id }).first()) as PullRow | undefined;
    if (row !== undefined) return toPull(row);
    throw new RtdpError({
      code: 'DBUS_PULL_NOT_FOUND',
      message: `there is no pull ${id}`,
      next: "GET /sources/NAME/pulls lists a source's pulls.",
      facts: { pull: id },
    });
  };
  const insert = async (
    within: Knex,
    { organisationId, sourceId, table, cause, askedBy, rerunOf }: AskedPull,
  ): Promise<Pull> => {
    const [row] = await within('pulls')
      .insert({
        id: randomUUID(),
        organisation_id: organisationId,
        source_id: sourceId,
        schema_name: table.schema,
        table_name: table.table,
        state: 'waiting',
        cause,
        asked_by: askedBy,
        rerun_of: rerunOf ?? null,
        // One that waited for its turn is the newer one: the beginning of the transaction does not tell.
        asked_at: within.raw('clock_timestamp()'),
      })
      .returning('*');
    return toPull(row as PullRow);
  };
  return {
    get,
    ask: (pull) => insert(database, pull),
    async askUnless(willDo, pull) {
      const { sourceId, table } = pull;
      return await database.transaction(async (transaction) => {
        await transaction.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
          `rtdp dbus pulls ${sourceId} ${JSON.stringify([table.schema, table.table])}`,
        ]);
        const row = (await transaction('pulls')
          .where({ source_id: sourceId, schema_name: table.schema, table_name: table.table })
          .orderBy('asked_at', 'desc')
          .first()) as PullRow | undefined;
        const newest = row === undefined ? undefined : toPull(row);
        if (newest !== undefined && willDo(newest)) return { pull: newest, isNew: false };
        return { pull: await insert(transaction, pull), isNew: true };
      });
    },
    async list(sourceId, options = {}) {
      const query = database('pulls')
        .where({ source_id: sourceId })
        .orderBy('asked_at', 'desc')
        .limit(options.limit ?? 100);
      if (options.table !== undefined) {
        query.where({ schema_name: options.table.schema, table_name: options.table.table });
      }
      return ((await query) as PullRow[]).map(toPull);
    },
    async unfinished(sourceId) {
      const rows = await database('pulls')
        .where({ source_id: sourceId })
        .whereIn('state', ['waiting', 'running'])
        .orderBy('asked_at');
      return (rows as PullRow[]).map(toPull);
    },
    async unresolved(sourceId) {
      const rows = await database('pulls as failed')
        .where({ 'failed.source_id': sourceId, 'failed.state': 'failed' })
        .whereExists(
          database('tables as captured')
            .whereNull('captured.removed_at')
            .whereRaw('captured.source_id = failed.source_id')
            .whereRaw('(captured.schema_name, captured.table_name) = (failed.schema_name, failed.table_name)'),
        )
        .whereNotExists(
          database('pulls as later')
            .whereRaw('later.source_id = failed.source_id and later.asked_at > failed.asked_at')
            .whereNot('later.state', 'cancelled')
            .whereRaw('(later.schema_name, later.table_name) = (failed.schema_name, failed.table_name)'),
        )
        .select('failed.*')
        .orderBy('failed.asked_at');
      return (rows as PullRow[]).map(toPull);
    },
    async cancelledUntold(sourceId) {
      const rows = await database('pulls').where({ source_id: sourceId, cancel_untold: true }).orderBy('asked_at');
      return (rows as PullRow[]).map(toPull);
    },
    async cancelTold(id) {
      await database('pulls').where({ id }).update({ cancel_untold: false });
    },
    async setState(id, state, reason = null) {
      const ended = state === 'done' || state === 'cancelled' || state === 'failed';
      await database('pulls')
        .where({ id })
        .update({
          state,
          reason: reason === null ? null : JSON.stringify(reason),
          ended_at: ended ? database.fn.now() : null,
          cancel_untold: state === 'cancelled' ? database.raw('first_id is not null') : false,
        });
    },
    async begun(id, { batchId, firstId, estimatedRows }) {
      await database('pulls')
        .where({ id })
        .update({
          batch_id: batchId,
          first_id: firstId.toString(),
          estimated_rows: Math.round(Math.max(0, estimatedRows)),
          started_at: database.fn.now(),
          progressed_at: database.fn.now(),
        });
    },
    async chunkFinished(pull, chunk) {
      await database.transaction(async (transaction) => {
        await transaction('chunks')
          .insert({
            organisation_id: pull.organisationId,
            pull_id: pull.id,
            number: chunk.number,
            first_id: chunk.firstId.toString(),
            rows: chunk.rows,
            bytes: chunk.bytes,
            after_key: chunk.afterKey === null ? null : JSON.stringify(chunk.afterKey),
            last_key: chunk.lastKey === null ? null : JSON.stringify(chunk.lastKey),
            snapshot: chunk.snapshot,
            attempts: chunk.attempts,
            seconds: chunk.seconds,
          })
          .onConflict(['pull_id', 'number'])
          .merge();
        await transaction('pulls')
          .where({ id: pull.id })
          .update({
            chunks: chunk.number,
            rows: pull.rows + chunk.rows,
            bytes: pull.bytes + chunk.bytes,
            dead_letters: pull.deadLetters + chunk.deadLetters,
            busy_seconds: pull.busySeconds + chunk.seconds,
            position: chunk.lastKey === null ? null : JSON.stringify(chunk.lastKey),
            progressed_at: transaction.fn.now(),
          });
      });
    },
    async chunks(pullId) {
      const rows = (await database('chunks').where({ pull_id: pullId }).orderBy('number')) as Record<string, unknown>[];
      return rows.map((row) => ({
        number: Number(row.number),
        firstId: BigInt(row.first_id as string),
        rows: Number(row.rows),
        bytes: Number(row.bytes),
        deadLetters: 0,
        afterKey: row.after_key as string[] | null,
        lastKey: row.last_key as string[] | null,
        snapshot: String(row.snapshot),
        attempts: Number(row.attempts),
        seconds: Number(row.seconds),
      }));
    },
  };
}

function toPull(row: PullRow): Pull {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    sourceId: row.source_id,
    schema: row.schema_name,
    table: row.table_name,
    state: row.state,
    cause: row.cause,
    batchId: row.batch_id,
    firstId: row.first_id === null ? null : BigInt(row.first_id),
    chunks: row.chunks,
    rows: Number(row.rows),
    bytes: Number(row.bytes),
    deadLetters: Number(row.dead_letters),
    estimatedRows: Number(row.estimated_rows),
    position: row.position,
    busySeconds: row.busy_seconds,
    reason: row.reason,
    askedBy: row.asked_by,
    rerunOf: row.rerun_of,
    askedAt: row.asked_at,
    startedAt: row.started_at,
    progressedAt: row.progressed_at,
    endedAt: row.ended_at,
  };
}
