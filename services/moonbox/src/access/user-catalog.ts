/** Decides what a user sees of the catalog: what is not granted does not exist for it, neither as database nor as table nor as column. */
import { hasRole } from '@rtdp/identity/roles';
import type { ServerFacts } from '@rtdp/stores/scan-contract';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogDatabase, CatalogTable, LogicalView, Mount, Reason } from '../catalog/contract.ts';
import type { PlannerRelation, PlannerTable } from '../plan/contract.ts';
import type { Principal } from '../query/contract.ts';
import type { Grant, GrantStore } from './grant-store.ts';
import { brokenView, isOpenTo, problemOf, viewRelation } from './view-rights.ts';

/** A table or view with the columns the user may read. */
export interface VisibleTable {
  readonly table: CatalogTable;
  readonly planned: PlannerRelation;
}

export interface VisibleDatabase {
  readonly database: CatalogDatabase;
  readonly tables: ReadonlyMap<string, VisibleTable>;
  readonly aliases: ReadonlyMap<string, VisibleTable>;
}

export interface UserCatalog {
  /** The same text as long as the user sees the same. */
  readonly key: string;
  readonly databases: ReadonlyMap<string, VisibleDatabase>;
  /** Nothing is hidden: what is not found is not there. */
  readonly seesAll: boolean;
  /**
   * By its logical name or an alias. Without a database: the only table of that name in all of them, for who sees all there is. For others a right
   * that is given or taken could make it another table, without a word.
   */
  findTable(database: string | undefined, name: string): VisibleTable | undefined;
  /** `database.table`, each table by every name it goes by; the plain one first. */
  tableNames(): string[];
  /** Of all servers of the organisation, by id of the mount: a view may read one of which the user sees nothing. */
  readonly facts: ReadonlyMap<string, ServerFacts>;
}

const MOST_REMEMBERED = 1_000;

export class Access {
  readonly #catalog: Catalog;
  readonly #grants: GrantStore;
  readonly #remembered = new Map<string, UserCatalog>();
  readonly #problems = new Map<LogicalView, Reason | null>();
  #revision = '';

  constructor(catalog: Catalog, grants: GrantStore) {
    this.#catalog = catalog;
    this.#grants = grants;
  }

  /** Changes whenever somebody may see something else than before. */
  get version(): string {
    return `${this.#catalog.version}.${this.#grants.version}`;
  }

  of(principal: Reader): UserCatalog {
    const { version } = this;
    const revision = `${version}.${this.#catalog.revision}`;
    if (revision !== this.#revision || this.#remembered.size > MOST_REMEMBERED) {
      this.#remembered.clear();
      this.#problems.clear();
      this.#revision = revision;
    }
    const name = JSON.stringify([principal.organisationId, principal.subject, principal.roles]);
    let seen = this.#remembered.get(name);
    if (seen === undefined) {
      const isAdmin = hasRole(principal, 'admin');
      seen = userCatalog(
        `${version} ${isAdmin ? principal.organisationId : name}`,
        this.#catalog.databases(principal.organisationId),
        isAdmin ? 'everything' : this.#grants.of(principal),
        (view, columns) => this.#relation(view, columns, principal),
      );
      this.#remembered.set(name, seen);
    }
    return seen;
  }

  /** Why a view cannot be read at the moment, by anybody: for administrators. null when it can. */
  problemOf(view: LogicalView): Reason | null {
    let problem = this.#problems.get(view);
    if (problem === undefined) {
      const database = (name: string) => this.#catalog.database(view.organisationId, name);
      problem = problemOf(view, {
        database,
        ownerSees: this.#owner(view),
        problemOf: (inner) => this.problemOf(inner),
      });
      this.#problems.set(view, problem);
    }
    return problem;
  }

  /** The stores that it reads, through other views too. */
  mountsOf(view: LogicalView): Mount[] {
    return view.bases.flatMap(({ database, table }) => {
      const found = this.#catalog.database(view.organisationId, database);
      const origin = found?.tables.get(table)?.origin;
      if (origin !== undefined && 'view' in origin) return this.mountsOf(origin.view);
      return found?.mount === undefined ? [] : [found.mount];
    });
  }

  /** The principal may read all that the view reads. */
  isOpen(view: LogicalView, principal: Reader): boolean {
    return hasRole(principal, 'admin') || isOpenTo(view, this.of(principal));
  }

  #relation(view: LogicalView, columns: readonly string[], principal: Reader): PlannerRelation {
    return viewRelation(view, columns, {
      owner: () => this.#owner(view)(),
      requireSound: () => {
        const problem = this.problemOf(view);
        if (problem !== null) throw brokenView(view, problem, principal);
      },
      isOpen: () => this.isOpen(view, principal),
    });
  }

  /** What its owner may read now, with the roles it has now. */
  #owner({ owner, ownerRoles, organisationId }: LogicalView): () => UserCatalog {
    return () => this.of({ subject: owner, organisationId, roles: ownerRoles });
  }
}

type Reader = Pick<Principal, 'subject' | 'organisationId' | 'roles'>;
type RelationOf = (view: LogicalView, columns: readonly string[]) => PlannerRelation;

function userCatalog(
  key: string,
  all: readonly CatalogDatabase[],
  grants: readonly Grant[] | 'everything',
  relationOf: RelationOf,
): UserCatalog {
  const databases = new Map<string, VisibleDatabase>();
  for (const database of all) {
    const visible = visibleDatabase(database, grants, relationOf);
    // Who may read all of it, now and later, sees it while it is empty too.
    const isWhole =
      grants === 'everything' || grants.some((grant) => grant.database === database.name && grant.table === null);
    if (isWhole || visible.tables.size > 0) databases.set(database.name, visible);
  }
  const facts = new Map<string, ServerFacts>();
  for (const { mount } of all) if (mount?.server) facts.set(mount.id, mount.server);
  const inDatabase = ({ tables, aliases }: VisibleDatabase, name: string): VisibleTable | undefined =>
    tables.get(name) ?? aliases.get(name);
  return {
    key,
    databases,
    seesAll: grants === 'everything',
    facts,
    findTable(database, name) {
      if (database !== undefined) {
        const visible = databases.get(database);
        return visible === undefined ? undefined : inDatabase(visible, name);
      }
      if (grants !== 'everything') return undefined;
      const [only, second] = [...databases.values()].flatMap((visible) => inDatabase(visible, name) ?? []);
      return second === undefined ? only : undefined;
    },
    tableNames: () =>
      [...databases].flatMap(([name, { tables, aliases }]) =>
        [...aliases.keys(), ...tables.keys()].map((table) => `${name}.${table}`),
      ),
  };
}

function visibleDatabase(
  database: CatalogDatabase,
  grants: readonly Grant[] | 'everything',
  relationOf: RelationOf,
): VisibleDatabase {
  const tables = new Map<string, VisibleTable>();
  for (const [name, table] of database.tables) {
    const visible = grants === 'everything' ? wholeTable(table, relationOf) : grantedTable(table, grants, relationOf);
    if (visible !== undefined) tables.set(name, visible);
  }
  const aliases = new Map<string, VisibleTable>();
  for (const [alias, { name }] of database.aliases) {
    const visible = tables.get(name);
    if (visible !== undefined) aliases.set(alias, visible);
  }
  return { database, tables, aliases };
}

function wholeTable(table: CatalogTable, relationOf: RelationOf): VisibleTable {
  return { table, planned: plannerRelation(table, () => true, relationOf) };
}

function grantedTable(table: CatalogTable, grants: readonly Grant[], relationOf: RelationOf): VisibleTable | undefined {
  const fitting = grants.filter(
    (grant) => grant.database === table.database && (grant.table === null || grant.table === table.name),
  );
  if (fitting.length === 0) return undefined;
  if (fitting.some(({ columns }) => columns === null)) return wholeTable(table, relationOf);
  const columns = new Set(fitting.flatMap((grant) => grant.columns ?? []));
  const planned = plannerRelation(table, (column) => columns.has(column), relationOf);
  return planned.columns.length === 0 ? undefined : { table, planned };
}

function plannerRelation(
  table: CatalogTable,
  isVisible: (column: string) => boolean,
  relationOf: RelationOf,
): PlannerRelation {
  if ('mount' in table.origin) return plannerTable(table, table.origin.mount, isVisible);
  const columns = table.definition.columns.map(({ name }) => name).filter(isVisible);
  return relationOf(table.origin.view, columns);
}

function plannerTable(table: CatalogTable, mount: Mount, isVisible: (column: string) => boolean): PlannerTable {
  const { definition } = table;
  return {
    database: table.database,
    name: table.name,
    store: mount.id,
    storeKind: mount.kind,
    remoteSchema: definition.schema,
    remoteTable: definition.name,
    columns: definition.columns.filter(({ name }) => isVisible(name)),
    primaryKey: definition.primaryKey.every(isVisible) ? definition.primaryKey : [],
    indexes: definition.indexes,
    rowEstimate: definition.rowEstimate,
    sinkNamespace: table.sinkNamespace,
  };
}
