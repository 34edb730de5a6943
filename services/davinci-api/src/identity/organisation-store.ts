/** Keeps the organisations in the schema `identity`: each with at least one administrator from its beginning. */
import { randomUUID } from 'node:crypto';
import type { Knex } from '@rtdp/service/metadata';
import { RtdpError } from '@rtdp/ums/error';
import { type StoredUser, UserStore } from './user-store.ts';

export interface StoredOrganisation {
  id: string;
  name: string;
  users: number;
  createdAt: Date;
}

/** Names are taken one after the other: two that come at once could both find theirs free. */
const NAMES_LOCK = 0x6f_72_67_73;

export class OrganisationStore {
  readonly #database: Knex;

  constructor(database: Knex) {
    this.#database = database;
  }

  /** The oldest first. */
  async list(): Promise<StoredOrganisation[]> {
    const rows = await this.#database('organisations')
      .leftJoin('users', 'users.organisation_id', 'organisations.organisation_id')
      .groupBy('organisations.organisation_id')
      .orderBy('organisations.created_at')
      .select(
        'organisations.organisation_id as id',
        'organisations.name',
        'organisations.created_at',
        this.#database.raw('count(users.id)::int as users'),
      );
    return rows.map(({ id, name, users, created_at: createdAt }) => ({ id, name, users, createdAt }));
  }

  /** @throws RtdpError DAVINCI_ORGANISATION_EXISTS, DAVINCI_USER_EXISTS: then nothing is made */
  async create(
    name: string,
    admin: { email: string; name: string },
  ): Promise<{ organisation: StoredOrganisation; admin: StoredUser }> {
    return this.#database.transaction(async (transaction) => {
      await transaction.raw('select pg_advisory_xact_lock(?)', [NAMES_LOCK]);
      const [taken] = await transaction('organisations').whereRaw('lower(name) = lower(?)', [name]).select('name');
      if (taken !== undefined) {
        throw new RtdpError({
          code: 'DAVINCI_ORGANISATION_EXISTS',
          message: `there is an organisation ${taken.name} already`,
          next: 'Choose another name.',
          facts: { name: taken.name },
        });
      }
      const id = randomUUID();
      const [made] = await transaction('organisations').insert({ organisation_id: id, name }, ['created_at']);
      const users = new UserStore(transaction);
      const user = await users.create({ ...admin, organisationId: id, role: 'admin', passwordHash: null });
      return { organisation: { id, name, users: 1, createdAt: made.created_at }, admin: user };
    });
  }
}
