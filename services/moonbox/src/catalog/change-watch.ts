/** Decides when what another gateway over the same metadata has changed is taken over: within a second of its commit. */
import type { Logger } from '@rtdp/service/logging';
import type { Knex } from '@rtdp/service/metadata';

export interface ChangeWatchOptions {
  database: Knex;
  /** Reads mounts, databases and grants anew. */
  reload: () => Promise<void>;
  logger: Logger;
}

const EVERY_MS = 1_000;

export class ChangeWatch {
  readonly #options: ChangeWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #seen: string | undefined;

  constructor(options: ChangeWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
    }, EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { database, reload, logger } = this.#options;
    try {
      const counters = JSON.stringify(await database('changes').orderBy('organisation_id'));
      if (counters === this.#seen) return;
      // Read before the rest: what changes meanwhile is seen by the next look.
      await reload();
      this.#seen = counters;
    } catch (error) {
      logger.warn({ err: error }, 'what others may have changed could not be read; it is tried again');
    }
  }
}
