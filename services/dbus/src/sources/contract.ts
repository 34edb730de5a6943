/** Decides what a kind of source must offer: the supervisor and the routes know sources through this page only. */
import type { Bus } from '@rtdp/bus/bus';
import type { Registry } from '@rtdp/bus/registry';
import type { Logger } from '@rtdp/service/logging';
import type { SourceQuestion } from '@rtdp/stores/compare-wire';
import type { EventStore } from '../catalog/event-store.ts';
import type { SchemaVersionStore } from '../catalog/schema-version-store.ts';
import type { SourceDefinition } from '../catalog/source-definition.ts';
import type { StoredSource } from '../catalog/source-store.ts';
import type { LostTable, TableStore } from '../catalog/table-store.ts';
import type { SourceMetrics } from '../health/source-metrics.ts';
import type { SourceStream, TableName } from '../pipeline/contract.ts';
import type { PullCommand } from '../pulls/pull-states.ts';
import type { Pull, PullStore } from '../pulls/pull-store.ts';

/** `advice`: nothing is missed without it. */
export type Severity = 'blocking' | 'warning' | 'advice';

/** One thing to know about a source or a table, and what to run to mend it. */
export interface Problem {
  code: string;
  severity: Severity;
  /** What is so, and what follows from it. */
  message: string;
  /** Exactly what to run at the source; null when no statement helps. */
  statement: string | null;
}

export interface TableReport extends TableName {
  /** Whether the definition asks for it. */
  chosen: boolean;
  /** The pattern by which the definition leaves it out; null where it only does not choose it, or does. */
  excludedBy: string | null;
  /** How it is, or would be, captured; null = not at all, the problems say why. */
  capture: 'all changes' | 'inserts and truncates' | null;
  keyColumns: string[];
  replicaIdentity: string;
  partitioned: boolean;
  estimatedRows: number;
  bytes: number;
  problems: Problem[];
}

export interface CheckReport {
  /** Whether it could be started now. */
  ready: boolean;
  serverVersion: string;
  problems: Problem[];
  tables: TableReport[];
}

/** What a source of any kind is given; it constructs nothing outside its folder. */
export interface SourceSurroundings {
  bus: Bus;
  /** null = there is none. JSON data never waits for it. */
  registry: Registry | null;
  logger: Logger;
  metrics: SourceMetrics;
  tables: TableStore;
  pulls: PullStore;
  schemaVersions: SchemaVersionStore;
  events: EventStore;
  rereadPositions: RereadPositions;
  /** Name of this process in Kafka keys. */
  instance: string;
  now: () => number;
  /** Remembers that the slot was made: one that is missing later is lost. */
  slotMade: () => Promise<void>;
}

/** How far each partition of the re-reads' topic has been answered. */
export interface RereadPositions {
  load(): Promise<Map<number, bigint>>;
  save(partition: number, nextOffset: bigint): Promise<void>;
}

/** How far a captured table is; counts since the stream was made. */
export interface TableProgress extends TableName {
  rows: number;
  deadLetters: number;
  /** It stopped by itself after too many rows that failed: its changes are passed over. */
  stopped: boolean;
  /** What the source committed to it before this is in Kafka; milliseconds since the epoch, 0 before the first. */
  reachedMillis: number;
}

export interface SlotReport {
  present: boolean;
  lagBytes: number;
  retainedBytes: number;
  budgetBytes: number;
  overBudget: boolean;
  /** Bytes until the server gives the slot up; null = no limit. */
  safeBytes: number | null;
  walStatus: string;
  /** Why the slot is of no use any more; empty while it is. */
  invalidation: string;
  seenAt: number;
}

export interface ReconcileReport {
  added: TableName[];
  /** Those that were lost just now among them. */
  removed: TableName[];
  changed: TableName[];
  /** All that were captured and may not be any more, also those of earlier. */
  lost: LostTable[];
}

/** A source at work. Everything that may be called concurrently says so. */
export interface RunningSource {
  readonly stream: SourceStream;
  /** Prepares and starts; resolves when rows flow. Rejects with what stands in the way (see {@link SourceKind.open}). */
  start(): Promise<void>;
  /** Ends pulls between two portions and the stream after its last transaction; never rejects. */
  stop(): Promise<void>;
  /** Compares the list of tables with the publications, now. `adopt` = take these in even if `future` is off. Calls take turns. */
  reconcile(adopt?: (table: TableName) => boolean): Promise<ReconcileReport>;
  /** Takes over another list of tables without restarting anything, and compares at once. `adopt` as above. */
  changeTables(definition: SourceDefinition, adopt: (table: TableName) => boolean): Promise<ReconcileReport>;
  pullCommand(pull: Pull, command: Exclude<PullCommand, 'rerun'>): Promise<void>;
  /** Looks for new pulls at once. */
  kickPulls(): void;
  pullWaitsFor(pullId: string): string | null;
  /** Every table that is captured now. */
  tables(): TableProgress[];
  /** Last look at the slot; undefined before the first. */
  slot(): SlotReport | undefined;
  health(): { status: 'ok' | 'degraded' | 'down'; detail: string };
}

/** Looks at what a source that does not run keeps at its server. */
export interface SourceWatch {
  /** Last look; undefined before the first. */
  report(): SlotReport | undefined;
  /** What is worth telling about it, or null. */
  alarm(): { status: 'degraded' | 'down'; detail: string } | null;
  stop(): Promise<void>;
}

export interface SourceKind {
  /**
   * Looks at server and tables without changing anything.
   * @param slotIsOurs whether what it holds at its server was made by this platform; false where it is not registered
   * @throws RtdpError DBUS_SOURCE_UNREACHABLE or DBUS_SOURCE_REFUSED
   */
  check(definition: SourceDefinition, slotIsOurs?: boolean): Promise<CheckReport>;
  /**
   * A source ready to be started. `start` rejects with DBUS_SOURCE_NOT_READY (mend and start again), DBUS_SLOT_LOST (final),
   * or what may pass by itself.
   */
  open(stored: StoredSource, surroundings: SourceSurroundings): Promise<RunningSource>;
  /** Watches the slot of a source that is held: the server keeps its log meanwhile. */
  watch(definition: SourceDefinition, logger: Logger, now: () => number): SourceWatch;
  /** Whether somebody reads the source's log at this moment, here or elsewhere. Rejects when its server cannot be asked. */
  isRead(definition: SourceDefinition): Promise<boolean>;
  /**
   * Answers one question of a comparison, see `@rtdp/stores/compare-wire`. Aborting `signal` ends what its server does for it; `onLeft` is called
   * when its server could not be told so.
   * @throws STORE_NOT_COMPARABLE, and what its server says
   */
  compare(
    definition: SourceDefinition,
    table: TableName,
    question: SourceQuestion,
    end: { signal: AbortSignal; onLeft: (error: unknown) => void },
  ): Promise<unknown>;
  /** Takes slot and publications away, those of another platform never. @returns what could not be taken away, as sentences. */
  remove(definition: SourceDefinition, slotIsOurs: boolean): Promise<string[]>;
}
