/** Decides how messages of one table become a batch: the scanner first, the plain reader for whatever the scanner leaves. */
import { isUtf8 } from 'node:buffer';
import { type Batch, UNCHANGED, UNKNOWN } from './batch.ts';
import { BatchBuilder } from './batch-builder.ts';
import { RtdpError } from './error.ts';
import { readMessage, type UmsMessage } from './message.ts';
import { MessageBytes } from './message-bytes.ts';
import { asBuffer, findHead, isTail, peekHead } from './message-head.ts';
import { familyOf, isDataKind } from './message-kinds.ts';
import { checkPlan, layOut, type ReaderPlan, type TupleLayout } from './tuple-layout.ts';
import { scanRows } from './tuple-scanner.ts';

export interface BatchReaderCounts {
  /** Messages that needed the plain reader: right, but slow. */
  readonly plain: number;
  /** Skipped messages of unknown kinds: kind → how many. */
  readonly unknownKinds: ReadonlyMap<string, number>;
}

/** The head of a message up to its rows: the next message of the same table starts with the same bytes. */
interface KnownHead {
  readonly prefix: Buffer;
  readonly namespace: string;
  readonly kind: string;
  readonly layout: TupleLayout;
  readonly contextBefore: boolean;
}

const KNOWN_HEADS = 8;

export class BatchReader {
  private readonly plan: ReaderPlan;
  private readonly builder: BatchBuilder;
  private readonly source = new MessageBytes();
  private heads: KnownHead[] = [];
  private namespace = '';
  private kind = '';
  private plainCount = 0;
  private readonly unknownKinds = new Map<string, number>();

  /**
   * @param plan the table's fields without system fields, and how each is to be held. A column that is skipped is passed over: its
   * values are not checked. Messages may have their columns in another order, and others besides.
   * @throws UMS_PLAN
   */
  constructor(plan: ReaderPlan) {
    checkPlan(plan);
    this.plan = plan;
    this.builder = new BatchBuilder(plan.fields, plan.storages);
  }

  get rowCount(): number {
    return this.builder.rowCount;
  }

  get counts(): BatchReaderCounts {
    return { plain: this.plainCount, unknownKinds: this.unknownKinds };
  }

  /**
   * Adds the rows of one message: all or none. The bytes are not kept.
   * @returns how many rows were added; 0 for a message of an unknown kind, which is counted
   * @throws what `readMessage` throws; UMS_KIND for a kind without rows (look at `peekHead` first); UMS_PLAN for a message whose columns do
   * not fit the plan; UMS_BATCH_MIXED for one of another namespace than the rows that are there (take them first)
   */
  append(message: Uint8Array): number {
    const bytes = asBuffer(message);
    const start = this.builder.rowCount;
    const head = isUtf8(bytes) ? this.findKnownHead(bytes) : null;
    if (head !== null) {
      this.checkSame(head.namespace);
      this.source.load(bytes);
      const end = scanRows(this.source, head.prefix.length, head.layout, this.builder);
      if (end >= 0 && isTail(bytes, end, head.contextBefore))
        return this.finishMessage(head.namespace, head.kind, start);
      this.builder.truncate(start);
    }
    return this.appendPlain(bytes, start);
  }

  /** The batch so far, which keeps its memory, and an empty reader. */
  take(): Batch {
    return this.builder.take(this.namespace, this.kind);
  }

  /**
   * Gives the memory of a batch back, for batches to come: saves allocating it. Optional, and only for a batch that nobody will read again,
   * not even in part: its arrays will hold other rows.
   * @returns false for a batch of another reader, or one that was given back before
   */
  recycle(batch: Batch): boolean {
    return this.builder.recycle(batch);
  }

  private findKnownHead(bytes: Buffer): KnownHead | null {
    for (const head of this.heads) {
      const { length } = head.prefix;
      if (bytes.length > length && bytes.compare(head.prefix, 0, length, 0, length) === 0) return head;
    }
    return this.learnHead(bytes);
  }

  /** Null leaves the message to the plain reader: it is of another kind, in an unusual order, or wrong. */
  private learnHead(bytes: Buffer): KnownHead | null {
    const positions = findHead(bytes);
    if (positions === null || positions.contextBefore) return null;
    const { kind, namespace, fields } = peekHead(bytes);
    if (!isDataKind(kind)) return null;
    const head: KnownHead = {
      prefix: Buffer.from(bytes.subarray(0, positions.rowsStart)),
      namespace,
      kind,
      layout: layOut(fields(), this.plan, this.builder),
      contextBefore: positions.contextBefore,
    };
    this.heads = [head, ...this.heads.slice(0, KNOWN_HEADS - 1)];
    return head;
  }

  private appendPlain(bytes: Buffer, start: number): number {
    const message = readMessage(bytes);
    const { kind, namespace } = message;
    if (familyOf(kind) === 'unknown') {
      this.unknownKinds.set(kind, (this.unknownKinds.get(kind) ?? 0) + 1);
      return 0;
    }
    if (!isDataKind(kind)) throw kindError(kind);
    this.checkSame(namespace);
    this.plainCount++;
    this.addRows(message, layOut(message.fields, this.plan, this.builder));
    return this.finishMessage(namespace, kind, start);
  }

  private addRows({ fields, rows, unchanged, unknown }: UmsMessage, layout: TupleLayout): void {
    const operationPlace = fields.findIndex((field) => field.name === 'ums_op_');
    const columnPlaces = fields.flatMap((field, place) => {
      const written = layout.planned[place]! >= 0 || field.name === 'ums_id_' || field.name === 'ums_ts_';
      return written ? [place] : [];
    });
    for (const [index, tuple] of rows.entries()) {
      const row = this.builder.openRow();
      if (operationPlace >= 0) this.builder.operations[row] = String(tuple[operationPlace]).charCodeAt(0);
      for (const place of columnPlaces) layout.builders[place]!.setValue(row, tuple[place]!);
      for (const place of unchanged?.[index] ?? []) this.markUntold(layout, place, row, UNCHANGED);
      for (const place of unknown?.[index] ?? []) this.markUntold(layout, place, row, UNKNOWN);
      this.builder.rowCount++;
    }
  }

  private markUntold(layout: TupleLayout, place: number, row: number, mark: number): void {
    if (layout.planned[place]! >= 0) layout.builders[place]!.setUntold(row, mark);
  }

  private checkSame(namespace: string): void {
    if (this.builder.rowCount === 0 || namespace === this.namespace) return;
    throw new RtdpError({
      code: 'UMS_BATCH_MIXED',
      message: `The batch holds rows of ${this.namespace}; a message of ${namespace} cannot join it.`,
      next: 'Take the batch first; use one reader per table and version.',
      facts: { namespace, batchNamespace: this.namespace },
    });
  }

  private finishMessage(namespace: string, kind: string, start: number): number {
    if (start === 0) {
      this.namespace = namespace;
      this.kind = kind;
    }
    return this.builder.rowCount - start;
  }
}

function kindError(kind: string): RtdpError {
  return new RtdpError({
    code: 'UMS_KIND',
    message: `A message of the kind ${kind} has no rows for a batch.`,
    next: 'Ask familyOf(peekHead(bytes).kind) first, and read it with readMessage.',
    facts: { kind },
  });
}
