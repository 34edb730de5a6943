/** Writes the dates and times of MySQL's binary protocol as texts, as Postgres would print them. */

const ZERO = 0x30;
const DASH = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const BLANK = 0x20;

/** Holds the text of one value at a time. */
export class MomentText {
  readonly bytes = Buffer.alloc(48);
  length = 0;
  /** The last date had a zero as its year, month or day. */
  hasZero = false;

  /**
   * A value of DATE, DATETIME or TIMESTAMP: its length, then year (2), month, day, and, where they are not zero, hour, minute, second and
   * microseconds (4). @returns false when the value has a time that `date` leaves out
   */
  moment(source: Buffer, at: number, form: 'date' | 'timestamp', zone: string): boolean {
    const size = source[at]!;
    const year = size === 0 ? 0 : source.readUInt16LE(at + 1);
    const month = size === 0 ? 0 : source[at + 3]!;
    const day = size === 0 ? 0 : source[at + 4]!;
    this.hasZero = year === 0 || month === 0 || day === 0;
    this.length = 0;
    this.#pair(Math.floor(year / 100));
    this.#pair(year % 100);
    this.#byte(DASH);
    this.#pair(month);
    this.#byte(DASH);
    this.#pair(day);
    const [hour, minute, second] = size > 4 ? [source[at + 5]!, source[at + 6]!, source[at + 7]!] : [0, 0, 0];
    const micros = size > 7 ? source.readUInt32LE(at + 8) : 0;
    if (form === 'date') return hour + minute + second + micros === 0;
    this.#byte(BLANK);
    this.#clock(hour, minute, second, micros);
    if (zone !== '') this.length += this.bytes.write(zone, this.length, 'latin1');
    return true;
  }

  /** A value of TIME: its length, then sign, days (4), hour, minute, second and microseconds (4); up to 838 hours. */
  time(source: Buffer, at: number): void {
    const size = source[at]!;
    this.length = 0;
    if (size === 0) {
      this.#clock(0, 0, 0, 0);
      return;
    }
    if (source[at + 1] === 1) this.#byte(DASH);
    const hours = source.readUInt32LE(at + 2) * 24 + source[at + 6]!;
    this.#clock(hours, source[at + 7]!, source[at + 8]!, size > 8 ? source.readUInt32LE(at + 9) : 0);
  }

  toString(): string {
    return this.bytes.toString('latin1', 0, this.length);
  }

  #clock(hour: number, minute: number, second: number, micros: number): void {
    if (hour > 99) this.length += this.bytes.write(String(hour), this.length, 'latin1');
    else this.#pair(hour);
    this.#byte(COLON);
    this.#pair(minute);
    this.#byte(COLON);
    this.#pair(second);
    if (micros === 0) return;
    this.#byte(POINT);
    this.length += this.bytes.write(String(micros).padStart(6, '0').replace(/0+$/, ''), this.length, 'latin1');
  }

  #pair(number: number): void {
    const tens = Math.floor(number / 10);
    this.#byte(ZERO + tens);
    this.#byte(ZERO + number - tens * 10);
  }

  #byte(byte: number): void {
    this.bytes[this.length] = byte;
    this.length += 1;
  }
}
