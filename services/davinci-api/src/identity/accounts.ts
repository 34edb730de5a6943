/**
 * Decides who a token's subject is now: a user who has been disabled is nobody at once, a changed role counts at once, and a changed password,
 * or having been disabled, ends what was signed in before, however long the token is still good.
 */

import type { Identity, Role } from '@rtdp/identity/roles';
import type { Verifier } from '@rtdp/identity/verifier';
import type { RequestIdentity } from '@rtdp/service/http';
import { RtdpError } from '@rtdp/ums/error';
import { loginFailed } from './login-failed.ts';
import type { TokensOfNow } from './token-of-now.ts';
import type { StoredUser, UserStore } from './user-store.ts';

/** Another instance may have changed the user; this one forgets at once what it changes itself. */
const REMEMBERED_MS = 1_000;
const MOST_REMEMBERED = 10_000;
const USER_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What a token says. */
export type SignedIdentity = RequestIdentity & Pick<Identity, 'generation'>;

export interface Viewer extends SignedIdentity {
  roles: Role[];
  /** Empty for a token that is no user's, such as the operator's. */
  email: string;
}

export class Accounts {
  readonly #users: UserStore;
  readonly #now: () => number;
  readonly #remembered = new Map<string, { user: Promise<StoredUser | undefined>; at: number }>();

  constructor(users: UserStore, now: () => number) {
    this.#users = users;
    this.#now = now;
  }

  forget(userId: string): void {
    this.#remembered.delete(userId);
  }

  /** @throws RtdpError IDENTITY_TOKEN_INVALID for a user who is gone or disabled, DAVINCI_LOGIN_FAILED for a sign-in that has ended, and for a user's token that does not say of which it is */
  async current(identity: SignedIdentity): Promise<Viewer> {
    if (!USER_ID.test(identity.subject)) return { ...identity, roles: identity.roles as Role[], email: '' };
    const { generation } = identity;
    let user = await this.#find(identity.subject);
    if (user !== undefined && generation !== undefined && generation > user.generation) {
      // What is remembered is older than the token.
      this.forget(user.id);
      user = await this.#find(user.id);
    }
    if (user === undefined || user.disabled || user.organisationId !== identity.organisationId) {
      throw new RtdpError({
        code: 'IDENTITY_TOKEN_INVALID',
        message: 'the user of this token may not sign in any more',
        next: 'Ask an administrator.',
      });
    }
    if (generation !== user.generation) {
      throw loginFailed(
        'this sign-in has ended: the password was changed, or the user was disabled, after it',
        'Sign in again.',
      );
    }
    return {
      generation: user.generation,
      subject: identity.subject,
      organisationId: identity.organisationId,
      roles: [user.role],
      email: user.email,
    };
  }

  #find(id: string): Promise<StoredUser | undefined> {
    const known = this.#remembered.get(id);
    if (known !== undefined && this.#now() - known.at < REMEMBERED_MS) return known.user;
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    const user = this.#users.findById(id);
    this.#remembered.set(id, { user, at: this.#now() });
    user.catch(() => this.#remembered.delete(id));
    return user;
  }
}

/** Who sends a request, with the token that other services are asked with for them. */
export interface SignedViewer extends Viewer {
  token: string;
}

/** A verifier whose identities are of today. */
export function currentVerifier(verifier: Verifier, accounts: Accounts, tokens: TokensOfNow): Verifier {
  return {
    async verify(token): Promise<SignedViewer> {
      const viewer = await accounts.current(await verifier.verify(token));
      return { ...viewer, token: await tokens.of(token, viewer) };
    },
  };
}
