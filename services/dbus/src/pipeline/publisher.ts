/**
 * Decides how batches reach Kafka: one transaction at a time, each with the position record as its last send, so that rows and
 * position are committed together or not at all.
 *
 * Works off two queues: batches of the stream, and what others asked to send or to have recorded (chunk rows, reservations).
 * After the first failure it is dead: `failed` tells, and the session that owns it starts over from the position in Kafka.
 */
import type {
  Bus,
  BusProducer,
  BusTransaction,
  ProducerOwnership,
  TopicMessages,
  TransactionalProducer,
} from '@rtdp/bus/bus';
import type { SourceDefinition } from '../catalog/source-definition.ts';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import type { Batch } from './batch.ts';
import type { PipelineMessage } from './contract.ts';
import { type Position, positionKey, writePosition } from './position-record.ts';

/** Bytes of one produce request: small enough to overlap with the next. */
const SEND_BYTES = 900_000;
/** Bytes that others may add to one transaction. */
const ASIDE_BYTES = 8_388_608;

/** Told of the edges of every Kafka transaction; the torture test counts the kills between them. */
export type TransactionTrace = (event: 'begin' | 'sent' | 'committed') => void;

export interface PublisherOptions {
  bus: Bus;
  definition: Pick<SourceDefinition, 'name' | 'source' | 'topic' | 'delivery' | 'transactionTimeoutMs'>;
  now: () => number;
  /** What the counter and the unseen transactions are at the moment of a commit; see `Sequencer`. */
  sequence: { recordedNextId(batchNextId: bigint): bigint; unseenXids(): number[] };
  onCommitted: (batch: Batch, position: Position) => void;
  onFailed: (error: unknown) => void;
  /** A batch was taken or the publisher became idle: the cutter may cut, the reader may read on. */
  onProgress: () => void;
  trace?: TransactionTrace;
}

interface Request {
  messages: PipelineMessage[];
  bytes: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #batches: Batch[] = [];
  readonly #requests: Request[] = [];
  #transactional: TransactionalProducer | undefined;
  #plain: BusProducer | undefined;
  #position: Position | undefined;
  #busy = false;
  #failure: { error: unknown } | undefined;
  #idle: (() => void)[] = [];

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /**
   * Takes the transactional id over: from here no earlier process can commit any more, and the position may be read.
   * @param held what an earlier publisher of this stream held: then only where no other process has taken over since
   * @throws RtdpError BUS_FENCED where one has
   */
  async fence(held?: ProducerOwnership): Promise<void> {
    const { bus, definition } = this.#options;
    // Also with at-least-once: the fence keeps two processes from writing one position.
    this.#transactional = bus.transactionalProducer({
      transactionalId: `dbus.${definition.name}`,
      transactionTimeoutMs: definition.transactionTimeoutMs,
      alternating: true,
    });
    await this.#transactional.start(held);
    if (definition.delivery === 'at-least-once') this.#plain = bus.producer();
  }

  /** What the next publisher of this stream fences with; undefined before {@link fence}. */
  get ownership(): ProducerOwnership | undefined {
    return this.#transactional?.ownership;
  }

  /** The position that Kafka holds (or the one to begin with), before anything is sent. */
  begin(position: Position): void {
    this.#position = position;
  }

  /** Batches that wait; the one under way is not counted. */
  get waiting(): number {
    return this.#batches.length;
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  get position(): Position | undefined {
    return this.#position;
  }

  add(batch: Batch): void {
    if (this.#failure !== undefined) return;
    this.#batches.push(batch);
    this.#work();
  }

  /** Sends the messages with a coming transaction and resolves after its commit; with none, only the position is recorded. */
  request(messages: PipelineMessage[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    const bytes = messages.reduce((sum, message) => sum + message.value.length, 0);
    return new Promise((resolve, reject) => {
      this.#requests.push({ messages, bytes, resolve, reject });
      this.#work();
    });
  }

  /** Resolves when everything added so far is committed, or the publisher failed. */
  drained(): Promise<void> {
    if (this.#failure !== undefined || !this.#hasWork()) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Nothing is sent any more; everything that waits is rejected with this error. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    for (const request of this.#requests.splice(0)) request.reject(error);
    this.#batches.length = 0;
    this.#wakeIdle();
    this.#options.onFailed(error);
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#transactional?.close(), this.#plain?.close()]);
  }

  #hasWork(): boolean {
    return this.#busy || this.#batches.length > 0 || this.#requests.length > 0;
  }

  #work(): void {
    if (this.#busy || this.#failure !== undefined || this.#position === undefined) return;
    if (this.#batches.length === 0 && this.#requests.length === 0) {
      this.#wakeIdle();
      this.#options.onProgress();
      return;
    }
    this.#busy = true;
    const batch = this.#batches.shift();
    const requests = this.#takeRequests();
    this.#options.onProgress();
    this.#publish(batch, requests).then(
      () => {
        this.#busy = false;
        this.#work();
      },
      (error: unknown) => {
        this.#busy = false;
        for (const request of requests) request.reject(error);
        this.fail(error);
      },
    );
  }

  #takeRequests(): Request[] {
    const taken: Request[] = [];
    let bytes = 0;
    while (this.#requests.length > 0) {
      const next = this.#requests[0]!;
      if (taken.length > 0 && bytes + next.bytes > ASIDE_BYTES) break;
      bytes += next.bytes;
      taken.push(this.#requests.shift()!);
    }
    return taken;
  }

  async #publish(batch: Batch | undefined, requests: Request[]): Promise<void> {
    const { definition, now, sequence, onCommitted } = this.#options;
    const previous = this.#position!;
    const position: Position = {
      lsn: batch?.lsn ?? previous.lsn,
      nextId: sequence.recordedNextId(batch?.nextId ?? previous.nextId),
      inside: batch === undefined ? previous.inside : batch.inside,
      unseenXids: sequence.unseenXids(),
    };
    const messages: PipelineMessage[] = [];
    if (batch !== undefined) messages.push(...batch.messages, ...batch.asides);
    for (const request of requests) messages.push(...request.messages);
    const sends = groupSends(messages);
    const records = [
      ...(batch?.schemaRecords ?? []),
      { key: positionKey(definition.source), value: writePosition(position, now()) },
    ].map((record) => ({ ...record, partition: 0 }));
    const last: TopicMessages = { topic: DBUS_TOPICS.positions, messages: records };
    if (this.#plain === undefined) await this.#sendInTransaction(sends, last);
    else await this.#sendPlainly(this.#plain, sends, last);
    this.#position = position;
    if (batch !== undefined) onCommitted(batch, position);
    for (const request of requests) request.resolve();
  }

  async #sendInTransaction(sends: TopicMessages[][], last: TopicMessages): Promise<void> {
    const { trace } = this.#options;
    const transaction: BusTransaction = await this.#transactional!.begin();
    trace?.('begin');
    try {
      // The position travels with the last rows; requests may overlap, the order within a partition is kept.
      const lastSend = sends.pop() ?? [];
      await Promise.all([...sends, [...lastSend, last]].map((send) => transaction.sendMany(send)));
      trace?.('sent');
    } catch (error) {
      await transaction.abort().catch(() => undefined); // the error that matters is the first one
      throw error;
    }
    await transaction.commit();
    trace?.('committed');
  }

  /**
   * The position only after everything else is acknowledged: a crash in between repeats rows, it never loses any. It alone takes a
   * transaction, behind the rows: a process that was taken over and wakes up must not put the position, and with it the counter, back.
   */
  async #sendPlainly(producer: BusProducer, sends: TopicMessages[][], last: TopicMessages): Promise<void> {
    await Promise.all(sends.map((send) => producer.sendMany(send)));
    await this.#sendInTransaction([], last);
  }

  #wakeIdle(): void {
    for (const wake of this.#idle.splice(0)) wake();
  }
}

/** Cuts messages into requests of at most {@link SEND_BYTES}, in order. */
export function groupSends(messages: readonly PipelineMessage[]): TopicMessages[][] {
  const sends: TopicMessages[][] = [];
  let byTopic = new Map<string, TopicMessages>();
  let bytes = 0;
  for (const message of messages) {
    if (bytes > 0 && bytes + message.value.length > SEND_BYTES) {
      sends.push([...byTopic.values()]);
      byTopic = new Map();
      bytes = 0;
    }
    let group = byTopic.get(message.topic);
    if (group === undefined) {
      group = { topic: message.topic, messages: [] };
      byTopic.set(message.topic, group);
    }
    group.messages.push(message);
    bytes += message.value.length;
  }
  if (byTopic.size > 0) sends.push([...byTopic.values()]);
  return sends;
}
