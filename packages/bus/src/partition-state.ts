/** Decides what is known of one partition while it is read, and what stopping it means. */
import type { IncomingBatch, PartitionPosition, TopicPartition } from './bus.ts';

export interface PartitionState extends TopicPartition {
  /** Where the next fetch begins. */
  fetchOffset: bigint;
  /** After the last batch that the handler has finished. */
  position: bigint;
  highWatermark: bigint;
  lastStableOffset: bigint;
  /** Fetched, and not yet given to the handler. */
  queue: IncomingBatch[];
  /** The handler that is running now. */
  running: Promise<void> | undefined;
  paused: boolean;
  stopped: boolean;
  /** Rises with each seek and stop: what was fetched before it is dropped. */
  generation: number;
}

export function newState({ topic, partition, offset }: TopicPartition & { offset: bigint }): PartitionState {
  return {
    topic,
    partition,
    fetchOffset: offset,
    position: offset,
    highWatermark: offset,
    lastStableOffset: offset,
    queue: [],
    running: undefined,
    paused: false,
    stopped: false,
    generation: 0,
  };
}

/** Nothing more of it is given to the handler; it stays where the last finished batch has left it. */
export function stopState(state: PartitionState): void {
  state.stopped = true;
  state.generation++;
  state.queue = [];
  state.fetchOffset = state.position;
}

export function positionOf(state: PartitionState): PartitionPosition {
  const { topic, partition, position, highWatermark, lastStableOffset, paused, stopped } = state;
  const lag = lastStableOffset > position ? lastStableOffset - position : 0n;
  return { topic, partition, position, highWatermark, lastStableOffset, lag, paused, stopped };
}
