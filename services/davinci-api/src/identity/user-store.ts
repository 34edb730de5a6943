/** Keeps organisations and users in the schema `identity`. */
import { randomUUID } from 'node:crypto';
import type { Role } from '@rtdp/identity/roles';
import type { Knex } from '@rtdp/service/metadata';
import { RtdpError } from '@rtdp/ums/error';
import { loginFailed } from './login-failed.ts';
import { endWireLogin } from './wire-logins.ts';

export interface StoredUser {
  id: string;
  organisationId: string;
  organisationName: string;
  email: string;
  name: string;
  role: Role;
  passwordHash: string | null;
  language: 'system' | 'en' | 'zh';
  theme: 'system' | 'light' | 'dark';
  disabled: boolean;
  /** Of the sign-ins: one more with each change of the password, and each time that the user is disabled. */
  generation: number;
  createdAt: Date;
  lastSeenAt: Date | null;
}

export interface UserChange {
  name?: string | undefined;
  role?: Role | undefined;
  language?: StoredUser['language'] | undefined;
  theme?: StoredUser['theme'] | undefined;
  /** true ends what was signed in, and every link, also for when the user is enabled again. */
  disabled?: boolean | undefined;
  /** Ends what was signed in with the one before. null: none any more, and no login over the Postgres protocol either. */
  passwordHash?: string | null | undefined;
}

const UNIQUE_VIOLATION = '23505';

export class UserStore {
  readonly #database: Knex;

  constructor(database: Knex) {
    this.#database = database;
  }

  async findById(id: string): Promise<StoredUser | undefined> {
    const row = await this.#users().where('users.id', id).first();
    return row === undefined ? undefined : toUser(row);
  }

  async findByEmail(email: string): Promise<StoredUser | undefined> {
    const row = await this.#users().where('users.email', normalEmail(email)).first();
    return row === undefined ? undefined : toUser(row);
  }

  async list(organisationId: string): Promise<StoredUser[]> {
    return (await this.#users().where('users.organisation_id', organisationId).orderBy('users.email')).map(toUser);
  }

  async emails(organisationId: string, ids: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.#database('users')
      .where('organisation_id', organisationId)
      .whereIn('id', ids)
      .select('id', 'email');
    return new Map(rows.map(({ id, email }) => [id, email]));
  }

  /** The oldest administrator that may sign in. */
  async firstAdmin(organisationId: string): Promise<StoredUser | undefined> {
    const row = await this.#users()
      .where({ 'users.organisation_id': organisationId, 'users.role': 'admin', 'users.disabled': false })
      .orderBy('users.created_at')
      .first();
    return row === undefined ? undefined : toUser(row);
  }

  /** @throws RtdpError DAVINCI_USER_EXISTS */
  async create(user: {
    organisationId: string;
    email: string;
    name: string;
    role: Role;
    passwordHash: string | null;
  }): Promise<StoredUser> {
    const id = randomUUID();
    const email = normalEmail(user.email);
    try {
      await this.#database('users').insert({
        id,
        organisation_id: user.organisationId,
        email,
        name: user.name,
        role: user.role,
        password_hash: user.passwordHash,
      });
    } catch (cause) {
      if ((cause as { code?: string }).code !== UNIQUE_VIOLATION) throw cause;
      throw new RtdpError({
        code: 'DAVINCI_USER_EXISTS',
        message: `there is a user ${email} already`,
        next: 'Use another e-mail address, or change that user.',
        facts: { email },
        cause,
      });
    }
    return (await this.findById(id))!;
  }

  /** Makes the first administrator where the organisation has no user at all; several processes at once make one. */
  async createFirst(organisationId: string, email: string): Promise<boolean> {
    const made = await this.#database.raw(
      `insert into users (id, organisation_id, email, name, role)
       select ?, ?, ?, 'Administrator', 'admin' where not exists (select 1 from users where organisation_id = ?)
       on conflict do nothing`,
      [randomUUID(), organisationId, normalEmail(email), organisationId],
    );
    return made.rowCount === 1;
  }

  /** `generation`, where given, must still be the user's. @throws RtdpError DAVINCI_LOGIN_FAILED, DAVINCI_USER_NOT_FOUND, DAVINCI_LAST_ADMIN_NOT_ALLOWED */
  async change(organisationId: string, id: string, change: UserChange, generation?: number): Promise<StoredUser> {
    const columns = Object.fromEntries(
      Object.entries({
        name: change.name,
        role: change.role,
        language: change.language,
        theme: change.theme,
        disabled: change.disabled,
        password_hash: change.passwordHash,
        generation:
          change.passwordHash === undefined && change.disabled !== true
            ? undefined
            : this.#database.raw('generation + 1'),
      }).filter(([, value]) => value !== undefined),
    );
    return this.#database.transaction(async (transaction) => {
      // One change of users at a time, so that two administrators cannot take the role from each other at once.
      await transaction.raw('select 1 from organisations where organisation_id = ? for update', [organisationId]);
      const changed =
        Object.keys(columns).length === 0
          ? 1
          : await transaction('users')
              .where({ id, organisation_id: organisationId, ...(generation === undefined ? {} : { generation }) })
              .update(columns);
      if (changed === 0 && generation !== undefined) {
        throw loginFailed('the password was changed at the same time', 'Sign in again.');
      }
      if (changed === 0) throw noUser(id);
      // Also who is back: the views that stopped with the user may be read again.
      if (change.role !== undefined || change.disabled !== undefined || change.passwordHash === null) {
        await endWireLogin(transaction, { id, organisationId });
      }
      const admins = await transaction('users')
        .where({ organisation_id: organisationId, role: 'admin', disabled: false })
        .count<{ count: string }[]>('* as count');
      if (admins[0]?.count === '0') {
        throw new RtdpError({
          code: 'DAVINCI_LAST_ADMIN_NOT_ALLOWED',
          message: 'an organisation keeps at least one administrator',
          next: 'Make somebody else an administrator first.',
        });
      }
      // As this change leaves it: whoever changes the password next ends what begins with this one.
      return toUser(await this.#users(transaction).where('users.id', id).first());
    });
  }

  async seen(id: string): Promise<void> {
    await this.#database('users').where({ id }).update({ last_seen_at: this.#database.fn.now() });
  }

  #users(database: Knex = this.#database) {
    return database('users')
      .join('organisations', 'organisations.organisation_id', 'users.organisation_id')
      .select('users.*', 'organisations.name as organisation_name');
  }
}

export function noUser(id: string): RtdpError {
  return new RtdpError({
    code: 'DAVINCI_USER_NOT_FOUND',
    message: `there is no user ${id}`,
    next: 'GET /api/users lists those there are.',
    facts: { id },
  });
}

export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

function toUser(row: Record<string, unknown>): StoredUser {
  return {
    id: row.id as string,
    organisationId: row.organisation_id as string,
    organisationName: row.organisation_name as string,
    email: row.email as string,
    name: row.name as string,
    role: row.role as Role,
    passwordHash: row.password_hash as string | null,
    language: row.language as StoredUser['language'],
    theme: row.theme as StoredUser['theme'],
    disabled: row.disabled as boolean,
    generation: row.generation as number,
    createdAt: row.created_at as Date,
    lastSeenAt: row.last_seen_at as Date | null,
  };
}
