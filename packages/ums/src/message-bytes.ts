/**
 * Decides how the scanner sees a message: a copy in memory that is used again and again, with zeroes behind it, so that reading a few
 * bytes at once never runs off the end and the compiler always sees the same kind of array.
 */

/** How far one read may reach behind the last byte. */
const PADDING = 64;

export class MessageBytes {
  bytes: Buffer = Buffer.alloc(PADDING);
  view: DataView = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);

  /** Copies a message in; the one before is gone. */
  load(message: Buffer): void {
    const needed = message.length + PADDING;
    if (this.bytes.length < needed) {
      this.bytes = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(needed)));
      this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    }
    message.copy(this.bytes);
    this.bytes.fill(0, message.length, needed);
  }
}
