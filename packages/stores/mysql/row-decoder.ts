/** Decodes a row of MySQL's binary protocol: every value from the packet straight into its column, as Postgres would print it. */
import { formatFloat4, formatFloat8 } from '@rtdp/engine/pg-float';
import type { ColumnBuilder } from '@rtdp/ums/column-builder';
import { type ResultBuilder, resultTypeError, type TextWriter, writeInt64 } from '../result-builder.ts';
import type { ResultColumn } from '../scan-contract.ts';
import { MomentText } from './moment-text.ts';
import { holdsBytes, isUnsigned, type ResultField, WIRE } from './types.ts';

/** Reads one value at `at` and returns where the next begins. */
type Decode = (bytes: Buffer, at: number) => number;

export class RowDecoder {
  readonly #builder: ResultBuilder;
  readonly #decoders: readonly Decode[];

  constructor(fields: readonly ResultField[], columns: readonly ResultColumn[], builder: ResultBuilder) {
    this.#builder = builder;
    this.#decoders = fields.map((field, index) => decoderOf(field, columns[index]!, builder, index));
  }

  /** `start` is where the packet's payload begins: a zero, then the NULL bits (from the third on), then the values. */
  row(bytes: Buffer, start: number): void {
    const builder = this.#builder;
    const { columns } = builder;
    const count = this.#decoders.length;
    builder.openRow();
    let at = start + 1 + ((count + 9) >> 3);
    for (let index = 0; index < count; index += 1) {
      const bit = index + 2;
      if ((bytes[start + 1 + (bit >> 3)]! & (1 << (bit & 7))) !== 0) columns[index]!.setNull(builder.rowCount);
      else at = this.#decoders[index]!(bytes, at);
    }
  }
}

function decoderOf(field: ResultField, declared: ResultColumn, builder: ResultBuilder, index: number): Decode {
  const column = builder.columns[index]!;
  const write = builder.writers[index]!;
  switch (field.columnType) {
    case WIRE.TINY:
      return integerDecoder(1, isUnsigned(field), column, builder, write);
    case WIRE.SHORT:
    case WIRE.YEAR:
      return integerDecoder(2, isUnsigned(field), column, builder, write);
    case WIRE.LONG:
    case WIRE.INT24:
      return integerDecoder(4, isUnsigned(field) && field.columnType === WIRE.LONG, column, builder, write);
    case WIRE.LONGLONG:
      return longDecoder(isUnsigned(field), column, builder, write);
    case WIRE.FLOAT:
      return floatDecoder(4, column, builder, write);
    case WIRE.DOUBLE:
      return floatDecoder(8, column, builder, write);
    case WIRE.DATE:
    case WIRE.DATETIME:
    case WIRE.TIMESTAMP:
      return momentDecoder(field, declared, write);
    case WIRE.TIME: {
      const text = new MomentText();
      return (bytes, at) => {
        text.time(bytes, at);
        write(text.bytes, 0, text.length);
        return at + 1 + bytes[at]!;
      };
    }
    case WIRE.BIT:
      return converted(write, (value) =>
        BigInt(`0x${value.toString('hex') || '0'}`)
          .toString(2)
          .padStart(field.columnLength, '0'),
      );
    default:
      if (holdsBytes(field) && declared.type.name === 'bytea')
        return converted(write, (value) => `\\x${value.toString('hex')}`);
      return (bytes, at) => {
        const { length, start } = lengthAt(bytes, at);
        write(bytes, start, start + length);
        return start + length;
      };
  }
}

function integerDecoder(
  width: 1 | 2 | 4,
  unsigned: boolean,
  column: ColumnBuilder,
  builder: ResultBuilder,
  write: TextWriter,
): Decode {
  const signBit = 2 ** (width * 8 - 1);
  const read = (bytes: Buffer, at: number): number => {
    let value = bytes[at]!;
    if (width > 1) value += bytes[at + 1]! * 0x100;
    if (width > 2) value += bytes[at + 2]! * 0x1_0000 + bytes[at + 3]! * 0x100_0000;
    return unsigned || value < signBit ? value : value - 2 * signBit;
  };
  if (column.storage === 'int32' && (width < 4 || !unsigned)) {
    return (bytes, at) => {
      column.nulls[builder.rowCount] = 0;
      column.int32[builder.rowCount] = read(bytes, at);
      return at + width;
    };
  }
  if (column.storage === 'int64') {
    return (bytes, at) => {
      writeInt64(column, builder.rowCount, read(bytes, at));
      return at + width;
    };
  }
  const scratch = Buffer.alloc(16);
  return (bytes, at) => {
    write(scratch, 0, scratch.write(String(read(bytes, at)), 'latin1'));
    return at + width;
  };
}

function longDecoder(unsigned: boolean, column: ColumnBuilder, builder: ResultBuilder, write: TextWriter): Decode {
  if (column.storage === 'int64' && !unsigned) {
    return (bytes, at) => {
      const row = builder.rowCount;
      column.nulls[row] = 0;
      column.words[2 * row] = bytes.readUInt32LE(at);
      column.words[2 * row + 1] = bytes.readUInt32LE(at + 4);
      return at + 8;
    };
  }
  const scratch = Buffer.alloc(24);
  return (bytes, at) => {
    const value = unsigned ? bytes.readBigUInt64LE(at) : bytes.readBigInt64LE(at);
    write(scratch, 0, scratch.write(String(value), 'latin1'));
    return at + 8;
  };
}

function floatDecoder(width: 4 | 8, column: ColumnBuilder, builder: ResultBuilder, write: TextWriter): Decode {
  const read = (bytes: Buffer, at: number): number => (width === 4 ? bytes.readFloatLE(at) : bytes.readDoubleLE(at));
  if (column.storage === 'float64') {
    return (bytes, at) => {
      column.nulls[builder.rowCount] = 0;
      column.float64[builder.rowCount] = read(bytes, at);
      return at + width;
    };
  }
  const scratch = Buffer.alloc(64);
  const format = width === 4 ? formatFloat4 : formatFloat8;
  return (bytes, at) => {
    write(scratch, 0, scratch.write(format(read(bytes, at)), 'latin1'));
    return at + width;
  };
}

function momentDecoder(field: ResultField, declared: ResultColumn, write: TextWriter): Decode {
  const text = new MomentText();
  const wanted = declared.type.name;
  const isMoment = wanted === 'date' || wanted === 'timestamp' || wanted === 'timestamptz';
  const form = wanted === 'date' || (!isMoment && field.columnType === WIRE.DATE) ? 'date' : 'timestamp';
  const zone = wanted === 'timestamptz' ? '+00' : '';
  const refuse = (): never => {
    const where = field.orgName === '' ? undefined : `column "${field.orgName}" of table "${field.orgTable}"`;
    throw resultTypeError(declared, text.toString(), where);
  };
  return (bytes, at) => {
    const fits = text.moment(bytes, at, form, zone);
    // A zero date is no date in Postgres, and NULL would be another value.
    if (isMoment && (text.hasZero || !fits)) refuse();
    write(text.bytes, 0, text.length);
    return at + 1 + bytes[at]!;
  };
}

function converted(write: TextWriter, convert: (value: Buffer) => string): Decode {
  return (bytes, at) => {
    const { length, start } = lengthAt(bytes, at);
    const text = Buffer.from(convert(bytes.subarray(start, start + length)), 'latin1');
    write(text, 0, text.length);
    return start + length;
  };
}

/** Of the last call of `lengthAt`: an object per value would cost more than the value. */
const found = { length: 0, start: 0 };

function lengthAt(bytes: Buffer, at: number): { length: number; start: number } {
  const first = bytes[at]!;
  if (first < 0xfb) {
    found.length = first;
    found.start = at + 1;
  } else if (first === 0xfc) {
    found.length = bytes.readUInt16LE(at + 1);
    found.start = at + 3;
  } else if (first === 0xfd) {
    found.length = bytes.readUIntLE(at + 1, 3);
    found.start = at + 4;
  } else {
    found.length = Number(bytes.readBigUInt64LE(at + 1));
    found.start = at + 9;
  }
  return found;
}
