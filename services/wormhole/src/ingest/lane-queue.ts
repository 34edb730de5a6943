/** Decides what waits for one lane (a sink table in a partition): messages in order, counted in bytes, with a way to wait for change. */
import type { TopicMessage } from './topic-message.ts';

export class LaneQueue {
  readonly #messages: TopicMessage[] = [];
  #head = 0;
  #bytes = 0;
  #wake: (() => void) | undefined;
  #closed = false;

  get bytes(): number {
    return this.#bytes;
  }

  get length(): number {
    return this.#messages.length - this.#head;
  }

  get closed(): boolean {
    return this.#closed;
  }

  push(message: TopicMessage): void {
    this.#messages.push(message);
    this.#bytes += message.value.length;
    this.wake();
  }

  peek(): TopicMessage | undefined {
    return this.#messages[this.#head];
  }

  shift(): TopicMessage | undefined {
    const message = this.#messages[this.#head];
    if (message === undefined) return undefined;
    this.#bytes -= message.value.length;
    this.#messages[this.#head++] = undefined as never;
    if (this.#head === this.#messages.length || this.#head > 1024) {
      this.#messages.splice(0, this.#head);
      this.#head = 0;
    }
    return message;
  }

  clear(): void {
    this.#messages.length = 0;
    this.#head = 0;
    this.#bytes = 0;
    this.wake();
  }

  /** Nothing is taken any more; whoever waits is woken. */
  close(): void {
    this.#closed = true;
    this.clear();
  }

  wake(): void {
    this.#wake?.();
  }

  /** Resolves at the next push, wake or close, or after some milliseconds. One waiter at a time: the lane itself. */
  changed(milliseconds: number): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        if (this.#wake === done) this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.#wake = done;
    });
  }
}
