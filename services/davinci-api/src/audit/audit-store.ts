/** Keeps who changed what: written in the same breath as the change, never altered. */
import type { Knex } from '@rtdp/service/metadata';

export interface AuditRecord {
  organisationId: string;
  subject: string;
  /** For example `view.update`, `session.login`. */
  action: string;
  object?: { id: string; name: string } | undefined;
  facts?: Record<string, unknown>;
}

export interface StoredAudit {
  id: string;
  at: Date;
  subject: string;
  action: string;
  objectId: string | null;
  objectName: string | null;
  facts: Record<string, unknown>;
}

export class AuditStore {
  readonly #database: Knex;

  constructor(database: Knex) {
    this.#database = database;
  }

  /** Within `transaction` when the change has one, so that there is no change without its record. */
  async write(record: AuditRecord, transaction: Knex = this.#database): Promise<void> {
    await transaction('audit').insert({
      organisation_id: record.organisationId,
      subject: record.subject,
      action: record.action,
      object_id: record.object?.id ?? null,
      object_name: record.object?.name ?? null,
      facts: JSON.stringify(record.facts ?? {}),
    });
  }

  async list(
    organisationId: string,
    filter: { before?: string | undefined; objectId?: string | undefined; limit: number },
  ): Promise<{ items: StoredAudit[]; total: number }> {
    const all = () => {
      const query = this.#database('audit').where({ organisation_id: organisationId });
      return filter.objectId === undefined ? query : query.where({ object_id: filter.objectId });
    };
    const rows: Record<string, unknown>[] = await all()
      .modify((query) => void (filter.before !== undefined && query.where('id', '<', filter.before)))
      .orderBy('id', 'desc')
      .limit(filter.limit);
    const [count] = await all().count<{ count: string }[]>('* as count');
    return {
      total: Number(count?.count ?? 0),
      items: rows.map((row) => ({
        id: String(row.id),
        at: row.at as Date,
        subject: row.subject as string,
        action: row.action as string,
        objectId: row.object_id as string | null,
        objectName: row.object_name as string | null,
        facts: row.facts as Record<string, unknown>,
      })),
    };
  }
}
