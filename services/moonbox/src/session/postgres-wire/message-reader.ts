/** Decides where a message of the client begins and ends in the bytes that arrive, and reads the fields of its body. */
import { RtdpError } from '@rtdp/ums/error';

export interface FrontendMessage {
  /** Character code of its kind; 0 for a message of the start, which has none. */
  readonly kind: number;
  readonly body: Buffer;
}

/** Before a client has logged in, nothing long has any business here. */
export const MAXIMUM_START_BYTES = 10_000;
/** A statement with its parameters. */
const MAXIMUM_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Cuts bytes into messages. Chunks of a long message are put together once, when all of it is here. */
export class MessageCutter {
  #chunks: Buffer[] = [];
  /** In the first chunk. */
  #at = 0;
  #waiting = 0;

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
  }

  /** Bytes that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The next byte, without taking it. */
  peek(): number | undefined {
    return this.#chunks[0]?.[this.#at];
  }

  /** Takes all bytes that wait. */
  takeRest(): Buffer {
    return this.#take(this.#waiting);
  }

  /** The next message if all of it is here. `atStart`: one without a kind. @throws RtdpError WIRE_PROTOCOL */
  next(
    atStart: boolean,
    maximum: number = atStart ? MAXIMUM_START_BYTES : MAXIMUM_MESSAGE_BYTES,
  ): FrontendMessage | undefined {
    const head = atStart ? 0 : 1;
    if (this.#waiting < head + 4) return undefined;
    this.#join(head + 4);
    const first = this.#chunks[0]!;
    const kind = atStart ? 0 : first[this.#at]!;
    const length = first.readInt32BE(this.#at + head);
    if (length < 4 || length > maximum) throw protocolError(`a message of ${length} bytes is not possible here`);
    if (this.#waiting < head + length) return undefined;
    return { kind, body: this.#take(head + length).subarray(head + 4) };
  }

  /** Makes the first chunk hold that many bytes, which are there. */
  #join(bytes: number): void {
    const first = this.#chunks[0]!;
    if (first.length - this.#at >= bytes) return;
    this.#chunks = [Buffer.concat([first.subarray(this.#at), ...this.#chunks.slice(1)])];
    this.#at = 0;
  }

  #take(bytes: number): Buffer {
    if (bytes === 0) return Buffer.alloc(0);
    this.#join(bytes);
    const first = this.#chunks[0]!;
    const taken = first.subarray(this.#at, this.#at + bytes);
    this.#at += bytes;
    this.#waiting -= bytes;
    if (this.#at === first.length) {
      this.#chunks.shift();
      this.#at = 0;
    }
    return taken;
  }
}

/** Reads the fields of one body in order. Reading past its end is WIRE_PROTOCOL. */
export class FieldReader {
  #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get left(): number {
    return this.#body.length - this.#at;
  }

  byte(): number {
    this.#need(1);
    const value = this.#body[this.#at]!;
    this.#at += 1;
    return value;
  }

  int16(): number {
    this.#need(2);
    const value = this.#body.readInt16BE(this.#at);
    this.#at += 2;
    return value;
  }

  int32(): number {
    this.#need(4);
    const value = this.#body.readInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  /** Up to the next zero byte, UTF-8. */
  text(): string {
    const end = this.#body.indexOf(0, this.#at);
    if (end < 0) throw protocolError('a text has no end');
    const value = this.#body.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return value;
  }

  bytes(length: number): Buffer {
    this.#need(length);
    const value = this.#body.subarray(this.#at, this.#at + length);
    this.#at += length;
    return value;
  }

  /** As many of something as the number before it says, which is unsigned. */
  list<Item>(read: () => Item): Item[] {
    const count = this.int16() & 0xffff;
    return Array.from({ length: count }, read);
  }

  #need(length: number): void {
    if (length < 0 || this.left < length) throw protocolError('a message is shorter than it says');
  }
}

export function protocolError(message: string): RtdpError {
  return new RtdpError({
    code: 'WIRE_PROTOCOL',
    message: `The client does not speak the Postgres protocol as expected: ${message}.`,
    next: 'Use a client for Postgres 10 or newer (protocol 3).',
  });
}
