/**
 * Decides when a Kafka transaction is full: at a commit of the source once rows, bytes or time are up, and in the middle of a
 * source transaction only if that one alone is larger than the limits.
 *
 * Time: an idle stream waits {@link IDLE_LINGER_MS} for company, a busy one longer, up to `limits.lingerMs`, for each Kafka transaction
 * costs the same however little it holds.
 */
import type { SourceLimits } from '../catalog/source-definition.ts';
import type { Batch } from './batch.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { PipelineMessage } from './contract.ts';
import { type EndedMessage, finishMessage, type MessageMarks } from './message-writer.ts';

const IDLE_LINGER_MS = 1;
/** A batch of this size was worth its transaction; from here on waiting longer makes bigger ones. */
const BUSY_BYTES = 262_144;
/** What a row takes beyond its bytes in the log: system values, quotes, commas. */
const ROW_OVERHEAD_BYTES = 100;

export interface BatchCutterOptions {
  limits: Pick<SourceLimits, 'rows' | 'bytes' | 'lingerMs'>;
  pool: BufferPool;
  marks: Pick<MessageMarks, 'source' | 'instance'>;
  now: () => number;
  /** Ends the open messages of all tables: they come back through `addEnded`. */
  seal: () => void;
  /** What goes behind all rows of the batch: heartbeats. */
  closing: () => PipelineMessage[];
  nextId: () => bigint;
  /** True while the publisher could begin a transaction at once. */
  isPublisherIdle: () => boolean;
  onBatch: (batch: Batch) => void;
}

export class BatchCutter {
  readonly #options: BatchCutterOptions;
  #entries: (EndedMessage | PipelineMessage)[] = [];
  #asides: PipelineMessage[] = [];
  #schemaRecords = new Map<string, Buffer>();
  #onCommitted: (() => void)[] = [];
  #rows = 0;
  #bytes = 0;
  #sourceTransactions = 0;
  #lsn: bigint;
  #commitMicros = 0;
  #isUrgent = false;

  /** The source transaction that is being decoded. */
  #open:
    | { xid: number; finalLsn: bigint; rows: number; batchRows: number; batchBytes: number; part: number }
    | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isLingerOver = false;
  #lastBytes = 0;

  /** @param lsn what the position says before the first batch */
  constructor(lsn: bigint, options: BatchCutterOptions) {
    this.#lsn = lsn;
    this.#options = options;
  }

  /** Row changes of the open source transaction so far. */
  get rowsOfTransaction(): number {
    return this.#open?.rows ?? 0;
  }

  get openBytes(): number {
    return this.#bytes;
  }

  addEnded(message: EndedMessage): void {
    this.#entries.push(message);
  }

  /** A message of its own, behind all that was ended before it. */
  addMessages(messages: readonly PipelineMessage[]): void {
    this.#entries.push(...messages);
  }

  addAside(message: PipelineMessage): void {
    this.#asides.push(message);
    this.#bytes += message.value.length;
  }

  addSchemaRecord(record: { key: string; value: Buffer }): void {
    this.#schemaRecords.set(record.key, record.value);
  }

  whenCommitted(callback: () => void): void {
    this.#onCommitted.push(callback);
  }

  /** Cuts at the next chance instead of lingering: somebody waits. */
  hurry(): void {
    this.#isUrgent = true;
    if (this.#open === undefined) this.#cutIfAllowed();
  }

  /** @param done rows and parts of it that an earlier process has published */
  begin(xid: number, finalLsn: bigint, done: { rows: number; part: number }): void {
    this.#open = { xid, finalLsn, rows: done.rows, batchRows: 0, batchBytes: 0, part: done.part };
  }

  /** After each row change, with its bytes in the log. */
  countRow(logBytes: number): void {
    const open = this.#open;
    if (open === undefined) return;
    const bytes = logBytes + ROW_OVERHEAD_BYTES;
    open.rows++;
    open.batchRows++;
    open.batchBytes += bytes;
    this.#rows++;
    this.#bytes += bytes;
    const { limits } = this.#options;
    if (open.batchBytes >= limits.bytes || open.batchRows >= limits.rows) this.#cut();
  }

  commit(endLsn: bigint, commitMicros: number): void {
    const open = this.#open;
    this.#lsn = endLsn;
    this.#commitMicros = commitMicros;
    this.#sourceTransactions++;
    const { limits } = this.#options;
    const isFull = this.#bytes >= limits.bytes || this.#rows >= limits.rows;
    if (open !== undefined && open.part > 0) {
      // The last part of a split transaction says so, hence it is a batch of its own.
      open.part++;
      this.#open = { ...open, batchRows: 0, batchBytes: 0 };
      this.#cut(true);
      this.#open = undefined;
      return;
    }
    this.#open = undefined;
    if (isFull || this.#isUrgent) this.#cut();
    else if (this.#isLingerOver) this.#cutIfAllowed();
    else this.#startTimer();
  }

  /** The publisher has become idle, or has room. */
  onPublisherIdle(): void {
    if (this.#isLingerOver && this.#open === undefined) this.#cutIfAllowed();
  }

  /** Nothing that was not cut will be. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Cuts what is whole, for a stop in order. */
  flush(): void {
    if (this.#open === undefined && this.#hasContent()) this.#cut();
  }

  #startTimer(): void {
    if (this.#timer !== undefined || !this.#hasRows()) return;
    const { lingerMs } = this.#options.limits;
    const wanted = this.#lastBytes > BUSY_BYTES ? lingerMs : Math.min(IDLE_LINGER_MS, lingerMs);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#isLingerOver = true;
      if (this.#open === undefined) this.#cutIfAllowed();
    }, wanted);
  }

  #cutIfAllowed(): void {
    if (this.#hasContent() && (this.#isUrgent || this.#options.isPublisherIdle())) this.#cut();
  }

  #hasRows(): boolean {
    return this.#rows > 0 || this.#entries.length > 0 || this.#asides.length > 0 || this.#schemaRecords.size > 0;
  }

  #hasContent(): boolean {
    return this.#sourceTransactions > 0 || this.#hasRows() || this.#onCommitted.length > 0;
  }

  #cut(isLastPart = false): void {
    const { pool, marks, now, seal, closing, nextId, onBatch } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isLingerOver = false;
    this.#isUrgent = false;
    const open = this.#open;
    if (open !== undefined && !isLastPart) open.part++;
    seal();
    const publishTs = now();
    const split = open === undefined ? undefined : { xid: open.xid, part: open.part, isLast: isLastPart };
    const messages = this.#entries.map((entry) =>
      'at' in entry ? finishMessage(entry, { ...marks, publishTs, ...(split ? { split } : {}) }, pool) : entry,
    );
    messages.push(...closing());
    const batch: Batch = {
      messages,
      asides: this.#asides,
      schemaRecords: [...this.#schemaRecords].map(([key, value]) => ({ key, value })),
      lsn: this.#lsn,
      nextId: nextId(),
      inside: open === undefined || isLastPart ? null : { commitLsn: open.finalLsn, rows: open.rows, part: open.part },
      rows: this.#rows,
      bytes: this.#bytes,
      sourceTransactions: this.#sourceTransactions,
      commitMicros: this.#commitMicros,
      onCommitted: this.#onCommitted,
    };
    this.#lastBytes = this.#bytes;
    this.#entries = [];
    this.#asides = [];
    this.#schemaRecords = new Map();
    this.#onCommitted = [];
    this.#rows = 0;
    this.#bytes = 0;
    this.#sourceTransactions = 0;
    if (open !== undefined) {
      open.batchRows = 0;
      open.batchBytes = 0;
    }
    onBatch(batch);
  }
}
