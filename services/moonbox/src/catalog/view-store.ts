/** Decides how views are kept in the metadata server: one change at a time in an organisation, and grants go with what they were given on. */
import type { Role } from '@rtdp/identity/roles';
import type { Knex } from '@rtdp/service/metadata';
import type { LogicalView } from './contract.ts';

interface ViewRow {
  organisation_id: string;
  database_name: string;
  name: string;
  kind: LogicalView['kind'];
  sql: string;
  columns: LogicalView['columns'];
  bases: LogicalView['bases'];
  owner: string;
  owner_roles: Role[];
  created_at: Date;
  changed_at: Date;
}

export type ViewDefinition = Omit<LogicalView, 'createdAt' | 'changedAt'>;

export class ViewStore {
  readonly #database: Knex;

  constructor(database: Knex) {
    this.#database = database;
  }

  async list(): Promise<LogicalView[]> {
    const rows = await this.#database<ViewRow>('views').orderBy(['organisation_id', 'database_name', 'name']);
    return rows.map((row) => read(row as ViewRow));
  }

  /**
   * Stores a definition, in place of the one before. `check` is given all that the organisation has, as they stand in the transaction, and
   * throws where the new one does not go with them.
   */
  async save(view: ViewDefinition, check: (views: readonly LogicalView[]) => void): Promise<void> {
    const { organisationId, database, name } = view;
    const key = { organisation_id: organisationId, database_name: database, name };
    await this.#database.transaction(async (transaction) => {
      await lock(transaction, organisationId);
      const rows = await transaction<ViewRow>('views').where({ organisation_id: organisationId });
      check(rows.map((row) => read(row as ViewRow)));
      // Granted while one of that name went: nothing of that is meant for this one.
      if (!rows.some((row) => row.database_name === database && row.name === name)) {
        await removeGrants(transaction, view);
      }
      const content = {
        kind: view.kind,
        sql: view.sql,
        columns: JSON.stringify(view.columns),
        bases: JSON.stringify(view.bases),
        owner: view.owner,
        owner_roles: JSON.stringify(view.ownerRoles),
        changed_at: transaction.fn.now(),
      };
      await transaction('views')
        .insert({ ...key, ...content })
        .onConflict(['organisation_id', 'database_name', 'name'])
        .merge(content);
    });
  }

  /** What is granted on it goes along. @returns false when it was not there */
  async remove(view: Pick<LogicalView, 'organisationId' | 'database' | 'name'>): Promise<boolean> {
    const { organisationId, database, name } = view;
    return this.#database.transaction(async (transaction) => {
      await lock(transaction, organisationId);
      const gone = await transaction('views')
        .where({ organisation_id: organisationId, database_name: database, name })
        .delete();
      await removeGrants(transaction, view);
      return gone > 0;
    });
  }

  /** The views of an owner run with these roles from now on. @returns how many there are */
  async setOwnerRoles(organisationId: string, owner: string, roles: readonly Role[]): Promise<number> {
    return this.#database('views')
      .where({ organisation_id: organisationId, owner })
      .update({ owner_roles: JSON.stringify(roles) });
  }
}

async function lock(transaction: Knex.Transaction, organisationId: string): Promise<void> {
  await transaction.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', [
    `rtdp moonbox views ${organisationId}`,
  ]);
}

async function removeGrants(
  transaction: Knex.Transaction,
  { organisationId, database, name }: Pick<LogicalView, 'organisationId' | 'database' | 'name'>,
): Promise<void> {
  await transaction('grants')
    .where({ organisation_id: organisationId, database_name: database, table_name: name })
    .delete();
}

function read(row: ViewRow): LogicalView {
  return {
    organisationId: row.organisation_id,
    database: row.database_name,
    name: row.name,
    kind: row.kind,
    sql: row.sql,
    columns: row.columns,
    bases: row.bases,
    owner: row.owner,
    ownerRoles: row.owner_roles,
    createdAt: row.created_at,
    changedAt: row.changed_at,
  };
}
