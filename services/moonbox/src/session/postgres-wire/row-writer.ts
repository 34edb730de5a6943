/** Decides how rows of typed columns become DataRow messages, without an object for a row: one writing function a column, made once a batch. */
import { formatFloat8 } from '@rtdp/engine/pg-float';
import type { ColumnBatch, ResultColumn } from '@rtdp/stores/scan-contract';
import type { Column } from '@rtdp/ums/batch';
import { isTextInBinary, toBinary } from './binary/values.ts';
import type { MessageWriter } from './message-writer.ts';
import { numbersOf, OID } from './type-numbers.ts';

export const TEXT_FORMAT = 0;
export const BINARY_FORMAT = 1;

/** Writes length and bytes of one value. */
type WriteValue = (row: number) => void;

const MINUS = 0x2d;
const ZERO = 0x30;
const TRUE = 0x74;
const FALSE = 0x66;

/** Format of each column, from the list a client gave: none = text, one = for all, else one each. */
export function formatOf(formats: readonly number[], column: number): number {
  return (formats.length === 1 ? formats[0] : formats[column]) ?? TEXT_FORMAT;
}

/** Body and all of RowDescription. */
export function writeRowDescription(
  writer: MessageWriter,
  columns: readonly ResultColumn[],
  formats: readonly number[],
): void {
  writer.begin('T').int16(columns.length);
  columns.forEach((column, index) => {
    const { oid, size, modifier } = numbersOf(column);
    // No table and no column number: a column of the gateway is not a column of the shadow catalog.
    writer.text(column.name).int32(0).int16(0).int32(oid).int16(size).int32(modifier).int16(formatOf(formats, index));
  });
  writer.end();
}

/** Writes rows `from` to `to` (without) of a batch as DataRow messages. */
export type WriteRows = (from: number, to: number) => void;

export function rowWriter(
  writer: MessageWriter,
  columns: readonly ResultColumn[],
  formats: readonly number[],
  batch: ColumnBatch,
): WriteRows {
  const values = batch.columns.map((column, index) =>
    valueWriter(writer, column, numbersOf(columns[index]!).oid, formatOf(formats, index)),
  );
  const count = values.length;
  return (from, to) => {
    let whole = writer.at;
    try {
      for (let row = from; row < to; row += 1) {
        writer.begin('D').int16(count);
        for (let index = 0; index < count; index += 1) values[index]!(row);
        writer.end();
        whole = writer.at;
      }
    } catch (error) {
      // Half a message must never reach the client.
      writer.at = whole;
      throw error;
    }
  };
}

function valueWriter(writer: MessageWriter, column: Column, oid: number, format: number): WriteValue {
  const write = format === BINARY_FORMAT ? binaryWriter(writer, column, oid) : textWriter(writer, column);
  const { nulls } = column;
  return (row) => {
    if (nulls[row] === 1) writer.int32(-1);
    else write(row);
  };
}

function textWriter(writer: MessageWriter, column: Column): WriteValue {
  switch (column.storage) {
    case 'text': {
      const { offsets, bytes } = column;
      return (row) => {
        const start = offsets[row]!;
        const end = offsets[row + 1]!;
        writer.int32(end - start).slice(bytes, start, end);
      };
    }
    case 'int32': {
      const { values } = column;
      return (row) => writeInteger(writer, values[row]!);
    }
    case 'int64': {
      const halves = new Int32Array(column.values.buffer, column.values.byteOffset, column.values.length * 2);
      const { values } = column;
      return (row) => {
        const high = halves[row * 2 + 1]!;
        if (high < 0x200000 && high >= -0x200000) {
          writeInteger(writer, high * 4_294_967_296 + (halves[row * 2]! >>> 0));
        } else writeAscii(writer, String(values[row]));
      };
    }
    case 'float64': {
      const { values } = column;
      return (row) => writeAscii(writer, float8Text(values[row]!));
    }
    case 'boolean': {
      const { values } = column;
      return (row) => void writer.int32(1).byte(values[row] === 1 ? TRUE : FALSE);
    }
  }
}

function binaryWriter(writer: MessageWriter, column: Column, oid: number): WriteValue {
  switch (column.storage) {
    case 'text': {
      if (isTextInBinary(oid)) return textWriter(writer, column);
      const { offsets } = column;
      const bytes = Buffer.from(column.bytes.buffer, column.bytes.byteOffset, column.bytes.byteLength);
      return (row) => {
        const value = toBinary(oid, bytes.toString('utf8', offsets[row], offsets[row + 1]));
        writer.int32(value.length).bytes(value);
      };
    }
    case 'int32': {
      const { values } = column;
      if (oid === OID.int2) return (row) => void writer.int32(2).int16(values[row]!);
      if (oid === OID.int4) return (row) => void writer.int32(4).int32(values[row]!);
      return (row) => writeBinaryText(writer, oid, String(values[row]));
    }
    case 'int64': {
      const { values } = column;
      if (oid !== OID.int8) return (row) => writeBinaryText(writer, oid, String(values[row]));
      return (row) => {
        writer.int32(8).ensure(8);
        writer.at = writer.buffer.writeBigInt64BE(values[row]!, writer.at);
      };
    }
    case 'float64': {
      const { values } = column;
      if (oid !== OID.float8) return (row) => writeBinaryText(writer, oid, formatFloat8(values[row]!));
      return (row) => {
        writer.int32(8).ensure(8);
        writer.at = writer.buffer.writeDoubleBE(values[row]!, writer.at);
      };
    }
    case 'boolean': {
      const { values } = column;
      return (row) => void writer.int32(1).byte(values[row]!);
    }
  }
}

/** Where neither writes an exponent, the language writes a double as Postgres does: the shortest digits that read back as it. */
function float8Text(value: number): string {
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e15 ? String(value) : formatFloat8(value);
}

function writeBinaryText(writer: MessageWriter, oid: number, text: string): void {
  const value = toBinary(oid, text);
  writer.int32(value.length).bytes(value);
}

function writeAscii(writer: MessageWriter, text: string): void {
  const { length } = text;
  writer.int32(length).ensure(length);
  const { buffer } = writer;
  for (let index = 0; index < length; index += 1) buffer[writer.at + index] = text.charCodeAt(index);
  writer.at += length;
}

/** A whole number that a double holds exactly. */
function writeInteger(writer: MessageWriter, value: number): void {
  let rest = Math.abs(value);
  let digits = 1;
  for (let limit = 10; rest >= limit; limit *= 10) digits += 1;
  const length = value < 0 ? digits + 1 : digits;
  writer.int32(length).ensure(length);
  const { buffer } = writer;
  let at = writer.at + length;
  writer.at = at;
  if (value < 0) buffer[at - length] = MINUS;
  for (let index = 0; index < digits; index += 1) {
    const next = Math.floor(rest / 10);
    at -= 1;
    buffer[at] = ZERO + (rest - next * 10);
    rest = next;
  }
}
