/**
 * Decides what is done with each message of the log: which rows an earlier process has published already, when the catalog must
 * be asked before going on, and what a row of the heartbeat table means.
 */
import { RtdpError } from '@rtdp/ums/error';
import type { BatchCutter } from '../../pipeline/batch-cutter.ts';
import { formatLsn } from '../../pipeline/lsn.ts';
import { type RowHead, timestampText } from '../../pipeline/row-head.ts';
import type { ChangeWriter } from '../../pipeline/to-ums.ts';
import type { OldTupleKind, PgoutputHandler, RelationMessage, TupleText } from './pgoutput-decoder.ts';
import type { Relation, RelationCache } from './relation-cache.ts';

/** A row of the heartbeat table that came back through the log. */
export interface HeartbeatRow {
  /** Which source wrote it. */
  source: string;
  sequence: number;
  /** Base of its stride. */
  base: bigint;
  commitMicros: bigint;
  relation: Relation;
}

export interface LogChangesOptions {
  writer: ChangeWriter;
  cutter: BatchCutter;
  head: RowHead;
  relations: RelationCache;
  /** The transaction of which an earlier process has published the first rows. */
  inside: { commitLsn: bigint; rows: number; part: number } | null;
  /** Messages wait until this is done. */
  hold: (work: Promise<void>) => void;
  onTransaction: (xid: number) => void;
  onHeartbeat: (row: HeartbeatRow) => void;
}

export class LogChanges implements PgoutputHandler {
  readonly #options: LogChangesOptions;
  #bytes: Uint8Array = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  #xid = 0;
  #commitMicros = 0n;
  /** Rows of the open transaction that are in Kafka already. */
  #skip = 0;
  #hasRows = false;

  constructor(options: LogChangesOptions) {
    this.#options = options;
  }

  /** The bytes that are being decoded, for the case that a row fails. */
  setMessage(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  rawMessage(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  get #size(): number {
    return this.#end - this.#start;
  }

  onBegin(finalLsn: bigint, commitMicros: bigint, xid: number): void {
    const { head, writer, cutter, inside } = this.#options;
    const isContinued = inside !== null && inside.commitLsn === finalLsn;
    this.#skip = isContinued ? inside.rows : 0;
    this.#xid = xid;
    this.#commitMicros = commitMicros;
    this.#hasRows = false;
    const timestamp = timestampText(commitMicros);
    head.setTransaction({ xid, commitMicros: Number(commitMicros), position: formatLsn(finalLsn) }, timestamp);
    writer.begin(timestamp);
    cutter.begin(xid, finalLsn, isContinued ? inside : { rows: 0, part: 0 });
  }

  onCommit(_commitLsn: bigint, endLsn: bigint, commitMicros: bigint): void {
    this.#options.cutter.commit(endLsn, Number(commitMicros));
  }

  onRelation(relation: RelationMessage): void {
    this.#options.hold(this.#options.relations.describe(relation));
  }

  onInsert(oid: number, row: TupleText): void {
    if (this.#isPublished()) return;
    const relation = this.#relation(oid);
    if (relation.isHeartbeat) this.#onHeartbeat(relation, row);
    else this.#options.writer.insert(relation, row, this.#size);
  }

  onUpdate(oid: number, oldKind: OldTupleKind, old: TupleText, row: TupleText): void {
    if (this.#isPublished()) return;
    const relation = this.#relation(oid);
    if (relation.isHeartbeat) this.#onHeartbeat(relation, row);
    else this.#options.writer.update(relation, oldKind, old, row, this.#size);
  }

  onDelete(oid: number, oldKind: OldTupleKind, old: TupleText): void {
    if (this.#isPublished()) return;
    const relation = this.#relation(oid);
    if (relation.isHeartbeat) this.#options.writer.pass(this.#size);
    else this.#options.writer.delete(relation, oldKind, old, this.#size);
  }

  onTruncate(oids: number[]): void {
    for (const oid of oids) {
      if (this.#isPublished()) continue;
      const relation = this.#relation(oid);
      if (relation.isHeartbeat) this.#options.writer.pass(this.#size);
      else this.#options.writer.truncate(relation, this.#size);
    }
  }

  /** Counts a row change; true if an earlier process has published it. */
  #isPublished(): boolean {
    if (this.#skip > 0) {
      this.#skip--;
      return true;
    }
    if (!this.#hasRows) {
      this.#hasRows = true;
      this.#options.onTransaction(this.#xid);
    }
    return false;
  }

  #relation(oid: number): Relation {
    const relation = this.#options.relations.get(oid);
    if (relation !== undefined) return relation;
    throw new RtdpError({
      code: 'DBUS_LOG_MALFORMED',
      message: `The log has a row of relation ${oid}, which it did not describe.`,
      next: 'The stream connects again by itself; if this stays, report it with the version of Postgres.',
      facts: { oid },
    });
  }

  #onHeartbeat(relation: Relation, row: TupleText): void {
    const { writer, onHeartbeat } = this.#options;
    const source = textOf(relation, row, 'source');
    const sequence = Number(textOf(relation, row, 'sequence'));
    const base = writer.pass(this.#size);
    onHeartbeat({ source, sequence, base, commitMicros: this.#commitMicros, relation });
  }
}

function textOf(relation: Relation, row: TupleText, column: string): string {
  const index = relation.columns.indexOf(column);
  if (index === -1 || row.states[index] !== 0) return '';
  const { buffer } = row;
  return Buffer.from(
    buffer.buffer,
    buffer.byteOffset + row.starts[index]!,
    row.ends[index]! - row.starts[index]!,
  ).toString();
}
