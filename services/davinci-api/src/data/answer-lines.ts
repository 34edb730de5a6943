/**
 * Decides how lines that are ready at any time reach a reader that may be slow: each waits until the reader takes it, piece by piece,
 * and a reader that takes nothing for a while is let go, with what waited for it and all that is still being asked for it.
 */
import { Readable } from 'node:stream';
import { RtdpError } from '@rtdp/ums/error';

const PATIENCE_MS = 60_000;
/** A reader of a slow line takes many of these while it takes one answer, so it is not let go in the middle of one. */
const PIECE_BYTES = 65_536;

export class AnswerLines extends Readable {
  readonly #patienceMs: number;
  #waiting: Buffer[] = [];
  #isWanted = false;
  #isWhole = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param patienceMs how long a reader may take nothing while something waits for it */
  constructor(patienceMs = PATIENCE_MS) {
    super({ highWaterMark: PIECE_BYTES });
    this.#patienceMs = patienceMs;
  }

  /** @param line without its end */
  add(line: string): void {
    if (this.destroyed) return;
    const bytes = Buffer.from(`${line}\n`);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) this.#waiting.push(bytes.subarray(at, at + PIECE_BYTES));
    this.#give();
  }

  /** Nothing is added any more. */
  finish(): void {
    this.#isWhole = true;
    this.#give();
  }

  override _read(): void {
    this.#isWanted = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#give();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
    callback(error);
  }

  #give(): void {
    if (this.destroyed) return;
    while (this.#isWanted && this.#waiting.length > 0) this.#isWanted = this.push(this.#waiting.shift());
    if (this.#isWhole && this.#waiting.length === 0) this.push(null);
    else if (this.#waiting.length > 0 && this.#timer === undefined) {
      this.#timer = setTimeout(() => this.destroy(tooSlow(this.#patienceMs)), this.#patienceMs);
    }
  }
}

function tooSlow(patienceMs: number): RtdpError {
  return new RtdpError({
    code: 'DAVINCI_QUERY_CANCELLED',
    message: `the query was cancelled: its reader took nothing for ${patienceMs / 1000} s`,
    next: 'Ask again.',
  });
}
