/** Holds every database, mount, table and view in memory, as stored; answers without waiting, and counts its changes. */
import type { CatalogDatabase, CatalogTable, FoundTable, LogicalView, Mount } from './contract.ts';
import { nameTables } from './logical-names.ts';
import type { MountStore } from './mount-store.ts';
import type { ViewStore } from './view-store.ts';

const NO_TABLES: ReadonlyMap<string, CatalogTable> = new Map();

export class Catalog {
  readonly #store: MountStore;
  readonly #views: ViewStore;
  /** Organisation → name → database. */
  readonly #organisations = new Map<string, Map<string, CatalogDatabase>>();
  #version = 0;
  #revision = 0;
  #loadingViews: Promise<void> = Promise.resolve();

  constructor(store: MountStore, views: ViewStore) {
    this.#store = store;
    this.#views = views;
  }

  /** Takes over what is stored now, by whomever; what is the same stays the same. */
  async load(): Promise<void> {
    const revision = this.#revision;
    const [mounts, tables, databases, views] = await Promise.all([
      this.#store.listMounts(),
      this.#store.listTables(),
      this.#store.listDatabases(),
      this.#views.list(),
    ]);
    // Something was changed here while it was read: what was read may be from before.
    if (revision !== this.#revision) return this.load();
    const there = new Set(
      [...databases, ...mounts].map(({ organisationId, name }) => JSON.stringify([organisationId, name])),
    );
    for (const [organisationId, known] of this.#organisations) {
      for (const name of [...known.keys()]) {
        if (!there.has(JSON.stringify([organisationId, name]))) this.remove(organisationId, name);
      }
    }
    for (const { organisationId, name } of databases)
      this.setDatabase(organisationId, name, inDatabase(views, organisationId, name));
    for (const mount of mounts) this.setMount(mount, tables.get(mount.id) ?? []);
  }

  /** Grows whenever a name, a column, a key or a type may have changed. */
  get version(): number {
    return this.#version;
  }

  /** Grows with every change: row counts and the state of a mount, too. */
  get revision(): number {
    return this.#revision;
  }

  /** In order of name. */
  databases(organisationId: string): CatalogDatabase[] {
    const databases = this.#organisations.get(organisationId)?.values() ?? [];
    return [...databases].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  database(organisationId: string, name: string): CatalogDatabase | undefined {
    return this.#organisations.get(organisationId)?.get(name);
  }

  mount(organisationId: string, name: string): Mount | undefined {
    return this.database(organisationId, name)?.mount;
  }

  /** Of every organisation. */
  mounts(): Mount[] {
    return [...this.#organisations.values()]
      .flatMap((databases) => [...databases.values()])
      .flatMap(({ mount }) => (mount === undefined ? [] : [mount]));
  }

  mountById(id: string): Mount | undefined {
    return this.mounts().find((mount) => mount.id === id);
  }

  /** A logical database and all that is defined in it. */
  setDatabase(organisationId: string, name: string, views: readonly LogicalView[]): void {
    const before = this.database(organisationId, name);
    const tables = new Map(views.map((view) => [view.name, viewTable(view)]));
    if (before !== undefined && before.mount === undefined && isSame(before.tables, tables)) return;
    this.#put(organisationId, { name, mount: undefined, tables, aliases: NO_TABLES });
    this.#version++;
  }

  /** Takes over the views of an organisation as they are stored now. */
  loadViews(organisationId: string): Promise<void> {
    // One after the other, so that what was read first never comes last.
    const loading = this.#loadingViews.then(async () => {
      const views = await this.#views.list();
      for (const { name, mount } of this.databases(organisationId)) {
        if (mount === undefined) this.setDatabase(organisationId, name, inDatabase(views, organisationId, name));
      }
    });
    this.#loadingViews = loading.catch(() => undefined);
    return loading;
  }

  /** Of every organisation. */
  views(): LogicalView[] {
    return [...this.#organisations.values()]
      .flatMap((databases) => [...databases.values()])
      .flatMap(({ tables }) => [...tables.values()])
      .flatMap(({ origin }) => ('view' in origin ? [origin.view] : []));
  }

  setMount(mount: Mount, found: readonly FoundTable[]): void {
    const before = this.database(mount.organisationId, mount.name);
    const named = nameTables(found);
    const byDefinition = new Map<FoundTable, CatalogTable>();
    const tables = new Map<string, CatalogTable>();
    for (const [name, table] of named.tables) {
      const entry = { ...table, database: mount.name, name, origin: { mount } };
      byDefinition.set(table, entry);
      tables.set(name, entry);
    }
    const aliases = new Map([...named.aliases].map(([name, table]) => [name, byDefinition.get(table)!]));
    this.#put(mount.organisationId, { name: mount.name, mount, tables, aliases });
    // Estimates move all the time, and nobody who remembers a plan needs to forget it for that.
    if (before?.mount?.id !== mount.id || structureOf(before) !== structureOf({ name: '', mount, tables, aliases })) {
      this.#version++;
    }
  }

  remove(organisationId: string, name: string): void {
    this.#organisations.get(organisationId)?.delete(name);
    this.#version++;
    this.#revision++;
  }

  #put(organisationId: string, database: CatalogDatabase): void {
    const databases = this.#organisations.get(organisationId) ?? new Map<string, CatalogDatabase>();
    databases.set(database.name, database);
    this.#revision++;
    this.#organisations.set(organisationId, databases);
  }
}

function inDatabase(views: readonly LogicalView[], organisationId: string, database: string): LogicalView[] {
  return views.filter((view) => view.organisationId === organisationId && view.database === database);
}

function viewTable(view: LogicalView): CatalogTable {
  return {
    database: view.database,
    name: view.name,
    origin: { view },
    sinkNamespace: null,
    definition: {
      schema: view.database,
      name: view.name,
      kind: view.kind,
      columns: view.columns,
      primaryKey: [],
      indexes: [],
      rowEstimate: null,
    },
  };
}

function isSame(a: ReadonlyMap<string, CatalogTable>, b: ReadonlyMap<string, CatalogTable>): boolean {
  const content = (tables: ReadonlyMap<string, CatalogTable>): string =>
    JSON.stringify([...tables.values()].map(({ origin }) => origin));
  return content(a) === content(b);
}

function structureOf({ tables, mount }: CatalogDatabase): string {
  return JSON.stringify([
    mount?.server,
    [...tables].map(([name, { definition, sinkNamespace }]) => [
      name,
      sinkNamespace,
      { ...definition, rowEstimate: null },
    ]),
  ]);
}
