/** Decides how one row of COPY … TO STDOUT in text form is taken apart: escapes are undone in place, nothing is copied. */
import { NULL, type RowText, VALUE } from '../../pipeline/message-writer-contract.ts';

const TAB = 0x09;
const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const CAPITAL_N = 0x4e;

/** What follows a backslash → the byte it stands for; anything else stands for itself. */
const UNESCAPED = new Uint8Array(256).map((_unused, byte) => byte);
for (const [letter, byte] of [
  ['b', 0x08],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
] as const) {
  UNESCAPED[letter.charCodeAt(0)] = byte;
}

/** Decodes row after row into the same arrays; `row` is valid until the next call, and as long as the buffer is. */
export class CopyRowDecoder {
  readonly row: RowText;
  readonly #columns: number;

  constructor(columns: number) {
    this.#columns = columns;
    this.row = {
      buffer: new Uint8Array(0),
      starts: new Int32Array(columns),
      ends: new Int32Array(columns),
      states: new Uint8Array(columns),
    };
  }

  /**
   * Takes apart the row in buffer[start, end), its newline included or not; the bytes of that range are rewritten.
   * @throws RangeError when the number of columns is not the one expected (the table changed under the reader)
   */
  decode(buffer: Uint8Array, start: number, end: number): void {
    const { starts, ends, states } = this.row;
    this.row.buffer = buffer;
    const columns = this.#columns;
    const last = end > start && buffer[end - 1] === NEWLINE ? end - 1 : end;
    let column = 0;
    let from = start;
    let at = start;
    while (at < last) {
      const byte = buffer[at]!;
      if (byte === TAB) {
        if (column >= columns) throw this.#wrongCount(column + 2);
        starts[column] = from;
        ends[column] = at;
        states[column] = VALUE;
        column++;
        from = ++at;
      } else if (byte === BACKSLASH) {
        if (column >= columns) throw this.#wrongCount(column + 1);
        at = this.#decodeEscaped(buffer, from, at, last, column);
        column++;
        if (at === last) {
          // The escaped value was the last one of the row.
          if (column !== columns) throw this.#wrongCount(column);
          return;
        }
        from = ++at;
      } else {
        at++;
      }
    }
    if (column !== columns - 1) throw this.#wrongCount(column + 1);
    starts[column] = from;
    ends[column] = last;
    states[column] = VALUE;
  }

  /** A value with at least one escape, the first at `at`; gives the position of the tab behind it, or `last`. */
  #decodeEscaped(buffer: Uint8Array, from: number, at: number, last: number, column: number): number {
    const { starts, ends, states } = this.row;
    starts[column] = from;
    if (at === from && buffer[at + 1] === CAPITAL_N) {
      // COPY writes a backslash of a value as two, so this is NULL and nothing else.
      ends[column] = from;
      states[column] = NULL;
      return at + 2;
    }
    let to = at;
    let read = at;
    while (read < last) {
      const byte = buffer[read]!;
      if (byte === TAB) break;
      if (byte === BACKSLASH) {
        buffer[to++] = UNESCAPED[buffer[read + 1]!]!;
        read += 2;
      } else {
        buffer[to++] = byte;
        read++;
      }
    }
    ends[column] = to;
    states[column] = VALUE;
    return read;
  }

  #wrongCount(found: number): RangeError {
    return new RangeError(`a row of COPY has ${found} or more columns where ${this.#columns} were asked for`);
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** The row as COPY wrote it (decoding rewrote its bytes): what a dead letter keeps. */
export function encodeCopyRow(row: RowText, columns: number): Buffer {
  const values: string[] = [];
  for (let column = 0; column < columns; column++) {
    if (row.states[column] === NULL) {
      values.push('\\N');
      continue;
    }
    // latin1 keeps every byte as it is, valid UTF-8 or not.
    const text = Buffer.from(row.buffer.subarray(row.starts[column]!, row.ends[column]!)).toString('latin1');
    values.push(text.replace(/[\\\b\f\n\r\t\v]/g, (character) => ESCAPES[character]!));
  }
  return Buffer.from(`${values.join('\t')}\n`, 'latin1');
}
