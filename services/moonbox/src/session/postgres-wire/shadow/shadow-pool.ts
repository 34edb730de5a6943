/** Decides how many connections to one shadow database there are, who gets the next, and when an idle one is closed. */
import { RtdpError } from '@rtdp/ums/error';
import { type OpenShadowConnection, openShadowConnection, type ShadowAddress } from './shadow-connection.ts';

const MAXIMUM_CONNECTIONS = 4;
const IDLE_MS = 60_000;
const WAIT_MS = 30_000;

interface Waiting {
  resolve(connection: OpenShadowConnection): void;
  reject(error: Error): void;
}

export class ShadowPool {
  readonly #address: ShadowAddress;
  #idle: { connection: OpenShadowConnection; timer: NodeJS.Timeout }[] = [];
  #waiting: Waiting[] = [];
  #count = 0;
  #isClosed = false;

  constructor(address: ShadowAddress) {
    this.#address = address;
  }

  get isBusy(): boolean {
    return this.#count > this.#idle.length || this.#waiting.length > 0;
  }

  /** @throws RtdpError WIRE_CATALOG_UNAVAILABLE */
  async take(): Promise<OpenShadowConnection> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      clearTimeout(idle.timer);
      if (!idle.connection.isBroken) return idle.connection;
      this.#count -= 1;
    }
    if (this.#count < MAXIMUM_CONNECTIONS) return this.#open();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((each) => each !== waiting);
        reject(tooBusy());
      }, WAIT_MS);
      const waiting: Waiting = {
        resolve: (connection) => {
          clearTimeout(timer);
          resolve(connection);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiting.push(waiting);
    });
  }

  async #open(): Promise<OpenShadowConnection> {
    this.#count += 1;
    try {
      return await openShadowConnection(this.#address);
    } catch (error) {
      this.#count -= 1;
      throw error;
    }
  }

  giveBack(connection: OpenShadowConnection): void {
    if (this.#isClosed) connection.close();
    if (connection.isBroken) {
      this.#count -= 1;
      const next = this.#waiting.shift();
      if (next !== undefined) this.#open().then(next.resolve, next.reject);
      return;
    }
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.resolve(connection);
      return;
    }
    const timer = setTimeout(() => {
      this.#idle = this.#idle.filter((idle) => idle.connection !== connection);
      this.#count -= 1;
      connection.close();
    }, IDLE_MS);
    timer.unref();
    this.#idle.push({ connection, timer });
  }

  close(): void {
    this.#isClosed = true;
    for (const { connection, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      connection.close();
    }
    for (const waiting of this.#waiting.splice(0)) waiting.reject(tooBusy());
  }
}

function tooBusy(): RtdpError {
  return new RtdpError({
    code: 'WIRE_CATALOG_UNAVAILABLE',
    message: 'Too many catalog queries are waiting.',
    next: 'Try again in a moment.',
  });
}
