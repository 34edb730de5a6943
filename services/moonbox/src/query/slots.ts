/**
 * Decides who runs next when more statements are there than may run at once: users take turns, however many statements each has waiting, and
 * one user alone never holds all slots, so that another one's statement begins at once.
 */
import { RtdpError } from '@rtdp/ums/error';

export interface SlotOptions {
  /** Statements that run at once. */
  slots: number;
  /** Statements that may wait, over all users. */
  maximumWaiting: number;
}

interface Waiting {
  readonly user: string;
  readonly start: (release: () => void) => void;
}

/** Slots that a single user leaves to others. */
const KEPT_FREE = 2;

export class Slots {
  readonly #options: SlotOptions;
  readonly #mostPerUser: number;
  readonly #runningOf = new Map<string, number>();
  /** User → statements in order of arrival; the first user of the map is the next to get a turn. */
  readonly #waiting = new Map<string, Waiting[]>();
  #running = 0;
  #waitingCount = 0;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#mostPerUser = Math.max(1, options.slots - KEPT_FREE);
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waitingCount;
  }

  /**
   * Resolves with what gives the slot back (once; more calls do nothing).
   * @throws RtdpError MOONBOX_QUEUE_UNAVAILABLE, or the signal's reason when it aborts first
   */
  async take(user: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#mayStart(user) && !this.#waiting.has(user)) return this.#start(user);
    if (this.#waitingCount >= this.#options.maximumWaiting) {
      throw new RtdpError({
        code: 'MOONBOX_QUEUE_UNAVAILABLE',
        message: `${this.#waitingCount} statements are waiting already`,
        next: 'Ask again in a moment; SHOW QUERIES lists what runs, KILL ends one of them.',
        facts: { waiting: this.#waitingCount, running: this.#running },
      });
    }
    return this.#wait(user, signal);
  }

  #wait(user: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#leave(waiting);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        user,
        start(release) {
          signal.removeEventListener('abort', abort);
          resolve(release);
        },
      };
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.set(user, [...(this.#waiting.get(user) ?? []), waiting]);
      this.#waitingCount++;
    });
  }

  #leave(waiting: Waiting): void {
    const rest = (this.#waiting.get(waiting.user) ?? []).filter((other) => other !== waiting);
    if (rest.length === 0) this.#waiting.delete(waiting.user);
    else this.#waiting.set(waiting.user, rest);
    this.#waitingCount--;
  }

  #mayStart(user: string): boolean {
    return this.#running < this.#options.slots && (this.#runningOf.get(user) ?? 0) < this.#mostPerUser;
  }

  #start(user: string): () => void {
    this.#running++;
    this.#runningOf.set(user, (this.#runningOf.get(user) ?? 0) + 1);
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#running--;
      const left = (this.#runningOf.get(user) ?? 1) - 1;
      if (left === 0) this.#runningOf.delete(user);
      else this.#runningOf.set(user, left);
      this.#startWaiting();
    };
  }

  #startWaiting(): void {
    for (const [user, [next]] of [...this.#waiting]) {
      if (next === undefined || !this.#mayStart(user)) continue;
      this.#leave(next);
      // To the end of the line: the others come first now.
      const rest = this.#waiting.get(user);
      if (rest !== undefined) {
        this.#waiting.delete(user);
        this.#waiting.set(user, rest);
      }
      next.start(this.#start(user));
    }
  }
}
