/** Decides how messages to the client are laid out in bytes; they gather in one buffer until they are taken. */

const FIRST_BYTES = 64 * 1024;
/** What is smaller is copied out, so that the buffer stays. */
const COPY_BELOW = 16 * 1024;

export class MessageWriter {
  /** Valid up to `at`. Replaced when it grows: read it anew after `ensure`. */
  buffer: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  at = 0;
  #lengthAt = 0;

  ensure(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    let size = this.buffer.length * 2;
    while (size < this.at + bytes) size *= 2;
    const grown = Buffer.allocUnsafe(size);
    this.buffer.copy(grown, 0, 0, this.at);
    this.buffer = grown;
  }

  begin(kind: string): this {
    this.ensure(5);
    this.buffer[this.at] = kind.charCodeAt(0);
    this.#lengthAt = this.at + 1;
    this.at += 5;
    return this;
  }

  end(): void {
    this.buffer.writeInt32BE(this.at - this.#lengthAt, this.#lengthAt);
  }

  byte(value: number): this {
    this.ensure(1);
    this.buffer[this.at] = value;
    this.at += 1;
    return this;
  }

  int16(value: number): this {
    this.ensure(2);
    this.buffer[this.at] = value >> 8;
    this.buffer[this.at + 1] = value;
    this.at += 2;
    return this;
  }

  int32(value: number): this {
    this.ensure(4);
    this.buffer[this.at] = value >> 24;
    this.buffer[this.at + 1] = value >> 16;
    this.buffer[this.at + 2] = value >> 8;
    this.buffer[this.at + 3] = value;
    this.at += 4;
    return this;
  }

  /** A text with the zero byte that ends it; a zero byte inside would cut it, so there it ends. */
  text(value: string): this {
    const zero = value.indexOf('\0');
    const shown = zero < 0 ? value : value.slice(0, zero);
    this.ensure(shown.length * 3 + 1);
    this.at += this.buffer.write(shown, this.at, 'utf8');
    this.buffer[this.at] = 0;
    this.at += 1;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.ensure(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
    return this;
  }

  /** Part of another buffer. */
  slice(source: Uint8Array, start: number, end: number): this {
    const length = end - start;
    this.ensure(length);
    const target = this.buffer;
    let at = this.at;
    if (length < 48) for (let index = start; index < end; index += 1) target[at++] = source[index]!;
    else target.set(source.subarray(start, end), at);
    this.at += length;
    return this;
  }

  /** A message whose body is there already. */
  whole(kind: string, body: Uint8Array): void {
    this.begin(kind).bytes(body).end();
  }

  /** All bytes so far, which are the caller's from now on. */
  take(): Buffer {
    const length = this.at;
    this.at = 0;
    if (length < COPY_BELOW) return Buffer.from(this.buffer.subarray(0, length));
    const full = this.buffer.subarray(0, length);
    this.buffer = Buffer.allocUnsafe(FIRST_BYTES);
    return full;
  }
}
