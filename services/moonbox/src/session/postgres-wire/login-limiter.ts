/** Decides how often somebody may try a password: failures are counted for a user at an address, and for the address. */

export interface LoginLimits {
  /** Failures of one user name from one address within the window. */
  readonly perUser: number;
  /** Failures from one address within the window. */
  readonly perAddress: number;
  readonly windowMs: number;
}

export const LOGIN_LIMITS: LoginLimits = { perUser: 10, perAddress: 50, windowMs: 60_000 };

/** Most counters that are remembered; beyond, the oldest go. */
const MAXIMUM_COUNTERS = 10_000;

interface Count {
  failures: number;
  since: number;
}

export class LoginLimiter {
  #limits: LoginLimits;
  #now: () => number;
  #counts = new Map<string, Count>();

  constructor(limits: LoginLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Milliseconds to wait before the next try; 0 where it may be now. Whether the user exists plays no part. */
  waitFor(address: string, user: string): number {
    return Math.max(
      this.#wait(`${address} ${user}`, this.#limits.perUser),
      this.#wait(address, this.#limits.perAddress),
    );
  }

  failed(address: string, user: string): void {
    this.#count(`${address} ${user}`);
    this.#count(address);
  }

  succeeded(address: string, user: string): void {
    this.#counts.delete(`${address} ${user}`);
  }

  #wait(key: string, limit: number): number {
    const count = this.#counts.get(key);
    if (count === undefined || count.failures < limit) return 0;
    return Math.max(0, count.since + this.#limits.windowMs - this.#now());
  }

  #count(key: string): void {
    const now = this.#now();
    const count = this.#counts.get(key);
    if (count !== undefined && now - count.since < this.#limits.windowMs) {
      count.failures += 1;
      return;
    }
    this.#counts.delete(key);
    this.#counts.set(key, { failures: 1, since: now });
    if (this.#counts.size > MAXIMUM_COUNTERS) this.#counts.delete(this.#counts.keys().next().value!);
  }
}
