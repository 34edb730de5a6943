/** Decides what happens when a store is mounted, looked at again and let go: tested first, then stored, then seen by everybody. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@rtdp/service/logging';
import { didYouMean } from '@rtdp/sql/nearest-name';
import type { ServerFacts, StoreReader } from '@rtdp/stores/scan-contract';
import { RtdpError, sentences } from '@rtdp/ums/error';
import type { MountRequest } from '../client/mounts.ts';
import type { Catalog } from './catalog.ts';
import type { FoundTable, Mount, Reason } from './contract.ts';
import type { MountStore } from './mount-store.ts';
import type { Readers } from './readers.ts';
import { withSinkNamespaces } from './sink-namespaces.ts';

export interface MountingOptions {
  catalog: Catalog;
  store: MountStore;
  readers: Readers;
  logger: Logger;
  /** Longest time that a look at a mount may take. */
  refreshTimeoutMs: number;
  now: () => number;
}

interface Found {
  tables: FoundTable[];
  server: ServerFacts;
}

type MountTarget = Pick<MountRequest, 'kind' | 'connection'> & {
  schemas?: readonly string[] | null | undefined;
  sinkNamespacePrefix?: { system: string; instance: string } | null | undefined;
};

export class Mounting {
  readonly #options: MountingOptions;
  readonly #refreshing = new Map<string, Promise<Mount>>();
  readonly #next = new Map<string, Promise<Mount>>();
  /** Mount → time of the last look that a failing statement asked for. */
  readonly #lookedAgain = new Map<string, number>();

  constructor(options: MountingOptions) {
    this.#options = options;
  }

  /** @throws RtdpError MOONBOX_MOUNT_REFUSED when the store cannot be used, MOONBOX_MOUNT_EXISTS */
  async mount(organisationId: string, request: MountRequest, createdBy: string): Promise<Mount> {
    const { catalog, store, readers } = this.#options;
    if (catalog.database(organisationId, request.name) !== undefined) throw nameTaken(request.name);
    const reader = await readers.open(request.kind, request.connection);
    let found: Found;
    try {
      await reader.check();
      found = await look(reader, request);
    } catch (error) {
      throw refused(request, error);
    } finally {
      await reader.close();
    }
    const mount = await store.addMount(organisationId, request, found, createdBy);
    if (mount === undefined) throw nameTaken(request.name);
    catalog.setMount(mount, found.tables);
    return mount;
  }

  /** What is running over the mount ends. @throws RtdpError MOONBOX_MOUNT_UNKNOWN */
  async unmount(organisationId: string, name: string): Promise<Mount> {
    const mount = this.get(organisationId, name);
    await this.#options.store.removeMount(mount);
    this.#options.catalog.remove(organisationId, name);
    await this.#options.readers.close(mount);
    return mount;
  }

  /** @throws RtdpError MOONBOX_MOUNT_UNKNOWN */
  get(organisationId: string, name: string): Mount {
    const mount = this.#options.catalog.mount(organisationId, name);
    if (mount === undefined) throw unknownMount(name);
    return mount;
  }

  /**
   * Reads tables, keys and estimates anew, as they are after the call: a look that is under way may have seen less, so the next one is waited
   * for, and shared by all who ask meanwhile. @throws what the store says, which is kept on the mount as well
   */
  async refresh(mount: Mount): Promise<Mount> {
    const running = this.#refreshing.get(mount.id);
    if (running === undefined) return this.#begin(mount);
    let next = this.#next.get(mount.id);
    if (next === undefined) {
      next = running
        .catch(() => undefined)
        .then(() => {
          this.#next.delete(mount.id);
          return this.#begin(mount);
        });
      this.#next.set(mount.id, next);
    }
    return next;
  }

  #begin(mount: Mount): Promise<Mount> {
    const looking = this.#refresh(mount).finally(() => this.#refreshing.delete(mount.id));
    this.#refreshing.set(mount.id, looking);
    return looking;
  }

  /**
   * For a statement that named what the catalog does not know: looks again, but not again and again for whoever mistypes.
   * @returns false when nobody looked, or looking failed
   */
  async lookAgain(mount: Mount, atMostEveryMs: number): Promise<boolean> {
    const now = this.#options.now();
    const before = this.#lookedAgain.get(mount.id);
    if (before !== undefined && now - before < atMostEveryMs) return false;
    this.#lookedAgain.set(mount.id, now);
    try {
      await this.refresh(mount);
      return true;
    } catch {
      // The mount now says why; the statement fails with what it failed with first.
      return false;
    }
  }

  /** Over connections of its own: a look that hangs takes none of the statements', and none is left when it ends, nor when the mount has gone. */
  async #lookAt(mount: Mount): Promise<Found> {
    const { readers, refreshTimeoutMs } = this.#options;
    const reader = await readers.open(mount.kind, mount.connection);
    const timer = new AbortController();
    try {
      return await Promise.race([
        look(reader, mount),
        // A store that went without a word never says that it has: only a clock here ends the wait.
        sleep(refreshTimeoutMs, undefined, { ref: false, signal: timer.signal }).then(() => {
          throw tookTooLong(mount, refreshTimeoutMs);
        }),
      ]);
    } finally {
      timer.abort();
      await reader.close();
    }
  }

  async #refresh(mount: Mount): Promise<Mount> {
    const { catalog, store, logger } = this.#options;
    try {
      const found = await this.#lookAt(mount);
      const stored = await store.replaceTables(mount, found);
      // Unmounted meanwhile: what was found is of no use to anybody.
      if (stored === undefined) return mount;
      catalog.setMount(stored, found.tables);
      return stored;
    } catch (error) {
      const reason = reasonOf(error);
      logger.warn({ mount: mount.name, reason }, 'a mount could not be refreshed');
      const known = catalog.database(mount.organisationId, mount.name);
      const stored = await store.setError(mount, reason);
      if (stored !== undefined && known?.mount?.id === mount.id) catalog.setMount(stored, [...known.tables.values()]);
      throw error;
    }
  }
}

function tookTooLong(mount: Pick<Mount, 'name'>, milliseconds: number): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_REFRESH_TIMEOUT',
    message: `mount "${mount.name}" did not tell its tables within ${milliseconds} ms`,
    next: 'See whether the store answers, and whether something on the way to it drops packets; it is tried again.',
    facts: { milliseconds },
  });
}

async function look(reader: StoreReader, target: MountTarget): Promise<Found> {
  const { schemas } = target;
  const [server, tables] = await Promise.all([
    reader.serverFacts(),
    reader.introspect(schemas === undefined || schemas === null ? {} : { schemas }),
  ]);
  const prefix = target.sinkNamespacePrefix ?? {
    system: target.kind === 'postgres' ? 'postgresql' : target.kind,
    instance: target.connection.database,
  };
  return { server, tables: await withSinkNamespaces(reader, tables, prefix) };
}

export function reasonOf(error: unknown): Reason {
  if (error instanceof RtdpError) return error.toJSON();
  return {
    code: 'SERVICE_INTERNAL',
    message: error instanceof Error ? error.message : String(error),
    next: 'Look into the log of the service.',
  };
}

function refused(request: MountRequest, cause: unknown): RtdpError {
  const { host, port, database, user } = request.connection;
  const reason = reasonOf(cause);
  return new RtdpError({
    code: 'MOONBOX_MOUNT_REFUSED',
    message: sentences(
      `${request.kind} at ${host}:${port} cannot be mounted as "${request.name}": ${reason.message}`,
      '',
    ),
    next: reason.next,
    // What the store said goes along: a form tells it at the field it means.
    facts: {
      ...storeFacts(cause),
      name: request.name,
      kind: request.kind,
      host,
      port,
      database,
      user,
      reason: reason.code,
    },
    cause,
  });
}

function storeFacts(cause: unknown): Record<string, unknown> {
  if (!(cause instanceof RtdpError)) return {};
  const { sqlState, errno } = cause.facts;
  return { ...(sqlState === undefined ? {} : { sqlState }), ...(errno === undefined ? {} : { errno }) };
}

/** It is not there, or not for whoever asks. @param seen those that are */
export function unknownMount(name: string, seen: Iterable<string> = []): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_MOUNT_UNKNOWN',
    message: `there is no mount "${name}"`,
    next: [didYouMean(name, seen), 'SHOW MOUNTS lists the mounts there are.'].filter(Boolean).join(' '),
    facts: { name },
  });
}

function nameTaken(name: string): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_MOUNT_EXISTS',
    message: `there is a database "${name}" already`,
    next: 'Choose another name, or UNMOUNT the one that is there.',
    facts: { name },
  });
}
