/** Decides how rows that could not be stored are kept: the whole message as it was read, the row in it, the step and the reason. */
import type { Knex } from '@rtdp/service/metadata';
import { RtdpError } from '@rtdp/ums/error';
import type { Reason } from '../state/flow-store.ts';
import type { DeadLetterStatus } from './dead-letter-status.ts';

/** A row on its way into the store. */
export interface DeadLetterEntry {
  sinkSchema: string;
  sinkTable: string;
  namespace: string;
  kind: string;
  topic: string;
  partition: number;
  messageOffset: bigint;
  /** -1: the message itself could not be read. */
  rowNumber: number;
  umsId: string;
  operation: string;
  step: string;
  reason: Reason;
  tuple: unknown[] | null;
  raw: Buffer;
}

export interface DeadLetter extends Omit<DeadLetterEntry, 'raw'> {
  id: bigint;
  flowId: string;
  organisationId: string;
  edited: unknown[] | null;
  status: DeadLetterStatus;
  attempts: number;
  createdAt: Date;
  changedAt: Date;
  changedBy: string | null;
}

/** How many of one sink table wait for somebody. */
export interface OpenDeadLetters {
  schema: string;
  table: string;
  count: number;
}

interface Owner {
  id: string;
  organisationId: string;
}

export class DeadLetterStore {
  readonly #database: Knex;

  constructor(database: Knex) {
    this.#database = database;
  }

  /** Keeps rows durably before the offset moves past them; a row kept already (after a crash) stays one. */
  async keep(flow: Owner, entries: readonly DeadLetterEntry[]): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      for (const entry of entries) {
        const place = {
          topic: entry.topic,
          partition: entry.partition,
          message_offset: entry.messageOffset.toString(),
        };
        await transaction('dead_letter_messages')
          .insert({ organisation_id: flow.organisationId, ...place, raw: entry.raw })
          .onConflict(['organisation_id', 'topic', 'partition', 'message_offset'])
          .ignore();
        await transaction('dead_letters')
          .insert({
            organisation_id: flow.organisationId,
            flow_id: flow.id,
            sink_schema: entry.sinkSchema,
            sink_table: entry.sinkTable,
            namespace: entry.namespace,
            ...place,
            row_number: entry.rowNumber,
            ums_id: entry.umsId,
            operation: entry.operation,
            kind: entry.kind,
            step: entry.step,
            reason: JSON.stringify(entry.reason),
            tuple: entry.tuple === null ? null : JSON.stringify(entry.tuple),
          })
          .onConflict(['flow_id', 'sink_schema', 'sink_table', 'topic', 'partition', 'message_offset', 'row_number'])
          .ignore();
      }
    });
  }

  async list(
    flowId: string,
    filter: {
      status?: DeadLetterStatus | undefined;
      table?: string | undefined;
      before?: bigint | undefined;
      limit: number;
    },
  ): Promise<DeadLetter[]> {
    const query = this.#database('dead_letters').where({ flow_id: flowId }).orderBy('id', 'desc').limit(filter.limit);
    if (filter.status !== undefined) query.andWhere({ status: filter.status });
    if (filter.table !== undefined) query.andWhere({ sink_table: filter.table });
    if (filter.before !== undefined) query.andWhere('id', '<', filter.before.toString());
    return (await query).map(toDeadLetter);
  }

  /** How many wait for somebody, for each sink table that has some: also for tables that the flow no longer writes. */
  async countOpen(flowId: string): Promise<OpenDeadLetters[]> {
    const rows = await this.#database('dead_letters')
      .where({ flow_id: flowId })
      .andWhere({ status: 'open' })
      .groupBy('sink_schema', 'sink_table')
      .select('sink_schema', 'sink_table')
      .count<{ sink_schema: string; sink_table: string; count: string }[]>('* as count');
    return rows.map((row) => ({ schema: row.sink_schema, table: row.sink_table, count: Number(row.count) }));
  }

  /** @throws RtdpError WORMHOLE_DEAD_LETTER_NOT_FOUND */
  async get(flowId: string, id: bigint): Promise<DeadLetter & { raw: Buffer }> {
    const row = await this.#database('dead_letters')
      .where({ flow_id: flowId, 'dead_letters.id': id.toString() })
      .first();
    const message =
      row &&
      (await this.#database('dead_letter_messages')
        .where({
          organisation_id: row.organisation_id,
          topic: row.topic,
          partition: row.partition,
          message_offset: row.message_offset,
        })
        .first('raw'));
    if (row === undefined || message === undefined) {
      throw new RtdpError({
        code: 'WORMHOLE_DEAD_LETTER_NOT_FOUND',
        message: `this flow has no dead letter ${id}`,
        next: 'List them with GET /flows/NAME/dead-letters.',
        facts: { id: id.toString() },
      });
    }
    return { ...toDeadLetter(row), raw: message.raw };
  }

  async change(
    id: bigint,
    change: {
      status?: DeadLetterStatus;
      edited?: unknown[] | null;
      reason?: Reason;
      step?: string;
      attempted?: boolean;
      by?: string;
    },
  ): Promise<void> {
    await this.#database('dead_letters')
      .where({ id: id.toString() })
      .update({
        ...(change.status === undefined ? {} : { status: change.status }),
        ...(change.edited === undefined
          ? {}
          : { edited: change.edited === null ? null : JSON.stringify(change.edited) }),
        ...(change.reason === undefined ? {} : { reason: JSON.stringify(change.reason) }),
        ...(change.step === undefined ? {} : { step: change.step }),
        ...(change.attempted === true ? { attempts: this.#database.raw('attempts + 1') } : {}),
        ...(change.by === undefined ? {} : { changed_by: change.by }),
        changed_at: this.#database.fn.now(),
      });
  }
}

/** A row of the table, as the driver gives it: bigints as text. */
interface DeadLetterRow {
  id: string;
  flow_id: string;
  organisation_id: string;
  sink_schema: string;
  sink_table: string;
  namespace: string;
  kind: string;
  topic: string;
  partition: number;
  message_offset: string;
  row_number: number;
  ums_id: string;
  operation: string;
  step: string;
  reason: Reason;
  tuple: unknown[] | null;
  edited: unknown[] | null;
  status: DeadLetterStatus;
  attempts: number;
  created_at: Date;
  changed_at: Date;
  changed_by: string | null;
}

function toDeadLetter(row: DeadLetterRow): DeadLetter {
  return {
    id: BigInt(row.id),
    flowId: row.flow_id,
    organisationId: row.organisation_id,
    sinkSchema: row.sink_schema,
    sinkTable: row.sink_table,
    namespace: row.namespace,
    kind: row.kind,
    topic: row.topic,
    partition: row.partition,
    messageOffset: BigInt(row.message_offset),
    rowNumber: row.row_number,
    umsId: row.ums_id,
    operation: row.operation,
    step: row.step,
    reason: row.reason,
    tuple: row.tuple,
    edited: row.edited,
    status: row.status,
    attempts: row.attempts,
    createdAt: row.created_at,
    changedAt: row.changed_at,
    changedBy: row.changed_by,
  };
}
