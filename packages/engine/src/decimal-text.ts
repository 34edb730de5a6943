/** Writes the engine's decimals as texts: it does so itself at ten times the price once they are wider than 64 bits. */

const DIGIT_ZERO = 48;
const MINUS = 45;
const POINT = 46;
const TWO_TO_32 = 4_294_967_296;
/** Longest text: sign, 38 digits, point, and a zero before it. */
const LONGEST = 41;

/** Bytes the engine uses for a decimal of this precision. */
export function decimalWidth(precision: number): 2 | 4 | 8 | 16 {
  if (precision <= 4) return 2;
  if (precision <= 9) return 4;
  return precision <= 18 ? 8 : 16;
}

/** Collects decimals of one precision and scale as texts, with all decimal places. */
export class DecimalTexts {
  readonly #width: 2 | 4 | 8 | 16;
  readonly #scale: number;
  offsets: Uint32Array;
  bytes: Buffer;
  #rows = 0;

  constructor(precision: number, scale: number, rows: number) {
    this.#width = decimalWidth(precision);
    this.#scale = scale;
    this.offsets = new Uint32Array(rows + 1);
    this.bytes = Buffer.allocUnsafe(Math.max(64, rows * 12));
  }

  /** Adds the first `count` values of a vector's bytes; rows of `nulls` (from `first` on) that are 1 become empty. */
  append(data: Uint8Array, count: number, nulls: Uint8Array, first: number): void {
    const view = new DataView(data.buffer, data.byteOffset, count * this.#width);
    for (let row = 0; row < count; row += 1) {
      const at = this.offsets[this.#rows]!;
      if (at + LONGEST > this.bytes.length) this.#grow();
      this.#rows += 1;
      this.offsets[this.#rows] = nulls[first + row] === 1 ? at : this.#write(view, row, at);
    }
  }

  #write(view: DataView, row: number, at: number): number {
    if (this.#width === 2) return this.#writeNumber(view.getInt16(row * 2, true), at);
    if (this.#width === 4) return this.#writeNumber(view.getInt32(row * 4, true), at);
    const place = row * this.#width;
    const low = view.getUint32(place, true);
    const high = view.getInt32(place + 4, true);
    const fits = this.#width === 8 || view.getBigInt64(place + 8, true) === BigInt(high >> 31);
    // Up to 2^53 a number holds the value exactly.
    if (fits && high >= -0x20_0000 && high < 0x20_0000) return this.#writeNumber(high * TWO_TO_32 + low, at);
    const whole =
      this.#width === 8
        ? view.getBigInt64(place, true)
        : (view.getBigInt64(place + 8, true) << 64n) | view.getBigUint64(place, true);
    return this.#writeDigits(whole < 0n, (whole < 0n ? -whole : whole).toString(), at);
  }

  #writeNumber(value: number, at: number): number {
    const { bytes } = this;
    const scale = this.#scale;
    let rest = value < 0 ? -value : value;
    let digits = 1;
    for (let limit = 10; rest >= limit && digits < 17; limit *= 10) digits += 1;
    if (digits <= scale) digits = scale + 1;
    let end = at + digits + (scale > 0 ? 1 : 0) + (value < 0 ? 1 : 0);
    const after = end;
    for (let place = 0; place < digits; place += 1) {
      if (place === scale && scale > 0) {
        end -= 1;
        bytes[end] = POINT;
      }
      const next = Math.floor(rest / 10);
      end -= 1;
      bytes[end] = DIGIT_ZERO + (rest - next * 10);
      rest = next;
    }
    if (value < 0) bytes[at] = MINUS;
    return after;
  }

  #writeDigits(negative: boolean, digits: string, at: number): number {
    const padded = digits.padStart(this.#scale + 1, '0');
    const whole = padded.slice(0, padded.length - this.#scale);
    const text = this.#scale === 0 ? whole : `${whole}.${padded.slice(-this.#scale)}`;
    return at + this.bytes.write(negative ? `-${text}` : text, at, 'latin1');
  }

  #grow(): void {
    const grown = Buffer.allocUnsafe(this.bytes.length * 2);
    this.bytes.copy(grown);
    this.bytes = grown;
  }
}
