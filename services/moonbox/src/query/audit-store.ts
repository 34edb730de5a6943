/** Decides how audit records are kept and found in the metadata server. */
import type { Knex } from '@rtdp/service/metadata';
import type { AuditRecord } from './audit-record.ts';

export interface AuditFilter {
  state?: string | undefined;
  subject?: string | undefined;
  label?: string | undefined;
  /** Only what began earlier. */
  before?: Date | undefined;
  limit: number;
}

interface AuditRow {
  id: string;
  organisation_id: string;
  subject: string;
  subject_name: string | null;
  via: AuditRecord['via'];
  kind: string;
  sql: string;
  database_name: string | null;
  label: string | null;
  tables: AuditRecord['tables'];
  decision: AuditRecord['decision'];
  state: AuditRecord['state'];
  rows: string;
  milliseconds: number;
  queued_milliseconds: number;
  error: AuditRecord['error'];
  started_at: Date;
}

/** Postgres' text and jsonb hold no U+0000. */
const NUL = /\0/g;
const NUL_IN_JSON = /\\u0000/g;
/** Counting further would take long, and tells nobody more. */
const MOST_COUNTED = 10_000;

export class AuditStore {
  readonly #database: Knex;

  constructor(database: Knex) {
    this.#database = database;
  }

  /** A record that is there already (its answer was lost) stays. */
  async add(records: readonly AuditRecord[]): Promise<void> {
    await this.#database('audit').insert(records.map(toRow)).onConflict('id').ignore();
  }

  /** Newest first; `total` counts to 10,000. */
  async list(organisationId: string, filter: AuditFilter): Promise<{ records: AuditRecord[]; total: number }> {
    const { state, subject, label, before } = filter;
    const fitting = () => {
      const query = this.#database<AuditRow>('audit').where({ organisation_id: organisationId });
      if (state !== undefined) query.andWhere({ state: state as AuditRecord['state'] });
      if (subject !== undefined) query.andWhere({ subject });
      if (label !== undefined) {
        query.andWhereRaw("(label = ? or (label like '% %' and ? = any(string_to_array(label, ' '))))", [label, label]);
      }
      if (before !== undefined) query.andWhere('started_at', '<', before);
      return query;
    };
    const rows = await fitting().orderBy('started_at', 'desc').limit(filter.limit);
    const counted = await this.#database
      .from(fitting().select('id').limit(MOST_COUNTED).as('counted'))
      .count<{ count: string }[]>('* as count');
    return { records: rows.map((row) => read(row as AuditRow)), total: Number(counted[0]?.count ?? 0) };
  }

  /** What is older goes. */
  async removeBefore(time: Date): Promise<number> {
    return this.#database('audit').where('started_at', '<', time).delete();
  }
}

/** Whether it was run for what the label names, alone or with others. */
export function hasLabel({ label }: Pick<AuditRecord, 'label'>, wanted: string): boolean {
  return label === wanted || (label?.split(' ').includes(wanted) ?? false);
}

function toRow(record: AuditRecord) {
  return {
    id: record.id,
    organisation_id: record.organisationId,
    subject: record.subject,
    subject_name: record.name,
    via: record.via,
    kind: record.kind,
    sql: record.sql.replace(NUL, '\ufffd'),
    database_name: record.database,
    label: record.label,
    tables: JSON.stringify(record.tables),
    decision: record.decision,
    state: record.state,
    rows: record.rows,
    milliseconds: record.milliseconds,
    queued_milliseconds: record.queuedMilliseconds,
    error: record.error === null ? null : JSON.stringify(record.error).replace(NUL_IN_JSON, '\ufffd'),
    started_at: record.startedAt,
  };
}

function read(row: AuditRow): AuditRecord {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    subject: row.subject,
    name: row.subject_name,
    via: row.via,
    kind: row.kind,
    sql: row.sql,
    database: row.database_name,
    label: row.label,
    tables: row.tables,
    decision: row.decision,
    state: row.state,
    rows: Number(row.rows),
    milliseconds: row.milliseconds,
    queuedMilliseconds: row.queued_milliseconds,
    error: row.error,
    startedAt: row.started_at,
  };
}
