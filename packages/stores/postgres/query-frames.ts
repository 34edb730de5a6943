/** Cuts the bytes of a connection into Postgres' messages, and reads the few that a query needs. */
import type { FieldDescription } from './query-session.ts';

const HEAD = 5;

/** `at` is the first byte after the message's length, `end` the first after the message. */
export type FrameHandler = (type: number, bytes: Buffer, at: number, end: number) => void;

export class FrameReader {
  readonly #handle: FrameHandler;
  #parts: Buffer[] = [];
  #length = 0;
  /** Bytes that must be there before it is worth looking again. */
  #needed = 0;

  constructor(handle: FrameHandler) {
    this.#handle = handle;
  }

  read(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#length > 0) {
      this.#parts.push(chunk);
      this.#length += chunk.length;
      if (this.#length < this.#needed) return;
      bytes = Buffer.concat(this.#parts, this.#length);
      this.#parts = [];
    }
    let at = 0;
    let needed = HEAD;
    while (bytes.length - at >= HEAD) {
      const size = 1 + int32(bytes, at + 1);
      if (bytes.length - at < size) {
        needed = size;
        break;
      }
      this.#handle(bytes[at]!, bytes, at + HEAD, at + size);
      at += size;
    }
    this.#length = bytes.length - at;
    this.#needed = needed;
    if (this.#length > 0) this.#parts.push(bytes.subarray(at));
  }
}

export function int32(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

export function fieldDescriptions(bytes: Buffer, start: number): FieldDescription[] {
  const count = bytes.readUInt16BE(start);
  let at = start + 2;
  const fields: FieldDescription[] = [];
  for (let index = 0; index < count; index += 1) {
    const zero = bytes.indexOf(0, at);
    const name = bytes.toString('utf8', at, zero);
    // Then: table (4), column (2), type (4), size (2), modifier (4), format (2).
    fields.push({ name, typeId: bytes.readUInt32BE(zero + 7), typeModifier: int32(bytes, zero + 13) });
    at = zero + 19;
  }
  return fields;
}

/** Letter → text, as the protocol's list of error fields has it (C = SQLSTATE, M = message, P = position, D = detail). */
export function readErrorFields(bytes: Buffer, start: number, end: number): Record<string, string> {
  const fields: Record<string, string> = {};
  let at = start;
  while (at < end && bytes[at] !== 0) {
    const zero = bytes.indexOf(0, at + 1);
    fields[String.fromCharCode(bytes[at]!)] = bytes.toString('utf8', at + 1, zero);
    at = zero + 1;
  }
  return fields;
}
