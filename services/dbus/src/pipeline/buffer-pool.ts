/** Decides how the buffers of messages are used again: a few sizes, a limit on what is kept, everything bigger is made and dropped. */

const SIZES = [16_384, 65_536, 262_144, 1_310_720] as const;

export class BufferPool {
  readonly #free: Buffer[][] = SIZES.map(() => []);
  readonly #keptLimit: number;
  #kept = 0;

  /** @param keptLimit bytes kept for later at most */
  constructor(keptLimit = 48 * 1024 * 1024) {
    this.#keptLimit = keptLimit;
  }

  /** A buffer of at least `size` bytes with anything in it. */
  take(size: number): Buffer {
    for (let index = 0; index < SIZES.length; index++) {
      const classSize = SIZES[index]!;
      if (size > classSize) continue;
      const buffer = this.#free[index]!.pop();
      if (buffer === undefined) return Buffer.allocUnsafeSlow(classSize);
      this.#kept -= classSize;
      return buffer;
    }
    // Half as much again, so that a row that grows in steps is not copied at each.
    return Buffer.allocUnsafeSlow(Math.ceil(size * 1.5));
  }

  /** The caller must hold no view on it any more. */
  give(buffer: Buffer): void {
    const index = SIZES.indexOf(buffer.length as (typeof SIZES)[number]);
    if (index === -1 || this.#kept + buffer.length > this.#keptLimit) return;
    this.#free[index]!.push(buffer);
    this.#kept += buffer.length;
  }
}
