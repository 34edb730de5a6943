/**
 * Decides what follows a schema version: it is kept, and a table whose stored values may have changed without a row in the log
 * is pulled. The pull is asked for before the version is kept, so that a process which dies in between asks again.
 */
import type { Logger } from '@rtdp/service/logging';
import { diffSchemas } from '@rtdp/ums/schema-diff';
import type { SchemaVersionStore } from '../../catalog/schema-version-store.ts';
import { HEARTBEAT_TABLE } from '../../catalog/source-definition.ts';
import type { SourceJournal } from '../../catalog/source-journal.ts';
import type { StreamSchema, TableName } from '../../pipeline/contract.ts';
import type { Housekeeping } from './housekeeping.ts';
import { silentChange } from './silent-changes.ts';

export interface SchemaHistoryOptions {
  organisationId: string;
  sourceId: string;
  store: SchemaVersionStore;
  journal: SourceJournal;
  housekeeping: Housekeeping;
  logger: Logger;
  askPull: (table: TableName, cause: string) => Promise<void>;
}

export class SchemaHistory {
  readonly #options: SchemaHistoryOptions;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: SchemaHistoryOptions) {
    this.#options = options;
  }

  /** Takes in the version that a table has now; one that is known already changes nothing. Never rejects. */
  take(table: TableName, schema: StreamSchema): Promise<void> {
    this.#turn = this.#turn
      .then(() => this.#take({ schema: table.schema, table: table.table }, schema))
      .catch((error: unknown) => {
        const { logger } = this.#options;
        logger.error(
          { err: error, table, version: schema.version },
          'a schema version could not be kept; tried again at the next start',
        );
      });
    return this.#turn;
  }

  async #take(table: TableName, schema: StreamSchema): Promise<void> {
    if (table.schema === HEARTBEAT_TABLE.schema) return;
    const { organisationId, sourceId, store, journal, askPull } = this.#options;
    const known = await store.list(sourceId, table);
    const version = Number(schema.version);
    if (known.some((other) => other.version >= version)) return;
    const before = known.at(-1);
    if (before !== undefined) {
      const because = await this.#silentChange(table, before.fields, schema);
      if (because !== null) {
        await journal.tell('pull-asked', `${table.schema}.${table.table} is pulled again: ${because}`, { ...table });
        await askPull(table, 'schema-change');
      }
    }
    const kept = await store.record(organisationId, sourceId, table, schema);
    if (kept !== undefined && before !== undefined) await journal.schemaChanged(kept);
  }

  async #silentChange(table: TableName, before: StreamSchema['fields'], schema: StreamSchema): Promise<string | null> {
    const { housekeeping, logger } = this.#options;
    const diff = diffSchemas(before, schema.fields);
    try {
      return await housekeeping.inTurn((session) => silentChange(session, table, diff));
    } catch (error) {
      logger.warn({ err: error, table }, 'what a change did to stored values could not be found out');
      // A pull too many does no harm; one too few leaves sinks wrong for good.
      return 'its definition changed, and what that did to stored values could not be found out';
    }
  }
}
