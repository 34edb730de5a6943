/** Decides which types have a binary form here, and turns texts of values into it and back. */
import { RtdpError } from '@rtdp/ums/error';
import { elementOid, OID } from '../type-numbers.ts';
import { type ArrayValue, formatArrayText, parseArrayText } from './array-text.ts';
import {
  dateToDays,
  daysToDate,
  intervalToParts,
  microsecondsToMoment,
  microsecondsToTime,
  momentToMicroseconds,
  partsToInterval,
  timeToMicroseconds,
} from './moments.ts';
import { binaryToNumeric, numericToBinary } from './numeric.ts';

/** Types whose binary form is their text. */
const SAME_AS_TEXT: ReadonlySet<number> = new Set([
  OID.text,
  OID.varchar,
  OID.bpchar,
  OID.name,
  OID.unknown,
  OID.json,
  OID.xml,
]);

interface Form {
  /** undefined: the text is not one of the type. */
  toBinary(text: string): Buffer | undefined;
  /** undefined: the bytes are not of the type. */
  toText(bytes: Buffer): string | undefined;
}

function fixed(size: number, write: (bytes: Buffer, text: string) => boolean, read: (bytes: Buffer) => string): Form {
  return {
    toBinary(text) {
      const bytes = Buffer.alloc(size);
      return write(bytes, text) ? bytes : undefined;
    },
    toText: (bytes) => (bytes.length === size ? read(bytes) : undefined),
  };
}

function integer(size: number): Form {
  const bits = size * 8;
  return fixed(
    size,
    (bytes, text) => {
      if (!/^[+-]?\d+$/.test(text)) return false;
      const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
      if (value !== BigInt.asIntN(bits, value)) return false;
      if (size === 8) bytes.writeBigInt64BE(value);
      else bytes.writeIntBE(Number(value), 0, size);
      return true;
    },
    (bytes) => (size === 8 ? String(bytes.readBigInt64BE()) : String(bytes.readIntBE(0, size))),
  );
}

function moment(isUtc: boolean): Form {
  return fixed(
    8,
    (bytes, text) => {
      const microseconds = momentToMicroseconds(text);
      if (microseconds !== undefined) bytes.writeBigInt64BE(microseconds);
      return microseconds !== undefined;
    },
    (bytes) => microsecondsToMoment(bytes.readBigInt64BE(), isUtc),
  );
}

function float(size: 4 | 8): Form {
  return fixed(
    size,
    (bytes, text) => {
      const value = text === 'NaN' ? Number.NaN : Number(text);
      if (Number.isNaN(value) && text !== 'NaN') return false;
      if (size === 8) bytes.writeDoubleBE(value);
      else bytes.writeFloatBE(value);
      return true;
    },
    // Every double of a real prints in a form that reads back as the same real.
    (bytes) => String(size === 8 ? bytes.readDoubleBE() : bytes.readFloatBE()),
  );
}

const FORMS: Readonly<Record<number, Form>> = {
  [OID.bool]: fixed(
    1,
    (bytes, text) => {
      bytes[0] = /^(t|true|1|on|yes)$/.test(text) ? 1 : 0;
      return true;
    },
    (bytes) => (bytes[0] === 0 ? 'f' : 't'),
  ),
  [OID.int2]: integer(2),
  [OID.int4]: integer(4),
  [OID.int8]: integer(8),
  [OID.oid]: fixed(
    4,
    (bytes, text) => {
      bytes.writeUInt32BE(Number(text));
      return true;
    },
    (bytes) => String(bytes.readUInt32BE()),
  ),
  [OID.float4]: float(4),
  [OID.float8]: float(8),
  [OID.numeric]: { toBinary: numericToBinary, toText: binaryToNumeric },
  [OID.bytea]: {
    toBinary: (text) => (text.startsWith('\\x') ? Buffer.from(text.slice(2), 'hex') : undefined),
    toText: (bytes) => `\\x${bytes.toString('hex')}`,
  },
  [OID.uuid]: fixed(
    16,
    (bytes, text) => Buffer.from(text.replaceAll('-', ''), 'hex').copy(bytes) === 16,
    (bytes) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  ),
  [OID.jsonb]: {
    toBinary: (text) => Buffer.concat([Buffer.of(1), Buffer.from(text)]),
    toText: (bytes) => (bytes[0] === 1 ? bytes.toString('utf8', 1) : undefined),
  },
  [OID.date]: fixed(
    4,
    (bytes, text) => {
      const days = dateToDays(text);
      if (days !== undefined) bytes.writeInt32BE(days);
      return days !== undefined;
    },
    (bytes) => daysToDate(bytes.readInt32BE()),
  ),
  [OID.timestamp]: moment(false),
  [OID.timestamptz]: moment(true),
  [OID.time]: fixed(
    8,
    (bytes, text) => {
      const time = timeToMicroseconds(text);
      if (time !== undefined) bytes.writeBigInt64BE(time.microseconds);
      return time !== undefined;
    },
    (bytes) => microsecondsToTime(bytes.readBigInt64BE()),
  ),
  [OID.timetz]: fixed(
    12,
    (bytes, text) => {
      const time = timeToMicroseconds(text);
      if (time === undefined) return false;
      bytes.writeBigInt64BE(time.microseconds);
      bytes.writeInt32BE(time.west, 8);
      return true;
    },
    (bytes) => microsecondsToTime(bytes.readBigInt64BE(), bytes.readInt32BE(8)),
  ),
  [OID.interval]: fixed(
    16,
    (bytes, text) => {
      const parts = intervalToParts(text);
      if (parts === undefined) return false;
      bytes.writeBigInt64BE(parts.microseconds);
      bytes.writeInt32BE(parts.days, 8);
      bytes.writeInt32BE(parts.months, 12);
      return true;
    },
    (bytes) =>
      partsToInterval({
        microseconds: bytes.readBigInt64BE(),
        days: bytes.readInt32BE(8),
        months: bytes.readInt32BE(12),
      }),
  ),
};

/** Whether the binary form of a type is the bytes of its text. */
export function isTextInBinary(oid: number): boolean {
  return SAME_AS_TEXT.has(oid);
}

/**
 * The binary form of a value.
 * @throws RtdpError WIRE_BINARY_UNSUPPORTED for a type without one here, WIRE_VALUE for a text that is none of its values
 */
export function toBinary(oid: number, text: string): Buffer {
  if (SAME_AS_TEXT.has(oid)) return Buffer.from(text);
  const element = elementOid(oid);
  const bytes = element === undefined ? formOf(oid).toBinary(text) : arrayToBinary(element, text);
  if (bytes === undefined) throw notAValue(oid, text);
  return bytes;
}

/**
 * Postgres' text of a value that a client sent in binary form.
 * @throws RtdpError WIRE_BINARY_UNSUPPORTED, WIRE_VALUE
 */
export function fromBinary(oid: number, bytes: Buffer): string {
  if (SAME_AS_TEXT.has(oid)) return bytes.toString('utf8');
  const element = elementOid(oid);
  const text = element === undefined ? formOf(oid).toText(bytes) : arrayFromBinary(element, bytes);
  if (text === undefined) throw notAValue(oid, `\\x${bytes.subarray(0, 32).toString('hex')}`);
  return text;
}

function formOf(oid: number): Form {
  const form = FORMS[oid];
  if (form !== undefined) return form;
  throw new RtdpError({
    code: 'WIRE_BINARY_UNSUPPORTED',
    message: `The gateway has no binary form for the type with object id ${oid}.`,
    next: 'Ask for this column, or send this parameter, in text format.',
    facts: { oid },
  });
}

function notAValue(oid: number, text: string): RtdpError {
  return new RtdpError({
    code: 'WIRE_VALUE',
    message: `${JSON.stringify(text.slice(0, 100))} is not a value of the type with object id ${oid}.`,
    next: 'Check the parameter and the type it is declared with.',
    facts: { oid },
  });
}

function arrayToBinary(element: number, text: string): Buffer | undefined {
  const array = parseArrayText(text);
  if (array === undefined) return undefined;
  const { lengths, lowerBounds, elements } = array;
  const parts: Buffer[] = [integers(lengths.length, elements.includes(null) ? 1 : 0, element)];
  lengths.forEach((length, index) => void parts.push(integers(length, lowerBounds[index]!)));
  for (const value of elements) {
    if (value === null) parts.push(integers(-1));
    else {
      const bytes = toBinary(element, value);
      parts.push(integers(bytes.length), bytes);
    }
  }
  return Buffer.concat(parts);
}

function integers(...values: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  values.forEach((value, index) => void bytes.writeInt32BE(value, index * 4));
  return bytes;
}

function arrayFromBinary(element: number, bytes: Buffer): string | undefined {
  if (bytes.length < 12 || bytes.readInt32BE(8) !== element) return undefined;
  const dimensions = bytes.readInt32BE(0);
  if (dimensions < 0 || dimensions > 6 || bytes.length < 12 + dimensions * 8) return undefined;
  const lengths = Array.from({ length: dimensions }, (_, index) => bytes.readInt32BE(12 + index * 8));
  const count = dimensions === 0 ? 0 : lengths.reduce((product, length) => product * length, 1);
  if (lengths.some((length) => length < 0) || count > bytes.length / 4) return undefined;
  const elements: (string | null)[] = [];
  let at = 12 + dimensions * 8;
  for (let index = 0; index < count; index += 1) {
    if (at + 4 > bytes.length) return undefined;
    const size = bytes.readInt32BE(at);
    at += 4;
    if (size < 0) elements.push(null);
    else {
      if (at + size > bytes.length) return undefined;
      elements.push(fromBinary(element, bytes.subarray(at, at + size)));
      at += size;
    }
  }
  const value: ArrayValue = { lengths: count === 0 ? [] : lengths, lowerBounds: lengths.map(() => 1), elements };
  return formatArrayText(value);
}
