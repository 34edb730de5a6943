/** Decides who may define, change, drop and look into views and mounted tables, the same for REST and for statements. */
import { randomUUID } from 'node:crypto';
import { hasRole, requireRole } from '@rtdp/identity/roles';
import { RtdpError } from '@rtdp/ums/error';
import type { GrantStore } from '../access/grant-store.ts';
import type { Access, VisibleTable } from '../access/user-catalog.ts';
import { toldProblem } from '../access/view-rights.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { LogicalView, Reason } from '../catalog/contract.ts';
import type { Mounting } from '../catalog/mounting.ts';
import type { ViewStore } from '../catalog/view-store.ts';
import type { Principal, QueryService } from '../query/contract.ts';
import { type Planning, unknownDatabase } from '../query/planning.ts';
import { toQueryError } from '../query/to-query-error.ts';

export interface ViewAdministrationOptions {
  catalog: Catalog;
  store: ViewStore;
  access: Access;
  grants: GrantStore;
  planning: Planning;
  mounting: Mounting;
}

export interface ViewRequest {
  database: string;
  name: string;
  kind: LogicalView['kind'];
  /** One SELECT. */
  sql: string;
  /** Names of its columns; those of the SELECT unless set. */
  columns?: readonly string[] | undefined;
  /** May take the place of one that is there. */
  replace: boolean;
  /** Must do so. */
  mustExist?: boolean;
  /** Where names in the SELECT that stand alone are looked up. */
  defaultDatabase?: string | undefined;
}

/** A view as somebody may know it: without its text and its tables where these are not for them. */
export interface ShownView {
  readonly view: LogicalView;
  readonly problem: Reason | null;
  readonly isOpen: boolean;
}

type Owner = Pick<Principal, 'subject' | 'roles'>;

export class ViewAdministration {
  readonly #options: ViewAdministrationOptions;
  /** Counters begin anew with the process. */
  readonly #run = randomUUID();

  constructor(options: ViewAdministrationOptions) {
    this.#options = options;
  }

  /** What there is to know of a table if it is defined here. */
  of(principal: Principal, { table }: VisibleTable): ShownView | undefined {
    return 'view' in table.origin ? this.#shown(table.origin.view, principal) : undefined;
  }

  /** Of one database, or of all: those of which the principal may read something. */
  list(principal: Principal, database?: string): ShownView[] {
    const seen = this.#options.access.of(principal);
    if (database !== undefined && !seen.databases.has(database)) throw unknownDatabase(database, seen);
    return [...seen.databases.values()]
      .filter((one) => database === undefined || one.database.name === database)
      .flatMap(({ tables }) => [...tables.values()])
      .flatMap((visible) => this.of(principal, visible) ?? []);
  }

  /** @throws RtdpError MOONBOX_VIEW_UNKNOWN, also when the principal may not read it */
  get(principal: Principal, database: string | undefined, name: string): ShownView {
    const origin = this.#options.access.of(principal).findTable(database, name)?.table.origin;
    if (origin === undefined || !('view' in origin)) throw unknownView(database, name);
    return this.#shown(origin.view, principal);
  }

  /**
   * Stores a view that runs with the rights of the principal. What it reads must be there and be readable for the principal now.
   * @throws RtdpError of views and databases, IDENTITY_FORBIDDEN, and what planning the SELECT throws
   */
  async define(
    principal: Principal,
    request: ViewRequest,
    queries: Pick<QueryService, 'describe'>,
    signal: AbortSignal,
  ): Promise<ShownView> {
    const { organisationId } = principal;
    const { database, name, kind } = request;
    this.#requireWritable(principal, database);
    const before = this.#stored(organisationId, database, name);
    if (before === undefined && request.mustExist === true) throw unknownView(database, name);
    if (before !== undefined) this.#requireReplaceable(principal, before, request);
    const asked = {
      sql: request.sql,
      principal,
      ...(request.defaultDatabase === undefined ? {} : { database: request.defaultDatabase }),
    };
    const { sql: text, bases } = await this.#options.planning.planDefinition(asked).catch((error: unknown) => {
      throw toQueryError(error, { sql: request.sql, signal, memoryLimit: '' });
    });
    const described = await queries.describe({ ...asked, signal });
    const sql = text.trim().replace(/;$/, '').trimEnd();
    const columns = namedColumns(described.columns ?? [], request);
    const view = { organisationId, database, name, kind, sql, columns, bases };
    await this.#options.store.save(view, principal, (views, definer) => {
      requireRole(definer, 'editor');
      const stored = views.find((one) => one.database === database && one.name === name);
      if (stored !== undefined) this.#requireReplaceable(definer, stored, request);
      requireNoCycle(view, views);
    });
    await this.#reload(organisationId);
    return this.get(principal, database, name);
  }

  /** What is granted on it goes along; views that read it say that it has gone. @throws RtdpError MOONBOX_VIEW_UNKNOWN, MOONBOX_VIEW_FORBIDDEN */
  async drop(principal: Principal, kind: LogicalView['kind'], database: string, name: string): Promise<void> {
    requireRole(principal, 'editor');
    this.get(principal, database, name);
    await this.#options.store.remove({ database, name }, principal, (view, remover) => {
      if (view === undefined) throw unknownView(database, name);
      if (view.kind !== kind) throw otherKind(view);
      requireOwner(remover, view);
    });
    await this.#reload(principal.organisationId);
  }

  /** Looks at the stores that it reads anew. */
  async refresh(principal: Principal, database: string | undefined, name: string): Promise<void> {
    requireRole(principal, 'editor');
    const { view } = this.get(principal, database, name);
    const mounts = new Set(this.#options.access.mountsOf(view));
    await Promise.all([...mounts].map((mount) => this.#options.mounting.refresh(mount)));
  }

  /** Another text whenever somebody may have got to read something else than before, at this gateway. */
  get rightsVersion(): string {
    return `${this.#run}.${this.#options.access.version}`;
  }

  /** From now on the views of a user run with these roles; with none they stop. For an admin. @returns how many there are */
  async setOwnerRoles(principal: Principal, owner: string, roles: Principal['roles']): Promise<number> {
    requireRole(principal, 'admin');
    const count = await this.#options.store.setOwnerRoles(principal.organisationId, owner, roles);
    await this.#options.catalog.loadViews(principal.organisationId);
    return count;
  }

  #shown(view: LogicalView, principal: Principal): ShownView {
    const { access } = this.#options;
    const problem = access.problemOf(view);
    return {
      view,
      problem: problem === null ? null : toldProblem(view, problem, principal),
      isOpen: view.owner === principal.subject || access.isOpen(view, principal),
    };
  }

  #stored(organisationId: string, database: string, name: string): LogicalView | undefined {
    const origin = this.#options.catalog.database(organisationId, database)?.tables.get(name)?.origin;
    return origin !== undefined && 'view' in origin ? origin.view : undefined;
  }

  /** An admin, or an editor who may read the whole database: nobody else knows what names are taken in it. */
  #requireWritable(principal: Principal, name: string): void {
    requireRole(principal, 'editor');
    const { access, grants } = this.#options;
    const seen = access.of(principal);
    const database = this.#options.catalog.database(principal.organisationId, name);
    const isWhole =
      hasRole(principal, 'admin') ||
      grants.of(principal).some((grant) => grant.database === name && grant.table === null);
    if (database === undefined || !isWhole) throw unknownDatabase(name, seen);
    if (database.mount === undefined) return;
    throw new RtdpError({
      code: 'MOONBOX_DATABASE_IS_MOUNT',
      message: `"${name}" is a mounted database, and nothing is defined in it here`,
      next: 'Make a database for views with CREATE DATABASE, and define it there.',
      facts: { name },
    });
  }

  #requireReplaceable(principal: Owner, before: LogicalView, { replace, kind }: ViewRequest): void {
    const { database, name } = before;
    if (!replace) {
      throw new RtdpError({
        code: 'MOONBOX_VIEW_EXISTS',
        message: `there is a ${before.kind} ${database}.${name} already`,
        next:
          before.kind === 'view'
            ? 'Use CREATE OR REPLACE VIEW, or another name.'
            : 'Use UNMOUNT TABLE first, or another name.',
        facts: { database, name },
      });
    }
    if (before.kind !== kind) throw otherKind(before);
    requireOwner(principal, before);
  }

  async #reload(organisationId: string): Promise<void> {
    await this.#options.grants.load();
    await this.#options.catalog.loadViews(organisationId);
  }
}

/** Whoever writes a definition lends it rights, so nobody may put words into the mouth of another. */
function requireOwner(principal: Owner, { database, name, kind, owner }: LogicalView): void {
  if (owner === principal.subject || hasRole(principal, 'admin')) return;
  throw new RtdpError({
    code: 'MOONBOX_VIEW_FORBIDDEN',
    message: `the ${kind} ${database}.${name} belongs to somebody else`,
    next: 'Ask its owner or an administrator, or define one of your own under another name.',
    facts: { database, name },
  });
}

function namedColumns(
  found: NonNullable<Awaited<ReturnType<QueryService['describe']>>['columns']>,
  request: ViewRequest,
) {
  const { columns: names, database, name: view } = request;
  if (names !== undefined && names.length > found.length) {
    throw invalid(request, `${names.length} columns are named, and the SELECT has ${found.length}`);
  }
  const columns = found.map(({ name, type, typeText }, index) => ({
    name: names?.[index] ?? name,
    type,
    typeText,
    nullable: true,
    exact: false,
  }));
  const twice = columns.find(({ name }, index) => columns.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw invalid(request, `two columns of ${database}.${view} are called "${twice.name}"`);
  return columns;
}

function invalid({ database, name }: ViewRequest, message: string): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_VIEW_INVALID',
    message,
    next: `Give each column a name of its own: CREATE VIEW ${database}.${name} (a, b, …) AS SELECT …, or AS in the SELECT.`,
    facts: { database, name },
  });
}

/** @param views all that there are; the one of the same name counts as the new one */
function requireNoCycle(view: Pick<LogicalView, 'database' | 'name' | 'bases'>, views: readonly LogicalView[]): void {
  const byName = new Map(views.map((one) => [JSON.stringify([one.database, one.name]), one.bases]));
  byName.set(JSON.stringify([view.database, view.name]), view.bases);
  const seen = new Set<string>();
  const visit = (bases: LogicalView['bases']): void => {
    for (const { database, table } of bases) {
      if (database === view.database && table === view.name) {
        throw new RtdpError({
          code: 'MOONBOX_VIEW_CYCLE',
          message: `the view ${view.database}.${view.name} would read itself`,
          next: 'Leave out of it what reads it, by itself or through other views.',
          facts: { database: view.database, name: view.name },
        });
      }
      const key = JSON.stringify([database, table]);
      if (seen.has(key)) continue;
      seen.add(key);
      visit(byName.get(key) ?? []);
    }
  };
  visit(view.bases);
}

function otherKind({ database, name, kind }: LogicalView): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_VIEW_CONFLICT',
    message: `${database}.${name} is a ${kind === 'view' ? 'view' : 'mounted table'}`,
    next: kind === 'view' ? 'Use DROP VIEW, or CREATE OR REPLACE VIEW.' : 'Use UNMOUNT TABLE.',
    facts: { database, name },
  });
}

function unknownView(database: string | undefined, name: string): RtdpError {
  const written = database === undefined ? name : `${database}.${name}`;
  return new RtdpError({
    code: 'MOONBOX_VIEW_UNKNOWN',
    message: `view "${written}" does not exist, or you may not read it`,
    next: 'SHOW VIEWS lists those you may read.',
    facts: { view: written },
  });
}
