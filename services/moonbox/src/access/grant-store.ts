/** Decides how grants are kept, and holds them in memory, so that a statement never waits for them. */
import { randomUUID } from 'node:crypto';
import { hasRole, type Role } from '@rtdp/identity/roles';
import type { Knex } from '@rtdp/service/metadata';
import { RtdpError } from '@rtdp/ums/error';
import type { GrantRequest } from '../client/access.ts';
import type { Principal } from '../query/contract.ts';

/** The right to read. `table` null = every table of the database, `columns` null = every column; also later ones. */
export interface Grant {
  readonly id: string;
  readonly organisationId: string;
  readonly subject: string | null;
  readonly role: Role | null;
  readonly database: string;
  readonly table: string | null;
  readonly columns: readonly string[] | null;
  readonly grantedBy: string;
  readonly grantedAt: Date;
}

interface GrantRow {
  id: string;
  organisation_id: string;
  subject: string | null;
  role: Role | null;
  database_name: string;
  table_name: string | null;
  columns: string[] | null;
  granted_by: string;
  granted_at: Date;
}

export class GrantStore {
  readonly #database: Knex;
  #grants: Grant[] = [];
  #version = 0;

  constructor(database: Knex) {
    this.#database = database;
  }

  /** Takes over what is stored now, by whomever. */
  async load(): Promise<void> {
    const version = this.#version;
    const rows = await this.#database<GrantRow>('grants').orderBy(['granted_at', 'id']);
    // Something was granted or revoked here while it was read: what was read may be from before.
    if (version !== this.#version) return this.load();
    const grants = rows.map((row) => read(row as GrantRow));
    if (JSON.stringify(grants) === JSON.stringify(this.#grants)) return;
    this.#grants = grants;
    this.#version++;
  }

  /** Grows with every change. */
  get version(): number {
    return this.#version;
  }

  list(organisationId: string): Grant[] {
    return this.#grants.filter((grant) => grant.organisationId === organisationId);
  }

  /** What is granted to the principal itself, or to a role that it has or stands above. */
  of(principal: Pick<Principal, 'subject' | 'organisationId' | 'roles'>): Grant[] {
    return this.list(principal.organisationId).filter(
      ({ subject, role }) => subject === principal.subject || (role !== null && hasRole(principal, role)),
    );
  }

  /** The same grant twice is one. */
  async add(organisationId: string, request: GrantRequest, grantedBy: string): Promise<Grant> {
    const there = this.list(organisationId).find((grant) => isSame(grant, request));
    if (there !== undefined) return there;
    const rows = await this.#database('grants')
      .insert({
        id: randomUUID(),
        organisation_id: organisationId,
        subject: request.subject ?? null,
        role: request.role ?? null,
        database_name: request.database,
        table_name: request.table ?? null,
        columns: request.columns === undefined ? null : JSON.stringify(request.columns),
        granted_by: grantedBy,
      })
      .returning('*');
    const grant = read(rows[0] as GrantRow);
    this.#grants = [...this.#grants, grant];
    this.#version++;
    return grant;
  }

  /** Takes back exactly what was granted. @throws RtdpError MOONBOX_GRANT_UNKNOWN */
  async remove(organisationId: string, request: GrantRequest): Promise<void> {
    const gone = this.list(organisationId).filter((grant) => isSame(grant, request));
    if (gone.length === 0) {
      throw new RtdpError({
        code: 'MOONBOX_GRANT_UNKNOWN',
        message: `${request.subject ?? request.role} has no such grant on ${request.database}${request.table === undefined ? '' : `.${request.table}`}`,
        next: 'SHOW GRANTS lists what is granted; a grant is taken back as it was given.',
        facts: { ...request },
      });
    }
    const ids = gone.map(({ id }) => id);
    await this.#database('grants').whereIn('id', ids).delete();
    this.#grants = this.#grants.filter(({ id }) => !ids.includes(id));
    this.#version++;
  }
}

function isSame(grant: Grant, request: GrantRequest): boolean {
  const sorted = (columns: readonly string[] | null | undefined): string => JSON.stringify([...(columns ?? [])].sort());
  return (
    grant.subject === (request.subject ?? null) &&
    grant.role === (request.role ?? null) &&
    grant.database === request.database &&
    grant.table === (request.table ?? null) &&
    sorted(grant.columns) === sorted(request.columns)
  );
}

function read(row: GrantRow): Grant {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    subject: row.subject,
    role: row.role,
    database: row.database_name,
    table: row.table_name,
    columns: row.columns,
    grantedBy: row.granted_by,
    grantedAt: row.granted_at,
  };
}
