/** Decides who gets which of a reader's sessions: an idle one, a new one while there may be more, else the next that comes back, in order. */
import { RtdpError } from '@rtdp/ums/error';

export interface PooledSession {
  /** false when the connection is gone or not to be trusted. */
  readonly usable: boolean;
  end(): void;
}

/** Idle sessions are given up after this long: a server that was left alone ends them, and a proxy forgets them. */
const IDLE_MILLISECONDS = 300_000;

export class SessionPool<Session extends PooledSession> {
  readonly #open: () => Promise<Session>;
  readonly #most: number;
  readonly #idle: { session: Session; since: number }[] = [];
  readonly #taken = new Set<Session>();
  #opening = 0;
  readonly #waiting: (() => void)[] = [];
  #closed = false;
  /** Runs while there are idle sessions. */
  #giveUp: NodeJS.Timeout | undefined;

  constructor(most: number, open: () => Promise<Session>) {
    this.#most = most;
    this.#open = open;
  }

  /** STORE_CANCELLED when the signal aborts while waiting. */
  async acquire(signal?: AbortSignal): Promise<Session> {
    while (true) {
      if (signal?.aborted === true) throw cancelledError();
      if (this.#closed) throw closedError();
      const session = this.#takeIdle();
      if (session !== undefined) return session;
      if (this.#taken.size + this.#opening < this.#most) return this.#openOne();
      await this.#turn(signal);
    }
  }

  /** A session that is not usable any more is ended. */
  release(session: Session): void {
    this.#taken.delete(session);
    if (this.#closed || !session.usable) session.end();
    else {
      this.#idle.push({ session, since: Date.now() });
      this.#giveUp ??= this.#giveUpLater(IDLE_MILLISECONDS);
    }
    this.#waiting.shift()?.();
  }

  /**
   * Lends a session to `work`. When that takes longer than `milliseconds` the session is ended, which must end `work` with an error: STORE_TIMEOUT
   * for the caller. A server that says nothing keeps no limit of its own.
   */
  async use<Value>(milliseconds: number, work: (session: Session) => Promise<Value>): Promise<Value> {
    const session = await this.acquire();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      session.end();
    }, milliseconds);
    try {
      return await work(session);
    } catch (error) {
      throw late ? timeoutError(milliseconds) : error;
    } finally {
      clearTimeout(timer);
      this.release(session);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#giveUp);
    for (const { session } of this.#idle.splice(0)) session.end();
    for (const session of this.#taken) session.end();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #takeIdle(): Session | undefined {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      const { session, since } = last;
      if (session.usable && Date.now() - since < IDLE_MILLISECONDS) {
        this.#taken.add(session);
        return session;
      }
      session.end();
    }
    return undefined;
  }

  #giveUpLater(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => {
      const now = Date.now();
      // The newest are taken first, so the oldest stand in front.
      while (this.#idle.length > 0 && now - this.#idle[0]!.since >= IDLE_MILLISECONDS)
        this.#idle.shift()!.session.end();
      const oldest = this.#idle[0];
      this.#giveUp = oldest === undefined ? undefined : this.#giveUpLater(oldest.since + IDLE_MILLISECONDS - now);
    }, milliseconds).unref();
  }

  async #openOne(): Promise<Session> {
    this.#opening += 1;
    try {
      const session = await this.#open();
      this.#taken.add(session);
      return session;
    } finally {
      this.#opening -= 1;
      if (this.#taken.size + this.#opening < this.#most) this.#waiting.shift()?.();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        signal?.removeEventListener('abort', give);
        resolve();
      };
      const give = () => {
        const at = this.#waiting.indexOf(wake);
        if (at >= 0) this.#waiting.splice(at, 1);
        reject(cancelledError());
      };
      this.#waiting.push(wake);
      signal?.addEventListener('abort', give, { once: true });
    });
  }
}

export function cancelledError(): RtdpError {
  return new RtdpError({
    code: 'STORE_CANCELLED',
    message: 'the query was cancelled',
    next: 'Run it again if that was not meant.',
  });
}

export function timeoutError(milliseconds: number | undefined): RtdpError {
  return new RtdpError({
    code: 'STORE_TIMEOUT',
    message: `the query took longer than ${milliseconds === undefined ? 'the store allows' : `${milliseconds} ms`}`,
    next: 'Ask for fewer rows, or give the query more time.',
    facts: { milliseconds },
  });
}

function closedError(): RtdpError {
  return new RtdpError({
    code: 'STORE_CANCELLED',
    message: 'the reader of the store is closed',
    next: 'Open the store again.',
  });
}
