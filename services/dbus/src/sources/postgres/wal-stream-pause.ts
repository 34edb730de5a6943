/**
 * Decides how long to leave the socket alone after a read. Draining it at once makes the walsender send row by row; letting
 * some bytes gather first costs both sides less, but a fixed pause would stall a fast stream and delay a quiet one.
 */

/** Below this rate nothing is gathered: latency matters more. Bytes per millisecond. */
const BUSY_RATE = 2_000;
/** A read of this size is full enough. */
const FULL_READ_BYTES = 48 * 1024;
const LONGEST_PAUSE_MS = 4;

export class ReadPause {
  #rate = 0;
  #windowStart = 0;
  #windowBytes = 0;

  /**
   * @param bytes of the read that just ended
   * @param now milliseconds, monotonic
   * @returns milliseconds to pause, 0 = read on
   */
  after(bytes: number, now: number): number {
    this.#windowBytes += bytes;
    const elapsed = now - this.#windowStart;
    if (elapsed >= 20) {
      this.#rate = (this.#rate + this.#windowBytes / elapsed) / 2;
      this.#windowStart = now;
      this.#windowBytes = 0;
    }
    if (bytes >= FULL_READ_BYTES || this.#rate < BUSY_RATE) return 0;
    return Math.min(LONGEST_PAUSE_MS, Math.max(1, Math.floor((FULL_READ_BYTES * 1.3) / this.#rate)));
  }
}
