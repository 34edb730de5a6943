/**
 * Decides what the rest of DBus may ask of a running stream: one page of types and no code.
 *
 * `run-stream.ts` gives a {@link SourceStream}; the snapshot reserves ids, checks visibility and publishes through its
 * {@link Sequencer}, so that snapshot and stream share one counter, one transactional producer and one schema version.
 */
import type { RtdpError } from '@rtdp/ums/error';
import type { Namespace } from '@rtdp/ums/namespace';
import type { UmsField } from '@rtdp/ums/types';

/** A table of the source as the source itself spells it (not escaped). */
export interface TableName {
  schema: string;
  table: string;
}

/** The schema a table has in the stream right now, opened by the sequencer and recorded in Kafka. */
export interface StreamSchema {
  /** With its version; `formatNamespace` gives the text of messages. */
  namespace: Namespace;
  /** Decimal text, counts from 1 with every change of columns, keys or UMS types. */
  version: string;
  /** Counts incompatible changes from 1: the number of the Schema Registry's subject. */
  major: number;
  /** Without the system fields, in the order of the table; names are already free of `ums_*_`. */
  fields: UmsField[];
  /** Equal exactly if `fields` are equal. */
  fingerprint: string;
  /** Full pulls of the table so far. */
  batchId: number;
  /** True if the table stopped by itself after too many rows that failed: its changes are passed over until `resumeTable`. */
  stopped: boolean;
}

/** What one call of `reserve` took from the counter, after it became durable in Kafka. */
export interface Reservation {
  /** Of the first row; each further row is `STRIDE` greater. The row itself is at `firstId + 1n` (see `@rtdp/ums/ids`). */
  firstId: bigint;
  count: number;
  /**
   * Source transactions (32-bit xids, as the log gives them) with a change below `firstId` that were not yet known to be
   * visible to new snapshots: the chunk's snapshot must contain all of them; see `unseenIn` in `visibility.ts`.
   */
  mustSee: readonly number[];
}

/** A message for Kafka that somebody else than the stream made: chunk rows, pull marks, dead letters. */
export interface PipelineMessage {
  topic: string;
  partition: number;
  key: Buffer | string | null;
  value: Buffer;
  headers?: Record<string, string | Buffer>;
}

/**
 * Counter, position and schema versions of one source. Every promise here rejects with DBUS_STREAM_RESTARTED when the
 * stream lost Postgres or Kafka before the outcome was known: reserve anew and repeat (rows of a repeated chunk get new ids,
 * so a copy that did arrive does no harm). After `stop()` it is DBUS_STREAM_STOPPED.
 */
export interface Sequencer {
  /** Takes `count` strides from the counter. Resolves only after the position record that holds the new counter is committed. */
  reserve(count: number): Promise<Reservation>;
  /** Tells that a snapshot contained these transactions; they are left out of later reservations. */
  markSeen(xids: Iterable<number>): void;
  /** Sends with one of the next Kafka transactions, whole and in order; resolves after its commit. At most about 8 MB a call. */
  publish(messages: PipelineMessage[]): Promise<void>;
  /** Whether the stream is there to number rows: schemas are known only then. */
  isAttached(): boolean;
  /** As of the last row decoded; undefined before the first one. */
  currentSchema(table: TableName): StreamSchema | undefined;
  /**
   * Writes a heartbeat at the source and, when it comes back through the log, opens the version that the catalog then
   * shows (the first one, or a new one if it differs). Resolves with the schema that then holds, after it is committed.
   * Rejects with DBUS_TABLE_NOT_FOUND.
   */
  refreshSchema(table: TableName): Promise<StreamSchema>;
  /** Counts a full pull of the table: increments carry the new number from now on. Resolves with it after it is committed. */
  nextBatchId(table: TableName): Promise<number>;
  /** Lets a table go on that had stopped by itself; pull it afterwards, what it missed is not in the stream. */
  resumeTable(table: TableName): Promise<void>;
  /** Resolves when everything the source committed at or before this LSN is committed in Kafka. */
  drained(lsn: bigint): Promise<void>;
}

/** What a stream is doing. `stopped` is final until `start` is called again and always says why. */
export type StreamState =
  | { name: 'idle' }
  | { name: 'connecting'; attempt: number; lastError?: RtdpError }
  | { name: 'streaming'; since: number }
  | { name: 'waiting'; attempt: number; retryAt: number; lastError: RtdpError }
  | { name: 'stopped'; reason?: RtdpError };

/** Counts since start-up; read them whenever a metric is scraped. */
export interface StreamFigures {
  /** Changes of captured tables; neither heartbeats nor dead letters. */
  rows: number;
  bytes: number;
  sourceTransactions: number;
  kafkaTransactions: number;
  deadLetters: number;
  rereads: number;
  heartbeats: number;
  /** Values kept in the source's text because UMS has no form for them: BC and infinite dates, odd arrays. */
  sourceTextValues: number;
  restarts: number;
  /** Source commit time of the newest published transaction, milliseconds since the epoch; 0 before the first. */
  publishedCommitMillis: number;
  /** Source commit to Kafka commit of the last transaction, milliseconds. */
  lastLatencyMillis: number;
  /** End of the newest transaction that is committed in Kafka. */
  durableLsn: bigint;
  /** Bytes decoded and not yet committed in Kafka. */
  openBytes: number;
  nextId: bigint;
}

/** Per table: rows since start-up and the source's commit time of the newest, milliseconds since the epoch. */
export interface TableFigures {
  rows: number;
  publishedCommitMillis: number;
  deadLetters: number;
  deadLettersInARow: number;
}

export interface SourceStream {
  readonly sequencer: Sequencer;
  readonly figures: StreamFigures;
  /** Keyed by `schema.table` as the source spells it. */
  readonly tableFigures: ReadonlyMap<string, TableFigures>;
  state(): StreamState;
  /** Resolves when the stream is streaming for the first time; rejects with the reason if it stopped instead. */
  start(): Promise<void>;
  /** Ends what is under way, commits it, leaves the slot. */
  stop(): Promise<void>;
}
