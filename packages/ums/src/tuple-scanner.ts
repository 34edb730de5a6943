/**
 * Decides how the rows of a message become columns, straight from its bytes: the hot path of every reader.
 *
 * It takes only what it is sure about. Whatever else it meets makes it return −1, and the message is read again the plain way, which
 * either takes it too or says what is wrong; so speed is decided here, meaning is not. A fuzzer proves that both agree.
 */
import { UNCHANGED, UNKNOWN } from './batch.ts';
import type { BatchBuilder } from './batch-builder.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { readDouble } from './double-bytes.ts';
import { skipNull, skipPlainString, skipScalar, skipSpace, skipValue } from './json-scanner.ts';
import { appendJsonText } from './json-text-bytes.ts';
import type { MessageBytes } from './message-bytes.ts';
import { appendNumberText, readInt32, readInt64 } from './number-bytes.ts';
import { appendString, skipPlainWords, skipStringWords } from './string-bytes.ts';
import { ACTION, FIRST_DATA_ACTION, type TupleLayout } from './tuple-layout.ts';
import {
  appendInteger,
  appendScalar,
  readIntegerAsInt64,
  scanCheckedText,
  scanDatetime,
  scanDecimal,
  scanId,
  scanOperation,
  scanSpecialNumber,
} from './value-scanner.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const SPACE = 0x20;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Appends all rows of a payload.
 * @param at after the opening bracket
 * @returns the position after the closing bracket, or −1 (rows may have been added: the caller truncates)
 */
export function scanRows(source: MessageBytes, at: number, layout: TupleLayout, batch: BatchBuilder): number {
  const { bytes } = source;
  at = skipSpace(bytes, at);
  if (bytes[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    at = openTuple(source, at);
    if (at < 0) return -1;
    const row = batch.openRow();
    at = scanTuple(source, at, layout, batch, row);
    if (at < 0) return -1;
    at = bytes[at] === CLOSE_BRACE ? at + 1 : scanRowMembers(source, at, layout, row);
    if (at < 0) return -1;
    batch.rowCount++;
    let byte = bytes[at]!;
    if (byte <= SPACE) {
      at = skipSpace(bytes, at);
      byte = bytes[at]!;
    }
    if (byte === CLOSE_BRACKET) return at + 1;
    if (byte !== COMMA) return -1;
    at++;
    if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
  }
}

/** @param at on the opening brace of a row @returns the position after `{"tuple":[` */
function openTuple(source: MessageBytes, at: number): number {
  const { bytes } = source;
  if (bytes[at] !== OPEN_BRACE) return -1;
  at++;
  if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
  if (
    bytes[at] !== QUOTE ||
    bytes[at + 1] !== 0x74 ||
    bytes[at + 2] !== 0x75 ||
    bytes[at + 3] !== 0x70 ||
    bytes[at + 4] !== 0x6c ||
    bytes[at + 5] !== 0x65 ||
    bytes[at + 6] !== QUOTE
  ) {
    return -1;
  }
  at = passColon(bytes, at + 7);
  return at > 0 && bytes[at] === OPEN_BRACKET ? at + 1 : -1;
}

/**
 * One long switch, and not a function per type: a call per value costs as much as most values.
 * @param at after the opening bracket of a tuple
 * @returns the position after the closing one
 */
function scanTuple(source: MessageBytes, at: number, layout: TupleLayout, batch: BatchBuilder, row: number): number {
  const { bytes } = source;
  const { actions, builders } = layout;
  const last = actions.length - 1;
  for (let place = 0; place <= last; place++) {
    let byte = bytes[at]!;
    if (byte <= SPACE) {
      at = skipSpace(bytes, at);
      byte = bytes[at]!;
    }
    const action = actions[place]!;
    const column = builders[place]!;
    if (byte === 0x6e) {
      if (action < FIRST_DATA_ACTION) return -1;
      at = skipNull(bytes, at);
      if (action !== ACTION.skip && action !== ACTION.plainOnly) column.setNull(row);
    } else if (byte === QUOTE) {
      switch (action) {
        case ACTION.text:
          at = appendString(source, at + 1, column);
          column.offsets[row + 1] = column.length;
          column.nulls[row] = 0;
          break;
        case ACTION.skip:
          at = skipStringWords(source, at);
          break;
        case ACTION.id:
          at = scanId(source, at + 1, column, row);
          break;
        case ACTION.timestamp:
        case ACTION.datetimeText:
          at = scanDatetime(source, at + 1, action, column, row);
          break;
        case ACTION.operation:
          at = scanOperation(source, at, batch, row);
          break;
        case ACTION.uniqueText:
          at = skipPlainWords(source, at);
          break;
        case ACTION.jsonText:
          at = appendJsonText(source, at + 1, column);
          column.offsets[row + 1] = column.length;
          column.nulls[row] = 0;
          break;
        case ACTION.longInt64:
          at = readInt64(source, at + 1, column.words, row);
          column.nulls[row] = 0;
          if (at > 0) at = bytes[at] === QUOTE ? at + 1 : -1;
          break;
        case ACTION.decimalText:
          at = scanDecimal(source, at + 1, column, row);
          break;
        case ACTION.textOrNullWord:
        case ACTION.longText:
        case ACTION.dateText:
        case ACTION.base64Text:
          at = scanCheckedText(source, at + 1, action, column, row);
          break;
        case ACTION.numberText:
          at = scanSpecialNumber(source, at, column, row);
          break;
        default:
          return -1;
      }
    } else {
      at = scanBareValue(source, at, byte, action, column, row);
    }
    if (at < 0) return -1;
    byte = bytes[at]!;
    if (byte <= SPACE) {
      at = skipSpace(bytes, at);
      byte = bytes[at]!;
    }
    if (byte !== (place < last ? COMMA : CLOSE_BRACKET)) return -1;
    at++;
  }
  return at;
}

/** A value that is neither null nor in quotes. */
function scanBareValue(
  source: MessageBytes,
  at: number,
  byte: number,
  action: number,
  column: ColumnBuilder,
  row: number,
): number {
  const { bytes } = source;
  if (action === ACTION.skip) return byte === OPEN_BRACE || byte === OPEN_BRACKET ? -1 : skipScalar(bytes, at);
  if (action < FIRST_DATA_ACTION || action === ACTION.plainOnly) return -1;
  column.nulls[row] = 0;
  switch (action) {
    case ACTION.int32:
      return readInt32(bytes, at, column.int32, row);
    case ACTION.float64:
      return readDouble(source, at, column.float64, row);
    case ACTION.boolean:
      if (byte !== 0x74 && byte !== 0x66) return -1;
      column.booleans[row] = byte === 0x74 ? 1 : 0;
      return skipScalar(bytes, at);
    case ACTION.integerInt64:
      return readIntegerAsInt64(source, at, column, row);
    case ACTION.integerFloat64:
      return readInt32(bytes, at, column.float64, row);
    case ACTION.integerText:
      return appendInteger(source, at, column, row);
    case ACTION.numberText:
      at = appendNumberText(bytes, at, column);
      column.offsets[row + 1] = column.length;
      return at;
    case ACTION.booleanText:
      return byte === 0x74 || byte === 0x66 ? appendScalar(source, at, column, row) : -1;
    default:
      return -1;
  }
}

/** What follows the tuple within a row. @param at after the closing bracket @returns the position after the row */
function scanRowMembers(source: MessageBytes, at: number, layout: TupleLayout, row: number): number {
  const { bytes } = source;
  let seen = 0;
  for (;;) {
    at = skipSpace(bytes, at);
    if (bytes[at] === CLOSE_BRACE) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    const nameAt = skipSpace(bytes, at + 1);
    if (bytes[nameAt] !== QUOTE) return -1;
    const nameEnd = skipPlainString(bytes, nameAt);
    if (nameEnd < 0) return -1;
    at = passColon(bytes, nameEnd);
    if (at < 0) return -1;
    const name = bytes.toString('latin1', nameAt + 1, nameEnd - 1);
    const mark = name === 'unchanged' ? UNCHANGED : name === 'unknown' ? UNKNOWN : 0;
    if (mark === 0) {
      at = name === 'tuple' ? -1 : skipValue(bytes, at);
    } else {
      // A second list of one name would replace the first.
      if ((seen & mark) !== 0) return -1;
      seen |= mark;
      at = scanUntold(source, at, layout, row, mark);
    }
    if (at < 0) return -1;
  }
}

const scratch32 = new Int32Array(1);

/** @param at on the opening bracket of a list of tuple indexes */
function scanUntold(source: MessageBytes, at: number, layout: TupleLayout, row: number, mark: number): number {
  const { bytes } = source;
  if (bytes[at] !== OPEN_BRACKET) return -1;
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    const end = readInt32(bytes, at, scratch32, 0);
    const place = scratch32[0]!;
    if (end < 0 || place < 0 || place >= layout.actions.length) return -1;
    const action = layout.actions[place]!;
    if (action < FIRST_DATA_ACTION || action === ACTION.plainOnly) return -1;
    if (action !== ACTION.skip && !layout.builders[place]!.setUntold(row, mark)) return -1;
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

function passColon(bytes: Buffer, at: number): number {
  if (bytes[at]! <= SPACE) at = skipSpace(bytes, at);
  if (bytes[at] !== 0x3a) return -1;
  at++;
  return bytes[at]! <= SPACE ? skipSpace(bytes, at) : at;
}
