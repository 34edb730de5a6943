/** Decides how long the audit keeps a statement. */
import type { Logger } from '@rtdp/service/logging';
import type { AuditStore } from './audit-store.ts';

export interface AuditCleanerOptions {
  store: AuditStore;
  /** 0 keeps everything. */
  days: number;
  logger: Logger;
  now: () => number;
}

const DAY_MS = 86_400_000;
const EVERY_MS = 3_600_000;

export class AuditCleaner {
  readonly #options: AuditCleanerOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AuditCleanerOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.days > 0) this.#timer = setInterval(() => void this.#clean(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #clean(): Promise<void> {
    const { store, days, logger, now } = this.#options;
    try {
      const removed = await store.removeBefore(new Date(now() - days * DAY_MS));
      if (removed > 0) logger.info({ removed, days }, 'old statements left the audit');
    } catch (error) {
      logger.warn({ err: error }, 'the audit could not be cleaned; it is tried again in an hour');
    }
  }
}
