/**
 * Decides how one flow gets the messages of one partition: from the stream's shared reader while it keeps up with it, by a
 * reader of its own from where it stands while it does not (a new flow, one whose sink was down, one that is slower than
 * the others). So no flow holds another back, and a flow's position never goes past what it was given.
 */
import type { IncomingBatch, IncomingMessage } from '@rtdp/bus/bus';
import type { TopicMessage } from './topic-message.ts';

/** `waiting`: given nothing until it has room or its sink is back. */
export type FeedMode = 'stopped' | 'waiting' | 'catching-up' | 'live';

/** What a flow does with the messages of a partition. */
export interface FeedTarget {
  /** Takes a message, in order of offset. Never blocks; counts what it holds. */
  take(message: TopicMessage): void;
  /** Told after each batch: everything below was given. */
  passed(nextOffset: bigint): void;
  /** Bytes given and not yet stored. */
  heldBytes(): number;
}

export interface FeedOptions {
  topic: string;
  partition: number;
  target: FeedTarget;
  /** Above this many bytes the feed is full. */
  fullBytes: number;
  /** Reads one partition from an offset until the signal. */
  readFrom(offset: bigint, signal: AbortSignal): AsyncIterable<IncomingBatch>;
  /** Where the stream's shared reader will read next; undefined while it does not read this partition. */
  sharedPosition(): bigint | undefined;
  toMessage(message: IncomingMessage, readAt: number): TopicMessage;
  /** Told of an error that stops the feed (its position was deleted, for example). */
  onError(error: unknown): void;
  now(): number;
}

export class PartitionFeed {
  readonly topic: string;
  readonly partition: number;
  readonly #options: FeedOptions;
  #mode: FeedMode = 'stopped';
  #wanted = 0n;
  #own: AbortController | undefined;
  #room: (() => void)[] = [];

  constructor(options: FeedOptions) {
    this.#options = options;
    this.topic = options.topic;
    this.partition = options.partition;
  }

  get mode(): FeedMode {
    return this.#mode;
  }

  /** The next offset the flow has to be given. */
  get wanted(): bigint {
    return this.#wanted;
  }

  get full(): boolean {
    return this.#options.target.heldBytes() >= this.#options.fullBytes;
  }

  /** Begins, or begins again, at an offset; what was given before and is not stored must have been dropped by the target. */
  begin(offset: bigint): void {
    this.#stopOwn();
    this.#wanted = offset;
    this.#mode = 'waiting';
    this.#goOn();
  }

  stop(): void {
    this.#mode = 'stopped';
    this.#stopOwn();
    this.#freeRoom();
  }

  /** Gives the messages of a batch that the flow still wants. Called by the shared reader for live feeds only. */
  give(messages: readonly TopicMessage[], nextOffset: bigint): void {
    for (const message of messages) {
      if (message.offset >= this.#wanted) this.#options.target.take(message);
    }
    if (nextOffset > this.#wanted) {
      this.#wanted = nextOffset;
      this.#options.target.passed(nextOffset);
    }
  }

  /** The flow has stored something: there may be room again. */
  stored(): void {
    if (this.full) return;
    this.#freeRoom();
    if (this.#mode === 'waiting') this.#goOn();
  }

  /** Resolves when there is room, or the feed stops. */
  room(): Promise<void> {
    if (!this.full || this.#mode === 'stopped') return Promise.resolve();
    return new Promise((resolve) => this.#room.push(resolve));
  }

  /** Leaves the shared reader to the others; goes on by itself from where it stands once there is room. */
  fallBehind(): void {
    // One that has not begun has no place to read from, and one that reads by itself does so already.
    if (this.#mode === 'stopped' || this.#mode === 'catching-up') return;
    this.#mode = 'waiting';
    if (!this.full) this.#goOn();
  }

  #freeRoom(): void {
    for (const resolve of this.#room.splice(0)) resolve();
  }

  #goOn(): void {
    if (this.#joinsShared()) return;
    this.#mode = 'catching-up';
    const own = new AbortController();
    this.#own = own;
    void this.#catchUp(own).catch((error: unknown) => {
      if (this.#own !== own) return;
      this.#own = undefined;
      this.#mode = 'stopped';
      this.#freeRoom();
      this.#options.onError(error);
    });
  }

  async #catchUp(own: AbortController): Promise<void> {
    for await (const batch of this.#options.readFrom(this.#wanted, own.signal)) {
      if (own.signal.aborted || this.#own !== own) return;
      const readAt = this.#options.now();
      this.give(
        batch.messages.map((message) => this.#options.toMessage(message, readAt)),
        batch.nextOffset,
      );
      if (this.#joinsShared()) {
        own.abort();
        return;
      }
      await this.room();
      if (own.signal.aborted || this.#own !== own) return;
    }
  }

  /** In one turn of the event loop with `give`, so that no message falls between the two readers. */
  #joinsShared(): boolean {
    const shared = this.#options.sharedPosition();
    if (shared === undefined || this.#wanted < shared) return false;
    this.#mode = 'live';
    this.#own = undefined;
    return true;
  }

  #stopOwn(): void {
    this.#own?.abort();
    this.#own = undefined;
  }
}
