/**
 * Decides how prepared work reaches the sink: dead letters are kept first, then one transaction of the sink moves rows and
 * position together; rows that the sink refuses are isolated and kept; then the feedback is told.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SinkItem, SinkOutcome, TableSink } from '@rtdp/stores/contract';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { tableLabels } from '../feedback/flow-metrics.ts';
import { reportStored } from '../feedback/report-stored.ts';
import type { FlowContext } from '../flow/flow-context.ts';
import type { FlowTable } from '../flow/flow-table.ts';
import { retryPause } from '../ingest/retry-pause.ts';
import { isolateRows } from './isolate-rows.ts';
import {
  deadLetterOf,
  markersOf,
  openPullAfter,
  type PreparedDeadLetter,
  type PreparedItem,
  type PreparedWork,
} from './prepare-work.ts';

export interface SinkWriterOptions {
  context: FlowContext;
  table: FlowTable;
  topic: string;
  partition: number;
}

/** Definitely not committed, and likely to pass soon: repeated in place. */
const REPEATABLE = ['STORE_LOCK_TIMEOUT', 'STORE_CONFLICT'];
const MOST_REPEATS = 5;

export class SinkWriter {
  readonly #options: SinkWriterOptions;
  #claimed = false;
  #epoch = 0n;
  #storedOffset: bigint | undefined;
  #commitNumber = 0n;
  #told = false;
  openPull: string | undefined;

  constructor(options: SinkWriterOptions) {
    this.#options = options;
  }

  /** Whether the partition is claimed. */
  get isOpen(): boolean {
    return this.#claimed;
  }

  get epoch(): bigint {
    return this.#epoch;
  }

  /** Whether a batch was stored since the claim: then a notice has told of this worker. */
  get hasTold(): boolean {
    return this.#told;
  }

  /** The position the sink holds. */
  get storedOffset(): bigint | undefined {
    return this.#storedOffset;
  }

  get commitNumber(): bigint {
    return this.#commitNumber;
  }

  /** Takes the partition over; gives where to go on: the sink's position, or `first`, which then becomes it. */
  async claim(sink: TableSink, first: bigint): Promise<bigint> {
    const { context, topic, partition } = this.#options;
    const claim = await sink.claim(topic, partition, context.worker);
    if (claim.nextOffset === null) {
      await sink.write({ topic, partition, epoch: claim.epoch, expectedOffset: null, nextOffset: first, items: [] });
    }
    this.#claimed = true;
    this.#epoch = claim.epoch;
    this.#storedOffset = claim.nextOffset ?? first;
    this.openPull = claim.openPull ?? undefined;
    this.#told = false;
    return this.#storedOffset;
  }

  /** After an error whose outcome may not be known: only a new claim tells where the sink stands. */
  forget(): void {
    this.#claimed = false;
  }

  /** @throws STORE_… (nothing is known of the outcome), WORMHOLE_DEAD_LETTER_LIMIT */
  async store(work: PreparedWork): Promise<void> {
    const { context, table } = this.#options;
    const firstOffset = this.#storedOffset ?? 0n;
    await this.#keep(work.dead);
    // Nothing but unreadable messages of a table that nobody knows: they are kept, and there is no sink to tell.
    if (!this.#claimed && work.items.every(isMarker)) return;
    let outcome: SinkOutcome;
    try {
      outcome = await this.#write(work.items.map(toSinkItem), work);
    } catch (error) {
      if (!isRtdpError(error, 'STORE_ROW_REFUSED')) throw error;
      outcome = await this.#isolate(work);
    }
    this.#storedOffset = work.nextOffset;
    this.#commitNumber = outcome.commitNumber;
    this.openPull = work.openPull;
    if (work.rowsIn > work.dead.length) table.deadInARow = 0;
    reportStored(context, this.#options, { work, outcome, firstOffset, first: !this.#told });
    this.#told = true;
    if (work.pullEdge) await this.mirror(undefined);
  }

  /** Moves the sink's position, also backward, without any rows: for a flow that begins anew. */
  async moveTo(offset: bigint): Promise<void> {
    await this.#write([], { nextOffset: offset, anew: true });
    this.#storedOffset = offset;
    this.openPull = undefined;
    await this.mirror(undefined);
  }

  /** Copies what the sink holds into Wormhole's own table. */
  async mirror(watermark: string | undefined): Promise<void> {
    const { context, table, topic, partition } = this.#options;
    if (this.#storedOffset === undefined) return;
    await context.progress.mirror(context, [
      {
        sinkSchema: table.name.schema,
        sinkTable: table.name.table,
        topic,
        partition,
        epoch: this.#epoch,
        nextOffset: this.#storedOffset,
        watermark: this.openPull === undefined ? (watermark ?? null) : null,
        commitNumber: this.#commitNumber,
        openPull: this.openPull ?? null,
        worker: context.worker,
      },
    ]);
  }

  async #write(
    items: readonly SinkItem[],
    work: { nextOffset: bigint; lastId?: bigint | undefined; anew?: true },
  ): Promise<SinkOutcome> {
    const { context, table, topic, partition } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const sink = table.currentSink;
      if (sink === undefined || !this.#claimed) throw notClaimed();
      try {
        return await sink.write({
          topic,
          partition,
          epoch: this.#epoch,
          expectedOffset: this.#storedOffset ?? null,
          nextOffset: work.nextOffset,
          items,
          ...(work.lastId === undefined ? {} : { lastId: work.lastId }),
          ...(work.anew ? { anew: true } : {}),
        });
      } catch (error) {
        if (attempt >= MOST_REPEATS || !(error instanceof RtdpError) || !REPEATABLE.includes(error.code)) throw error;
        context.metrics.retries.inc(tableLabels(context.definition.name, table.name));
        await sleep(retryPause(attempt, context.definition.retry, () => context.random()));
      }
    }
  }

  /** Each item by itself, its dead letters behind it, without moving the position; then the position. */
  async #isolate(work: PreparedWork): Promise<SinkOutcome> {
    const here = { nextOffset: this.#storedOffset ?? 0n };
    const sum = { applied: 0, stale: 0, deleted: 0, rereads: 0, truncated: 0, detected: 0 };
    const attempt = async (item: SinkItem): Promise<void> => {
      const outcome = await this.#write([item], here);
      for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += outcome[name];
    };
    let { openPull } = this;
    for (const prepared of work.items) {
      if (!('rows' in prepared)) {
        const { item } = prepared;
        if (item.kind === 'pull-start' || item.kind === 'pull-end' || item.kind === 'pull-cancel') {
          openPull = openPullAfter(openPull, item);
        }
        await attempt(item);
        continue;
      }
      const { rows } = prepared;
      const refused = await isolateRows(rows, attempt);
      const dead = refused.map(({ row, error }) =>
        deadLetterOf(openPull, this.#options, { step: rows.step, row, where: 'sink', error }),
      );
      await this.#keep(dead);
      work.dead.push(...dead);
      // Now, not at the end: behind the end of a pull they would come too late to hold its detection back.
      for (const marker of dead.flatMap(markersOf)) await attempt(marker);
    }
    const last = await this.#write([], work);
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += last[name];
    return { ...last, ...sum };
  }

  /** Durable before the offset moves. Too many in a row stop the table: then something else is wrong. */
  async #keep(dead: readonly PreparedDeadLetter[]): Promise<void> {
    if (dead.length === 0) return;
    const { context, table } = this.#options;
    const limit = context.definition.deadLetterLimit;
    await context.deadLetters.keep(
      context,
      dead.map(({ entry }) => entry),
    );
    context.logger.warn(
      { flow: context.definition.name, table: table.name, rows: dead.length, reason: dead[0]?.entry.reason },
      'rows went to the dead letter',
    );
    table.deadInARow += dead.length;
    if (table.deadInARow <= limit) return;
    throw new RtdpError({
      code: 'WORMHOLE_DEAD_LETTER_LIMIT',
      message: `${table.deadInARow} rows in a row of ${table.name.schema}.${table.name.table} failed; the limit is ${limit}`,
      next: 'Look at the dead letters, mend the cause, and resume the table; its position has not moved.',
      facts: { rows: table.deadInARow, limit, last: dead.at(-1)?.entry.reason },
    });
  }
}

function toSinkItem(prepared: PreparedItem): SinkItem {
  return 'rows' in prepared ? { kind: prepared.rows.kind, batch: prepared.rows.batch } : prepared.item;
}

function isMarker(prepared: PreparedItem): boolean {
  return 'item' in prepared && prepared.item.kind === 'dead-letter';
}

function notClaimed(): RtdpError {
  return new RtdpError({
    code: 'STORE_FENCED',
    message: 'the partition is not claimed',
    next: 'Claim it first; the lane does so by itself.',
  });
}
