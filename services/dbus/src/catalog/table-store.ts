/** Decides what is kept of each captured table: its key, how it is captured, and whether it may be read yet. */
import type { Knex } from '@rtdp/service/metadata';
import type { TableName } from '../pipeline/contract.ts';
import type { Problem } from '../sources/contract.ts';
import type { TransactionBarrier } from '../sources/postgres/running-transactions.ts';

export interface CapturedTable extends TableName {
  keyColumns: string[];
  /** Without a key: captured for inserts and truncates only. */
  insertOnly: boolean;
  /** Not yet passed by every transaction that ran when the table was added; null = the table may be read. */
  barrier: TransactionBarrier | null;
  /** A first pull is still to be asked for, once the barrier is passed. */
  pullWanted: boolean;
  capturedAt: Date;
}

interface TableRow {
  schema_name: string;
  table_name: string;
  key_columns: string[];
  insert_only: boolean;
  barrier: string | null;
  pull_wanted: boolean;
  captured_at: Date;
}

/** Was captured, is still asked for, and cannot be captured until what stands in the way is mended. */
export interface LostTable extends TableName {
  problems: Problem[];
}

export interface TableStore {
  list(sourceId: string): Promise<CapturedTable[]>;
  /** Adds or changes tables; a barrier is kept until {@link TableStore.barrierPassed}. */
  save(organisationId: string, sourceId: string, tables: Omit<CapturedTable, 'capturedAt'>[]): Promise<void>;
  remove(sourceId: string, tables: readonly TableName[]): Promise<void>;
  lost(sourceId: string): Promise<LostTable[]>;
  /** They are captured no more; `save` takes them in again, `remove` gives them up. */
  lose(sourceId: string, tables: readonly LostTable[]): Promise<void>;
  /** Sets a new barrier for all tables: the slot was just made, nothing before it is in the stream. */
  raiseBarrier(sourceId: string, barrier: TransactionBarrier): Promise<void>;
  barrierPassed(sourceId: string, table: TableName): Promise<void>;
  pullAsked(sourceId: string, table: TableName): Promise<void>;
}

export function createTableStore(database: Knex): TableStore {
  const named = (table: TableName): Record<string, string> => ({ schema_name: table.schema, table_name: table.table });
  return {
    async list(sourceId) {
      const rows = (await database('tables')
        .where({ source_id: sourceId })
        .whereNull('removed_at')
        .orderBy(['schema_name', 'table_name'])) as TableRow[];
      return rows.map((row) => ({
        schema: row.schema_name,
        table: row.table_name,
        keyColumns: row.key_columns,
        insertOnly: row.insert_only,
        barrier: row.barrier,
        pullWanted: row.pull_wanted,
        capturedAt: row.captured_at,
      }));
    },
    async save(organisationId, sourceId, tables) {
      if (tables.length === 0) return;
      const rows = tables.map((table) => ({
        organisation_id: organisationId,
        source_id: sourceId,
        ...named(table),
        key_columns: table.keyColumns,
        insert_only: table.insertOnly,
        barrier: table.barrier,
        pull_wanted: table.pullWanted,
        removed_at: null,
        lost_because: null,
      }));
      await database('tables').insert(rows).onConflict(['source_id', 'schema_name', 'table_name']).merge();
    },
    async remove(sourceId, tables) {
      for (const table of tables) {
        await database('tables')
          .where({ source_id: sourceId, ...named(table) })
          .update({ removed_at: database.fn.now(), lost_because: null });
      }
    },
    async lost(sourceId) {
      const rows = (await database('tables')
        .where({ source_id: sourceId })
        .whereNotNull('lost_because')
        .orderBy(['schema_name', 'table_name'])) as (TableRow & { lost_because: Problem[] })[];
      return rows.map((row) => ({ schema: row.schema_name, table: row.table_name, problems: row.lost_because }));
    },
    async lose(sourceId, tables) {
      for (const table of tables) {
        await database('tables')
          .where({ source_id: sourceId, ...named(table) })
          .update({ removed_at: database.fn.now(), lost_because: JSON.stringify(table.problems) });
      }
    },
    async raiseBarrier(sourceId, barrier) {
      await database('tables').where({ source_id: sourceId }).whereNull('removed_at').update({ barrier });
    },
    async barrierPassed(sourceId, table) {
      await database('tables')
        .where({ source_id: sourceId, ...named(table) })
        .update({ barrier: null });
    },
    async pullAsked(sourceId, table) {
      await database('tables')
        .where({ source_id: sourceId, ...named(table) })
        .update({ pull_wanted: false });
    },
  };
}
