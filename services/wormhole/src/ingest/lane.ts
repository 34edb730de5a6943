/**
 * Decides the life of one sink table in one partition: claim, gather, compute, store, in this order, the next batch made ready
 * while the last one is stored; and what an error means for it.
 */
import type { TableSink } from '@rtdp/stores/contract';
import { RtdpError } from '@rtdp/ums/error';
import { laterTime } from '../feedback/latency.ts';
import type { FlowContext } from '../flow/flow-context.ts';
import type { FlowTable } from '../flow/flow-table.ts';
import { type PreparedWork, prepareWork } from '../sink/prepare-work.ts';
import { SinkWriter } from '../sink/sink-writer.ts';
import type { Reason } from '../state/flow-store.ts';
import { afterLaneError } from './after-lane-error.ts';
import { emptyWork, IDLE_PROGRESS_MS, WorkGatherer } from './gather-work.ts';
import { LaneQueue } from './lane-queue.ts';
import { retryPause } from './retry-pause.ts';
import type { TopicMessage } from './topic-message.ts';
import { within } from './within.ts';

export type LaneState = 'starting' | 'running' | 'retrying' | 'paused' | 'stopped';

export interface LaneOptions {
  context: FlowContext;
  table: FlowTable;
  topic: string;
  partition: number;
  /** Where to begin if the sink has no position yet. */
  firstOffset: bigint;
  /** True for a table that is met for the first time: it has missed nothing. Else the sink must tell where to begin first. */
  isNew: boolean;
  /** Everything below was given to the partition's lanes. */
  passedOffset(): bigint;
  /** Something was stored, or the queue emptied. */
  onProgress(lane: Lane): void;
  /** The lane's state, or the reason for it, changed. */
  onState(lane: Lane): void;
  /** The lane must be given everything again from this offset. */
  onRewind(lane: Lane, offset: bigint): void;
  /** Whether the partition is still this worker's, as far as it knows. */
  isAssigned(): boolean;
}

/** How long to wait before a partition that somebody else claimed is claimed back, if Kafka still says it is ours. */
const FENCED_PAUSE_MS = 3_000;

/** How long an end waits for a transaction that is under way. */
const STOP_WAIT_MS = 5_000;
/** A transaction that takes longer is shown as trouble; it is waited for all the same. */
const SILENT_SINK_MS = 30_000;

export class Lane {
  readonly table: FlowTable;
  readonly topic: string;
  readonly partition: number;
  readonly #options: LaneOptions;
  readonly #context: FlowContext;
  readonly #queue = new LaneQueue();
  readonly #writer: SinkWriter;
  readonly #gatherer: WorkGatherer;
  #state: LaneState = 'starting';
  #reason: Reason | undefined;
  /** Messages below were queued, or are done. */
  #queuedTo: bigint;
  /** False while the sink is away: messages are passed over and read again from the sink's position. */
  #accepting: boolean;
  /** Everything below is stored, or concerned this lane not at all. */
  #doneOffset: bigint;
  #busyBytes = 0;
  #watermark: string | undefined;
  #lastId: bigint | undefined;
  /** The pull that is open after the last work that was made ready. */
  #openPull: string | undefined;
  #lastProgressAt: number;
  #running: Promise<void> | undefined;
  #stopping = false;
  #claimed: (() => void) | undefined;
  /** Resolves when the sink has told where the lane stands, or the lane ended before. */
  readonly claimed: Promise<void>;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#context = options.context;
    this.table = options.table;
    this.topic = options.topic;
    this.partition = options.partition;
    this.#doneOffset = options.firstOffset;
    this.#queuedTo = options.firstOffset;
    this.#accepting = options.isNew;
    this.#lastProgressAt = options.context.now();
    this.#writer = new SinkWriter(options);
    this.#gatherer = new WorkGatherer({
      context: options.context,
      table: options.table,
      queue: this.#queue,
      isStopping: () => this.#stopping,
      isOpen: () => this.#writer.isOpen,
      claimLate: () => this.#claimLate(),
      onTaken: (bytes) => {
        this.#busyBytes += bytes;
      },
      idleProgress: () => (this.#idleProgressDue() ? this.doneOffset : undefined),
    });
    this.claimed = new Promise((resolve) => {
      this.#claimed = resolve;
    });
  }

  get state(): LaneState {
    return this.#state;
  }

  get reason(): Reason | undefined {
    return this.#reason;
  }

  /** Bytes queued or under way. */
  get heldBytes(): number {
    return this.#queue.bytes + this.#busyBytes;
  }

  get storedOffset(): bigint | undefined {
    return this.#writer.storedOffset;
  }

  get epoch(): bigint {
    return this.#writer.epoch;
  }

  get watermark(): string | undefined {
    return this.#watermark;
  }

  /** The id of the newest heartbeat of which everything before is stored. */
  get lastId(): bigint | undefined {
    return this.#lastId;
  }

  get loading(): boolean {
    return this.#writer.openPull !== undefined;
  }

  get openPull(): string | undefined {
    return this.#writer.openPull;
  }

  get commitNumber(): bigint {
    return this.#writer.commitNumber;
  }

  /** What this lane itself has stored or found done; `doneOffset` also counts what did not concern it. */
  get position(): bigint {
    return this.#doneOffset;
  }

  /** Everything below needs never be given to this lane again. */
  get doneOffset(): bigint {
    const idle = this.#accepting && this.#queue.length === 0 && this.#busyBytes === 0 && this.#gatherer.empty;
    const passed = this.#options.passedOffset();
    return idle && passed > this.#doneOffset ? passed : this.#doneOffset;
  }

  start(openPull?: string): void {
    this.#writer.openPull = openPull;
    this.#openPull = openPull;
    this.#running = this.#run();
  }

  /** Takes a message for this table. What is done already, or comes while the table is paused, is passed over. */
  push(message: TopicMessage): void {
    if (!this.#accepting || message.offset < this.#queuedTo) return;
    this.#queue.push(message);
    this.#queuedTo = message.offset + 1n;
  }

  /** Ends what is under way, stores how far it came, and holds nothing. */
  async stop(): Promise<void> {
    // What is queued and not begun is not done: from here on only what is stored counts.
    this.#doneOffset = this.doneOffset;
    this.#accepting = false;
    this.#stopping = true;
    this.#queue.close();
    // A worker that does not wait longer is safe: whoever claims the partition next fences what is still under way.
    await within(this.#running, STOP_WAIT_MS);
    this.#setState('stopped', undefined);
  }

  /** Wakes the lane: its partition has moved on without messages for it. */
  passed(): void {
    if (this.#context.now() - this.#lastProgressAt >= IDLE_PROGRESS_MS) this.#queue.wake();
  }

  async #run(): Promise<void> {
    for (let attempt = 0; !this.#stopping; ) {
      try {
        await this.#open();
        attempt = 0;
        await this.#work();
      } catch (error) {
        attempt = await this.#handle(error, attempt);
        if (this.#state === 'paused') break;
      }
    }
    this.#claimed?.();
  }

  /** Claims the partition and learns where to go on. */
  async #open(): Promise<void> {
    const sink = await this.table.sink();
    if (this.table.paused !== undefined) {
      // Its place is learnt all the same: where it is known, the others need not wait for it.
      if (sink !== undefined) this.#doneOffset = await this.#writer.claim(sink, this.#doneOffset);
      throw pausedError(this.table.paused);
    }
    // Without a schema there is no sink table yet: the first message brings it.
    if (sink !== undefined) await this.#claim(sink);
    else if (!this.#accepting) this.#acceptFrom(this.#doneOffset);
    this.#setState('running', undefined);
    this.#claimed?.();
  }

  async #claim(sink: TableSink): Promise<void> {
    const next = await this.#writer.claim(sink, this.#doneOffset);
    this.#openPull = this.#writer.openPull;
    if (!this.#accepting || next < (this.#queue.peek()?.offset ?? this.#queuedTo)) {
      this.#acceptFrom(next);
      return;
    }
    this.#doneOffset = next;
    while ((this.#queue.peek()?.offset ?? next) < next) this.#queue.shift();
    if (this.#queuedTo < next) this.#queuedTo = next;
  }

  #acceptFrom(offset: bigint): void {
    this.#queue.clear();
    this.#doneOffset = offset;
    this.#queuedTo = offset;
    this.#accepting = true;
    this.#options.onRewind(this, offset);
  }

  async #work(): Promise<void> {
    let storing: Promise<void> | undefined;
    let failed: unknown;
    const stored = (): void => {
      storing = undefined;
      this.#queue.wake();
    };
    try {
      while (!this.#stopping && failed === undefined) {
        const work = await this.#gatherer.gather(
          () => storing !== undefined,
          () => failed !== undefined,
        );
        if (work === undefined || failed !== undefined) break;
        const prepared = await prepareWork(work, this.#context, this, this.#openPull);
        this.#openPull = prepared.openPull;
        await storing;
        if (failed !== undefined) break;
        storing = this.#store(prepared)
          .catch((error: unknown) => {
            failed = error;
          })
          .finally(stored);
      }
    } finally {
      await storing;
    }
    if (failed !== undefined) throw failed;
    if (this.#stopping && this.#writer.isOpen) await this.#storeIdleProgress();
  }

  /** A sink table that was made after the lane began. */
  async #claimLate(): Promise<void> {
    const sink = await this.table.sink();
    if (sink === undefined) return;
    await this.#writer.claim(sink, this.#doneOffset);
    this.#openPull = this.#writer.openPull;
  }

  async #store(work: PreparedWork): Promise<void> {
    const silent = setTimeout(() => this.#setState('retrying', silentSink()), SILENT_SINK_MS);
    try {
      if (work.hasEffect || this.#idleProgressDue()) {
        await this.#writer.store(work);
        this.#lastProgressAt = this.#context.now();
      }
      this.#doneOffset = work.nextOffset;
      if (work.watermark !== undefined) this.#watermark = laterTime(this.#watermark, work.watermark);
      if (work.lastId !== undefined) this.#lastId = work.lastId;
    } finally {
      clearTimeout(silent);
      this.#busyBytes -= work.bytes;
    }
    if (this.#state === 'retrying') this.#setState('running', undefined);
    this.#options.onProgress(this);
  }

  #idleProgressDue(): boolean {
    const stored = this.#writer.storedOffset;
    // The first one at once: it brings the number that notices about an idle table need.
    const due = !this.#writer.hasTold || this.#context.now() - this.#lastProgressAt >= IDLE_PROGRESS_MS;
    return due && this.#writer.isOpen && stored !== undefined && this.doneOffset > stored;
  }

  /** At a graceful end: so that the next worker need not read again what does not concern this table. */
  async #storeIdleProgress(): Promise<void> {
    const done = this.#doneOffset;
    if (this.#writer.storedOffset === undefined || done <= this.#writer.storedOffset) return;
    await this.#writer.store(await prepareWork(emptyWork(done), this.#context, this, this.#openPull));
  }

  /** What an error means for the lane. Gives the number of attempts so far. */
  async #handle(error: unknown, attempt: number): Promise<number> {
    const decision = afterLaneError(error);
    this.#accepting = false;
    this.#queue.clear();
    this.#gatherer.drop();
    this.#busyBytes = 0;
    this.#openPull = this.#writer.openPull;
    if (this.#stopping) return attempt;
    if (decision.action === 'pause') {
      if (this.table.paused === undefined) await this.#pauseTable(decision.reason);
      this.#setState('paused', this.table.paused ?? decision.reason);
      return 0;
    }
    this.#setState('retrying', decision.reason);
    this.#context.logger.warn(
      { err: error, flow: this.#context.definition.name, table: this.table.name, partition: this.partition, attempt },
      decision.action === 'fenced' ? 'another worker has taken a partition over' : 'a lane is tried again',
    );
    // Whatever was in hand is read again from where the sink stands.
    this.#writer.forget();
    await this.#queue.changed(
      decision.action === 'fenced'
        ? FENCED_PAUSE_MS
        : retryPause(attempt, this.#context.definition.retry, () => this.#context.random()),
    );
    if (!this.#options.isAssigned()) this.#stopping = true;
    return attempt + 1;
  }

  async #pauseTable(reason: Reason): Promise<void> {
    try {
      await this.table.pause(reason);
    } catch (error) {
      // The reason for it will be met again, because the offset did not move.
      this.#context.logger.error({ err: error }, 'the pause of a table could not be recorded');
    }
  }

  #setState(state: LaneState, reason: Reason | undefined): void {
    this.#state = state;
    this.#reason = reason;
    this.#options.onState(this);
  }
}

function silentSink(): Reason {
  return {
    code: 'STORE_UNREACHABLE',
    message: `the sink has not answered for ${SILENT_SINK_MS / 1000} s`,
    next: 'Look at the sink: it may be frozen, or a lock held by somebody else; nothing is lost meanwhile.',
  };
}

function pausedError(reason: Reason): RtdpError {
  return new RtdpError({
    code: reason.code,
    message: reason.message,
    next: reason.next,
    facts: { ...reason.facts, paused: true },
  });
}
