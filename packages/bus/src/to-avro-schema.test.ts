/** Proves the Avro record of a table: a type for every UMS type, nullable fields that default to null, and names that come back. */
import { UMS_TYPES } from '@rtdp/ums/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromAvroName, subjectOf, toAvroName, toAvroSchema } from './to-avro-schema.ts';

const NAMESPACE = {
  system: 'postgresql',
  instance: 'shop01',
  database: 'public',
  table: 'Orders.2026',
  version: '3',
  dbPartition: '0',
  tablePartition: '0',
};

test('every UMS type has an Avro type', () => {
  const fields = UMS_TYPES.map((type) => ({ name: type, type, nullable: false, encoded: false }));
  const types = Object.fromEntries(toAvroSchema(NAMESPACE, fields).fields.map((field) => [field.name, field.type]));
  expect(types).toEqual({
    int: 'int',
    long: 'long',
    float: 'float',
    double: 'double',
    decimal: 'string',
    boolean: 'boolean',
    string: 'string',
    date: 'string',
    datetime: 'string',
    binary: 'bytes',
    jsonobject: 'string',
    jsonarray: 'string',
  });
});

test('a record does not name its version, and keeps what Avro has no word for', () => {
  expect(
    toAvroSchema(NAMESPACE, [
      { name: 'id', type: 'long', nullable: false, encoded: false, key: true, sourceType: 'bigint' },
      { name: 'total price', type: 'decimal', nullable: true, encoded: false, sourceType: 'numeric(12,2)' },
    ]),
  ).toEqual({
    type: 'record',
    name: 'Orders_x2e_2026',
    namespace: 'postgresql.shop01.public',
    fields: [
      { name: 'id', type: 'long', umsType: 'long', sourceType: 'bigint', key: true },
      {
        name: 'total_x20_price',
        type: ['null', 'string'],
        default: null,
        umsType: 'decimal',
        umsName: 'total price',
        sourceType: 'numeric(12,2)',
      },
    ],
  });
  expect(subjectOf(NAMESPACE, 2)).toBe('postgresql.shop01.public.Orders_x2e_2026-2');
});

test('names: allowed by Avro, and reversible', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: fc.constantFrom('_', 'x', '2', 'e', 'f', '5', ' ', 'é') }),
      ),
      (name) => {
        fc.pre(name.isWellFormed());
        const written = toAvroName(name);
        expect(written).toMatch(/^[A-Za-z_][A-Za-z0-9_]*$/);
        expect(fromAvroName(written)).toBe(name);
      },
    ),
    { numRuns: 2000 },
  );
});
