/** Writes rows of text columns as Postgres' COPY text and as array parameters, straight from bytes to bytes. */
import type { TextColumn } from '@rtdp/ums/batch';

const TAB = 0x09;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** Rows of one batch that go to the store: which, and in which part. */
export interface RowChoice {
  readonly rowCount: number;
  readonly ids: BigInt64Array;
  readonly timestamps: TextColumn;
  readonly columns: readonly TextColumn[];
  /** -1 = not sent. */
  readonly partOf: Int16Array;
}

/** `part, id, timestamp, columns…`, one line per row that is sent. */
export function writeCopyText(rows: RowChoice): Buffer {
  const { columns, partOf, ids, timestamps, rowCount } = rows;
  let room = rowCount * (6 + 21 + 3 + columns.length * 3) + timestamps.offsets[rowCount]! * 2;
  for (const column of columns) room += column.offsets[rowCount]! * 2;
  const target = Buffer.allocUnsafe(room);
  let at = 0;
  for (let row = 0; row < rowCount; row++) {
    const part = partOf[row]!;
    if (part < 0) continue;
    at = writeSmallNumber(target, at, part);
    target[at++] = TAB;
    at += target.write(String(ids[row]), at, 'latin1');
    target[at++] = TAB;
    at = copyField(target, at, timestamps, row);
    for (const column of columns) {
      target[at++] = TAB;
      at = copyField(target, at, column, row);
    }
    target[at++] = NEWLINE;
  }
  return target.subarray(0, at);
}

function copyField(target: Buffer, start: number, column: TextColumn, row: number): number {
  let at = start;
  if (column.nulls[row] === 1) {
    target[at++] = BACKSLASH;
    target[at++] = 0x4e;
    return at;
  }
  const { bytes, offsets } = column;
  const end = offsets[row + 1]!;
  for (let index = offsets[row]!; index < end; index++) {
    const byte = bytes[index]!;
    if (byte > BACKSLASH || (byte > CARRIAGE_RETURN && byte < BACKSLASH)) {
      target[at++] = byte;
    } else {
      at = copyEscape(target, at, byte);
    }
  }
  return at;
}

function copyEscape(target: Buffer, start: number, byte: number): number {
  let at = start;
  switch (byte) {
    case BACKSLASH:
      target[at++] = BACKSLASH;
      target[at++] = BACKSLASH;
      break;
    case NEWLINE:
      target[at++] = BACKSLASH;
      target[at++] = 0x6e;
      break;
    case CARRIAGE_RETURN:
      target[at++] = BACKSLASH;
      target[at++] = 0x72;
      break;
    case TAB:
      target[at++] = BACKSLASH;
      target[at++] = 0x74;
      break;
    default:
      target[at++] = byte;
  }
  return at;
}

function writeSmallNumber(target: Buffer, start: number, value: number): number {
  if (value < 10) {
    target[start] = 0x30 + value;
    return start + 1;
  }
  return start + target.write(String(value), start, 'latin1');
}

/** One column of one part as an array parameter: `{"a","b",NULL}`. */
export function writeArrayText(column: TextColumn, rowCount: number, partOf: Int16Array, part: number): Buffer {
  const target = Buffer.allocUnsafe(2 + column.offsets[rowCount]! * 2 + rowCount * 5);
  target[0] = 0x7b;
  let at = 1;
  const { bytes, offsets, nulls } = column;
  for (let row = 0; row < rowCount; row++) {
    if (partOf[row] !== part) continue;
    if (at > 1) target[at++] = COMMA;
    if (nulls[row] === 1) {
      at += target.write('NULL', at, 'latin1');
      continue;
    }
    target[at++] = QUOTE;
    const end = offsets[row + 1]!;
    for (let index = offsets[row]!; index < end; index++) {
      const byte = bytes[index]!;
      if (byte === QUOTE || byte === BACKSLASH) target[at++] = BACKSLASH;
      target[at++] = byte;
    }
    target[at++] = QUOTE;
  }
  target[at++] = 0x7d;
  return target.subarray(0, at);
}

export function writeIdArray(ids: BigInt64Array, rowCount: number, partOf: Int16Array, part: number): string {
  const texts: string[] = [];
  for (let row = 0; row < rowCount; row++) if (partOf[row] === part) texts.push(String(ids[row]));
  return `{${texts.join(',')}}`;
}
