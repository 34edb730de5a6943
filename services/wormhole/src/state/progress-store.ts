/**
 * Decides what is remembered of a flow's way through its topic: where it began, which tables it has met, and a mirror of
 * how far each of them is. The truth of a table's position is the sink's own progress row; the mirror is for people, for
 * watermarks across workers, and for knowing where reading must begin.
 */
import type { Knex } from '@rtdp/service/metadata';
import type { UmsField } from '@rtdp/ums/types';
import type { Reason } from './flow-store.ts';

export interface FlowPartition {
  topic: string;
  partition: number;
  firstOffset: bigint;
  nextOffset: bigint;
}

/** The schema last adopted of a source table that feeds a sink table. */
export interface AdoptedSource {
  namespace: string;
  fields: UmsField[];
}

export interface StoredTable {
  sinkSchema: string;
  sinkTable: string;
  sinkIdentity: string;
  sources: Record<string, AdoptedSource>;
  fields: UmsField[];
  paused: boolean;
  reason: Reason | null;
}

export interface StoredProgress {
  sinkSchema: string;
  sinkTable: string;
  topic: string;
  partition: number;
  epoch: bigint;
  nextOffset: bigint;
  watermark: string | null;
  commitNumber: bigint;
  /** The pull whose rows are arriving, if one is. */
  openPull: string | null;
  worker: string;
  updatedAt: Date;
}

const MIRRORED_AT_ONCE = 1_000;

export class ProgressStore {
  readonly #database: Knex;

  constructor(database: Knex) {
    this.#database = database;
  }

  async partitions(flowId: string): Promise<FlowPartition[]> {
    const rows = await this.#database('flow_partitions').where({ flow_id: flowId });
    return rows.map((row) => ({
      topic: row.topic,
      partition: row.partition,
      firstOffset: BigInt(row.first_offset),
      nextOffset: BigInt(row.next_offset),
    }));
  }

  /** Records where a flow begins in a partition; what is recorded already stays. Gives what holds. */
  async begin(
    flow: { id: string; organisationId: string },
    starts: readonly Omit<FlowPartition, 'nextOffset'>[],
  ): Promise<FlowPartition[]> {
    if (starts.length > 0) {
      await this.#database('flow_partitions')
        .insert(partitionRows(flow, starts))
        .onConflict(['flow_id', 'topic', 'partition'])
        .ignore();
    }
    return this.partitions(flow.id);
  }

  /** Moves where reading must begin. Backward only by `restart`, never here. */
  async advance(
    flowId: string,
    offsets: readonly { topic: string; partition: number; nextOffset: bigint }[],
  ): Promise<void> {
    for (const { topic, partition, nextOffset } of offsets) {
      await this.#database('flow_partitions')
        .where({ flow_id: flowId, topic, partition })
        .andWhere('next_offset', '<', nextOffset.toString())
        .update({ next_offset: nextOffset.toString(), updated_at: this.#database.fn.now() });
    }
  }

  /** Sets where a flow begins anew, also backward. */
  async restart(
    flow: { id: string; organisationId: string },
    starts: readonly Omit<FlowPartition, 'nextOffset'>[],
  ): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await transaction('flow_partitions').where({ flow_id: flow.id }).delete();
      if (starts.length === 0) return;
      await transaction('flow_partitions').insert(partitionRows(flow, starts));
    });
  }

  async tables(flowId: string): Promise<StoredTable[]> {
    const rows = await this.#database('flow_tables').where({ flow_id: flowId }).orderBy(['sink_schema', 'sink_table']);
    return rows.map((row) => ({
      sinkSchema: row.sink_schema,
      sinkTable: row.sink_table,
      sinkIdentity: row.sink_identity,
      sources: row.sources,
      fields: row.fields,
      paused: row.paused,
      reason: row.reason,
    }));
  }

  /** The flow that has a sink table, if any. */
  async ownerOf(sinkIdentity: string): Promise<string | undefined> {
    const row = await this.#database('flow_tables')
      .join('flows', 'flows.id', 'flow_tables.flow_id')
      .where({ sink_identity: sinkIdentity })
      .first('flows.name');
    return row?.name;
  }

  /**
   * Makes or changes what is kept of a sink table; of one that is kept already, the schemas only: whether it is paused may have been
   * changed by another worker. A table of another flow violates `sink_identity` and throws.
   */
  saveSchemas(flow: { id: string; organisationId: string }, table: StoredTable): Promise<void> {
    return this.#putTable(flow, table, ['sources', 'fields']);
  }

  /** Makes what is kept of a sink table, or changes whether it is paused, for all workers of the flow. */
  savePause(flow: { id: string; organisationId: string }, table: StoredTable): Promise<void> {
    return this.#putTable(flow, table, ['paused', 'reason']);
  }

  async #putTable(
    flow: { id: string; organisationId: string },
    table: StoredTable,
    changed: readonly ('sources' | 'fields' | 'paused' | 'reason')[],
  ): Promise<void> {
    await this.#database('flow_tables')
      .insert({
        organisation_id: flow.organisationId,
        flow_id: flow.id,
        sink_schema: table.sinkSchema,
        sink_table: table.sinkTable,
        sink_identity: table.sinkIdentity,
        sources: JSON.stringify(table.sources),
        fields: JSON.stringify(table.fields),
        paused: table.paused,
        reason: table.reason === null ? null : JSON.stringify(table.reason),
        updated_at: this.#database.fn.now(),
      })
      .onConflict(['flow_id', 'sink_schema', 'sink_table'])
      .merge([...changed, 'updated_at']);
  }

  /** Lets the tables go on that wait because of the flow's SQL; one that somebody paused, or a schema, keeps waiting. */
  async releaseFromSql(flowId: string): Promise<void> {
    await this.#database('flow_tables')
      .where({ flow_id: flowId, paused: true })
      .whereRaw("reason->>'code' ~ '^(SQL|ENGINE)_'")
      .update({ paused: false, reason: null, updated_at: this.#database.fn.now() });
  }

  async progress(flowId: string): Promise<StoredProgress[]> {
    const rows = await this.#database('progress').where({ flow_id: flowId });
    return rows.map((row) => ({
      sinkSchema: row.sink_schema,
      sinkTable: row.sink_table,
      topic: row.topic,
      partition: row.partition,
      epoch: BigInt(row.epoch),
      nextOffset: BigInt(row.next_offset),
      watermark: row.watermark,
      commitNumber: BigInt(row.commit_number),
      openPull: row.open_pull,
      worker: row.worker,
      updatedAt: row.updated_at,
    }));
  }

  /** Copies the sink's truth; a worker with a lower epoch never overwrites. */
  async mirror(
    flow: { id: string; organisationId: string },
    rows: readonly Omit<StoredProgress, 'updatedAt'>[],
  ): Promise<void> {
    // A statement takes 65,535 parameters at most.
    for (let from = 0; from < rows.length; from += MIRRORED_AT_ONCE) {
      await this.#mirrorSome(flow, rows.slice(from, from + MIRRORED_AT_ONCE));
    }
  }

  async #mirrorSome(
    flow: { id: string; organisationId: string },
    rows: readonly Omit<StoredProgress, 'updatedAt'>[],
  ): Promise<void> {
    await this.#database('progress')
      .insert(
        rows.map((row) => ({
          organisation_id: flow.organisationId,
          flow_id: flow.id,
          sink_schema: row.sinkSchema,
          sink_table: row.sinkTable,
          topic: row.topic,
          partition: row.partition,
          epoch: row.epoch.toString(),
          next_offset: row.nextOffset.toString(),
          watermark: row.watermark,
          commit_number: row.commitNumber.toString(),
          open_pull: row.openPull,
          worker: row.worker,
          updated_at: this.#database.fn.now(),
        })),
      )
      .onConflict(['flow_id', 'sink_schema', 'sink_table', 'topic', 'partition'])
      .merge(['epoch', 'next_offset', 'watermark', 'commit_number', 'open_pull', 'worker', 'updated_at'])
      .where('progress.epoch', '<=', this.#database.raw('excluded.epoch'));
  }
}

function partitionRows(
  flow: { id: string; organisationId: string },
  starts: readonly Omit<FlowPartition, 'nextOffset'>[],
): Record<string, unknown>[] {
  return starts.map((start) => ({
    organisation_id: flow.organisationId,
    flow_id: flow.id,
    topic: start.topic,
    partition: start.partition,
    first_offset: start.firstOffset.toString(),
    next_offset: start.firstOffset.toString(),
  }));
}
