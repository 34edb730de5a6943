/** Decides how long a connection to a mounted store lives: opened at the first use, shared by all statements, closed with its mount. */
import { openReader } from '@rtdp/stores/readers';
import type { StoreReader } from '@rtdp/stores/scan-contract';
import type { MountRequest } from '../client/mounts.ts';
import type { Mount } from './contract.ts';

export class Readers {
  readonly #readers = new Map<string, Promise<StoreReader>>();
  readonly #connections: number;

  /** @param connections most connections to one store at a time */
  constructor(connections: number) {
    this.#connections = connections;
  }

  /** The shared reader of a mount; nothing is connected yet. */
  of(mount: Mount): Promise<StoreReader> {
    let reader = this.#readers.get(mount.id);
    if (reader === undefined) {
      reader = this.open(mount.kind, mount.connection);
      this.#readers.set(mount.id, reader);
      // An open that failed is tried again by the next statement.
      reader.catch(() => this.#readers.delete(mount.id));
    }
    return reader;
  }

  /** A reader of the caller's own, to try a connection with; the caller closes it. */
  open(kind: Mount['kind'], connection: MountRequest['connection']): Promise<StoreReader> {
    return openReader({ kind, ...connection, connections: this.#connections, applicationName: 'rtdp moonbox' });
  }

  /** Ends what runs at the store. */
  async close(mount: Mount): Promise<void> {
    const reader = this.#readers.get(mount.id);
    this.#readers.delete(mount.id);
    await (await reader?.catch(() => undefined))?.close();
  }

  /** Those of all other mounts: they have gone, whichever gateway let them go. */
  async closeOthers(mounts: readonly Mount[]): Promise<void> {
    const there = new Set(mounts.map(({ id }) => id));
    const gone = [...this.#readers].filter(([id]) => !there.has(id));
    for (const [id] of gone) this.#readers.delete(id);
    await closeEach(gone.map(([, reader]) => reader));
  }

  async closeAll(): Promise<void> {
    const readers = [...this.#readers.values()];
    this.#readers.clear();
    await closeEach(readers);
  }
}

async function closeEach(readers: readonly Promise<StoreReader>[]): Promise<void> {
  await Promise.all(readers.map(async (reader) => (await reader.catch(() => undefined))?.close()));
}
