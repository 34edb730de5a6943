/**
 * Decides what the rest of the platform may ask of Kafka: the contract of the bus, one page of types and no code.
 *
 * `connectBus` in `connect.ts` gives a {@link Bus}; nothing outside this package sees a Kafka client. Whatever fails
 * rejects with an `RtdpError` whose code is listed in `error-codes.ts`.
 */
import type { Logger } from 'pino';

/** How to sign in to the brokers. */
export interface SaslOptions {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

/** TLS to the brokers; PEM texts, not paths. */
export interface TlsOptions {
  ca?: string | string[];
  cert?: string;
  key?: string;
  passphrase?: string;
  servername?: string;
  /** Default true; false only where somebody accepts an unchecked certificate knowingly. */
  rejectUnauthorized?: boolean;
}

export interface BusOptions {
  /** host:port of at least one broker. */
  brokers: string[];
  clientId: string;
  sasl?: SaslOptions;
  /** true = TLS with the system's certificate authorities. */
  ssl?: boolean | TlsOptions;
  logger?: Logger;
  /** Time for one TCP (and TLS) connection, milliseconds; default 3000. */
  connectionTimeoutMs?: number;
  /** Time for one answer of a broker, milliseconds; default 30000. */
  requestTimeoutMs?: number;
}

export type HeaderValue = string | Buffer;

/** A message on its way out. The partition is always chosen by the caller, never by a client's partitioner. */
export interface OutgoingMessage {
  partition: number;
  key: Buffer | string | null;
  /** null is a tombstone of a compacted topic. The bytes may be reused once the send has resolved. */
  value: Buffer | null;
  headers?: Record<string, HeaderValue>;
  /** Milliseconds since the epoch; default now. */
  timestamp?: number;
}

/** A message as read. `key` and `value` are views on the answer of the broker: keep a copy, not the view, for long. */
export interface IncomingMessage {
  offset: bigint;
  key: Buffer | null;
  value: Buffer | null;
  timestamp: number;
  headers: Record<string, Buffer>;
}

/** Several topics and partitions in one request to the brokers: the cheapest way to send. */
export type TopicMessages = { topic: string; messages: OutgoingMessage[] };

export interface BusTransaction {
  send(topic: string, messages: OutgoingMessage[]): Promise<void>;
  sendMany(batches: TopicMessages[]): Promise<void>;
  /**
   * Resolves when the commit is durable and can no longer be undone. Readers see it in a moment, when the broker has
   * written its markers; `start()` waits for the markers of what was committed before it. See {@link TransactionalProducer} for what a rejection means.
   */
  commit(): Promise<void>;
  /** Resolves when nothing of the transaction will ever be seen; harmless after a failed send or commit. */
  abort(): Promise<void>;
}

/** The last take-over that succeeded for each id of a producer, in the order of its ids; undefined where none has. For the memory of its process only. */
export type ProducerOwnership = readonly (IdOwnership | undefined)[];

export interface IdOwnership {
  producerId: bigint;
  producerEpoch: number;
  /** When the transaction was begun whose end is not known, by `performance.now()`; null = there is none. */
  openSince: number | null;
}

/**
 * One writer of one transactional id (or of two in turns). One transaction at a time; sends within one may overlap.
 *
 * A rejected `send` leaves the transaction good for `abort` only. A rejected `commit` says nothing about the outcome
 * (code BUS_COMMIT_UNKNOWN) unless its code is BUS_FENCED or BUS_TRANSACTION_TIMED_OUT, which both mean "not committed":
 * start again with what `ownership` says, read the position back from Kafka, and go on from there. After BUS_FENCED
 * another writer owns the id: stop, do not start again by itself.
 */
export interface TransactionalProducer {
  /**
   * Connects, takes the id over and aborts what an earlier owner left open. With `held`, the ownership of this producer or
   * of an earlier one of this process, only where nobody else has taken the id over since; else rejects with BUS_FENCED.
   * Where the broker may have ended the open transaction because it was open too long, the two cannot be told apart,
   * and the id is taken over.
   */
  start(held?: ProducerOwnership): Promise<void>;
  readonly ownership: ProducerOwnership;
  begin(): Promise<BusTransaction>;
  close(): Promise<void>;
}

export interface TransactionalProducerOptions {
  transactionalId: string;
  /** The broker aborts a transaction that is open longer; default 60000. */
  transactionTimeoutMs?: number;
  /**
   * Takes a second id, `<transactionalId>.second`, and uses the two in turns: a transaction then need not wait until the
   * brokers have marked the one before. Nothing else changes for who writes or reads. Default false.
   */
  alternating?: boolean;
}

/** Idempotent, without transactions: no duplicate by retry within the life of this producer. */
export interface BusProducer {
  send(topic: string, messages: OutgoingMessage[]): Promise<void>;
  sendMany(batches: TopicMessages[]): Promise<void>;
  close(): Promise<void>;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

export type StartOffset = bigint | 'earliest' | 'latest';

/** What was read of one partition at once: never empty of progress, but `messages` is empty if all were aborted. */
export interface IncomingBatch extends TopicPartition {
  messages: IncomingMessage[];
  /** Where to read on after this batch; it passes transaction markers and aborted messages, so store this. */
  nextOffset: bigint;
  /** Offset after the last message in the partition, committed or not. */
  highWatermark: bigint;
  /** Offset up to which a read-committed reader may read now. */
  lastStableOffset: bigint;
  /** Bytes of the keys and values. */
  bytes: number;
}

export interface ReaderLimits {
  /** How long a broker may hold a fetch without data, milliseconds; default 100. */
  maxWaitMs?: number;
  /** Bytes per partition in one fetch; default 4 MiB. A single bigger message is still delivered. */
  maxPartitionBytes?: number;
  /** Bytes per fetch; default 32 MiB. */
  maxBytes?: number;
  /** Batches fetched ahead per partition while `onBatch` is busy; default 2. */
  readAhead?: number;
  /** Partitions whose `onBatch` may run at the same time; default all. */
  concurrency?: number;
}

/**
 * Read-committed reading in batches. `onBatch` runs for one partition after the other in order, for different
 * partitions at the same time; awaiting in it is the back-pressure. If it rejects, the partition stops there (nothing
 * is skipped) and the error goes to `onError`; `seek` sets it going again.
 */
export interface PartitionHandlers {
  onBatch(batch: IncomingBatch): Promise<void>;
  /**
   * Told of what stops one partition: BUS_OFFSET_OUT_OF_RANGE (retention has deleted the position, or it lies beyond the end),
   * or the rejection of onBatch. Without `at`: something that stops the whole consumer, such as BUS_AUTHORIZATION.
   * Lost connections and elections are not errors; they are retried for ever and shown by `health()`.
   */
  onError(error: unknown, at?: TopicPartition): void;
}

export interface PartitionControl {
  /** No batch of these partitions will begin after the call; what is read ahead is kept. */
  pause(topic: string, partitions?: number[]): void;
  resume(topic: string, partitions?: number[]): void;
  /** The next batch begins at this offset; also restarts a partition that an error had stopped. */
  seek(topic: string, partition: number, offset: StartOffset): Promise<void>;
  /** Where each assigned partition stands; `lag` counts offsets up to the last stable one. */
  positions(): PartitionPosition[];
  health(): { connected: boolean; lastError?: string; lastFetchAt?: number };
}

export interface PartitionPosition extends TopicPartition {
  /** After the last batch that onBatch has finished. */
  position: bigint;
  highWatermark: bigint;
  lastStableOffset: bigint;
  lag: bigint;
  paused: boolean;
  stopped: boolean;
}

export interface ConsumerOptions extends PartitionHandlers, ReaderLimits {
  groupId: string;
  topics: string[];
  /**
   * Asked for each newly assigned partition. The bus keeps no offsets: the caller does. If it rejects at `start()`, so does
   * `start()`; at a later rebalance the assignment is asked for again until it answers, and `health()` says why.
   */
  startOffset(topic: string, partition: number): Promise<StartOffset>;
  /** Before the first batch of the new assignment. Partitions kept through a rebalance are announced again. */
  onAssigned?(partitions: TopicPartition[]): Promise<void> | void;
  /** Running batches have ended (or `rebalanceTimeoutMs` is over) when this is called; somebody else may read on. */
  onRevoked?(partitions: TopicPartition[]): Promise<void> | void;
  /** Default 10000. Heartbeats run on a timer, however long onBatch takes. */
  sessionTimeoutMs?: number;
  /** Default 30000. */
  rebalanceTimeoutMs?: number;
}

export interface BusConsumer extends PartitionControl {
  start(): Promise<void>;
  /** Waits for running batches, leaves the group. */
  stop(): Promise<void>;
  /** For show in Kafka's own tools only; the bus never reads them back. */
  commitOffsets(offsets: (TopicPartition & { offset: bigint })[]): Promise<void>;
}

/** Group-less reading of given partitions. */
export interface ReaderOptions extends PartitionHandlers, ReaderLimits {
  partitions: (TopicPartition & { offset: StartOffset })[];
}

export interface BusReader extends PartitionControl {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface ReadFromOptions extends Pick<ReaderLimits, 'maxWaitMs' | 'maxPartitionBytes'> {
  /** Read up to here, exclusive; default: the last stable offset found at the start. `'follow'` never ends. */
  until?: bigint | 'follow';
  signal?: AbortSignal;
}

export interface TopicOffsets {
  partition: number;
  /** First offset that is still there. */
  low: bigint;
  /** Last stable offset: where a read-committed reader's next message will be. */
  high: bigint;
}

export interface TopicDefinition {
  topic: string;
  partitions: number;
  compacted?: boolean;
  replicationFactor?: number;
  /** Kafka's own topic settings, for example {'retention.ms': '604800000'}. */
  config?: Record<string, string>;
}

export interface BusAdmin {
  /** True if it was made now. A topic that exists with another partition count is BUS_TOPIC_DIFFERENT. */
  ensureTopic(definition: TopicDefinition): Promise<boolean>;
  topicOffsets(topic: string): Promise<TopicOffsets[]>;
  partitionCount(topic: string): Promise<number>;
  listTopics(): Promise<string[]>;
  /** False if there was none. */
  deleteTopic(topic: string): Promise<boolean>;
  /** Deletes what lies before these offsets, as retention would. */
  deleteRecords(topic: string, before: { partition: number; offset: bigint }[]): Promise<void>;
  describe(topic: string): Promise<{ partitions: number; config: Record<string, string> }>;
  describeCluster(): Promise<{ clusterId: string; brokers: { nodeId: number; host: string; port: number }[] }>;
}

export interface Bus {
  /** Shared; connects with the first call. */
  admin(): BusAdmin;
  transactionalProducer(options: TransactionalProducerOptions): TransactionalProducer;
  /** A new one at each call; connects with the first send. */
  producer(): BusProducer;
  consumer(options: ConsumerOptions): BusConsumer;
  reader(options: ReaderOptions): BusReader;
  /**
   * Newest committed value per key of a whole topic, to its end at the time of the call; tombstones are left out. Unlike
   * a read-committed reader it also finds what is committed behind another producer's open transaction.
   */
  readCompacted(topic: string): Promise<Map<string, Buffer>>;
  /** One partition in order, batch by batch; the loop's own pace is the back-pressure. */
  readFrom(
    topic: string,
    partition: number,
    offset: StartOffset,
    options?: ReadFromOptions,
  ): AsyncIterable<IncomingBatch>;
  /** Stops and closes everything made from this bus. */
  close(): Promise<void>;
}
