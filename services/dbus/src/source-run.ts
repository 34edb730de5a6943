/** Decides what of a source runs in this process: started under a definition, ended also while it starts, and not left at the server for a source that is gone. */
import type { Bus } from '@rtdp/bus/bus';
import type { Logger } from '@rtdp/service/logging';
import type { SourceStore, StoredSource } from './catalog/source-store.ts';
import { takeBack } from './source-removal.ts';
import type { RunningSource, SourceKind, SourceSurroundings } from './sources/contract.ts';

export interface SourceRunOptions {
  store: SourceStore;
  bus: Bus;
  logger: Logger;
  loadKind: (name: string) => Promise<SourceKind>;
  surround: (stored: StoredSource) => SourceSurroundings;
}

export class SourceRun {
  readonly #options: SourceRunOptions;
  #running: RunningSource | undefined;
  /** The one that is being started: what ends it need not wait until it runs. */
  #starting: RunningSource | undefined;
  #isStopping = false;
  /** What is being begun under, until it is known to run: should another process remove the source meanwhile, slot and publications are made for nobody. */
  #begun: { stored: StoredSource; slotIsOurs: boolean } | undefined;

  constructor(options: SourceRunOptions) {
    this.#options = options;
  }

  get running(): RunningSource | undefined {
    return this.#running;
  }

  /** Whether it is being ended on request: that its stream stops then is no news. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Resolves when it runs; rejects with what stands in the way, and nothing runs then. Nothing may run before. */
  async start(stored: StoredSource): Promise<void> {
    const { loadKind, surround, logger } = this.#options;
    const kind = await loadKind(stored.definition.kind);
    const begun = { stored, slotIsOurs: stored.slotMadeAt !== null };
    this.#begun = begun;
    const surroundings = surround(stored);
    const slotMade = (): Promise<void> => {
      begun.slotIsOurs = true;
      return surroundings.slotMade();
    };
    const starting = await kind.open(stored, { ...surroundings, slotMade });
    this.#starting = starting;
    try {
      await starting.start();
      this.#running = starting;
    } catch (error) {
      await starting.stop().catch((err: unknown) => {
        logger.warn({ err, source: stored.name }, 'a source that could not be started could not be stopped either');
      });
      throw error;
    } finally {
      this.#starting = undefined;
    }
  }

  /** The catalog says that it runs: whoever removes it from now on takes away what was made. */
  becameKnown(): void {
    this.#begun = undefined;
  }

  /** Ends a start that is under way, which then rejects or runs and is to be stopped. */
  async endStart(): Promise<void> {
    const starting = this.#starting;
    this.#starting = undefined;
    await starting?.stop();
  }

  /** A look meanwhile must not take the stop that was asked for as one that came by itself: it would stop what is begun afterwards. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    try {
      await this.#running?.stop();
    } finally {
      this.#running = undefined;
      this.#isStopping = false;
    }
  }

  /** The source is in the catalog no more. Never rejects. */
  async takeBack(): Promise<void> {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun !== undefined) await takeBack(begun.stored, begun.slotIsOurs, this.#options);
  }
}
