/** Decides what is remembered of a source's life: who did what, and what happened by itself. */
import type { Knex } from '@rtdp/service/metadata';

export interface SourceEvent {
  sourceName: string;
  /** For example `registered`, `started`, `stopped`, `table-added`, `pull-done`, `schema-changed`, `stream-lost`, `stream-resumed`. */
  kind: string;
  sentence: string;
  facts: Record<string, unknown>;
  /** Who asked; `dbus` for what happened by itself. */
  subject: string;
}

export interface EventStore {
  record(organisationId: string, event: SourceEvent): Promise<void>;
  /** Newest first. */
  list(organisationId: string, sourceName: string, limit: number): Promise<(SourceEvent & { at: Date })[]>;
  /** The newest of these kinds. */
  last(organisationId: string, sourceName: string, kinds: readonly string[]): Promise<SourceEvent | undefined>;
}

interface EventRow {
  id: string;
  organisation_id: string;
  source_name: string;
  kind: string;
  sentence: string;
  facts: Record<string, unknown>;
  subject: string;
  at: Date;
}

export function createEventStore(database: Knex): EventStore {
  const newest = (organisationId: string, sourceName: string) =>
    database<EventRow>('events')
      .where({ organisation_id: organisationId, source_name: sourceName })
      .orderBy('id', 'desc');
  return {
    async record(organisationId, { sourceName, kind, sentence, facts, subject }) {
      await database('events').insert({
        organisation_id: organisationId,
        source_name: sourceName,
        kind,
        sentence,
        facts: JSON.stringify(facts),
        subject,
      });
    },
    async list(organisationId, sourceName, limit) {
      const rows = await newest(organisationId, sourceName).limit(limit);
      return rows.map((row: EventRow) => ({ ...toEvent(row), at: row.at }));
    },
    async last(organisationId, sourceName, kinds) {
      const [row] = await newest(organisationId, sourceName).whereIn('kind', kinds).limit(1);
      return row === undefined ? undefined : toEvent(row);
    },
  };
}

function toEvent({ source_name: sourceName, kind, sentence, facts, subject }: EventRow): SourceEvent {
  return { sourceName, kind, sentence, facts, subject };
}
