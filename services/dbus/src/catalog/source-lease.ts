/**
 * Decides which of several processes may take a source up by itself: one at a time holds its lease, a row of the catalog with an end.
 * It only keeps them from disturbing each other; that two never write is the fence in Kafka, whatever the lease says.
 */
import type { Logger } from '@rtdp/service/logging';
import type { Knex } from '@rtdp/service/metadata';
import type { StoredSource } from './source-store.ts';

/** A holder that has not renewed for this long counts as gone; by the clock of the metadata server. */
const LEASE_SECONDS = 15;
const RENEWAL_MS = 5_000;

export class SourceLease {
  readonly #database: Knex;
  readonly #holder: string;
  readonly #sourceId: string;
  readonly #logger: Logger;
  #renewal: NodeJS.Timeout | undefined;
  #wanted: StoredSource['wanted'] | undefined;

  /** @param holder a name that no other process has, also none of the same host */
  constructor(database: Knex, holder: string, sourceId: string, logger: Logger) {
    this.#database = database;
    this.#holder = holder;
    this.#sourceId = sourceId;
    this.#logger = logger;
  }

  /** What the catalog wanted of the source when the lease was last renewed, at most a renewal ago; undefined before the first one. */
  get wanted(): StoredSource['wanted'] | undefined {
    return this.#wanted;
  }

  /** Whoever holds it: somebody asked for the source to be started here. Renewed until `letGo`. */
  async take(): Promise<void> {
    await this.#row().update(this.#held());
    this.#keep();
  }

  /** @returns whether it is held here now, and renewed until `letGo`; false while another process holds it */
  async takeIfFree(): Promise<boolean> {
    const isFree = (free: Knex.QueryBuilder): unknown =>
      free.where({ held_by: this.#holder }).orWhereNull('held_by').orWhere('held_until', '<', this.#database.fn.now());
    const taken = await this.#row().where(isFree).update(this.#held());
    if (taken === 1) this.#keep();
    return taken === 1;
  }

  /** Others need not wait for its end. Never rejects: one that cannot be given back ends by itself. */
  async letGo(): Promise<void> {
    clearInterval(this.#renewal);
    this.#renewal = undefined;
    this.#wanted = undefined;
    await this.#try(() => this.#row().where({ held_by: this.#holder }).update({ held_by: null, held_until: null }));
  }

  #keep(): void {
    clearInterval(this.#renewal);
    this.#wanted = undefined;
    const renewal = setInterval(() => this.#try(() => this.#renew(renewal)), RENEWAL_MS);
    this.#renewal = renewal;
  }

  async #renew(renewal: NodeJS.Timeout): Promise<void> {
    const held = this.#row().where({ held_by: this.#holder });
    const [renewed]: { wanted: StoredSource['wanted'] }[] = await held.update(this.#held(), ['wanted']);
    // Another process may have taken it over: that is for the fence to say. Or removed it.
    const row = renewed ?? (await this.#row().first('wanted'));
    if (this.#renewal === renewal) this.#wanted = row?.wanted ?? 'removed';
  }

  async #try(change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
    } catch (error) {
      this.#logger.debug({ err: error, sourceId: this.#sourceId }, 'a lease could not be changed');
    }
  }

  #row(): Knex.QueryBuilder {
    return this.#database('sources').where({ id: this.#sourceId });
  }

  #held(): Record<string, unknown> {
    return { held_by: this.#holder, held_until: this.#database.raw(`now() + interval '${LEASE_SECONDS} seconds'`) };
  }
}
