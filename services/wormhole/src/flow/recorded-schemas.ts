/** Decides how the schemas that DBus has recorded in Kafka are found: newest per table, read again at most every few seconds. */
import type { Bus } from '@rtdp/bus/bus';
import { parseNamespace, tableIdentity } from '@rtdp/ums/namespace';
import type { UmsField } from '@rtdp/ums/types';

export const POSITIONS_TOPIC = 'rtdp.dbus.positions';

export interface RecordedSchema {
  /** With version. */
  namespace: string;
  fields: UmsField[];
}

const FRESH_MS = 5_000;

export class RecordedSchemas {
  readonly #bus: Bus;
  readonly #now: () => number;
  #schemas = new Map<string, RecordedSchema>();
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;

  constructor(bus: Bus, now: () => number) {
    this.#bus = bus;
    this.#now = now;
  }

  /** By namespace, with or without a real version. */
  async find(namespace: string): Promise<RecordedSchema | undefined> {
    await this.#refresh();
    return this.#schemas.get(tableIdentity(parseNamespace(namespace)));
  }

  async all(): Promise<ReadonlyMap<string, RecordedSchema>> {
    await this.#refresh();
    return this.#schemas;
  }

  #refresh(): Promise<void> {
    if (this.#now() - this.#readAt < FRESH_MS) return Promise.resolve();
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const topics = await this.#bus.admin().listTopics();
    const records = topics.includes(POSITIONS_TOPIC)
      ? await this.#bus.readCompacted(POSITIONS_TOPIC)
      : new Map<string, Buffer>();
    const schemas = new Map<string, RecordedSchema>();
    for (const [key, value] of records) {
      const at = key.indexOf('/schema/');
      if (at < 0) continue;
      const identity = key.slice(at + '/schema/'.length);
      const record = JSON.parse(value.toString('utf8')) as { version?: unknown; fields?: unknown };
      if (!Array.isArray(record.fields) || record.version === undefined) continue;
      schemas.set(identity, {
        namespace: withVersion(identity, String(record.version)),
        fields: record.fields as UmsField[],
      });
    }
    this.#schemas = schemas;
    this.#readAt = this.#now();
  }
}

/** `postgresql.shop.public.orders.*.0.0` with its version in the place of the star. */
export function withVersion(identity: string, version: string): string {
  const parts = identity.split('.');
  parts[4] = version;
  return parts.join('.');
}
