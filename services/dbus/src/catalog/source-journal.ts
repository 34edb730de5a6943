/** Decides the sentences in which a source's own doings are remembered: tables that come and go, pulls that end, versions, losses, outages. */
import type { Logger } from '@rtdp/service/logging';
import type { OutageNews } from '../health/source-outage.ts';
import type { TableName } from '../pipeline/contract.ts';
import type { Pull } from '../pulls/pull-store.ts';
import type { ReconcileReport } from '../sources/contract.ts';
import type { EventStore } from './event-store.ts';
import type { SchemaVersion } from './schema-version-store.ts';

/** With that of the first event: an earlier source may have had the name. */
const OUTAGE_KINDS = ['registered', 'stream-lost', 'stream-resumed'] as const;

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

  /** Only where the history does not say it already: a service that starts anew finds a loss told, or nothing to come back from. */
  async outage(news: OutageNews): Promise<void> {
    try {
      const last = await this.#events.last(this.#organisationId, this.#name, OUTAGE_KINDS);
      const wasLost = last?.kind === 'stream-lost';
      if (wasLost === (news.kind === 'stream-lost')) return;
      const since = new Date(news.since).toISOString();
      if (news.kind === 'stream-lost') {
        await this.tell('stream-lost', `Source ${this.#name} cannot be streamed: ${news.reason}`, { since });
        return;
      }
      const lost = last?.facts.since;
      const sentence = `Source ${this.#name} is streamed again: it was not from ${lost} to ${since}`;
      await this.tell('stream-resumed', sentence, { since, lost });
    } catch (error) {
      this.#logger.warn({ err: error, kind: news.kind }, 'an event could not be recorded');
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
