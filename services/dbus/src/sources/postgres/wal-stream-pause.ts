/**
 * Decides how long to leave the socket alone once it has been read empty. Reading at once makes the walsender wake us, and send,
 * row by row; letting bytes gather costs both sides far less, but a fixed pause would stall a fast stream and delay a quiet one.
 *
 * So the pause adapts: the bytes read between two empty sockets are a run; a run shorter than {@link WANTED_RUN_BYTES} makes the
 * next pause longer, a much longer one makes it shorter. How long it may get depends on the rate: a quiet stream never pauses.
 */

/** Bytes per millisecond from which on a pause of this length, in milliseconds, is worth its delay. */
const LONGEST_PAUSES = [
  { rate: 8_000, millis: 30 },
  { rate: 2_000, millis: 4 },
] as const;

/** A read this small says that the socket is empty. */
const FULL_READ_BYTES = 48 * 1024;
/** Much less than what the two socket buffers hold, so that the walsender seldom has to wait for us. */
const WANTED_RUN_BYTES = 2 * 1024 * 1024;
const WINDOW_MS = 20;

export class ReadPause {
  #rate = 0;
  #windowStart = 0;
  #windowBytes = 0;
  #runBytes = 0;
  #pause = 1;

  /**
   * @param bytes of the read that just ended
   * @param now milliseconds, monotonic
   * @returns milliseconds to pause, 0 = read on
   */
  after(bytes: number, now: number): number {
    this.#measure(bytes, now);
    this.#runBytes += bytes;
    if (bytes >= FULL_READ_BYTES) return 0;
    const longest = LONGEST_PAUSES.find(({ rate }) => this.#rate >= rate)?.millis ?? 0;
    if (this.#runBytes < WANTED_RUN_BYTES) this.#pause = this.#pause * 1.3 + 0.5;
    else if (this.#runBytes > WANTED_RUN_BYTES * 3) this.#pause = this.#pause * 0.8;
    this.#pause = Math.max(1, Math.min(this.#pause, longest));
    this.#runBytes = 0;
    return longest === 0 ? 0 : Math.round(this.#pause);
  }

  #measure(bytes: number, now: number): void {
    this.#windowBytes += bytes;
    const elapsed = now - this.#windowStart;
    if (elapsed < WINDOW_MS) return;
    this.#rate = (this.#rate + this.#windowBytes / elapsed) / 2;
    this.#windowStart = now;
    this.#windowBytes = 0;
  }
}
