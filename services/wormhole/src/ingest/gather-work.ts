/**
 * Decides when what waits for a lane is worth a transaction of the sink, and what may go into it together: until a new schema, until
 * it is full, until nothing more waits and nothing is being stored.
 */
import { familyOf, isDataKind, type KindFamily } from '@rtdp/ums/message-kinds';
import type { FlowContext } from '../flow/flow-context.ts';
import type { FlowTable } from '../flow/flow-table.ts';
import type { LaneQueue } from './lane-queue.ts';
import { type LaneWork, WorkBuilder } from './to-batch.ts';
import type { TopicMessage } from './topic-message.ts';

/** How long an idle lane's position in the sink may lag behind what it has seen, milliseconds. */
export const IDLE_PROGRESS_MS = 10_000;

/** Messages without rows that change the sink all the same. */
const NEEDS_SINK: ReadonlySet<KindFamily> = new Set(['truncate', 'directive']);

export interface GatherOptions {
  context: FlowContext;
  table: FlowTable;
  queue: LaneQueue;
  isStopping(): boolean;
  /** Whether the sink's partition is claimed. */
  isOpen(): boolean;
  /** Claims the sink's partition, if there is a sink table by now. */
  claimLate(): Promise<void>;
  /** So many bytes are in a work that is given out. */
  onTaken(bytes: number): void;
  /** Whether the sink should be told how far the lane is, though there is nothing to store; and how far that is. */
  idleProgress(): bigint | undefined;
}

export class WorkGatherer {
  readonly #options: GatherOptions;
  readonly #queue: LaneQueue;
  readonly #builder: WorkBuilder;

  constructor(options: GatherOptions) {
    this.#options = options;
    this.#queue = options.queue;
    this.#builder = new WorkBuilder(options.context.definition.limits);
  }

  /** Nothing was taken from the queue that is not in a work given out. */
  get empty(): boolean {
    return this.#builder.empty;
  }

  /** Forgets what was taken from the queue. */
  drop(): void {
    this.#builder.take();
  }

  /** Waits for work worth a transaction; undefined when the lane ends. */
  async gather(isStoring: () => boolean, failed: () => boolean): Promise<LaneWork | undefined> {
    const { context, isStopping, idleProgress } = this.#options;
    const { lingerMs } = context.definition.limits;
    let lingerUntil = 0;
    while (!isStopping() && !failed()) {
      const flush = await this.#fill();
      if (flush || this.#builder.full) return this.#take();
      if (!this.#builder.empty && !isStoring()) {
        if (lingerMs === 0) return this.#take();
        lingerUntil ||= context.now() + lingerMs;
        if (context.now() >= lingerUntil) return this.#take();
      }
      if (this.#queue.length > 0) continue;
      const idle = this.#builder.empty && !isStoring() ? idleProgress() : undefined;
      if (idle !== undefined) return emptyWork(idle);
      await this.#queue.changed(lingerUntil > 0 && !isStoring() ? lingerMs : IDLE_PROGRESS_MS);
    }
    return undefined;
  }

  /** What was taken is told before anything else can run: at no moment may it look as if nothing waited. */
  #take(): LaneWork {
    const work = this.#builder.take();
    this.#options.onTaken(work.bytes);
    return work;
  }

  /** Moves waiting messages into the work; true when it must be stored before the next message can be taken. */
  async #fill(): Promise<boolean> {
    const { table, isStopping, isOpen } = this.#options;
    while (!this.#builder.full && !isStopping()) {
      const message = this.#queue.peek();
      if (message === undefined) return false;
      if (message.head !== undefined && isDataKind(message.kind)) {
        const { head, namespace } = message;
        let shape = table.knownShape(namespace, head.fieldsKey);
        if (shape === undefined) {
          // A new schema may alter the sink: what came before it is stored first.
          if (!this.#builder.empty) return true;
          shape = await table.adopt(namespace, head.fieldsKey, head.fields());
        }
        if (!(await this.#openLate())) return true;
        this.#queue.shift();
        this.#builder.addRows(message, shape);
      } else {
        if (NEEDS_SINK.has(familyOf(message.kind)) && !isOpen()) await this.#openRecorded(message);
        this.#queue.shift();
        this.#builder.addControl(message, isOpen());
      }
    }
    return false;
  }

  /** Claims when the sink table was made after the lane began. False: something must be stored first. */
  async #openLate(): Promise<boolean> {
    const { isOpen, claimLate } = this.#options;
    if (isOpen()) return true;
    if (!this.#builder.empty) return false;
    await claimLate();
    return true;
  }

  async #openRecorded(message: TopicMessage): Promise<void> {
    await this.#options.table.adoptRecorded(message.namespace);
    await this.#openLate();
  }
}

/** Work that stores nothing but how far the lane is. */
export function emptyWork(nextOffset: bigint): LaneWork {
  return { steps: [], nextOffset, rows: 0, bytes: 0, newest: undefined, watermark: undefined, lastId: undefined };
}
