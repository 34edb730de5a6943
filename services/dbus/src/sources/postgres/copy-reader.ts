/**
 * Decides how the bytes of COPY … TO STDOUT reach us: straight from the socket, frame by frame, with back-pressure. The driver's
 * own parser sees everything but the rows, so that errors and the end of the query arrive where it expects them.
 */
import type { Client } from 'pg';

/** The part of a driver's connection that is used here. */
interface WireConnection {
  stream: {
    listeners(event: 'data'): ((chunk: Buffer) => void)[];
    on(event: 'data', listener: (chunk: Buffer) => void): void;
    removeListener(event: 'data', listener: (chunk: Buffer) => void): void;
    pause(): void;
    resume(): void;
    destroy(): void;
  };
  query(sql: string): void;
}

export interface CopyHandlers {
  /** One row, its newline included, in buffer[start, end); the buffer is the handler's own to change. Must not be async. */
  onRow(buffer: Buffer, start: number, end: number): void;
  /** Asked after each read: a promise holds further reading back until it resolves. */
  afterRead(): Promise<void> | undefined;
}

const COPY_DATA = 0x64;
const READY = 0x5a;
const HEADER_BYTES = 5;
/** Frames of these kinds say that rows begin and end; the driver has no use for them. */
const COPY_OUT_RESPONSE = 0x48;
const COPY_DONE = 0x63;

/**
 * Runs `COPY (…) TO STDOUT` (text form) on a connected client and gives its rows to the handlers.
 * Rejects with the server's error, when the connection ends, or with what a handler threw: the connection is then cut, for the
 * rest of the rows could be any number.
 */
export function readCopy(client: Client, sql: string, handlers: CopyHandlers): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new CopyQuery(sql, handlers, resolve, reject);
    client.query(query as unknown as Parameters<Client['query']>[0]);
  });
}

/** What the driver calls a Submittable. */
class CopyQuery {
  readonly #sql: string;
  readonly #handlers: CopyHandlers;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  #stream: WireConnection['stream'] | undefined;
  #driver: ((chunk: Buffer) => void) | undefined;
  readonly #listener = (chunk: Buffer): void => this.#read(chunk);
  /** The beginning of a frame whose rest has not arrived, as the chunks it came in. */
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #neededBytes = HEADER_BYTES;
  #failure: { error: unknown } | undefined;

  constructor(sql: string, handlers: CopyHandlers, resolve: () => void, reject: (error: unknown) => void) {
    this.#sql = sql;
    this.#handlers = handlers;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: WireConnection): void {
    const { stream } = connection;
    const [driver] = stream.listeners('data');
    if (driver === undefined) throw new Error('the driver does not listen to its socket');
    this.#stream = stream;
    this.#driver = driver;
    stream.removeListener('data', driver);
    stream.on('data', this.#listener);
    connection.query(this.#sql);
  }

  handleError(error: unknown): void {
    this.#failure ??= { error };
    this.#reject(this.#failure.error);
  }

  handleReadyForQuery(): void {
    if (this.#failure === undefined) this.#resolve();
    else this.#reject(this.#failure.error);
  }

  handleCommandComplete(): void {}

  #read(chunk: Buffer): void {
    let buffer = chunk;
    if (this.#partsBytes > 0) {
      this.#parts.push(chunk);
      this.#partsBytes += chunk.length;
      if (this.#partsBytes < this.#neededBytes) return;
      buffer = Buffer.concat(this.#parts, this.#partsBytes);
      this.#parts = [];
      this.#partsBytes = 0;
    }
    const rest = this.#frames(buffer);
    if (rest === -1) return;
    if (rest < buffer.length) {
      this.#parts = [buffer.subarray(rest)];
      this.#partsBytes = buffer.length - rest;
      this.#neededBytes = this.#partsBytes < HEADER_BYTES ? HEADER_BYTES : 1 + buffer.readUInt32BE(rest + 1);
    }
    if (this.#failure === undefined) this.#holdBack();
  }

  #holdBack(): void {
    let wait: Promise<void> | undefined;
    try {
      wait = this.#handlers.afterRead();
    } catch (error) {
      this.#cut(error);
    }
    if (wait === undefined) return;
    const stream = this.#stream!;
    stream.pause();
    wait.then(
      () => stream.resume(),
      (error: unknown) => this.#cut(error),
    );
  }

  #cut(error: unknown): void {
    this.#failure ??= { error };
    this.#reject(error);
    this.#stream!.destroy();
  }

  /** Takes whole frames off the buffer; gives where the first unfinished one begins, -1 after the last of the query. */
  #frames(buffer: Buffer): number {
    let at = 0;
    while (at + HEADER_BYTES <= buffer.length) {
      const end = at + 1 + buffer.readUInt32BE(at + 1);
      if (end > buffer.length) break;
      const kind = buffer[at]!;
      if (kind === COPY_DATA) {
        if (this.#failure === undefined) this.#row(buffer, at + HEADER_BYTES, end);
      } else if (kind === READY) {
        this.#detach(buffer.subarray(at));
        return -1;
      } else if (kind !== COPY_OUT_RESPONSE && kind !== COPY_DONE) {
        this.#driver!(buffer.subarray(at, end));
      }
      at = end;
    }
    return at;
  }

  #row(buffer: Buffer, start: number, end: number): void {
    try {
      this.#handlers.onRow(buffer, start, end);
    } catch (error) {
      this.#cut(error);
    }
  }

  #detach(rest: Buffer): void {
    const stream = this.#stream!;
    const driver = this.#driver!;
    stream.removeListener('data', this.#listener);
    stream.on('data', driver);
    driver(rest);
  }
}
