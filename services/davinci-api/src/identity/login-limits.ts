/**
 * Decides when somebody has failed to sign in too often: ten times for one account or thirty from one address in a quarter of an hour.
 * Kept in memory: each process counts for itself, and a restart forgives.
 */
import { RtdpError } from '@rtdp/ums/error';

const WINDOW_MS = 15 * 60_000;
const MOST_PER_ACCOUNT = 10;
const MOST_PER_ADDRESS = 30;
/** Names that are remembered; the oldest go first, so that a flood of invented accounts cannot fill the memory. */
const MOST_NAMES = 50_000;

export class LoginLimits {
  readonly #now: () => number;
  readonly #attempts = new Map<string, number[]>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Counts an attempt before it is checked, so that a hundred at once are not checked first and counted later.
   * @throws RtdpError DAVINCI_LOGIN_RATE_LIMIT with the seconds to wait
   */
  attempt(account: string, address: string): void {
    const names = [`account ${account}`, `address ${address}`] as const;
    const until = Math.max(
      this.#blockedUntil(names[0], MOST_PER_ACCOUNT),
      this.#blockedUntil(names[1], MOST_PER_ADDRESS),
    );
    const seconds = Math.ceil((until - this.#now()) / 1000);
    if (seconds > 0) {
      throw new RtdpError({
        code: 'DAVINCI_LOGIN_RATE_LIMIT',
        message: 'signing in has failed too often',
        next: `Try again in ${seconds} s, or ask an administrator for a login link.`,
        facts: { seconds },
      });
    }
    for (const name of names) {
      const attempts = this.#recent(name);
      attempts.push(this.#now());
      // Set anew, so that the map's order is that of the last attempt.
      this.#attempts.delete(name);
      this.#attempts.set(name, attempts);
    }
    while (this.#attempts.size > MOST_NAMES) this.#attempts.delete(this.#attempts.keys().next().value!);
  }

  /** The account is its owner's again; of the address only this attempt is forgiven, as it may be trying others. */
  succeeded(account: string, address: string): void {
    this.#attempts.delete(`account ${account}`);
    this.#attempts.get(`address ${address}`)?.pop();
  }

  #recent(name: string): number[] {
    const since = this.#now() - WINDOW_MS;
    return (this.#attempts.get(name) ?? []).filter((at) => at > since);
  }

  #blockedUntil(name: string, most: number): number {
    const attempts = this.#recent(name);
    return attempts.length < most ? 0 : attempts[attempts.length - most]! + WINDOW_MS;
  }
}
