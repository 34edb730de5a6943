/** Decides how views are kept in the metadata server: one change at a time in an organisation, and grants go with what they were given on. */
import { hasRole, type Role } from '@rtdp/identity/roles';
import type { Knex } from '@rtdp/service/metadata';
import type { Principal } from '../query/contract.ts';
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

/** Its owner and their roles are those of whoever defines it. */
export type ViewDefinition = Omit<LogicalView, 'createdAt' | 'changedAt' | 'owner' | 'ownerRoles'>;

type Changer = Pick<Principal, 'organisationId' | 'subject' | 'roles'>;

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
   * Stores a definition, in place of the one before. `check` is given all that the organisation has, as they stand in the transaction, and whoever
   * defines it with the roles of now; it throws where the new one does not go with them.
   */
  async save(
    view: ViewDefinition,
    definer: Changer,
    check: (views: readonly LogicalView[], definer: Changer) => void,
  ): Promise<void> {
    const { organisationId, database, name } = view;
    const key = { organisation_id: organisationId, database_name: database, name };
    await this.#database.transaction(async (transaction) => {
      await lock(transaction, organisationId);
      const now = await withRolesOfNow(transaction, definer);
      const views = await viewsOf(transaction, organisationId);
      check(views, now);
      // Granted while one of that name went: nothing of that is meant for this one.
      if (!views.some((one) => one.database === database && one.name === name)) {
        await removeGrants(transaction, view);
      }
      const content = {
        kind: view.kind,
        sql: view.sql,
        columns: JSON.stringify(view.columns),
        bases: JSON.stringify(view.bases),
        owner: now.subject,
        owner_roles: JSON.stringify(now.roles),
        changed_at: transaction.fn.now(),
      };
      await transaction('views')
        .insert({ ...key, ...content })
        .onConflict(['organisation_id', 'database_name', 'name'])
        .merge(content);
    });
  }

  /** What is granted on it goes along. `check` is given what is there, as it stands in the transaction, and who takes it away; it may throw. */
  async remove(
    { database, name }: Pick<LogicalView, 'database' | 'name'>,
    remover: Changer,
    check: (view: LogicalView | undefined, remover: Changer) => void,
  ): Promise<void> {
    const { organisationId } = remover;
    await this.#database.transaction(async (transaction) => {
      await lock(transaction, organisationId);
      const views = await viewsOf(transaction, organisationId);
      check(
        views.find((one) => one.database === database && one.name === name),
        await withRolesOfNow(transaction, remover),
      );
      await transaction('views').where({ organisation_id: organisationId, database_name: database, name }).delete();
      await removeGrants(transaction, { organisationId, database, name });
    });
  }

  /** The views of an owner run with these roles from now on, and new ones with no more. @returns how many there are */
  async setOwnerRoles(organisationId: string, owner: string, roles: readonly Role[]): Promise<number> {
    return this.#database.transaction(async (transaction) => {
      await lock(transaction, organisationId);
      await transaction('owner_roles')
        .insert({ organisation_id: organisationId, owner, roles: JSON.stringify(roles) })
        .onConflict(['organisation_id', 'owner'])
        .merge();
      const count = await transaction('views')
        .where({ organisation_id: organisationId, owner })
        .update({ owner_roles: JSON.stringify(roles) });
      return count;
    });
  }
}

/** A token lives on for a while when its user has lost a role: it counts for no more than what was told of the user since. */
async function withRolesOfNow(transaction: Knex.Transaction, { organisationId, subject, roles }: Changer) {
  const row: { roles: Role[] } | undefined = await transaction('owner_roles')
    .where({ organisation_id: organisationId, owner: subject })
    .first('roles');
  return { organisationId, subject, roles: row === undefined ? roles : inBoth(roles, row.roles) };
}

function inBoth(some: readonly Role[], others: readonly Role[]): Role[] {
  const kept = some.filter((role) => hasRole({ roles: others }, role));
  return kept.length > 0 ? kept : others.filter((role) => hasRole({ roles: some }, role));
}

async function viewsOf(transaction: Knex.Transaction, organisationId: string): Promise<LogicalView[]> {
  const rows = await transaction<ViewRow>('views').where({ organisation_id: organisationId });
  return rows.map((row) => read(row as ViewRow));
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
