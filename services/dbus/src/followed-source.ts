/**
 * Decides what this process makes of a source that does not run here: it says what the catalog says, which is another process's or a command's to
 * write, and takes the source up once it is to run and nobody has it.
 */
import type { SourceLease } from './catalog/source-lease.ts';
import type { SourceStore, StoredSource } from './catalog/source-store.ts';
import type { HeldSlot } from './held-slot.ts';
import type { SourceCondition } from './source-condition.ts';
import type { SourceKind } from './sources/contract.ts';
import { Standby } from './standby.ts';

export interface FollowedSourceOptions {
  id: string;
  name: string;
  store: SourceStore;
  /** @throws RtdpError DBUS_SOURCE_NOT_FOUND, also when another one has the name by now */
  stored: () => Promise<StoredSource>;
  lease: SourceLease;
  condition: SourceCondition;
  heldSlot: HeldSlot;
  loadKind: (name: string) => Promise<SourceKind>;
  /** Called with the lease held. Never rejects. @param isStillDue false once somebody has ended the following meanwhile */
  takeUp: (isStillDue: () => boolean) => Promise<void>;
  /** Another process has removed it from the catalog. */
  onGone: () => Promise<void>;
}

export class FollowedSource {
  readonly #options: FollowedSourceOptions;
  #standby: Standby | undefined;
  #isClosed = false;
  /** In a row. */
  #fencedOff = 0;

  constructor(options: FollowedSourceOptions) {
    this.#options = options;
  }

  /** Whether the state of the source is what was heard of it a few seconds ago. */
  get isFollowed(): boolean {
    return this.#standby !== undefined;
  }

  /** What is waited for, as a sentence or two; undefined while it is not followed. */
  get waitsFor(): string | undefined {
    return this.#standby?.detail;
  }

  /** Another process streams it: each time in a row that this was found the first look comes later. */
  waitForOthers(): void {
    this.#options.condition.tell('failed');
    this.#follow(this.#fencedOff++);
  }

  /** It runs here: who fences it off now does so for the first time. */
  runsHere(): void {
    this.#fencedOff = 0;
  }

  /** It is held, or nobody knows what becomes of it. */
  follow(): void {
    this.#follow(0);
  }

  /** The lease is then left to whoever ends it: to keep or to let go. */
  async end(): Promise<void> {
    const standby = this.#standby;
    this.#standby = undefined;
    await standby?.end();
  }

  /** Follows nothing from now on. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.end();
  }

  /** @returns whether it is to run; what stopped for a final reason is not: it would only stop again, until somebody has mended and started it */
  hear({ wanted, state, reason }: StoredSource): boolean {
    const { condition } = this.#options;
    const isWanted = wanted === 'running' && state !== 'stopped';
    if (isWanted) condition.tell('failed', reason);
    else if (wanted === 'removed') condition.tell('removing', reason);
    else condition.tell(wanted === 'paused' ? 'paused' : 'stopped', reason);
    return isWanted;
  }

  #follow(failures: number): void {
    if (this.#isClosed) return;
    const { id, name, store, stored, lease, heldSlot, loadKind, takeUp, onGone } = this.#options;
    const standby: Standby = new Standby({
      lease,
      failures,
      random: Math.random,
      isWanted: async () => {
        const found = await store.find(name);
        if (this.#standby !== standby) return false;
        if (found?.id !== id) {
          await onGone();
          return false;
        }
        const isWanted = this.hear(found);
        // Whoever runs it looks after its slot.
        if (isWanted) await heldSlot.end();
        return isWanted;
      },
      isRead: async () => {
        const { definition } = await stored();
        return (await loadKind(definition.kind)).isRead(definition);
      },
      takeUp: () => takeUp(() => this.#standby === standby),
    });
    this.#standby = standby;
  }
}
