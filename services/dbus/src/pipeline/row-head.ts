/**
 * Decides how the four system values at the head of a row are written: one template of bytes in which the id, an ASCII number,
 * is moved on in place and the time is set once per source transaction.
 *
 * Layout: `{"tuple":["<id>","<yyyy-MM-dd HH:mm:ss.ffffff>","<op>","<id>"`, the unique value being the id itself.
 */
import { STRIDE } from '@rtdp/ums/ids';

const BEFORE_ID = Buffer.from('{"tuple":["', 'latin1');
const STRIDE_NUMBER = Number(STRIDE);

/** The transaction that the rows belong to, for `context.tx`. */
export interface RowTransaction {
  xid: number;
  /** Since 1970. */
  commitMicros: number;
  /** Text of the LSN of its commit; empty for a snapshot. */
  position: string;
}

export class RowHead {
  /** The template. Its last digits belong to offset 0 of the stride. */
  template: Buffer = Buffer.alloc(0);
  /** Where the last digit of the two ids and the operation stand. */
  lastDigit = 0;
  lastDigitOfUnique = 0;
  operationAt = 0;
  /** Changes with every transaction, so that a writer notices. */
  transactionSerial = 0;
  transaction: RowTransaction = { xid: 0, commitMicros: 0, position: '' };

  readonly #bytes = Buffer.alloc(160);
  #base: bigint;
  #advanced = 0;
  #timestamp = '1970-01-01 00:00:00.000000';

  constructor(firstBase: bigint) {
    this.#base = firstBase;
    this.#rebuild();
  }

  /** Base of the current stride. */
  get base(): bigint {
    return this.#base + BigInt(this.#advanced) * STRIDE;
  }

  /** @param base a multiple of the stride */
  setBase(base: bigint): void {
    this.#base = base;
    this.#advanced = 0;
    this.#rebuild();
  }

  /** The next stride. */
  advance(): void {
    this.#advanced++;
    const bytes = this.template;
    let at = this.lastDigit;
    let twin = this.lastDigitOfUnique;
    let digit = bytes[at]! + STRIDE_NUMBER;
    if (digit <= 0x39) {
      bytes[at] = digit;
      bytes[twin] = digit;
      return;
    }
    bytes[at] = digit - 10;
    bytes[twin] = digit - 10;
    for (;;) {
      at--;
      twin--;
      digit = bytes[at]! + 1;
      if (digit === 0x23) {
        // The carry ran into the quote: the number has one digit more.
        this.#rebuild();
        return;
      }
      if (digit <= 0x39) {
        bytes[at] = digit;
        bytes[twin] = digit;
        return;
      }
      bytes[at] = 0x30;
      bytes[twin] = 0x30;
    }
  }

  /** What the rows that follow belong to; `timestamp` as `yyyy-MM-dd HH:mm:ss.ffffff`. */
  setTransaction(transaction: RowTransaction, timestamp: string): void {
    this.transaction = transaction;
    this.transactionSerial++;
    if (timestamp.length === this.#timestamp.length) {
      this.#bytes.write(timestamp, this.operationAt - 3 - timestamp.length, 'latin1');
      this.#timestamp = timestamp;
      return;
    }
    this.#timestamp = timestamp;
    this.#rebuild();
  }

  #rebuild(): void {
    this.#base = this.base;
    this.#advanced = 0;
    const id = this.#base.toString();
    let at = BEFORE_ID.copy(this.#bytes, 0);
    at += this.#bytes.write(id, at, 'latin1');
    this.lastDigit = at - 1;
    at += this.#bytes.write(`","${this.#timestamp}","`, at, 'latin1');
    this.operationAt = at;
    at += this.#bytes.write(`i","${id}"`, at, 'latin1');
    this.lastDigitOfUnique = at - 2;
    this.template = this.#bytes.subarray(0, at);
  }
}

/** Microseconds since 1970 as `yyyy-MM-dd HH:mm:ss.ffffff`, UTC. */
export function timestampText(micros: bigint): string {
  const millis = Number(micros / 1000n);
  const rest = Number(micros % 1000n);
  const iso = new Date(millis).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}${String(rest).padStart(3, '0')}`;
}
