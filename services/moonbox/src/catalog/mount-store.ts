/** Decides how mounts, their tables and logical databases are kept in the metadata server; passwords rest sealed. */
import { randomUUID } from 'node:crypto';
import type { Knex } from '@rtdp/service/metadata';
import type { SecretBox } from '@rtdp/service/secrets';
import type { IntrospectedTable, ServerFacts, StoreReaderKind } from '@rtdp/stores/scan-contract';
import type { MountRequest } from '../client/mounts.ts';
import type { FoundTable, Mount, Reason } from './contract.ts';

interface MountRow {
  id: string;
  organisation_id: string;
  name: string;
  kind: StoreReaderKind;
  connection: MountRequest['connection'];
  schemas: string[] | null;
  sink_namespace_prefix: { system: string; instance: string } | null;
  server: ServerFacts | null;
  error: Reason | null;
  refreshed_at: Date | null;
  created_by: string;
  created_at: Date;
}

interface TableRow {
  organisation_id: string;
  mount_id: string;
  remote_schema: string;
  remote_table: string;
  definition: IntrospectedTable;
  sink_namespace: string | null;
}

export interface LogicalDatabase {
  organisationId: string;
  name: string;
}

/** Rows of one insert; Postgres takes 65,535 parameters a statement. */
const TABLES_PER_INSERT = 500;

export class MountStore {
  readonly #database: Knex;
  readonly #secrets: SecretBox;

  constructor(database: Knex, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  async listMounts(): Promise<Mount[]> {
    const rows = await this.#database<MountRow>('mounts').orderBy('name');
    return rows.map((row) => this.#read(row as MountRow));
  }

  async listTables(): Promise<Map<string, FoundTable[]>> {
    const byMount = new Map<string, FoundTable[]>();
    const rows = await this.#database<TableRow>('mount_tables').orderBy(['mount_id', 'remote_schema', 'remote_table']);
    for (const { mount_id, definition, sink_namespace } of rows) {
      const table = { definition, sinkNamespace: sink_namespace };
      const tables = byMount.get(mount_id);
      if (tables === undefined) byMount.set(mount_id, [table]);
      else tables.push(table);
    }
    return byMount;
  }

  listDatabases(): Promise<LogicalDatabase[]> {
    return this.#database('databases').select({ organisationId: 'organisation_id', name: 'name' }).orderBy('name');
  }

  /** @returns undefined when the name is taken, by a mount or a logical database */
  async addMount(
    organisationId: string,
    request: MountRequest,
    found: { tables: readonly FoundTable[]; server: ServerFacts },
    createdBy: string,
  ): Promise<Mount | undefined> {
    return this.#database.transaction(async (transaction) => {
      if (!(await this.#claimName(transaction, organisationId, request.name))) return undefined;
      const sealed = { ...request.connection, password: this.#secrets.seal(request.connection.password) };
      const rows = await transaction('mounts')
        .insert({
          id: randomUUID(),
          organisation_id: organisationId,
          name: request.name,
          kind: request.kind,
          connection: JSON.stringify(sealed),
          schemas: jsonOrNull(request.schemas),
          sink_namespace_prefix: jsonOrNull(request.sinkNamespacePrefix),
          server: JSON.stringify(found.server),
          refreshed_at: transaction.fn.now(),
          created_by: createdBy,
        })
        .returning('*');
      const mount = this.#read(rows[0] as MountRow);
      await insertTables(transaction, mount, found.tables);
      return mount;
    });
  }

  /** What a refresh found takes the place of what was known. */
  async replaceTables(
    mount: Mount,
    found: { tables: readonly FoundTable[]; server: ServerFacts },
  ): Promise<Mount | undefined> {
    return this.#database.transaction(async (transaction) => {
      const rows = await transaction('mounts')
        .where({ id: mount.id })
        .update({ server: JSON.stringify(found.server), error: null, refreshed_at: transaction.fn.now() })
        .returning('*');
      if (rows.length === 0) return undefined;
      await transaction('mount_tables').where({ mount_id: mount.id }).delete();
      await insertTables(transaction, mount, found.tables);
      return this.#read(rows[0] as MountRow);
    });
  }

  /** A refresh failed: the tables stay as they were known. */
  async setError(mount: Mount, error: Reason): Promise<Mount | undefined> {
    const rows = await this.#database('mounts')
      .where({ id: mount.id })
      .update({ error: JSON.stringify(error) })
      .returning('*');
    return rows.length === 0 ? undefined : this.#read(rows[0] as MountRow);
  }

  /** What is granted on it goes along. */
  async removeMount(mount: Mount): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      // Locked in this order by everybody: mount, grants, counter of changes.
      const there = await transaction('mounts').where({ id: mount.id }).forUpdate().first('id');
      if (there === undefined) return;
      await removeGrants(transaction, mount.organisationId, mount.name);
      await transaction('mounts').where({ id: mount.id }).delete();
    });
  }

  /** @returns false when the name is taken */
  async addDatabase(organisationId: string, name: string, createdBy: string): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      if (!(await this.#claimName(transaction, organisationId, name))) return false;
      await transaction('databases').insert({ organisation_id: organisationId, name, created_by: createdBy });
      return true;
    });
  }

  /**
   * What is granted on it, and defined in it, goes along.
   * @returns how many views there are in it: without `cascade` nothing is removed when there are any
   */
  async removeDatabase(organisationId: string, name: string, cascade: boolean): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      const row = { organisation_id: organisationId, name };
      // Whoever adds a view waits for this: it refers to the row.
      const there = await transaction('databases').where(row).forUpdate().first('name');
      if (there === undefined) return 0;
      const views = await transaction('views').where({ organisation_id: organisationId, database_name: name });
      if (views.length > 0 && !cascade) return views.length;
      await removeGrants(transaction, organisationId, name);
      await transaction('databases').where(row).delete();
      return 0;
    });
  }

  /** Mounts and logical databases share one space of names; whoever adds one waits for the other. */
  async #claimName(transaction: Knex.Transaction, organisationId: string, name: string): Promise<boolean> {
    await transaction.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
      `rtdp moonbox ${organisationId} ${name}`,
    ]);
    const taken = await transaction('mounts').where({ organisation_id: organisationId, name }).first('id');
    const other = await transaction('databases').where({ organisation_id: organisationId, name }).first('name');
    if (taken !== undefined || other !== undefined) return false;
    // Granted while the one before it went: nothing of that is meant for this one.
    await removeGrants(transaction, organisationId, name);
    return true;
  }

  #read(row: MountRow): Mount {
    return {
      id: row.id,
      organisationId: row.organisation_id,
      name: row.name,
      kind: row.kind,
      connection: { ...row.connection, password: this.#secrets.open(row.connection.password) },
      schemas: row.schemas,
      sinkNamespacePrefix: row.sink_namespace_prefix,
      server: row.server,
      error: row.error,
      refreshedAt: row.refreshed_at,
      createdBy: row.created_by,
      createdAt: row.created_at,
    };
  }
}

async function insertTables(transaction: Knex.Transaction, mount: Mount, found: readonly FoundTable[]): Promise<void> {
  const rows = found.map(({ definition, sinkNamespace }) => ({
    organisation_id: mount.organisationId,
    mount_id: mount.id,
    remote_schema: definition.schema,
    remote_table: definition.name,
    definition: JSON.stringify(definition),
    sink_namespace: sinkNamespace,
  }));
  if (rows.length > 0) await transaction.batchInsert('mount_tables', rows, TABLES_PER_INSERT);
}

/** All that are stored, whichever gateway gave them: another database of that name must not inherit them. */
async function removeGrants(transaction: Knex.Transaction, organisationId: string, name: string): Promise<void> {
  await transaction('grants').where({ organisation_id: organisationId, database_name: name }).delete();
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
