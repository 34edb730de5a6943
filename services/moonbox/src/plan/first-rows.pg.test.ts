/** The first rows: what LIMIT and OFFSET say as parameters goes to the sources like a number. */
import { parseTypeText } from '@rtdp/sql/pg-type';
import type { ServerFacts } from '@rtdp/stores/scan-contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTrapTables } from './testing/trap-tables.ts';
import { comparable, type PlanningOptions, type TwoStores } from './testing/two-stores.ts';

let stores: TwoStores;

beforeAll(async () => {
  stores = await openTrapTables();
}, 120_000);

afterAll(() => stores[Symbol.asyncDispose]());

function sentTo(sql: string, options: PlanningOptions = {}): string[] {
  const { whole, parts } = stores.plan(sql, options);
  return [...(whole === undefined ? [] : [whole]), ...parts].map((one) => one.sql);
}

/** `order by` and what `$1` and `$2` are to be; `LIMIT` as MariaDB and a part of Postgres are sent it. */
const LIMITED: readonly (readonly [sql: string, limits: readonly string[]])[] = [
  ['select id, e from maria.word order by id limit $1 offset $2', ['LIMIT 3 OFFSET 2']],
  ['select lower(t), id from maria.word order by id limit $1 offset $2', ['LIMIT 5']],
  ['select id from maria.word union all select id from pg.note limit $1 offset $2', ['LIMIT 5', 'LIMIT 5']],
  ['select w.id, n.id from maria.word w, pg.note n limit $1 offset $2', ['LIMIT 5', 'LIMIT 5']],
  [
    'select w.id, n.id from maria.word w, (select id from pg.note order by id limit $1 offset $2) n',
    ["LIMIT '3' OFFSET '2'"],
  ],
  [
    'select s.id from (select id from maria.word order by id limit $1 offset $2) s, pg.note n where n.id = 1',
    ['LIMIT 3 OFFSET 2'],
  ],
];

test('LIMIT and OFFSET that are parameters go to the sources as numbers do', async () => {
  for (const [sql, limits] of LIMITED) {
    const asNumbers = sql.replace('$1', '3').replace('$2', '2');
    for (const parameterTypes of [undefined, ['int8', 'int8'], ['int4', 'int2']]) {
      const options = {
        parameters: ['3', '2'],
        ...(parameterTypes === undefined ? {} : { parameterTypes: parameterTypes.map(parseTypeText) }),
      };
      const sent = sentTo(sql, options);
      if (parameterTypes === undefined) {
        for (const limit of limits)
          expect(
            sent.some((one) => one.endsWith(limit)),
            sent.join('; '),
          ).toBe(true);
        const told = sent.map((one) => one.replaceAll(/'(\d)'/g, '$1'));
        expect(told, sql).toEqual(sentTo(asNumbers));
      }
      const [given, wanted] = [await stores.answer(sql, options), await stores.expected(asNumbers)];
      if (/ order by /.test(sql)) expect(comparable(given, false), sql).toEqual(comparable(wanted, false));
      else expect(given.length, sql).toBe(wanted.length);
    }
  }
});

test('NULL limits nothing, and zero gives nothing', async () => {
  for (const [sql] of LIMITED) {
    for (const parameters of [
      [null, '2'],
      ['3', null],
      ['0', '0'],
      ['9223372036854775807', '9223372036854775807'],
    ]) {
      const asNumbers = sql.replace('$1', parameters[0] ?? 'null').replace('$2', parameters[1] ?? 'null');
      const wanted = await stores.expected(asNumbers);
      const given = await stores.answer(sql, { parameters });
      expect(given.length, `${sql}: ${parameters}`).toBe(wanted.length);
      if (/ order by /.test(sql))
        expect(comparable(given, false), `${sql}: ${parameters}`).toEqual(comparable(wanted, false));
      expect(sentTo(asNumbers), asNumbers).toEqual(
        sentTo(sql, { parameters }).map((one) => one.replaceAll(/'(\d+)'/g, '$1')),
      );
    }
  }
  expect(sentTo('select id from maria.word union all select id from pg.note limit $1', { parameters: [null] })).toEqual(
    [expect.not.stringContaining('LIMIT'), expect.not.stringContaining('LIMIT')],
  );
});

test('a negative one is refused before any source is asked, and what is no number too', async () => {
  const everywhere = [...LIMITED.map(([sql]) => sql), 'select id from pg.note order by id limit $1 offset $2'];
  for (const sql of everywhere) {
    expect(() => sentTo(sql, { parameters: ['-1', '2'] }), sql).toThrow(
      expect.objectContaining({
        code: 'SQL_NEGATIVE_LIMIT',
        message: expect.stringContaining('LIMIT must not be negative'),
      }),
    );
    expect(() => sentTo(sql, { parameters: ['1', ' -2 '] }), sql).toThrow(
      expect.objectContaining({ code: 'SQL_NEGATIVE_OFFSET' }),
    );
    expect((await stores.answer(sql, { parameters: ['-0', '0'] })).length, sql).toBe(0);
    await expect(stores.expected(sql.replace('$1', '-1').replace('$2', '2')), sql).rejects.toThrow(
      /LIMIT must not be negative/,
    );
    expect(() => sentTo(sql.replace('$1', '-1').replace('$2', '2')), sql).toThrow(/LIMIT must not be negative/);
  }
  for (const sql of LIMITED.map(([one]) => one)) {
    for (const value of ['two', '2.5', '', '9223372036854775808'])
      expect(() => sentTo(sql, { parameters: [value, '0'] }), `${sql}: ${value}`).toThrow(/SQL_INVALID_VALUE/);
  }
  const plan = stores.plan('select id from pg.note where n > $1 order by id limit $2 offset $3::int', {
    parameters: ['0', '1', '0'],
  });
  expect([plan.reusable, plan.limitParameters]).toEqual([true, [2, 3]]);
});

test('a value that only the source can read does not change what is asked of it', () => {
  const facts = new Map<string, ServerFacts>(stores.context().facts);
  facts.set('pg', { ...facts.get('pg')!, collation: 'en_US.UTF-8' });
  const asked = (value: string): unknown => {
    const { whole, columns } = stores.plan('select n::text from pg.note where at > $1 order by n::text', {
      facts,
      parameters: [value],
    });
    return { sql: whole!.sql, columns };
  };
  const known = asked('2024-03-10 00:00:00+00');
  expect(JSON.stringify(known)).toMatch(/::text COLLATE/);
  expect(asked('yesterday')).toEqual(known);
});
