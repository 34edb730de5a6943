/** Decides who may change and see what of the gateway itself, the same for REST and for statements: mounts, databases, grants, running statements. */

import { hasRole, isRole, requireRole } from '@rtdp/identity/roles';
import { didYouMean } from '@rtdp/sql/nearest-name';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { Grant, GrantStore } from '../access/grant-store.ts';
import type { Access, UserCatalog, VisibleDatabase, VisibleTable } from '../access/user-catalog.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Mount } from '../catalog/contract.ts';
import type { MountStore } from '../catalog/mount-store.ts';
import { type Mounting, unknownMount } from '../catalog/mounting.ts';
import type { GrantRequest } from '../client/access.ts';
import type { MountRequest } from '../client/mounts.ts';
import type { AuditRecord, ToldRecord } from '../query/audit-record.ts';
import { type AuditFilter, type AuditStore, hasLabel } from '../query/audit-store.ts';
import type { Principal, TableRead } from '../query/contract.ts';
import { unknownDatabase } from '../query/planning.ts';
import type { RunningQueries } from '../query/running.ts';

export interface AdministrationOptions {
  catalog: Catalog;
  mountStore: MountStore;
  mounting: Mounting;
  grants: GrantStore;
  access: Access;
  running: RunningQueries;
  auditStore: AuditStore;
}

/** A mount as somebody sees it. */
export interface SeenMount {
  readonly mount: Mount;
  /** That they may read. */
  readonly tables: number;
  /** Named for the mount, and no table was found in them: one that comes later is taken in as it comes. */
  readonly emptySchemas: readonly string[];
}

export class Administration {
  readonly #options: AdministrationOptions;

  constructor(options: AdministrationOptions) {
    this.#options = options;
  }

  seenBy(principal: Principal): UserCatalog {
    return this.#options.access.of(principal);
  }

  /** @throws RtdpError MOONBOX_DATABASE_UNKNOWN, also when the principal may not read anything of it */
  database(principal: Principal, name: string): VisibleDatabase {
    const seen = this.seenBy(principal);
    const database = seen.databases.get(name);
    if (database === undefined) throw unknownDatabase(name, seen);
    return database;
  }

  /** @throws RtdpError MOONBOX_TABLE_UNKNOWN, also when the principal may not read it */
  table(principal: Principal, database: string | undefined, name: string): VisibleTable {
    const seen = this.seenBy(principal);
    const table = seen.findTable(database, name);
    if (table !== undefined) return table;
    const written = database === undefined ? name : `${database}.${name}`;
    const names = seen.tableNames();
    const hint = didYouMean(written, database === undefined ? names.map((known) => afterDot(known)) : names);
    throw new RtdpError({
      code: 'MOONBOX_TABLE_UNKNOWN',
      message: `table "${written}" does not exist, or you may not read it`,
      next: hint ?? 'SHOW TABLES lists what you may read.',
      facts: { table: written },
    });
  }

  /** An admin sees all of them, an editor those of which it may read something; where a store is, is nothing for viewers. */
  mounts(principal: Principal): SeenMount[] {
    if (!hasRole(principal, 'editor')) return [];
    return [...this.seenBy(principal).databases.values()].flatMap(({ database, tables }) => {
      const { mount } = database;
      if (mount === undefined) return [];
      const found = new Set([...database.tables.values()].map(({ definition }) => definition.schema));
      const emptySchemas = (mount.schemas ?? []).filter((schema) => !found.has(schema));
      return [{ mount, tables: tables.size, emptySchemas }];
    });
  }

  /** @throws RtdpError MOONBOX_MOUNT_UNKNOWN */
  mountOf(principal: Principal, name: string): SeenMount {
    const seen = this.mounts(principal);
    const found = seen.find(({ mount }) => mount.name === name);
    if (found !== undefined) return found;
    throw unknownMount(
      name,
      seen.map(({ mount }) => mount.name),
    );
  }

  async mount(principal: Principal, request: MountRequest): Promise<Mount> {
    requireRole(principal, 'admin');
    const { organisationId, subject } = principal;
    const mount = await this.#options.mounting.mount(organisationId, request, subject);
    // What was granted on one of that name before has gone from the store.
    await this.#options.grants.load();
    for (const role of request.readableBy ?? []) {
      const grant: GrantRequest = { role, database: mount.name, privilege: 'select' };
      await this.#options.grants.add(organisationId, grant, subject);
    }
    return mount;
  }

  async unmount(principal: Principal, name: string): Promise<void> {
    requireRole(principal, 'admin');
    await this.#options.mounting.unmount(principal.organisationId, this.mountOf(principal, name).mount.name);
    await this.#options.grants.load();
  }

  refresh(principal: Principal, name: string): Promise<Mount> {
    requireRole(principal, 'editor');
    return this.#options.mounting.refresh(this.mountOf(principal, name).mount);
  }

  async createDatabase(principal: Principal, name: string): Promise<void> {
    requireRole(principal, 'admin');
    const { organisationId, subject } = principal;
    if (!(await this.#options.mountStore.addDatabase(organisationId, name, subject))) {
      throw new RtdpError({
        code: 'MOONBOX_DATABASE_EXISTS',
        message: `there is a database "${name}" already`,
        next: 'Choose another name; SHOW DATABASES lists those there are.',
        facts: { name },
      });
    }
    this.#options.catalog.setDatabase(organisationId, name, []);
    await this.#options.grants.load();
  }

  /** @param cascade what is defined in it goes along; else it must be empty */
  async dropDatabase(principal: Principal, name: string, cascade: boolean): Promise<void> {
    requireRole(principal, 'admin');
    const { database } = this.database(principal, name);
    if (database.mount !== undefined) {
      throw new RtdpError({
        code: 'MOONBOX_DATABASE_IS_MOUNT',
        message: `"${name}" is a mounted database`,
        next: `Use UNMOUNT DATABASE ${name}; the store itself stays as it is.`,
        facts: { name },
      });
    }
    const left = await this.#options.mountStore.removeDatabase(principal.organisationId, name, cascade);
    if (left > 0) {
      throw new RtdpError({
        code: 'MOONBOX_DATABASE_CONFLICT',
        message: `database "${name}" is not empty: ${left} view${left === 1 ? ' is' : 's and tables are'} defined in it`,
        next: `DROP DATABASE ${name} CASCADE takes them along; SHOW TABLES FROM ${name} lists them.`,
        facts: { name, left },
      });
    }
    this.#options.catalog.remove(principal.organisationId, name);
    await this.#options.grants.load();
  }

  /** All for an admin; for others what holds for themselves. */
  grants(principal: Principal): Grant[] {
    const { grants } = this.#options;
    return hasRole(principal, 'admin') ? grants.list(principal.organisationId) : grants.of(principal);
  }

  async grant(principal: Principal, request: GrantRequest): Promise<Grant> {
    requireRole(principal, 'admin');
    const { subject } = request;
    // Where people look for users they know addresses; the `sub` of no token is one, so it would give nothing to anybody without a word.
    if (subject?.includes('@')) {
      throw new RtdpError({
        code: 'MOONBOX_GRANTEE_UNKNOWN',
        message: `a grant names a user by id, and ${subject} is an address`,
        next: "Grant it on the page Queries, Rights, which offers users by their address; or name the id in the user's token (id in GET /api/users of Davinci).",
        facts: { subject },
      });
    }
    return this.#options.grants.add(principal.organisationId, this.#exact(principal, request), principal.subject);
  }

  async revoke(principal: Principal, request: GrantRequest): Promise<void> {
    requireRole(principal, 'admin');
    let exact = request;
    try {
      exact = this.#exact(principal, request);
    } catch (error) {
      // The table has gone since; its grant can still be taken back, under the name it was given for.
      if (!isRtdpError(error)) throw error;
    }
    await this.#options.grants.remove(principal.organisationId, exact);
  }

  /** Running ones first; others than an admin see their own alone. */
  async queries(principal: Principal, filter: AuditFilter): Promise<{ records: ToldRecord[]; total: number }> {
    const { running, auditStore } = this.#options;
    const subject = hasRole(principal, 'admin') ? filter.subject : principal.subject;
    const now = running
      .list(principal.organisationId)
      .map((query) => query.record())
      .filter(
        (record) =>
          filter.before === undefined &&
          (subject === undefined || record.subject === subject) &&
          (filter.state === undefined || record.state === filter.state) &&
          (filter.label === undefined || hasLabel(record, filter.label)),
      )
      .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
    const { records, total } = await auditStore.list(principal.organisationId, { ...filter, subject });
    const all = [...now, ...records].slice(0, filter.limit);
    // What a view reads is not for everybody who may read the view.
    const told = (record: AuditRecord): ToldRecord => {
      if (hasRole(principal, 'admin')) return record;
      const isOpen = record.label === null || hasRole(principal, 'editor');
      return { ...record, sql: isOpen ? record.sql : null, tables: record.tables.filter(isDirect) };
    };
    return { records: all.map(told), total: total + now.length };
  }

  /** The table by its logical name, and columns that are there. */
  #exact(principal: Principal, request: GrantRequest): GrantRequest {
    this.database(principal, request.database);
    if (request.table === undefined) return request;
    const { table } = this.table(principal, request.database, request.table);
    const names = table.definition.columns.map(({ name }) => name);
    for (const column of request.columns ?? []) {
      if (names.includes(column)) continue;
      throw new RtdpError({
        code: 'MOONBOX_COLUMN_UNKNOWN',
        message: `table ${table.database}.${table.name} has no column "${column}"`,
        next: didYouMean(column, names) ?? `It has: ${names.join(', ')}.`,
        facts: { column },
      });
    }
    return { ...request, table: table.name };
  }
}

/** Who is meant by a name in GRANT and REVOKE: a role if there is one of that name. */
export function granteeOf(name: string): Pick<GrantRequest, 'subject' | 'role'> {
  return isRole(name) ? { role: name } : { subject: name };
}

function isDirect({ through }: TableRead): boolean {
  return through === undefined;
}

function afterDot(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}
