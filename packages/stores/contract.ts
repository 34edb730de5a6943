/**
 * The contract of a store's sink: what a writer may ask of a sink table, in what order, and what it may rely on.
 *
 * Life: `store.openSink(definition)` → `ensure()` once → per partition `claim()` → many `write()` → `close()`.
 * All methods may be called again after an error; what failed has changed nothing (each is one transaction of the store).
 * Errors are `RtdpError` with a `STORE_…` code; `isRetriable(error)` in `retry-decision.ts` says whether the same call may succeed later.
 * Calls for different (topic, partition) pairs may run at the same time, calls for one pair must wait for each other.
 */
import type { Batch } from '@rtdp/ums/batch';
import type { SchemaDiff } from '@rtdp/ums/schema-diff';
import type { UmsField } from '@rtdp/ums/types';

/** What a delete leaves behind: nothing (a side table remembers key and id), a row with `ums_active_ = 0`, or one more row of history. */
export type DeletePolicy = 'physical' | 'tombstone' | 'history';

/** A sink table. Its identity in the store is (schema, table); its one writing flow is `flow`. */
export interface SinkDefinition {
  /** The writing flow. A table that another flow owns is refused with STORE_OTHER_WRITER. */
  flow: string;
  /** How people call it, where that is not its identity; told in the store's comment on the table. */
  flowName?: string;
  schema: string;
  table: string;
  /** Columns without system fields; `key: true` marks the sink key. No key: rows are identified by `ums_id_` and only inserted. */
  fields: readonly UmsField[];
  deletes: DeletePolicy;
  /** Several source tables feed this table: the key starts with `ums_source_` (namespace without version); floor, truncate and detection act per source. */
  sourceNamespaceInKey?: boolean;
  /** One source row gives several: the key is the source key plus this ordinal column (both are `key` fields). Write `replace` items only. */
  explode?: { ordinalColumn: string };
  /** Sink key column → source key column, where a flow renamed it; re-read requests speak of the source's columns. */
  keyFrom?: Readonly<Record<string, string>>;
  /** `system` of the source namespace; decides whether `sourceType` may name this store's own types. Default `postgresql`. */
  sourceSystem?: string;
}

/** A row that must be read again at its source, because the sink could not make it complete. `key` = the key columns' text, by name. */
export interface RereadRequest {
  namespace: string;
  key: Record<string, string>;
  reason: string;
}

/**
 * One step of the work, applied in order. `namespace` is the source table's, with version.
 * - `rows`: `i` and every row of a pull are whole rows (untold columns become NULL and are asked for again), `u` keeps what is untold,
 *   `d` needs only its key, `b` is skipped. Several rows of one key may be in one batch, in any order of id.
 * - `replace` (exploded): all rows with one source key and one id replace what that source key gave before; a `d` replaces it with nothing.
 * - `truncate`: one copy per partition under one id.
 * - `pull-start`, `pull-end`: one copy per partition; `partitions` = partition count of the topic. Rows below `firstId` are detected as deleted once
 *   all copies of both are applied and no dead letter of the pull is open.
 * - `pull-cancel`: the pull will not end; its marks are forgotten, nothing is detected because of it.
 * - `dead-letter`: the row `id` is kept elsewhere, open until `replay` closes it; holds back detection of its pull and the clearing of the side table.
 * - `reread`: a request the flow itself makes (a computed column was untold).
 */
export type SinkItem =
  | { kind: 'rows'; batch: Batch }
  | { kind: 'replace'; batch: Batch }
  | { kind: 'truncate'; id: bigint; namespace: string }
  | { kind: 'pull-start'; pullId: string; firstId: bigint; namespace: string; partitions: number }
  | { kind: 'pull-end'; pullId: string; firstId: bigint; namespace: string; partitions: number }
  | { kind: 'pull-cancel'; pullId: string; firstId: bigint; namespace: string; partitions: number }
  | { kind: 'dead-letter'; id: bigint; namespace: string; pullId?: string }
  | { kind: 'reread'; requests: readonly RereadRequest[] };

export interface SinkWork {
  topic: string;
  partition: number;
  /** From `claim`. */
  epoch: bigint;
  /** The position the store must hold now; null = none yet. Otherwise STORE_FENCED, and nothing is written. */
  expectedOffset: bigint | null;
  /** The position afterwards. May equal `expectedOffset` when nothing was consumed. */
  nextOffset: bigint;
  /** May be empty: then only the position moves. */
  items: readonly SinkItem[];
  /** Greatest id of increments and heartbeats up to `nextOffset`, if known: lets `collect` clear the side table. */
  lastId?: bigint;
  /** The flow begins anew at `nextOffset`, also behind or ahead: pulls that are under way are forgotten, because their rows may be skipped. */
  anew?: true;
}

/** `items` of one partition; `closes` = ids of dead letters of `namespace`. Rows whose key has moved on are asked for again. */
export type ReplayWork = Pick<SinkWork, 'topic' | 'partition' | 'items'> & {
  closes: readonly bigint[];
  namespace: string;
};

/** Rows in = applied + stale + deleted + (rereads that inserted nothing). Rows superseded within their own batch count as applied. */
export interface SinkOutcome {
  applied: number;
  /** Older than what the store holds, remembers or has truncated: replays, late rows. Not an error. */
  stale: number;
  deleted: number;
  rereads: number;
  /** Rows that truncates removed. */
  truncated: number;
  /** Rows that delete detection removed, if this work completed a pull. */
  detected: number;
  /** One counter per sink table, drawn after the commit; only grows, also when the table is made anew; has gaps. */
  commitNumber: bigint;
  /** Milliseconds since 1970, by this process. */
  committedAt: number;
}

/** `openPull` = the newest pull whose start, but not yet its end, was applied in the partition. */
export type Claim = { epoch: bigint; nextOffset: bigint | null; openPull: string | null };

export interface TableSink {
  readonly guarantee: 'exactly-once-in-effect' | 'at-least-once';
  readonly definition: SinkDefinition;
  /** Whether `ensure` could make the table, or take the one that is there, before any flow writes it; changes nothing. @throws STORE_TABLE_FOREIGN, STORE_BAD_DEFINITION */
  check(): Promise<void>;
  /** Makes schema, table and bookkeeping, or checks that they are this flow's and fit (a compatible difference is evolved). */
  ensure(): Promise<void>;
  /**
   * Alters the table to the fields of `namespace`'s version, under the floor lock. A version the sink has seen already (another worker was first)
   * changes nothing, so every worker may call it. A dropped column stays, as NULL for new rows. Incompatible: STORE_INCOMPATIBLE, nothing changed.
   */
  evolve(change: { namespace: string; diff: SchemaDiff; fields: readonly UmsField[] }): Promise<void>;
  /** Takes a partition over: raises its epoch, so that every write of an older worker fails with STORE_FENCED. */
  claim(topic: string, partition: number, worker: string): Promise<Claim>;
  /** One transaction: fence, floor, guarded statements, position. A row the store refuses is STORE_ROW_REFUSED: the caller bisects. */
  write(work: SinkWork): Promise<SinkOutcome>;
  /** Rows of closed dead letters with their own ids, beside the stream: same locks and guard, no position moves; closes the named dead letters. */
  replay(work: ReplayWork): Promise<SinkOutcome>;
  /** Clears remembered deletes and raises the floor to the greatest safe id ≤ `below` (nothing at or below it may still be published). Returns it. */
  collect(options: {
    below: bigint;
    partitions: readonly { topic: string; count: number }[];
  }): Promise<{ floor: bigint; cleared: number }>;
  /** Gives up connections' state for this table; the table stays. */
  close(): Promise<void>;
}

/** One database server's database, with its own small pool of connections that all sinks of it share. */
export interface Store {
  readonly kind: string;
  /** Connects and asks one question; throws STORE_UNREACHABLE or STORE_REFUSED. */
  check(): Promise<void>;
  openSink(definition: SinkDefinition): TableSink;
  /** Releases the table from its flow: bookkeeping goes, the table and its rows stay. */
  forgetSink(schema: string, table: string, flow: string): Promise<void>;
  /** Requests recorded with the rows, oldest first, over all sinks; publish them, then acknowledge (at-least-once). */
  pendingRereads(limit: number): Promise<{ id: bigint; request: RereadRequest }[]>;
  acknowledgeRereads(ids: readonly bigint[]): Promise<void>;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** postgres://user:password@host:port/database */
  url: string;
  /** Connections for writing, default 4. */
  connections?: number;
  applicationName?: string;
  /** Wait for a lock at most, milliseconds, default 10000; then STORE_LOCK_TIMEOUT (retriable). */
  lockTimeoutMs?: number;
}
