/** Decides when mounts are looked at without being asked: each after its interval, one that fails more often. */
import type { Catalog } from './catalog.ts';
import type { Mounting } from './mounting.ts';

export interface RefresherOptions {
  catalog: Catalog;
  mounting: Mounting;
  intervalMs: number;
  now: () => number;
}

const TICK_MS = 1_000;
const RETRY_MS = 10_000;

export class Refresher {
  readonly #options: RefresherOptions;
  readonly #triedAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#refreshDue().finally(() => {
        this.#running = undefined;
      });
    }, TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** One after another: a look is cheap, and nobody waits for it. */
  async #refreshDue(): Promise<void> {
    const { catalog, mounting, intervalMs, now } = this.#options;
    for (const mount of catalog.mounts()) {
      const last = Math.max(
        this.#triedAt.get(mount.id) ?? 0,
        mount.error === null ? (mount.refreshedAt?.getTime() ?? 0) : 0,
      );
      if (now() - last < (mount.error === null ? intervalMs : Math.min(RETRY_MS, intervalMs))) continue;
      this.#triedAt.set(mount.id, now());
      // What went wrong is on the mount, where people look.
      await mounting.refresh(mount).catch(() => undefined);
    }
  }
}
