/**
 * Decides how waiting messages become work for a sink: rows of one schema into one batch, everything else as a step at its
 * place, up to the flow's limits. A message that cannot be decoded is taken apart row by row; what is broken is set aside.
 */
import type { Batch } from '@rtdp/ums/batch';
import { BatchReader } from '@rtdp/ums/batch-reader';
import { familyOf } from '@rtdp/ums/message-kinds';
import type { SourceShape } from '../flow/source-shape.ts';
import { markOf, pullMarkOf } from './control-content.ts';
import { type BrokenRow, salvage } from './salvage.ts';
import type { TopicMessage } from './topic-message.ts';

/** From row `firstRow` of its batch on, rows come from `message`; there the first of them is `rowInMessage`. */
export interface RowOrigin {
  message: TopicMessage;
  firstRow: number;
  rowInMessage: number;
}

export interface RowsStep {
  kind: 'rows';
  shape: SourceShape;
  batch: Batch;
  origins: readonly RowOrigin[];
}

export type WorkStep =
  | RowsStep
  | { kind: 'truncate'; namespace: string; id: bigint }
  | { kind: 'pull-start' | 'pull-end' | 'pull-cancel'; namespace: string; pullId: string; firstId: bigint }
  | { kind: 'broken'; message: TopicMessage; row: BrokenRow };

const PULL_STEPS = {
  directive_pull_start: 'pull-start',
  directive_pull_end: 'pull-end',
  directive_pull_cancel: 'pull-cancel',
} as const;

/** What one store transaction will hold, still as it was at the source. */
export interface LaneWork {
  steps: WorkStep[];
  /** The position after it. */
  nextOffset: bigint;
  rows: number;
  bytes: number;
  /** The newest message that says something about time, for latencies. */
  newest: TopicMessage | undefined;
  /** `ums_ts_` of the newest heartbeat or row: everything the source committed before has been given to this lane. */
  watermark: string | undefined;
  /** Greatest id of a heartbeat so far. */
  lastId: bigint | undefined;
}

interface OpenRows {
  shape: SourceShape;
  reader: BatchReader;
  origins: RowOrigin[];
}

export class WorkBuilder {
  readonly #limits: { rows: number; bytes: number };
  readonly #readers = new Map<SourceShape, BatchReader>();
  #work = emptyWork();
  #open: OpenRows | undefined;

  constructor(limits: { rows: number; bytes: number }) {
    this.#limits = limits;
  }

  get full(): boolean {
    return this.#work.rows >= this.#limits.rows || this.#work.bytes >= this.#limits.bytes;
  }

  /** Nothing at all was added since the last take. */
  get empty(): boolean {
    return this.#work.nextOffset === 0n;
  }

  get rows(): number {
    return this.#work.rows;
  }

  /** Adds the rows of a data message that has this shape. */
  addRows(message: TopicMessage, shape: SourceShape): void {
    const open = this.#openFor(shape);
    const before = open.reader.rowCount;
    try {
      open.reader.append(message.value);
      open.origins.push({ message, firstRow: before, rowInMessage: 0 });
    } catch (error) {
      this.#close();
      this.#salvage(message, shape, error);
    }
    this.#passed(message);
    this.#work.rows += (this.#open?.reader.rowCount ?? before) - before;
  }

  /** Adds a message that holds no rows, or cannot be read at all. Without a sink, truncates and pulls have nothing to act on. */
  addControl(message: TopicMessage, hasSink: boolean): void {
    try {
      if (message.head === undefined) throw message.error;
      if (hasSink || familyOf(message.kind) === 'heartbeat') this.#addMark(message);
    } catch (error) {
      this.#close();
      this.#work.steps.push({ kind: 'broken', message, row: { rowInMessage: -1, error, tuple: null } });
    }
    this.#passed(message);
  }

  #addMark(message: TopicMessage): void {
    const { kind, namespace } = message;
    if (familyOf(kind) === 'heartbeat') {
      const { id, timestamp } = markOf(message);
      this.#work.watermark = timestamp;
      this.#work.lastId = id;
    } else if (familyOf(kind) === 'truncate') {
      this.#close();
      this.#work.steps.push({ kind: 'truncate', namespace, id: markOf(message).id });
    } else if (Object.hasOwn(PULL_STEPS, kind)) {
      this.#close();
      this.#work.steps.push({ kind: PULL_STEPS[kind as keyof typeof PULL_STEPS], namespace, ...pullMarkOf(message) });
    }
  }

  /** Gives what was added and begins anew. */
  take(): LaneWork {
    this.#close();
    const work = this.#work;
    this.#work = emptyWork();
    return work;
  }

  #openFor(shape: SourceShape): OpenRows {
    if (this.#open?.shape === shape) return this.#open;
    this.#close();
    let reader = this.#readers.get(shape);
    if (reader === undefined) {
      reader = new BatchReader({ fields: [...shape.fields], storages: [...shape.storages] });
      this.#readers.set(shape, reader);
    }
    this.#open = { shape, reader, origins: [] };
    return this.#open;
  }

  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined || open.reader.rowCount === 0) return;
    this.#work.steps.push({ kind: 'rows', shape: open.shape, batch: open.reader.take(), origins: open.origins });
  }

  #salvage(message: TopicMessage, shape: SourceShape, error: unknown): void {
    const { good, broken } = salvage(message, error);
    const open = this.#openFor(shape);
    for (const { rowInMessage, bytes } of good) {
      const firstRow = open.reader.rowCount;
      open.reader.append(bytes);
      open.origins.push({ message, firstRow, rowInMessage });
    }
    this.#work.rows += open.reader.rowCount;
    this.#close();
    for (const row of broken) this.#work.steps.push({ kind: 'broken', message, row });
  }

  #passed(message: TopicMessage): void {
    this.#work.bytes += message.value.length;
    this.#work.nextOffset = message.offset + 1n;
    if (message.head !== undefined) this.#work.newest = message;
  }
}

function emptyWork(): LaneWork {
  return { steps: [], nextOffset: 0n, rows: 0, bytes: 0, newest: undefined, watermark: undefined, lastId: undefined };
}

/** The message that a row of a batch came from, and the row's place in it. */
export function originOf(origins: readonly RowOrigin[], row: number): { message: TopicMessage; rowInMessage: number } {
  let low = 0;
  let high = origins.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (origins[middle]!.firstRow <= row) low = middle;
    else high = middle - 1;
  }
  const origin = origins[low]!;
  return { message: origin.message, rowInMessage: origin.rowInMessage + row - origin.firstRow };
}
