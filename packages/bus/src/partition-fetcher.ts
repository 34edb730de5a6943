/**
 * Decides what is fetched when: one long poll per broker over all partitions that have room, a short queue per partition
 * so that the broker works while a handler does, and nothing ever moved but by a fetch or a seek.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  IncomingBatch,
  PartitionControl,
  PartitionHandlers,
  PartitionPosition,
  ReaderLimits,
  StartOffset,
  TopicPartition,
} from './bus.ts';
import { isTransient, kafkaErrorType, offsetOutOfRange, toBusError } from './errors.ts';
import { decodeFetchAnswer, encodeFetch, type FetchedPartition } from './fetch-request.ts';
import { sendRaw } from './kafka-client.ts';
import { type Cluster, errorFromCode } from './kafkajs-internals.ts';
import { leaderOf, refresh } from './message-sender.ts';
import { resolveOffset } from './offset-lookup.ts';
import { newState, type PartitionState, positionOf, stopState } from './partition-state.ts';

const OFFSET_OUT_OF_RANGE = 1;
/** While some partition waits for its handler, a long poll of the others must not keep it waiting. */
const CROWDED_WAIT_MS = 5;
/** A broker that has just started may not know a topic yet; after this long the topic is taken for missing. */
const MISSING_TOPIC_GRACE_MS = 10_000;

export interface FetcherOptions extends PartitionHandlers, ReaderLimits {
  cluster: Cluster;
  requestTimeoutMs: number;
}

export class PartitionFetcher implements PartitionControl {
  readonly #options: FetcherOptions;
  readonly #limits: { maxWaitMs: number; maxBytes: number; maxPartitionBytes: number };
  readonly #readAhead: number;
  readonly #concurrency: number;
  #partitions = new Map<string, PartitionState>();
  #fetching = new Set<number>();
  #loops = new Set<Promise<void>>();
  #active = false;
  #turn = 0;
  #handlers = 0;
  #failures = 0;
  #connected = false;
  #lastError: string | undefined;
  #lastFetchAt: number | undefined;
  #missingSince: number | undefined;

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#limits = {
      maxWaitMs: options.maxWaitMs ?? 100,
      maxBytes: options.maxBytes ?? 32 * 1024 * 1024,
      maxPartitionBytes: options.maxPartitionBytes ?? 4 * 1024 * 1024,
    };
    this.#readAhead = options.readAhead ?? 2;
    this.#concurrency = options.concurrency ?? Number.POSITIVE_INFINITY;
  }

  /** Replaces the set of partitions; those given start at their offsets, not paused. Call only between `halt` and `go`. */
  assign(partitions: readonly (TopicPartition & { offset: bigint })[]): void {
    // A handler may still be running: nothing of its partition follows it.
    for (const former of this.#partitions.values()) stopState(former);
    this.#partitions = new Map(partitions.map((start) => [keyOf(start.topic, start.partition), newState(start)]));
  }

  go(): void {
    this.#active = true;
    this.#schedule();
  }

  /** No batch begins any more; resolves when the running ones have ended. */
  async halt(): Promise<void> {
    this.#active = false;
    await Promise.allSettled([...this.#partitions.values()].map((state) => state.running));
  }

  /** Resolves when no fetch is under way. Only after `halt`. */
  async quiet(): Promise<void> {
    await Promise.allSettled([...this.#loops]);
  }

  pause(topic: string, partitions?: number[]): void {
    for (const state of this.#of(topic, partitions)) state.paused = true;
  }

  resume(topic: string, partitions?: number[]): void {
    for (const state of this.#of(topic, partitions)) {
      state.paused = false;
      this.#run(state);
    }
    this.#schedule();
  }

  async seek(topic: string, partition: number, offset: StartOffset): Promise<void> {
    const state = this.#partitions.get(keyOf(topic, partition));
    if (state === undefined) return;
    state.generation++;
    const generation = state.generation;
    state.queue = [];
    const target = await resolveOffset(this.#options.cluster, topic, partition, offset);
    if (state.generation !== generation) return;
    state.generation++;
    state.queue = [];
    state.fetchOffset = target;
    state.position = target;
    state.stopped = false;
    this.#schedule();
  }

  positions(): PartitionPosition[] {
    return [...this.#partitions.values()].map(positionOf);
  }

  health(): { connected: boolean; lastError?: string; lastFetchAt?: number } {
    return {
      connected: this.#connected,
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
      ...(this.#lastFetchAt === undefined ? {} : { lastFetchAt: this.#lastFetchAt }),
    };
  }

  #of(topic: string, partitions: number[] | undefined): PartitionState[] {
    return [...this.#partitions.values()].filter(
      (state) => state.topic === topic && (partitions === undefined || partitions.includes(state.partition)),
    );
  }

  /** Starts a fetch at every leader that has none under way and for whose partitions there is room. */
  #schedule(): void {
    if (!this.#active) return;
    let byLeader: Map<number, PartitionState[]>;
    try {
      byLeader = this.#byLeader();
    } catch (error) {
      this.#loop(-1, () => this.#recover(error));
      return;
    }
    for (const [leader, states] of byLeader) {
      if (this.#fetching.has(leader)) continue;
      const ready = states.filter((state) => state.queue.length < this.#readAhead);
      if (ready.length > 0) this.#loop(leader, () => this.#fetch(leader, ready, ready.length < states.length));
    }
  }

  #loop(leader: number, work: () => Promise<void>): void {
    if (this.#fetching.has(leader)) return;
    this.#fetching.add(leader);
    const loop = work().finally(() => {
      this.#fetching.delete(leader);
      this.#loops.delete(loop);
      this.#schedule();
    });
    this.#loops.add(loop);
  }

  #byLeader(): Map<number, PartitionState[]> {
    const byLeader = new Map<number, PartitionState[]>();
    for (const state of this.#partitions.values()) {
      if (state.paused || state.stopped) continue;
      const leader = leaderOf(this.#options.cluster, state.topic, state.partition);
      const states = byLeader.get(leader);
      if (states) states.push(state);
      else byLeader.set(leader, [state]);
    }
    return byLeader;
  }

  async #fetch(leader: number, ready: PartitionState[], crowded: boolean): Promise<void> {
    const { cluster, requestTimeoutMs } = this.#options;
    const first = this.#turn++ % ready.length;
    const states = [...ready.slice(first), ...ready.slice(0, first)];
    const asked = states.map(({ topic, partition, fetchOffset, generation }) => ({
      topic,
      partition,
      offset: fetchOffset,
      generation,
    }));
    try {
      await cluster.refreshMetadataIfNecessary();
      const broker = await cluster.findBroker({ nodeId: leader });
      const limits = crowded
        ? { ...this.#limits, maxWaitMs: Math.min(CROWDED_WAIT_MS, this.#limits.maxWaitMs) }
        : this.#limits;
      const payload = await sendRaw(broker, 'fetches', encodeFetch(asked, limits), requestTimeoutMs);
      const answer = decodeFetchAnswer(payload, asked);
      if (answer.errorCode !== 0) throw errorFromCode(answer.errorCode);
      this.#connected = true;
      this.#lastFetchAt = Date.now();
      let trouble: unknown;
      for (const fetched of answer.partitions) {
        const state = this.#partitions.get(keyOf(fetched.topic, fetched.partition));
        const index = asked.findIndex((one) => one.topic === fetched.topic && one.partition === fetched.partition);
        if (state === undefined || state !== states[index] || state.generation !== asked[index]!.generation) continue;
        trouble = this.#take(state, fetched) ?? trouble;
      }
      if (trouble !== undefined) throw trouble;
      this.#failures = 0;
      this.#missingSince = undefined;
      this.#lastError = undefined;
      if (answer.throttleMs > 0) await sleep(Math.min(answer.throttleMs, 1000));
    } catch (error) {
      await this.#recover(error, states);
    }
  }

  /** Puts what was fetched into the partition's queue; returns an error that calls for a new try. */
  #take(state: PartitionState, fetched: FetchedPartition): unknown {
    if (fetched.errorCode === OFFSET_OUT_OF_RANGE) {
      this.#stop(state, offsetOutOfRange(fetched));
      return undefined;
    }
    if (fetched.errorCode !== 0) {
      const error = errorFromCode(fetched.errorCode);
      if (this.#passes(error)) return error;
      this.#stop(
        state,
        toBusError(error, {
          doing: `reading ${state.topic}/${state.partition}`,
          facts: { topic: state.topic, partition: state.partition },
        }),
      );
      return undefined;
    }
    state.highWatermark = fetched.highWatermark;
    state.lastStableOffset = fetched.lastStableOffset;
    const { messages, nextOffset, bytes, skippedAborted } = fetched.records;
    if (nextOffset === state.fetchOffset) return undefined;
    state.fetchOffset = nextOffset;
    if (messages.length === 0 && !skippedAborted) {
      // Only markers: no work for the handler, but progress once nothing before it is waiting.
      const last = state.queue.at(-1);
      if (last !== undefined) last.nextOffset = nextOffset;
      else if (state.running === undefined) state.position = nextOffset;
      return undefined;
    }
    const { topic, partition, highWatermark, lastStableOffset } = state;
    state.queue.push({ topic, partition, messages, nextOffset, highWatermark, lastStableOffset, bytes });
    this.#run(state);
    return undefined;
  }

  #run(state: PartitionState): void {
    if (!this.#active || state.running !== undefined || state.paused || state.stopped) return;
    if (state.queue.length === 0 || this.#handlers >= this.#concurrency) return;
    const batch = state.queue.shift()!;
    const generation = state.generation;
    this.#handlers++;
    state.running = this.#handle(state, batch, generation).finally(() => {
      this.#handlers--;
      state.running = undefined;
      this.#run(state);
      if (this.#handlers < this.#concurrency) for (const other of this.#partitions.values()) this.#run(other);
      this.#schedule();
    });
  }

  async #handle(state: PartitionState, batch: IncomingBatch, generation: number): Promise<void> {
    try {
      await this.#options.onBatch(batch);
      if (state.generation !== generation) return;
      state.position = state.queue.length === 0 ? state.fetchOffset : batch.nextOffset;
    } catch (error) {
      if (state.generation === generation) this.#stop(state, error);
    }
  }

  #stop(state: PartitionState, error: unknown): void {
    stopState(state);
    this.#options.onError(error, { topic: state.topic, partition: state.partition });
  }

  #passes(error: unknown): boolean {
    if (isTransient(error)) return true;
    if (kafkaErrorType(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') return false;
    this.#missingSince ??= Date.now();
    return Date.now() - this.#missingSince < MISSING_TOPIC_GRACE_MS;
  }

  async #recover(error: unknown, states?: PartitionState[]): Promise<void> {
    const mapped = toBusError(error, { doing: 'reading' });
    this.#lastError = mapped.message;
    if (!this.#passes(error)) {
      // Bytes that cannot be read, or a refusal: it stops what was asked for, and nothing else.
      for (const state of states ?? this.#partitions.values()) if (!state.stopped) this.#stop(state, mapped);
      return;
    }
    this.#connected = false;
    this.#failures++;
    await sleep(Math.min(10 * 2 ** this.#failures, 1000));
    if (this.#active) await refresh(this.#options.cluster, error);
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
