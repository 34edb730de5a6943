/**
 * Decides the one order of a source: which ids a reservation gets, which source transactions its snapshot must contain, when what
 * was asked for counts as done. Outlives the sessions of a stream; what a session did not finish is rejected when it ends.
 */
import { RtdpError } from '@rtdp/ums/error';
import { STRIDE } from '@rtdp/ums/ids';
import type { BatchCutter } from './batch-cutter.ts';
import type { PipelineMessage, Reservation, Sequencer, StreamSchema, TableName } from './contract.ts';
import type { Position } from './position-record.ts';
import type { Publisher } from './publisher.ts';
import type { RowHead } from './row-head.ts';
import type { SchemaLedger } from './schema-ledger.ts';
import { readSnapshot, unseenIn } from './visibility.ts';

/** What the sequencer needs of the session that streams right now. */
export interface SequencedSession {
  head: RowHead;
  ledger: SchemaLedger;
  cutter: BatchCutter;
  publisher: Publisher;
  /** The table's writer takes over what changed in the ledger. */
  reopen: (table: TableName) => void;
  /** Writes a heartbeat at the source now; resolves with its number. */
  writeHeartbeat: () => Promise<number>;
  /** Number that the next heartbeat will have. */
  nextHeartbeat: () => number;
}

/** Somebody who waits for the catalog to be compared at a point of the log. */
export interface RefreshWaiter {
  table: TableName;
  /** Number of the heartbeat at which, or after which, it is done. */
  sequence: number;
  resolve: (schema: StreamSchema) => void;
  reject: (error: unknown) => void;
}

export class StreamSequencer implements Sequencer {
  #session: SequencedSession | undefined;
  #attached = Promise.withResolvers<SequencedSession>();
  #reservedEnd = 0n;
  readonly #unseen = new Set<number>();
  #refreshes: RefreshWaiter[] = [];
  #drains: { lsn: bigint; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #pending = new Set<(error: unknown) => void>();

  constructor() {
    // Nobody may be waiting when the stream stops.
    this.#attached.promise.catch(() => undefined);
  }

  attach(session: SequencedSession, position: Position): void {
    this.#session = session;
    this.#reservedEnd = position.nextId;
    for (const xid of position.unseenXids) this.#unseen.add(xid);
    this.#attached.resolve(session);
  }

  /** The session ended: all that waits for it is rejected; what is asked for from now on waits for the next one. */
  detach(error: unknown): void {
    if (this.#session === undefined) return;
    this.#session = undefined;
    this.#renew();
    this.#rejectAll(restarted(error));
  }

  /** No session will come any more. */
  close(): void {
    const error = stopped();
    this.#session = undefined;
    this.#attached.reject(error);
    this.#renew();
    this.#attached.reject(error);
    this.#rejectAll(error);
  }

  /** A session will come again, after `close`. */
  open(): void {
    if (this.#session === undefined) this.#renew();
  }

  async reserve(count: number): Promise<Reservation> {
    const session = await this.#attached.promise;
    const firstId = session.head.base;
    session.head.setBase(firstId + BigInt(count) * STRIDE);
    this.#reservedEnd = session.head.base;
    const mustSee = [...this.#unseen];
    await this.#request(session, []);
    return { firstId, count, mustSee };
  }

  markSeen(xids: Iterable<number>): void {
    for (const xid of xids) this.#unseen.delete(xid);
  }

  async publish(messages: PipelineMessage[]): Promise<void> {
    const session = await this.#attached.promise;
    await this.#request(session, messages);
  }

  isAttached(): boolean {
    return this.#session !== undefined;
  }

  currentSchema(table: TableName): StreamSchema | undefined {
    return this.#session?.ledger.current(table);
  }

  async refreshSchema(table: TableName): Promise<StreamSchema> {
    const session = await this.#attached.promise;
    return this.#tracked((resolve, reject) => {
      this.#refreshes.push({ table, sequence: session.nextHeartbeat(), resolve, reject });
      session.writeHeartbeat().catch(reject);
    });
  }

  async nextBatchId(table: TableName): Promise<number> {
    const schema = await this.#amend(table, (current) => ({ batchId: current.batchId + 1 }));
    return schema.batchId;
  }

  async resumeTable(table: TableName): Promise<void> {
    await this.#amend(table, () => ({ stopped: false }));
  }

  async drained(lsn: bigint): Promise<void> {
    const session = await this.#attached.promise;
    if ((session.publisher.position?.lsn ?? 0n) >= lsn) return;
    await this.#tracked<void>((resolve, reject) => {
      this.#drains.push({ lsn, resolve, reject });
      // A quiet source would say nothing behind that position before its next heartbeat.
      session.writeHeartbeat().catch(reject);
    });
  }

  // --- what the session tells and asks ---

  /** A source transaction has its first row numbered. */
  noteTransaction(xid: number): void {
    this.#unseen.add(xid);
  }

  hasUnseen(): boolean {
    return this.#unseen.size > 0;
  }

  /** @param snapshotText of `pg_current_snapshot()` taken just now on the streamed server */
  forgetVisible(snapshotText: string): void {
    const snapshot = readSnapshot(snapshotText);
    const unseen = new Set(unseenIn(snapshot, this.#unseen));
    for (const xid of [...this.#unseen]) if (!unseen.has(xid)) this.#unseen.delete(xid);
  }

  /** What the position record says of the counter: behind the batch and behind everything reserved. */
  recordedNextId(batchNextId: bigint): bigint {
    return batchNextId > this.#reservedEnd ? batchNextId : this.#reservedEnd;
  }

  unseenXids(): number[] {
    return [...this.#unseen];
  }

  /** Takes those who waited for this heartbeat. */
  takeRefreshes(sequence: number): RefreshWaiter[] {
    const due = this.#refreshes.filter((waiter) => waiter.sequence <= sequence);
    if (due.length > 0) this.#refreshes = this.#refreshes.filter((waiter) => waiter.sequence > sequence);
    return due;
  }

  onPosition(position: Position): void {
    const done = this.#drains.filter((waiter) => waiter.lsn <= position.lsn);
    if (done.length === 0) return;
    this.#drains = this.#drains.filter((waiter) => waiter.lsn > position.lsn);
    for (const waiter of done) waiter.resolve();
  }

  async #amend(
    table: TableName,
    change: (current: StreamSchema) => Partial<Pick<StreamSchema, 'batchId' | 'stopped'>>,
  ): Promise<StreamSchema> {
    const session = await this.#attached.promise;
    const current = session.ledger.current(table);
    const schema = current === undefined ? undefined : session.ledger.amend(table, change(current));
    if (schema === undefined) throw tableNotFound(table);
    session.reopen(table);
    session.cutter.addSchemaRecord(session.ledger.record(schema, Date.now()));
    await this.#tracked<void>((resolve) => {
      session.cutter.whenCommitted(resolve);
      session.cutter.hurry();
    });
    return schema;
  }

  async #request(session: SequencedSession, messages: PipelineMessage[]): Promise<void> {
    try {
      await session.publisher.request(messages);
    } catch (error) {
      throw restarted(error);
    }
  }

  /** A promise that is rejected when the session ends before it is settled. */
  #tracked<Value>(begin: (resolve: (value: Value) => void, reject: (error: unknown) => void) => void): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.#pending.add(reject);
    begin(resolve, reject);
    const forget = (): void => void this.#pending.delete(reject);
    promise.then(forget, forget);
    return promise;
  }

  #renew(): void {
    this.#attached = Promise.withResolvers<SequencedSession>();
    // Nobody may be waiting when the stream stops.
    this.#attached.promise.catch(() => undefined);
  }

  #rejectAll(error: RtdpError): void {
    this.#refreshes = [];
    this.#drains = [];
    for (const reject of [...this.#pending]) reject(error);
    this.#pending.clear();
  }
}

export function tableNotFound(table: TableName): RtdpError {
  return new RtdpError({
    code: 'DBUS_TABLE_NOT_FOUND',
    message: `The source has no table ${table.schema}.${table.table} that the stream knows.`,
    next: 'Check the name and that the table is captured; refreshSchema opens a table that has had no row yet.',
    facts: { ...table },
  });
}

export function restarted(cause: unknown): RtdpError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RtdpError({
    code: 'DBUS_STREAM_RESTARTED',
    message: `The stream of the source starts over: ${reason}`,
    next: 'Do it again: reserve anew and repeat the chunk.',
    facts: {},
    cause,
  });
}

function stopped(): RtdpError {
  return new RtdpError({
    code: 'DBUS_STREAM_STOPPED',
    message: 'The stream of the source is stopped.',
    next: 'Start the source.',
  });
}
