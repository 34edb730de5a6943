/** Decides when the slot of a source that does not run is watched: it keeps log at its server until the source runs again or is gone. */
import type { Logger } from '@rtdp/service/logging';
import type { SourceState } from './catalog/source-states.ts';
import type { StoredSource } from './catalog/source-store.ts';
import type { SlotReport, SourceKind, SourceWatch } from './sources/contract.ts';

export interface HeldSlotOptions {
  loadKind: (name: string) => Promise<SourceKind>;
  logger: Logger;
  now: () => number;
}

const HELD: ReadonlySet<SourceState> = new Set(['paused', 'stopped', 'failed']);

export class HeldSlot {
  readonly #options: HeldSlotOptions;
  #watch: SourceWatch | undefined;
  #isClosed = false;

  constructor(options: HeldSlotOptions) {
    this.#options = options;
  }

  /** Last look; undefined while it is not watched, and before the first one. */
  report(): SlotReport | undefined {
    return this.#watch?.report();
  }

  /** What is worth telling about it, or null. */
  alarm(): ReturnType<SourceWatch['alarm']> {
    return this.#watch?.alarm() ?? null;
  }

  /** Watches it from now on, or no more, as a source in this state needs it. */
  async watchWhileHeld({ slotMadeAt, definition }: StoredSource, state: SourceState): Promise<void> {
    const { loadKind, logger, now } = this.#options;
    if (!HELD.has(state)) return this.end();
    if (this.#watch !== undefined || this.#isClosed || slotMadeAt === null) return;
    this.#watch = (await loadKind(definition.kind)).watch(definition, logger, now);
  }

  async end(): Promise<void> {
    const watch = this.#watch;
    this.#watch = undefined;
    await watch?.stop();
  }

  /** Watches nothing from now on. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.end();
  }
}
