/** Decides how logins of the Postgres protocol are kept: a password made here, shown once, and remembered as a SCRAM verifier alone. */
import { randomBytes } from 'node:crypto';
import type { Role } from '@rtdp/identity/roles';
import type { Knex } from '@rtdp/service/metadata';
import { RtdpError } from '@rtdp/ums/error';
import type { Principal } from '../query/contract.ts';

export interface StoredLogin {
  readonly principal: Omit<Principal, 'via'>;
  readonly verifier: string;
}

interface PasswordRow {
  /** The subject. */
  user_name: string;
  /** By which people know it, and which logs in as well. */
  subject_name: string | null;
  organisation_id: string;
  roles: Role[];
  scram_verifier: string;
  created_at: Date;
}

const PASSWORD_BYTES = 24;

export class PasswordStore {
  readonly #database: Knex;
  readonly #makeVerifier: (password: string) => string;

  constructor(database: Knex, makeVerifier: (password: string) => string) {
    this.#database = database;
    this.#makeVerifier = makeVerifier;
  }

  /**
   * Makes a new password, which ends the one before. It logs in with the roles that the principal has now, by the name that people know it by.
   * @throws RtdpError MOONBOX_PASSWORD_EXISTS when the name belongs to somebody of another organisation
   */
  async create(principal: Omit<Principal, 'via'>): Promise<{ user: string; password: string; createdAt: Date }> {
    const password = randomBytes(PASSWORD_BYTES).toString('base64url');
    const { subject, name = null } = principal;
    const verifier = this.#makeVerifier(password);
    const row = await this.#database.transaction(async (transaction): Promise<PasswordRow> => {
      // Of several at once, the last has the name.
      await transaction.raw('select pg_advisory_xact_lock(hashtextextended(?, 0))', ['rtdp moonbox passwords']);
      // A name is whose token carries it now: whoever had it before logs in by the subject.
      if (name !== null) {
        await transaction('passwords')
          .where({ subject_name: name })
          .whereNot({ user_name: subject })
          .update({ subject_name: null });
      }
      const rows = await transaction<PasswordRow>('passwords')
        .insert({
          user_name: subject,
          subject_name: name,
          organisation_id: principal.organisationId,
          roles: JSON.stringify(principal.roles),
          scram_verifier: verifier,
          created_at: transaction.fn.now(),
        } as never)
        .onConflict('user_name')
        .merge()
        .where('passwords.organisation_id', principal.organisationId)
        .returning('*');
      const made = rows[0] as PasswordRow | undefined;
      // Thrown in here: whoever had the name keeps it.
      if (made === undefined) {
        throw new RtdpError({
          code: 'MOONBOX_PASSWORD_EXISTS',
          message: `the user name ${principal.subject} is taken`,
          next: 'Ask an administrator for a user of another name.',
        });
      }
      return made;
    });
    return { user: row.subject_name ?? row.user_name, password, createdAt: row.created_at };
  }

  async find(user: string): Promise<StoredLogin | undefined> {
    // Postgres has no U+0000 in a text, so nobody has such a name.
    if (user.includes('\0')) return undefined;
    const rows = await this.#database<PasswordRow>('passwords')
      .where({ user_name: user })
      .orWhere({ subject_name: user });
    // What is somebody's subject is nobody else's name.
    const row = rows.find(({ user_name }) => user_name === user) ?? rows[0];
    if (row === undefined) return undefined;
    const { user_name: subject, subject_name: name, organisation_id: organisationId, roles, scram_verifier } = row;
    const known = name === null ? {} : { name };
    return { principal: { subject, ...known, organisationId, roles }, verifier: scram_verifier };
  }

  async list(organisationId: string): Promise<{ user: string; roles: Role[]; createdAt: Date }[]> {
    const rows = await this.#database<PasswordRow>('passwords')
      .where({ organisation_id: organisationId })
      .orderBy('user_name');
    return rows.map(({ user_name, roles, created_at }) => ({ user: user_name, roles, createdAt: created_at }));
  }

  /** `user` by the subject or its name. @returns false when there was none */
  async remove(organisationId: string, user: string): Promise<boolean> {
    const gone = await this.#database('passwords')
      .where({ organisation_id: organisationId })
      .andWhere((either) => either.where({ user_name: user }).orWhere({ subject_name: user }))
      .delete();
    return gone > 0;
  }
}
