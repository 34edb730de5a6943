/** The binary form of a value is the one Postgres sends and takes, for values that a seed makes up. */
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OID } from '../type-numbers.ts';
import { fromBinary, toBinary } from './values.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await testPostgres();
});

afterAll(() => database?.drop());

/** SQL that makes `count` values of the type out of row number i; hashes stand for chance. */
const h = (salt: number): string => `hashint8extended(i, ${salt})`;
const TYPES: readonly (readonly [keyof typeof OID, string, string])[] = [
  ['int2', 'int2send', `(${h(1)} % 32768)::int2`],
  ['int4', 'int4send', `(${h(2)} % 2147483648)::int4`],
  ['int8', 'int8send', h(3)],
  ['numeric', 'numeric_send', `trunc((${h(4)}::numeric * ${h(5)}) / (10::numeric ^ (i % 40)), (i % 37)::int)`],
  ['float8', 'float8send', `${h(6)}::float8 * power(10::float8, i % 200 - 100)`],
  ['float4', 'float4send', `((${h(7)} % 100000)::float4 / (i % 77 + 1))::float4`],
  ['date', 'date_send', `date '0001-01-01' + (abs(${h(8)}) % 4000000)::int - (i % 3)::int * 700000`],
  [
    'timestamp',
    'timestamp_send',
    `timestamp '0100-01-01 BC' + (abs(${h(9)}) % 180000000000000000) * interval '1 microsecond'`,
  ],
  [
    'timestamptz',
    'timestamptz_send',
    `timestamptz '1000-01-01+00' + (abs(${h(10)}) % 90000000000000000) * interval '1 microsecond'`,
  ],
  ['time', 'time_send', `time '00:00' + (abs(${h(11)}) % 86400000000) * interval '1 microsecond'`],
  [
    'interval',
    'interval_send',
    `make_interval(months => (${h(12)} % 500)::int, days => (${h(13)} % 500)::int, secs => (${h(14)} % 100000000)::float8 / 1000)`,
  ],
  ['uuid', 'uuid_send', `md5(i::text)::uuid`],
  ['bytea', 'byteasend', `decode(md5(i::text), 'hex')`],
  ['jsonb', 'jsonb_send', `jsonb_build_object('a', i, 'b', array[i, null])`],
];

it.each(TYPES)('%s', async (name, send, expression) => {
  const { rows } = await database.query<{ text: string; binary: Buffer }>(
    `select v::text as text, ${send}(v) as binary from (select ${expression} as v from generate_series(1, 400) i) made`,
  );
  expect(rows.length).toBe(400);
  const wrong = rows.filter(({ text, binary }) => !toBinary(OID[name], text).equals(binary));
  expect(wrong.slice(0, 3)).toEqual([]);
  const texts = rows.map(({ binary }) => fromBinary(OID[name], binary));
  const read = await database.query<{ same: boolean }>(
    `select bool_and(a.t::${name} = b.t::${name}) as same from unnest($1::text[]) with ordinality a(t, n) join unnest($2::text[]) with ordinality b(t, n) using (n)`,
    [texts, rows.map(({ text }) => text)],
  );
  expect(read.rows).toEqual([{ same: true }]);
});

it('arrays of any shape', async () => {
  const element = fc.option(fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', '{', '}', ' ', 'é', 'N') }), {
    freq: 4,
  });
  const values = fc.sample(fc.array(element, { maxLength: 6 }), { numRuns: 300, seed: 42 });
  const { rows } = await database.query<{ text: string; binary: Buffer }>(
    `select v::text as text, array_send(v) as binary
     from (select array(select jsonb_array_elements_text(each)) as v from jsonb_array_elements($1::jsonb) each) made`,
    [JSON.stringify(values)],
  );
  for (const { text, binary } of rows) {
    expect(toBinary(1009, text).toString('hex'), text).toBe(binary.toString('hex'));
    expect(toBinary(1009, fromBinary(1009, binary)).toString('hex'), text).toBe(binary.toString('hex'));
  }
  const grid = await database.query<{ text: string; binary: Buffer }>(
    `select v::text as text, array_send(v) as binary from (values ('{{1,2},{3,NULL}}'::int[]), ('[0:1]={5,6}'::int[]), ('{}'::int[])) made(v)`,
  );
  for (const { text, binary } of grid.rows) expect(toBinary(1007, text).toString('hex')).toBe(binary.toString('hex'));
});
