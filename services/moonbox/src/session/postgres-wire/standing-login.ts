/** Decides whether a session may go on: only while the login it began with stands as it was, asked anew at most once a second. */

import { isDeepStrictEqual } from 'node:util';
import { typedCommandForStrangers } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import type { WireLogin, WirePasswords } from './contract.ts';

/** How long an ended login may still begin statements. */
const REMEMBERED_MS = 1_000;

export class StandingLogin {
  readonly #user: string;
  readonly #login: WireLogin;
  readonly #passwords: WirePasswords;
  readonly #now: () => number;
  #askedAt: number;

  /** @param login as it was found a moment ago */
  constructor(options: { user: string; login: WireLogin; passwords: WirePasswords; now: () => number }) {
    this.#user = options.user;
    this.#login = options.login;
    this.#passwords = options.passwords;
    this.#now = options.now;
    this.#askedAt = options.now();
  }

  /**
   * Asked before each statement. Where the answer cannot be had, nothing runs, but the session stays.
   * @throws RtdpError WIRE_LOGIN_ENDED, WIRE_LOGIN_UNAVAILABLE
   */
  async confirm(): Promise<void> {
    const now = this.#now();
    if (now - this.#askedAt < REMEMBERED_MS) return;
    let found: WireLogin | undefined;
    try {
      found = await this.#passwords.find(this.#user);
    } catch (cause) {
      throw new RtdpError({
        code: 'WIRE_LOGIN_UNAVAILABLE',
        message: 'Whether the login still stands cannot be read at the moment.',
        next: 'Run the statement again in a moment; the log of Moonbox says what its metadata server answers.',
        cause,
      });
    }
    if (!isDeepStrictEqual(found, this.#login)) {
      throw new RtdpError({
        code: 'WIRE_LOGIN_ENDED',
        message: `terminating connection: the login of user ${JSON.stringify(this.#user)} has ended or was changed`,
        next: `Log in again. A new password is made on the page Queries, Connect, or by "${typedCommandForStrangers('password')}".`,
      });
    }
    this.#askedAt = now;
  }
}
