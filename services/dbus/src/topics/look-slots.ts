/** Decides how many looks into topics run at once: each may read much of Kafka, which the streams need too; whoever comes then waits a while. */
import { RtdpError } from '@rtdp/ums/error';

export interface LookLimits {
  atOnce: number;
  /** Of one organisation, so that it never has all of them. */
  atOncePerOrganisation: number;
  waiting: number;
  waitMs: number;
}

const LIMITS: LookLimits = { atOnce: 4, atOncePerOrganisation: 2, waiting: 50, waitMs: 15_000 };

interface Waiting {
  organisationId: string;
  begin: () => void;
}

export class LookSlots {
  readonly #limits: LookLimits;
  readonly #running = new Map<string, number>();
  readonly #waiting: Waiting[] = [];
  #count = 0;

  constructor(limits = LIMITS) {
    this.#limits = limits;
  }

  /** In the order in which they came, but for those whose organisation has its share. @throws RtdpError DBUS_TOPIC_LOOKS_UNAVAILABLE */
  async run<Result>(organisationId: string, look: () => Promise<Result>): Promise<Result> {
    await this.#turn(organisationId);
    try {
      return await look();
    } finally {
      this.#count--;
      this.#running.set(organisationId, this.#of(organisationId) - 1);
      if (this.#of(organisationId) === 0) this.#running.delete(organisationId);
      this.#next();
    }
  }

  #turn(organisationId: string): Promise<void> {
    if (this.#waiting.length >= this.#limits.waiting) return Promise.reject(unavailable('too many wait already'));
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        organisationId,
        begin: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(unavailable(`none ended for ${this.#limits.waitMs / 1000} s`));
      }, this.#limits.waitMs);
      this.#waiting.push(entry);
      this.#next();
    });
  }

  #next(): void {
    const { atOnce, atOncePerOrganisation } = this.#limits;
    while (this.#count < atOnce) {
      const at = this.#waiting.findIndex(({ organisationId }) => this.#of(organisationId) < atOncePerOrganisation);
      if (at < 0) return;
      const [entry] = this.#waiting.splice(at, 1);
      this.#count++;
      this.#running.set(entry!.organisationId, this.#of(entry!.organisationId) + 1);
      entry!.begin();
    }
  }

  #of(organisationId: string): number {
    return this.#running.get(organisationId) ?? 0;
  }
}

function unavailable(because: string): RtdpError {
  return new RtdpError({
    code: 'DBUS_TOPIC_LOOKS_UNAVAILABLE',
    message: `others look into topics at the moment, and ${because}`,
    next: 'Ask again in a moment.',
  });
}
