/** Decides what a user sees of the catalog: what is not granted does not exist for it, neither as database nor as table nor as column. */
import { hasRole } from '@rtdp/identity/roles';
import type { ServerFacts } from '@rtdp/stores/scan-contract';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogDatabase, CatalogTable } from '../catalog/contract.ts';
import type { PlannerTable } from '../plan/contract.ts';
import type { Principal } from '../query/contract.ts';
import type { Grant, GrantStore } from './grant-store.ts';

/** A table with the columns the user may read. */
export interface VisibleTable {
  readonly table: CatalogTable;
  readonly planned: PlannerTable;
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
  /** By its logical name or an alias. Without a database: the only table of that name in all of them. */
  findTable(database: string | undefined, name: string): VisibleTable | undefined;
  /** `database.table`, in order. */
  tableNames(): string[];
  /** Of the servers behind `databases`, by id of the mount. */
  readonly facts: ReadonlyMap<string, ServerFacts>;
}

const MOST_REMEMBERED = 1_000;

export class Access {
  readonly #catalog: Catalog;
  readonly #grants: GrantStore;
  readonly #remembered = new Map<string, UserCatalog>();
  #revision = '';

  constructor(catalog: Catalog, grants: GrantStore) {
    this.#catalog = catalog;
    this.#grants = grants;
  }

  /** Changes whenever somebody may see something else than before. */
  get version(): string {
    return `${this.#catalog.version}.${this.#grants.version}`;
  }

  of(principal: Pick<Principal, 'subject' | 'organisationId' | 'roles'>): UserCatalog {
    const { version } = this;
    const revision = `${version}.${this.#catalog.revision}`;
    if (revision !== this.#revision || this.#remembered.size > MOST_REMEMBERED) {
      this.#remembered.clear();
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
      );
      this.#remembered.set(name, seen);
    }
    return seen;
  }
}

function userCatalog(
  key: string,
  all: readonly CatalogDatabase[],
  grants: readonly Grant[] | 'everything',
): UserCatalog {
  const databases = new Map<string, VisibleDatabase>();
  for (const database of all) {
    const visible = visibleDatabase(database, grants);
    if (grants === 'everything' || visible.tables.size > 0) databases.set(database.name, visible);
  }
  const facts = new Map<string, ServerFacts>();
  for (const { database } of databases.values()) {
    if (database.mount?.server) facts.set(database.mount.id, database.mount.server);
  }
  const inDatabase = ({ tables, aliases }: VisibleDatabase, name: string): VisibleTable | undefined =>
    tables.get(name) ?? aliases.get(name);
  return {
    key,
    databases,
    facts,
    findTable(database, name) {
      if (database !== undefined) {
        const visible = databases.get(database);
        return visible === undefined ? undefined : inDatabase(visible, name);
      }
      const [only, second] = [...databases.values()].flatMap((visible) => inDatabase(visible, name) ?? []);
      return second === undefined ? only : undefined;
    },
    tableNames: () =>
      [...databases].flatMap(([name, { tables }]) => [...tables.keys()].map((table) => `${name}.${table}`)),
  };
}

function visibleDatabase(database: CatalogDatabase, grants: readonly Grant[] | 'everything'): VisibleDatabase {
  const tables = new Map<string, VisibleTable>();
  for (const [name, table] of database.tables) {
    const visible = grants === 'everything' ? wholeTable(table) : grantedTable(table, grants);
    if (visible !== undefined) tables.set(name, visible);
  }
  const aliases = new Map<string, VisibleTable>();
  for (const [alias, { name }] of database.aliases) {
    const visible = tables.get(name);
    if (visible !== undefined) aliases.set(alias, visible);
  }
  return { database, tables, aliases };
}

function wholeTable(table: CatalogTable): VisibleTable {
  return { table, planned: plannerTable(table, () => true) };
}

function grantedTable(table: CatalogTable, grants: readonly Grant[]): VisibleTable | undefined {
  const fitting = grants.filter(
    (grant) => grant.database === table.database && (grant.table === null || grant.table === table.name),
  );
  if (fitting.length === 0) return undefined;
  if (fitting.some(({ columns }) => columns === null)) return wholeTable(table);
  const columns = new Set(fitting.flatMap((grant) => grant.columns ?? []));
  const planned = plannerTable(table, (column) => columns.has(column));
  return planned.columns.length === 0 ? undefined : { table, planned };
}

function plannerTable(table: CatalogTable, isVisible: (column: string) => boolean): PlannerTable {
  const { definition, mount } = table;
  return {
    database: table.database,
    name: table.name,
    store: mount.id,
    storeKind: mount.kind,
    remoteSchema: definition.schema,
    remoteTable: definition.name,
    columns: definition.columns.filter(({ name }) => isVisible(name)),
    primaryKey: definition.primaryKey.every(isVisible) ? definition.primaryKey : [],
    rowEstimate: definition.rowEstimate,
  };
}
