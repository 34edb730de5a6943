/** Decides what "every value of every type" means for the property tests (only tests import it: fast-check is not there in production). */
import fc from 'fast-check';
import { UMS_TYPES, type UmsField, type UmsValue, withSystemFields } from './types.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const long = fc
  .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -1000n, max: 1000n }))
  .map(String);
const special = fc.constantFrom('NaN', 'Infinity', '-Infinity');
const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), special, fc.integer()).map((value) =>
  // -0 is written as 0 by JSON.stringify: the plain writer does not tell them apart.
  Object.is(value, -0) ? 0 : value,
);
const decimal = fc.oneof(
  special,
  fc
    .tuple(fc.bigInt(), fc.option(fc.bigInt({ min: 0n, max: 10n ** 20n })))
    .map(([whole, fraction]) => (fraction === null ? `${whole}` : `${whole}.${fraction}`)),
);
const pad = (value: number, length: number) => String(value).padStart(length, '0');
const date = fc.oneof(
  fc
    .tuple(fc.nat(9999), fc.nat(12), fc.nat(31))
    .map(([year, month, day]) => `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`),
  fc.constantFrom('infinity', '-infinity', '0044-03-15 BC', '5874897-12-31'),
);
const datetime = fc.oneof(
  fc
    .tuple(
      date.filter((day) => /^\d{4}-\d\d-\d\d$/.test(day)),
      fc.nat(23),
      fc.nat(59),
      fc.nat(59),
      fc.option(fc.nat(999_999)),
    )
    .map(([day, hour, minute, second, micros]) => {
      const fraction = micros === null ? '' : `.${pad(micros, 6)}`;
      return `${day} ${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${fraction}`;
    }),
  fc.constantFrom('infinity', '-infinity', '0044-03-15 10:00:00.5 BC', '294276-12-31 23:59:59.999999'),
);

const VALUES = {
  int: fc.integer(),
  long,
  float: number,
  double: number,
  decimal,
  boolean: fc.boolean(),
  string: fc.oneof(
    { weight: 9, arbitrary: text },
    { weight: 1, arbitrary: fc.constantFrom('_NULL_', '', '\u0000', '\u2028"\\') },
  ),
  date,
  datetime,
  binary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  jsonobject: fc.json({ stringUnit: 'binary' }),
  jsonarray: fc.json({ stringUnit: 'binary' }),
} as const;

/** The system fields, and one column of each type; with a source type, for only such a field can hold the text `_NULL_`. */
export const EVERY_TYPE: readonly UmsField[] = withSystemFields(
  UMS_TYPES.map((type) => ({ name: `a ${type}`, type, nullable: true, encoded: false, sourceType: 'ours' })),
);

/** A row of `EVERY_TYPE`. */
export const anyRow: fc.Arbitrary<UmsValue[]> = fc.tuple(...EVERY_TYPE.map(anyValue));

function anyValue(field: UmsField): fc.Arbitrary<UmsValue> {
  switch (field.name) {
    case 'ums_id_':
      return fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String);
    case 'ums_ts_':
      return datetime;
    case 'ums_op_':
      return fc.constantFrom('i', 'u', 'b', 'd');
    case 'ums_uid_':
      return text;
    default:
      return fc.option(VALUES[field.type] as fc.Arbitrary<UmsValue>, { freq: 8 });
  }
}
