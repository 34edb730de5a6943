/** Decides what is remembered of a source's life: who did what, and what happened by itself. */
import type { Knex } from '@rtdp/service/metadata';

export interface SourceEvent {
  sourceName: string;
  /** For example `registered`, `started`, `stopped`, `table-added`, `pull-done`, `schema-changed`. */
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
}

interface EventRow {
  source_name: string;
  kind: string;
  sentence: string;
  facts: Record<string, unknown>;
  subject: string;
  at: Date;
}

export function createEventStore(database: Knex): EventStore {
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
      const rows = (await database('events')
        .where({ organisation_id: organisationId, source_name: sourceName })
        .orderBy('id', 'desc')
        .limit(limit)) as EventRow[];
      return rows.map((row) => ({
        sourceName: row.source_name,
        kind: row.kind,
        sentence: row.sentence,
        facts: row.facts,
        subject: row.subject,
        at: row.at,
      }));
    },
  };
}
