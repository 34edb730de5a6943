/** Decides what is known of a source's slot between two looks, and when its lag or its loss is worth an alarm. */
import type { Logger } from '@rtdp/service/logging';
import type { SourceDefinition } from '../../catalog/source-definition.ts';
import type { SlotReport } from '../contract.ts';
import { openSession, type SourceSession } from './connection.ts';
import { inspectSlot, type SlotFacts } from './slot.ts';

export interface SlotWatchOptions {
  definition: SourceDefinition;
  logger: Logger;
  now: () => number;
  /** Told once when the slot is found to be of no use any more. */
  onLost: (because: string) => void;
  everyMs?: number;
}

/** Looks at the slot every few seconds, also while the source is paused; a server that does not answer is looked at again. */
export class SlotWatch {
  readonly #options: SlotWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #session: SourceSession | undefined;
  #report: SlotReport | undefined;
  #unreachable: string | undefined;
  #lostTold = false;
  #alarmed = false;

  constructor(options: SlotWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), this.#options.everyMs ?? 5_000);
    void this.look();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    await this.#session?.close();
    this.#session = undefined;
  }

  get report(): SlotReport | undefined {
    return this.#report;
  }

  /** Why the server could not be asked at the last look; undefined when it could. */
  get unreachable(): string | undefined {
    return this.#unreachable;
  }

  /** Never rejects. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { definition, logger, now } = this.#options;
    try {
      this.#session ??= await openSession(definition.connection, `rtdp-dbus-${definition.name}-watch`);
      const facts = await inspectSlot(this.#session, definition.slot);
      this.#report = reportSlot(facts, definition.slotLagBudgetBytes, now());
      this.#unreachable = undefined;
    } catch (error) {
      this.#unreachable = error instanceof Error ? error.message : String(error);
      await this.#session?.close();
      this.#session = undefined;
      return;
    }
    const { invalidation, overBudget, retainedBytes, budgetBytes } = this.#report;
    if (invalidation !== '' && !this.#lostTold) {
      this.#lostTold = true;
      this.#options.onLost(invalidation);
    }
    if (overBudget !== this.#alarmed) {
      this.#alarmed = overBudget;
      const facts = { source: definition.name, retainedBytes, budgetBytes };
      if (overBudget) logger.warn(facts, 'the slot holds back more log than its budget');
      else logger.info(facts, 'the slot is within its budget again');
    }
  }
}

/** What is worth an alarm about a slot, or null. Pure. */
export function slotAlarm(report: SlotReport | undefined): { status: 'degraded' | 'down'; detail: string } | null {
  if (report === undefined) return null;
  if (report.invalidation !== '') {
    return {
      status: 'down',
      detail: `The slot is lost: ${report.invalidation} Remove the source and register it again; its tables are then pulled anew.`,
    };
  }
  if (!report.overBudget) return null;
  const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`;
  const left = report.safeBytes === null ? '' : ` The server gives it up after ${megabytes(report.safeBytes)} more.`;
  return {
    status: 'degraded',
    detail: `The slot holds back ${megabytes(report.retainedBytes)} of log, more than its budget of ${megabytes(report.budgetBytes)}: start the source, or see what delays it.${left}`,
  };
}

/** Pure. */
export function reportSlot(facts: SlotFacts | undefined, budgetBytes: number, seenAt: number): SlotReport {
  if (facts === undefined) {
    return {
      present: false,
      lagBytes: 0,
      retainedBytes: 0,
      budgetBytes,
      overBudget: false,
      safeBytes: null,
      walStatus: 'none',
      invalidation: 'It does not exist any more.',
      seenAt,
    };
  }
  return {
    present: true,
    lagBytes: facts.lagBytes,
    retainedBytes: facts.retainedBytes,
    budgetBytes,
    overBudget: facts.retainedBytes > budgetBytes,
    safeBytes: facts.safeBytes,
    walStatus: facts.walStatus,
    invalidation: facts.invalidation === '' ? '' : `The server invalidated it: ${facts.invalidation}.`,
    seenAt,
  };
}
