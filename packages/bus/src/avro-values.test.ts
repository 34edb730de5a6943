/** Shows that what Avro holds is read whole, beside what the library itself writes for it. */
import avro from 'avsc';
import { expect, test } from 'vitest';
import { AVRO_READING } from './avro-values.ts';

/** Writes with the library as it is, or bytes as they are, and reads with ours. */
function read(schema: avro.Schema, written: unknown): unknown {
  const bytes = Buffer.isBuffer(written) ? written : avro.Type.forSchema(plain(schema)).toBuffer(written);
  const options = { ...AVRO_READING } as Partial<avro.ForSchemaOptions>;
  return avro.Type.forSchema(schema, options).fromBuffer(bytes);
}

function plain(schema: avro.Schema): avro.Schema {
  return JSON.parse(JSON.stringify(schema, (key, value) => (key === 'logicalType' ? undefined : value)));
}

test('whole numbers of 64 bits keep every digit', () => {
  expect(read('long', 7)).toBe(7);
  expect(read('long', Buffer.from('feffffffffffffffff01', 'hex'))).toBe(9223372036854775807n);
  expect(read('long', Buffer.from('ffffffffffffffffff01', 'hex'))).toBe(-9223372036854775808n);
  expect(read(['null', 'long'], Buffer.from('02feffffffffffffffff01', 'hex'))).toBe(9223372036854775807n);
  expect(read({ type: 'array', items: 'long' }, [1, -2])).toEqual([1, -2]);
});

const long = (logicalType: string): avro.Schema => ({ type: 'long', logicalType });
const int = (logicalType: string): avro.Schema => ({ type: 'int', logicalType });

test.each<[avro.Schema, unknown, unknown]>([
  [long('timestamp-millis'), 1_795_564_800_007, '2026-11-25T00:00:00.007Z'],
  [long('timestamp-millis'), -1, '1969-12-31T23:59:59.999Z'],
  [long('timestamp-micros'), 1_795_564_800_000_001, '2026-11-25T00:00:00.000001Z'],
  [long('local-timestamp-micros'), 0, '1970-01-01T00:00:00.000000'],
  [long('timestamp-millis'), 253_402_300_800_000, '253402300800000'],
  [long('time-micros'), 86_399_999_999, '23:59:59.999999'],
  [long('time-micros'), -1, '-1'],
  [long('of somebody'), 5, 5],
  [int('time-millis'), 1_001, '00:00:01.001'],
  [int('date'), 20_000, '2024-10-04'],
  [int('date'), -1, '1969-12-31'],
  [int('date'), 2_147_483_647, '2147483647'],
])('%j of %s is %s', (schema, written, expected) => {
  expect(read(schema, written)).toBe(expected);
});

test.each([
  ['3039', 2, '123.45'],
  ['ff85', 2, '-1.23'],
  ['00', 3, '0.000'],
  ['05', 0, '5'],
  ['7fffffffffffffffffffffffffffffff', 10, '17014118346046923173168730371.5884105727'],
])('a decimal of %s and scale %i is %s, also where it may be null', (hex, scale, expected) => {
  const decimal = { type: 'bytes', logicalType: 'decimal', precision: 38, scale } as const;
  expect(read(decimal, Buffer.concat([Buffer.from([hex.length]), Buffer.from(hex, 'hex')]))).toBe(expected);
  const nullable = ['null', decimal] as avro.Schema;
  expect(read(nullable, Buffer.concat([Buffer.from([2, hex.length]), Buffer.from(hex, 'hex')]))).toBe(expected);
  expect(read(nullable, Buffer.from([0]))).toBe(null);
});

test('a decimal without a usable scale is its bytes', () => {
  const decimal = { type: 'bytes', logicalType: 'decimal', precision: 4, scale: -1 } as avro.Schema;
  expect(read(decimal, Buffer.from([2, 9]))).toEqual(Buffer.from([9]));
});
