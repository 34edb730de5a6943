/**
 * Decides how the audit is written: every statement, in batches behind the answer, tried again until the metadata server takes it. What cannot
 * be kept in memory any longer goes to the log in full, so no statement ever leaves no trace.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@rtdp/service/logging';
import type { Metrics } from '@rtdp/service/metrics';
import type { AuditRecord } from './audit-record.ts';
import type { AuditStore } from './audit-store.ts';

export interface AuditOptions {
  store: AuditStore;
  logger: Logger;
  metrics: Metrics;
}

const PAUSE_MS = 100;
const RETRY_MS = 1_000;
const BATCH = 500;
/** Records of about a kilobyte each. */
const MOST_WAITING = 50_000;
const STOP_WITHIN_MS = 10_000;

export class Audit {
  readonly #options: AuditOptions;
  readonly #unwritten;
  #waiting: AuditRecord[] = [];
  #writing: Promise<void> | undefined;
  #isStopping = false;

  constructor(options: AuditOptions) {
    this.#options = options;
    this.#unwritten = options.metrics.counter(
      'rtdp_moonbox_audit_unwritten_total',
      'Audit records that went to the log because the metadata server did not take them.',
      [],
    );
  }

  /** Records that are not stored yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  add(record: AuditRecord): void {
    this.#waiting.push(record);
    if (this.#waiting.length > MOST_WAITING) this.#giveToLog(this.#waiting.splice(0, BATCH));
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves once everything added before is stored, or in the log. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.race([this.flush(), sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
    this.#giveToLog(this.#waiting.splice(0));
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Others that end now go along.
      if (!this.#isStopping) await sleep(PAUSE_MS);
      const batch = this.#waiting.slice(0, BATCH);
      try {
        await this.#options.store.add(batch);
        this.#waiting = this.#waiting.filter((record) => !batch.includes(record));
      } catch (error) {
        this.#options.logger.warn({ err: error, waiting: this.#waiting.length }, 'the audit could not be written yet');
        await sleep(RETRY_MS);
      }
    }
  }

  #giveToLog(records: readonly AuditRecord[]): void {
    for (const record of records) {
      this.#unwritten.inc();
      this.#options.logger.error({ audit: record }, 'an audit record could not be stored');
    }
  }
}
