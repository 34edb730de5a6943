/**
 * Decides how requests to read rows again are answered: those of this source, by table, as small chunks under the rule of every
 * chunk. How far they are answered is remembered after the answer is committed; a repeated answer does no harm.
 */
import type { Bus, BusReader, IncomingBatch } from '@rtdp/bus/bus';
import type { Logger } from '@rtdp/service/logging';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import type { TableName } from '../pipeline/contract.ts';
import type { RereadPositions } from '../sources/contract.ts';
import { sqlState } from '../sources/postgres/connection.ts';
import { type KeyRequest, readKeyRequest } from './reread-request-reader.ts';

export interface RereadReaderOptions {
  bus: Bus;
  /** `<system>.<instance>`. */
  source: string;
  positions: RereadPositions;
  logger: Logger;
  /** Reads these keys of a table and publishes what is found; resolves when it is committed. @returns rows found */
  answer: (table: TableName, requests: KeyRequest[]) => Promise<number>;
  onAnswered: (rows: number) => void;
}

const RETRY_MS = [250, 1_000, 5_000, 15_000] as const;
const MOST_KEYS = 500;

export class RereadReader {
  readonly #options: RereadReaderOptions;
  #reader: BusReader | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(options: RereadReaderOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { bus, positions, logger } = this.#options;
    const offsets = await bus.admin().topicOffsets(DBUS_TOPICS.rereads);
    const known = await positions.load();
    this.#reader = bus.reader({
      partitions: offsets.map(({ partition, low }) => {
        const next = known.get(partition) ?? low;
        // What retention has deleted can only be skipped; the request's row is pulled with the next pull.
        if (next < low)
          logger.warn(
            { partition, next: next.toString(), low: low.toString() },
            're-read requests were deleted unanswered',
          );
        return { topic: DBUS_TOPICS.rereads, partition, offset: laterOf(next, low) };
      }),
      onBatch: (batch) => this.#answer(batch),
      onError: (error, at) => logger.error({ err: error, at }, 'the re-reads stopped; they go on after the next start'),
    });
    await this.#reader.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#reader?.stop();
  }

  async #answer(batch: IncomingBatch): Promise<void> {
    const byTable = new Map<string, { table: TableName; requests: Map<string, KeyRequest> }>();
    for (const { value } of batch.messages) {
      const request = value === null ? undefined : readKeyRequest(value, this.#options.source);
      if (request === undefined) continue;
      const tableKey = JSON.stringify([request.table.schema, request.table.table]);
      const group = byTable.get(tableKey) ?? { table: request.table, requests: new Map<string, KeyRequest>() };
      byTable.set(tableKey, group);
      group.requests.set(JSON.stringify(request.key), request);
    }
    for (const { table, requests } of byTable.values()) {
      const all = [...requests.values()];
      for (let at = 0; at < all.length; at += MOST_KEYS) await this.#insist(table, all.slice(at, at + MOST_KEYS));
    }
    if (this.#stopped) return;
    await this.#options.positions.save(batch.partition, batch.nextOffset);
  }

  async #isolate(table: TableName, requests: KeyRequest[], error: unknown): Promise<void> {
    if (requests.length === 1) {
      const { key } = requests[0]!;
      this.#options.logger.error(
        { err: error, table, key },
        'a row cannot be read again by this key; a pull brings it',
      );
      return;
    }
    const middle = requests.length >> 1;
    await this.#insist(table, requests.slice(0, middle));
    await this.#insist(table, requests.slice(middle));
  }

  /** Tries until it is answered or the source stops; a key that cannot be read is left out. */
  async #insist(table: TableName, requests: KeyRequest[]): Promise<void> {
    for (let failures = 0; !this.#stopped; failures++) {
      try {
        this.#options.onAnswered(await this.#options.answer(table, requests));
        return;
      } catch (error) {
        if (isBadValue(error)) return this.#isolate(table, requests, error);
        this.#options.logger.warn(
          { err: error, table, keys: requests.length },
          'rows could not be read again; tried again',
        );
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
          this.#wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  }
}

/** The server cannot read a key: asked again it would say the same, and hold up every other request. */
function isBadValue(error: unknown): boolean {
  return sqlState(error).startsWith('22');
}

function laterOf(a: bigint, b: bigint): bigint {
  return [a, b].reduce((later, each) => (each > later ? each : later));
}
