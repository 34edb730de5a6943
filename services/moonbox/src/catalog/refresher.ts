/** Decides when mounts are looked at without being asked: each after its interval, one that fails more often. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Catalog } from './catalog.ts';
import type { Mount } from './contract.ts';
import type { Mounting } from './mounting.ts';

export interface RefresherOptions {
  catalog: Pick<Catalog, 'mounts'>;
  mounting: Pick<Mounting, 'refresh'>;
  intervalMs: number;
  now: () => number;
}

const TICK_MS = 1_000;
const RETRY_MS = 10_000;
/** Enough for some stores that hang beside those that answer. */
const AT_ONCE = 8;
const STOP_WITHIN_MS = 2_000;

export class Refresher {
  readonly #options: RefresherOptions;
  readonly #triedAt = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.refreshDue(), TICK_MS);
  }

  /** What hangs is not waited for. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.race([Promise.all(this.#running.values()), sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
  }

  /** Each by itself: a store that hangs holds up no other. Those that wait longest come first, so none waits for the same ones again and again. */
  refreshDue(): void {
    const { catalog, mounting, now } = this.#options;
    const mounts = catalog.mounts();
    const there = new Set(mounts.map(({ id }) => id));
    for (const id of this.#triedAt.keys()) if (!there.has(id)) this.#triedAt.delete(id);
    const due = mounts
      .filter((mount) => !this.#running.has(mount.id) && this.#isDue(mount))
      .sort((a, b) => this.#lastLook(a) - this.#lastLook(b));
    for (const mount of due.slice(0, Math.max(0, AT_ONCE - this.#running.size))) {
      this.#triedAt.set(mount.id, now());
      const refreshed = mounting.refresh(mount).then(
        () => undefined,
        // What went wrong is on the mount, where people look.
        () => undefined,
      );
      this.#running.set(
        mount.id,
        refreshed.finally(() => this.#running.delete(mount.id)),
      );
    }
  }

  #isDue(mount: Mount): boolean {
    const { intervalMs, now } = this.#options;
    return now() - this.#lastLook(mount) >= (mount.error === null ? intervalMs : Math.min(RETRY_MS, intervalMs));
  }

  #lastLook({ id, error, refreshedAt }: Mount): number {
    return Math.max(this.#triedAt.get(id) ?? 0, error === null ? (refreshedAt?.getTime() ?? 0) : 0);
  }
}
