/** Decides how events travel to one browser (SSE) and when a browser is too slow to be waited for. */
import type { ServerResponse } from 'node:http';

/** A browser that takes nothing for so long is let go; it comes back and is told what it missed. */
const SLOW_AFTER_MS = 15_000;
/** A browser that hears nothing for three of them calls the stream dead, so that a dashboard whose network died is not called live for long. */
const PING_MS = 5_000;
const LOOK_MS = 15_000;

export class EventStream {
  readonly #response: ServerResponse;
  readonly #ping: NodeJS.Timeout;
  readonly #look: NodeJS.Timeout;
  readonly #slowAfterMs: number;
  #blocked: NodeJS.Timeout | undefined;
  #closed = false;
  /** Called when what was sent has left, after `ready` was false. */
  onDrain: () => void = () => undefined;
  /** Called once, whoever ended it. */
  onClose: () => void = () => undefined;
  onSlow: () => void = () => undefined;
  /** Called now and then, also where nothing happens. */
  onLook: () => void = () => undefined;

  constructor(response: ServerResponse, slowAfterMs = SLOW_AFTER_MS) {
    this.#response = response;
    this.#slowAfterMs = slowAfterMs;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // A proxy that gathers the answer would hold back what happens now.
      'x-accel-buffering': 'no',
    });
    response.socket?.setNoDelay(true);
    response.flushHeaders();
    response.on('drain', () => this.#drained());
    response.once('close', () => this.#ended());
    this.#ping = setInterval(() => {
      if (this.ready) this.send('ping', {});
    }, PING_MS);
    this.#look = setInterval(() => this.onLook(), LOOK_MS);
  }

  /** False while the browser has not taken what was sent: nothing more should be. */
  get ready(): boolean {
    return !this.#closed && this.#blocked === undefined;
  }

  send(event: string, data: unknown, id?: string): void {
    if (this.#closed) return;
    const text = `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    if (!this.#response.write(text)) this.#blocked ??= setTimeout(() => this.onSlow(), this.#slowAfterMs);
  }

  end(): void {
    if (!this.#closed) this.#response.end();
    this.#ended();
  }

  #drained(): void {
    clearTimeout(this.#blocked);
    this.#blocked = undefined;
    this.onDrain();
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#ping);
    clearInterval(this.#look);
    clearTimeout(this.#blocked);
    this.onClose();
  }
}
