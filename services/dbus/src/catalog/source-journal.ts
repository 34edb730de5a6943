/** Decides the sentences in which a source's own doings are remembered: tables that come and go, pulls that end, versions, losses. */
import type { Logger } from '@rtdp/service/logging';
import type { TableName } from '../pipeline/contract.ts';
import type { Pull } from '../pulls/pull-store.ts';
import type { ReconcileReport } from '../sources/contract.ts';
import type { EventStore } from './event-store.ts';
import type { SchemaVersion } from './schema-version-store.ts';

export class SourceJournal {
  readonly #events: EventStore;
  readonly #logger: Logger;
  readonly #organisationId: string;
  readonly #name: string;

  constructor(events: EventStore, logger: Logger, source: { organisationId: string; name: string }) {
    this.#events = events;
    this.#logger = logger;
    this.#organisationId = source.organisationId;
    this.#name = source.name;
  }

  /** Never rejects: what cannot be remembered is at least logged. */
  async tell(kind: string, sentence: string, facts: Record<string, unknown>): Promise<void> {
    this.#logger.info({ kind, ...facts }, sentence);
    const event = { sourceName: this.#name, kind, sentence, facts, subject: 'dbus' };
    try {
      await this.#events.record(this.#organisationId, event);
    } catch (error) {
      this.#logger.warn({ err: error, kind }, 'an event could not be recorded');
    }
  }

  async tables(changes: ReconcileReport): Promise<void> {
    const each = async (kind: string, tables: readonly TableName[], what: string): Promise<void> => {
      for (const table of tables) await this.tell(kind, `${table.schema}.${table.table} ${what}`, { ...table });
    };
    await each('table-added', changes.added, 'is captured from now on');
    for (const table of changes.removed) {
      const lost = changes.lost.find((other) => other.schema === table.schema && other.table === table.table);
      const because = lost === undefined ? '' : `: ${lost.problems.map(({ message }) => message).join(' ')}`;
      const what = `${table.schema}.${table.table} is not captured any more${because}`;
      await this.tell(lost === undefined ? 'table-removed' : 'table-lost', what, { ...table });
    }
    await each('table-changed', changes.changed, 'has another key, or lost it');
  }

  async pullEnded(pull: Pull): Promise<void> {
    const name = `${pull.schema}.${pull.table}`;
    const sentence =
      pull.state === 'done' ? `The pull of ${name} brought ${pull.rows} rows` : `The pull of ${name} is ${pull.state}`;
    const { id, schema, table, rows, reason } = pull;
    await this.tell(`pull-${pull.state}`, sentence, { pull: id, schema, table, rows, reason });
  }

  async schemaChanged(version: SchemaVersion): Promise<void> {
    const { schema, table, compatible, diff } = version;
    const how = compatible ? 'compatible' : 'incompatible';
    const sentence = `${schema}.${table} has version ${version.version}, ${how} with the one before`;
    await this.tell('schema-changed', sentence, {
      schema,
      table,
      version: version.version,
      compatible,
      changes: diff?.changes ?? [],
    });
  }
}
