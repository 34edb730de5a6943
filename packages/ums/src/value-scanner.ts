/** Decides how one value of a tuple becomes an entry of its column: one function for each form that needs more than a line. */
import { BEFORE, DELETE, INSERT, UPDATE } from './batch.ts';
import type { BatchBuilder } from './batch-builder.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { skipPlainString, skipScalar } from './json-scanner.ts';
import type { MessageBytes } from './message-bytes.ts';
import { appendBytes, appendDecimal, readInt32, readInt64 } from './number-bytes.ts';
import { appendString } from './string-bytes.ts';
import { isDatetime, isTextOfType } from './text-bytes.ts';
import { ACTION } from './tuple-layout.ts';

const QUOTE = 0x22;
/** With six digits of a fraction. */
const DATETIME_LENGTH = 26;
const NULL_WORD = Buffer.from('_NULL_');

export function appendScalar(source: MessageBytes, at: number, column: ColumnBuilder, row: number): number {
  const end = skipScalar(source.bytes, at);
  if (end < 0) return -1;
  appendBytes(source.bytes, at, end, column);
  column.offsets[row + 1] = column.length;
  return end;
}

export function scanId(source: MessageBytes, at: number, column: ColumnBuilder, row: number): number {
  const { bytes } = source;
  column.nulls[row] = 0;
  if (bytes[at] === 0x2d || bytes[at] === 0x30) return -1;
  at = readInt64(source, at, column.words, row);
  return at > 0 && bytes[at] === QUOTE ? at + 1 : -1;
}

export function scanOperation(source: MessageBytes, at: number, batch: BatchBuilder, row: number): number {
  const { bytes } = source;
  const operation = bytes[at + 1]!;
  if (bytes[at + 2] !== QUOTE) return -1;
  if (operation !== INSERT && operation !== UPDATE && operation !== DELETE && operation !== BEFORE) return -1;
  batch.operations[row] = operation;
  return at + 3;
}

/** @param at after the opening quote */
export function scanCheckedText(
  source: MessageBytes,
  at: number,
  action: number,
  column: ColumnBuilder,
  row: number,
): number {
  const start = column.length;
  at = appendString(source, at, column);
  if (at < 0) return -1;
  const end = column.length;
  if (action === ACTION.textOrNullWord) {
    if (end - start === 6 && NULL_WORD.compare(column.bytes, start, end) === 0) {
      column.length = start;
      column.setNull(row);
      return at;
    }
  } else if (!isTextOfType(action, column.bytes, start, end)) {
    return -1;
  }
  column.offsets[row + 1] = end;
  column.nulls[row] = 0;
  return at;
}

export function scanDecimal(source: MessageBytes, at: number, column: ColumnBuilder, row: number): number {
  const end = appendDecimal(source.bytes, at, column);
  if (end < 0) return scanCheckedText(source, at, ACTION.decimalText, column, row);
  column.offsets[row + 1] = column.length;
  column.nulls[row] = 0;
  return end;
}

/** `yyyy-MM-dd HH:mm:ss.ffffff`, the form of all but a few, at once; then the same time as in the row before at a glance. */
export function scanDatetime(
  source: MessageBytes,
  at: number,
  action: number,
  column: ColumnBuilder,
  row: number,
): number {
  const { bytes, view } = source;
  if (bytes[at + DATETIME_LENGTH] !== QUOTE) return scanCheckedText(source, at, action, column, row);
  const length = column.length;
  if (length + DATETIME_LENGTH + 8 > column.bytes.length) column.growBytes(length, DATETIME_LENGTH + 8);
  const to = column.view;
  const before = length - DATETIME_LENGTH;
  const sameLength = row > 0 && column.offsets[row - 1] === before;
  if (!(sameLength && isEqual(view, at, to, before)) && !isDatetime(bytes, at, at + DATETIME_LENGTH)) {
    return scanCheckedText(source, at, action, column, row);
  }
  for (let place = 0; place < DATETIME_LENGTH; place += 4)
    to.setInt32(length + place, view.getInt32(at + place, true), true);
  column.length = length + DATETIME_LENGTH;
  column.offsets[row + 1] = column.length;
  column.nulls[row] = 0;
  return at + DATETIME_LENGTH + 1;
}

/** Whether the 26 bytes at both places are equal. */
function isEqual(one: DataView, oneAt: number, other: DataView, otherAt: number): boolean {
  // The seconds' fraction differs first.
  for (let place = 22; place >= 0; place -= 4) {
    if (one.getInt32(oneAt + place, true) !== other.getInt32(otherAt + place, true)) return false;
  }
  return one.getInt16(oneAt, true) === other.getInt16(otherAt, true);
}

export function scanSpecialNumber(source: MessageBytes, at: number, column: ColumnBuilder, row: number): number {
  const { bytes } = source;
  const end = skipPlainString(bytes, at);
  if (end < 0) return -1;
  const text = bytes.toString('latin1', at + 1, end - 1);
  if (text !== 'NaN' && text !== 'Infinity' && text !== '-Infinity') return -1;
  appendBytes(bytes, at + 1, end - 1, column);
  column.offsets[row + 1] = column.length;
  column.nulls[row] = 0;
  return end;
}

const scratch32 = new Int32Array(1);

export function appendInteger(source: MessageBytes, at: number, column: ColumnBuilder, row: number): number {
  const { bytes } = source;
  const end = readInt32(bytes, at, scratch32, 0);
  if (end < 0) return -1;
  appendBytes(bytes, at, end, column);
  column.offsets[row + 1] = column.length;
  column.nulls[row] = 0;
  return end;
}

export function readIntegerAsInt64(source: MessageBytes, at: number, column: ColumnBuilder, row: number): number {
  const { bytes } = source;
  const end = readInt32(bytes, at, scratch32, 0);
  const value = scratch32[0]!;
  column.words[2 * row] = value >>> 0;
  column.words[2 * row + 1] = value < 0 ? 0xffffffff : 0;
  return end;
}
