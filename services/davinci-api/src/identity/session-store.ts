/** Keeps sign-ins and login links in the schema `identity`: hashes only, so that reading the tables lets nobody in. */
import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import type { Knex } from '@rtdp/service/metadata';

/** What a refresh token turned out to be. */
export type Rotation =
  | { outcome: 'rotated'; userId: string; generation: number; token: string; expiresAt: Date }
  /** An old token came back: somebody has a copy, so the whole family has ended. */
  | { outcome: 'reused'; userId: string; organisationId: string }
  | { outcome: 'unknown' };

/** A session ends after this long without use. */
const SESSION_DAYS = 30;
/** Two tabs of one browser may send the same token at the same time, and an answer may be lost on its way: both get the same next one. */
const GRACE_MS = 10_000;

export class SessionStore {
  readonly #database: Knex;
  readonly #now: () => number;

  constructor(database: Knex, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  /** Begins a family of the generation that the user had when let in; gives its first refresh token. */
  async begin(user: {
    id: string;
    organisationId: string;
    generation: number;
  }): Promise<{ token: string; expiresAt: Date }> {
    const id = randomUUID();
    const secret = newSecret();
    const expiresAt = this.#later(SESSION_DAYS * 86_400_000);
    await this.#database('sessions').insert({
      id,
      organisation_id: user.organisationId,
      user_id: user.id,
      generation: user.generation,
      token_hash: hashOf(secret),
      rotated_at: new Date(this.#now()),
      expires_at: expiresAt,
    });
    await this.#database('sessions').where('expires_at', '<', new Date(this.#now())).delete();
    return { token: `${id}.${secret}`, expiresAt };
  }

  async rotate(token: string): Promise<Rotation> {
    const [id = '', secret = ''] = token.split('.');
    if (!/^[0-9a-f-]{36}$/.test(id)) return { outcome: 'unknown' };
    return this.#database.transaction(async (transaction) => {
      const session = await transaction('sessions').where({ id }).forUpdate().first();
      const now = new Date(this.#now());
      if (session === undefined || session.revoked_at !== null || session.expires_at < now) {
        return { outcome: 'unknown' };
      }
      const hash = hashOf(secret);
      const next = createHmac('sha256', session.seed).update(secret).digest('base64url');
      const rotated = (expiresAt: Date): Rotation => ({
        outcome: 'rotated',
        userId: session.user_id,
        generation: session.generation,
        token: `${id}.${next}`,
        expiresAt,
      });
      if (hash === session.token_hash) {
        const expiresAt = this.#later(SESSION_DAYS * 86_400_000);
        await transaction('sessions')
          .where({ id })
          .update({
            token_hash: hashOf(next),
            previous_token_hash: hash,
            rotated_at: now,
            expires_at: expiresAt,
          });
        return rotated(expiresAt);
      }
      const isJustRotated =
        hash === session.previous_token_hash && now.getTime() - session.rotated_at.getTime() < GRACE_MS;
      if (isJustRotated && hashOf(next) === session.token_hash) return rotated(session.expires_at);
      await transaction('sessions').where({ id }).update({ revoked_at: now });
      return { outcome: 'reused', userId: session.user_id, organisationId: session.organisation_id };
    });
  }

  async end(token: string): Promise<void> {
    const [id = ''] = token.split('.');
    if (!/^[0-9a-f-]{36}$/.test(id)) return;
    await this.#database('sessions')
      .where({ id })
      .whereNull('revoked_at')
      .update({ revoked_at: new Date(this.#now()) });
  }

  /** Every sign-in of the user. */
  async endAll(userId: string): Promise<void> {
    await this.#database('sessions')
      .where({ user_id: userId })
      .whereNull('revoked_at')
      .update({ revoked_at: new Date(this.#now()) });
  }

  async createLink(
    user: { id: string; organisationId: string },
    createdBy: string,
    lifetimeMs: number,
  ): Promise<{ code: string; expiresAt: Date }> {
    const code = newSecret();
    const expiresAt = this.#later(lifetimeMs);
    await this.#database('login_links').insert({
      code_hash: hashOf(code),
      organisation_id: user.organisationId,
      user_id: user.id,
      generation: this.#database('users').where({ id: user.id }).select('generation'),
      created_by: createdBy,
      expires_at: expiresAt,
    });
    return { code, expiresAt };
  }

  /** Every link of the user that was not used yet. */
  async endLinks(userId: string): Promise<void> {
    await this.#database('login_links').where({ user_id: userId }).whereNull('used_at').delete();
  }

  /** The user of a code that is good, which it never is again, and the generation that the user had when it was made. */
  async useLink(code: string): Promise<{ userId: string; generation: number } | undefined> {
    const now = new Date(this.#now());
    const used = await this.#database('login_links')
      .where({ code_hash: hashOf(code) })
      .whereNull('used_at')
      .where('expires_at', '>', now)
      .update({ used_at: now })
      .returning(['user_id', 'generation']);
    return used.map(({ user_id: userId, generation }) => ({ userId, generation }))[0];
  }

  #later(milliseconds: number): Date {
    return new Date(this.#now() + milliseconds);
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The secrets are random and long, so a plain hash is enough, and equal text means equal secret. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
