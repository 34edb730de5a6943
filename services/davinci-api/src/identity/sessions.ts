/** Decides who is let in, by password, by login link or by an earlier sign-in, and what token that gives. */

import type { Signer } from '@rtdp/identity/signer';
import { typedCommand } from '@rtdp/service/typed-command';
import type { AuditStore } from '../audit/audit-store.ts';
import type { Session } from '../client/identity.ts';
import { ACCESS_TOKEN_SECONDS } from './access-token.ts';
import type { Accounts } from './accounts.ts';
import { loginFailed } from './login-failed.ts';
import type { LoginLimits } from './login-limits.ts';
import { toMe } from './me.ts';
import { checkPassword, hashPassword } from './password.ts';
import type { SessionStore } from './session-store.ts';
import { normalEmail, type StoredUser, type UserStore } from './user-store.ts';
import type { WireLogins } from './wire-logins.ts';

const LINK_MINUTES = 10;

export interface SignedIn {
  session: Session;
  /** For the cookie. */
  refresh: { token: string; expiresAt: Date };
}

export interface SessionsOptions {
  users: UserStore;
  accounts: Accounts;
  sessions: SessionStore;
  audit: AuditStore;
  limits: LoginLimits;
  wireLogins: WireLogins;
  signer: Signer;
  now: () => number;
}

export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** @throws RtdpError DAVINCI_LOGIN_FAILED, the same for every reason; DAVINCI_LOGIN_RATE_LIMIT */
  async logIn(email: string, password: string, address: string): Promise<SignedIn> {
    const { limits, users, audit } = this.#options;
    const account = normalEmail(email);
    limits.attempt(account, address);
    const user = await users.findByEmail(account);
    const matches = await checkPassword(user?.passwordHash ?? null, password);
    if (!matches || user === undefined || user.disabled) {
      if (user !== undefined) await audit.write(signIn(user, 'session.refused', { address, by: 'password' }));
      throw loginFailed('e-mail and password do not fit', 'Check both, or ask an administrator for a login link.');
    }
    limits.succeeded(account, address);
    return this.#begin(user, { address, by: 'password' });
  }

  /** @throws RtdpError DAVINCI_LOGIN_FAILED, DAVINCI_LOGIN_RATE_LIMIT */
  async logInByLink(code: string, address: string): Promise<SignedIn> {
    const { limits, users, sessions } = this.#options;
    // Codes cannot be guessed; the address is counted so that nobody tries for fun.
    limits.attempt(`link from ${address}`, address);
    const link = await sessions.useLink(code);
    const user = link === undefined ? undefined : await users.findById(link.userId);
    if (user === undefined || user.disabled || user.generation !== link?.generation) {
      throw loginFailed('the link was used already, or is too old', 'Ask for a new one, or sign in by password.');
    }
    limits.succeeded(`link from ${address}`, address);
    return this.#begin(user, { address, by: 'link' });
  }

  /** @throws RtdpError DAVINCI_LOGIN_FAILED */
  async refresh(token: string): Promise<SignedIn> {
    const { sessions, users, audit } = this.#options;
    const rotation = await sessions.rotate(token);
    if (rotation.outcome === 'reused') {
      const { userId: subject, organisationId } = rotation;
      await audit.write({ organisationId, subject, action: 'session.reused', facts: {} });
    }
    const user = rotation.outcome === 'rotated' ? await users.findById(rotation.userId) : undefined;
    // A sign-in that was under way while the password changed, or that a crash kept from being marked, is over all the same.
    const isOfNow = rotation.outcome === 'rotated' && rotation.generation === user?.generation;
    if (!isOfNow || user === undefined || user.disabled) {
      throw loginFailed('the session has ended', 'Sign in again.');
    }
    await users.seen(user.id);
    const session = await this.#session(user);
    return { session, refresh: { token: rotation.token, expiresAt: rotation.expiresAt } };
  }

  async logOut(token: string): Promise<void> {
    await this.#options.sessions.end(token);
  }

  /** Ends every sign-in of the user with its tokens, and every link not used yet, and begins a new sign-in. @throws RtdpError DAVINCI_LOGIN_FAILED, DAVINCI_LOGIN_RATE_LIMIT */
  async changePassword(
    user: StoredUser,
    change: { current?: string | undefined; password: string },
    address: string,
  ): Promise<SignedIn> {
    const { users, accounts, sessions, audit, limits } = this.#options;
    if (user.passwordHash !== null) {
      limits.attempt(user.email, address);
      if (!(await checkPassword(user.passwordHash, change.current ?? ''))) {
        throw loginFailed('the current password does not fit', 'Enter the password that you sign in with now.');
      }
      limits.succeeded(user.email, address);
    }
    const passwordHash = await hashPassword(change.password);
    const changed = await users.change(user.organisationId, user.id, { passwordHash }, user.generation);
    accounts.forget(user.id);
    await sessions.endLinks(user.id);
    await sessions.endAll(user.id);
    await audit.write(signIn(user, 'user.password', {}));
    return this.#begin(changed, { address, by: 'password change' });
  }

  /**
   * For who does not know it any more: ends every sign-in too with its tokens, every link not used yet, and the login over the Postgres protocol. Oneself is asked
   * for the current one, so that nobody who only got hold of a session takes over the account. @throws RtdpError DAVINCI_LOGIN_FAILED
   */
  async forgetPassword(user: StoredUser, by: string): Promise<void> {
    const { users, accounts, sessions, wireLogins, audit } = this.#options;
    if (by === user.id) {
      const next = `Set a new one on the page Account, or let another administrator do this, or "${typedCommand('login --forget-password')}".`;
      throw loginFailed('your own password is not forgotten from within', next);
    }
    await users.change(user.organisationId, user.id, { passwordHash: null });
    accounts.forget(user.id);
    await sessions.endLinks(user.id);
    await sessions.endAll(user.id);
    await wireLogins.tell();
    await audit.write({ ...signIn(user, 'user.password.forgotten', {}), subject: by });
  }

  /** The code of a link that signs `user` in once. */
  async createLink(user: StoredUser, createdBy: string): Promise<{ code: string; expiresAt: string }> {
    const { code, expiresAt } = await this.#options.sessions.createLink(user, createdBy, LINK_MINUTES * 60_000);
    await this.#options.audit.write({
      organisationId: user.organisationId,
      subject: createdBy,
      action: 'user.link',
      object: { id: user.id, name: user.email },
    });
    return { code, expiresAt: expiresAt.toISOString() };
  }

  async #begin(user: StoredUser, facts: Record<string, unknown>): Promise<SignedIn> {
    const { sessions, users, audit } = this.#options;
    const refresh = await sessions.begin(user);
    await users.seen(user.id);
    await audit.write(signIn(user, 'session.login', facts));
    return { session: await this.#session(user), refresh };
  }

  async #session(user: StoredUser): Promise<Session> {
    const accessToken = await this.#options.signer.signToken({
      subject: user.id,
      name: user.email,
      organisationId: user.organisationId,
      roles: [user.role],
      generation: user.generation,
      expiresInSeconds: ACCESS_TOKEN_SECONDS,
    });
    const expiresAt = new Date(this.#options.now() + ACCESS_TOKEN_SECONDS * 1000).toISOString();
    return { accessToken, expiresAt, user: toMe(user) };
  }
}

function signIn(user: StoredUser, action: string, facts: Record<string, unknown>) {
  const { id, organisationId, email } = user;
  return { organisationId, subject: id, action, object: { id, name: email }, facts };
}
