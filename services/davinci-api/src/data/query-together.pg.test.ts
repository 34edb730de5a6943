/** Questions that share a statement are answered as each alone: in values, digits, types, order and what is cut off; errors and ends are each one's own. */
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { QueriesLine, QueryParts, QueryRequest } from '../client/questions.ts';
import { type ColumnType, viewSchema } from '../client/views.ts';
import { type DavinciFixture, davinciFixture } from '../testing/davinci-fixture.ts';
import { sleepingStatements, untilSleeping } from '../testing/sleeping-statements.ts';
import { groupingKey } from '../views/compile-shared.ts';
import { type Shareable, sharedKey, shareQuestions } from './share-questions.ts';

const COLUMNS: Record<string, ColumnType> = {
  city: 'text',
  code: 'text',
  open: 'boolean',
  at: 'instant',
  wall: 'datetime',
  day: 'date',
  small: 'number',
  whole: 'number',
  big: 'number',
  exact: 'number',
  double: 'number',
};
const model = Object.entries(COLUMNS).map(([column, type]) => ({ column, type, role: 'dimension' }));
const GRAINED = ['at', 'wall', 'day'];
const GRAINS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;

/** Nulls, texts whose order by bytes is not that of words, moments around each change of the clocks, digits of different lengths. */
async function salesView(davinci: DavinciFixture, shop: TestDatabase) {
  await shop.query(`create table sales (city text, code varchar(5), open boolean, at timestamptz, wall timestamp, day date,
    small smallint, whole integer, big bigint, exact numeric, double double precision, owner text)`);
  await shop.query(`select setseed(0.4)`);
  await shop.query(`insert into sales select (array['Lyon', 'lyon', 'Köln', 'Zürich', 'a b', 'a-b', '', null])[1 + n % 8],
      (array['x', 'Y', 'z', null])[1 + n * 7 % 4], (array[true, false, null])[1 + n % 3], at, at at time zone 'UTC',
      (at at time zone 'UTC')::date, case when n % 5 > 0 then n % 90 - 40 end, case when n % 7 > 0 then n * 7919 - 900000 end,
      n::bigint * 4611686018427 % 9000000000, case when n % 11 > 0 then round((n * 7919 % 1000)::numeric / 7, n % 4) end,
      n / 8.0, (array['viewer-1', 'other'])[1 + n % 2]
    from (select n, timestamptz '1969-12-20' + n % 500 * interval '41 days 7 hours 20 minutes' + n % 9 * interval '55 minutes' as at
      from generate_series(1, 3000) n) moments`);
  const { source } = await davinci.makeSource(shop);
  const view = await davinci.make('/api/views', {
    name: 'sales',
    sourceId: source.id,
    sql: "select * from sales where coalesce(city, '') <> :without",
    variables: [{ name: 'without', type: 'text', default: 'nowhere' }],
    model,
    rights: { admin: {}, viewer: { filter: 'owner = :user_id', hiddenColumns: ['exact'] } },
  });
  return viewSchema.parse(view);
}

async function askTogether(
  davinci: DavinciFixture,
  questions: object[],
  token?: string,
): Promise<Map<string, QueriesLine>> {
  const response = await fetch(`${davinci.baseUrl}/api/queries`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token ?? (await davinci.token())}`, 'content-type': 'application/json' },
    body: JSON.stringify({ questions }),
  });
  expect(response.headers.get('content-type')).toContain('application/x-ndjson');
  const lines = (await response.text()).trimEnd().split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as QueriesLine).map((line) => [line.id, line]));
}

type Dimension = QueryParts['dimensions'][number];

const column = fc.constantFrom(...Object.keys(COLUMNS));
const dimension: fc.Arbitrary<Dimension> = column.chain((name) =>
  GRAINED.includes(name)
    ? fc.record({ column: fc.constant(name), grain: fc.constantFrom(...GRAINS.slice(name === 'day' ? 1 : 0)) })
    : fc.record({ column: fc.constant(name) }),
);
// Sums of floating numbers may differ in their last digits, even when the same statement runs twice.
const measure = fc.oneof(
  fc.constant({ column: '*', aggregation: 'count' as const }),
  fc.record({
    column: fc.constantFrom('small', 'whole', 'big', 'exact'),
    aggregation: fc.constantFrom('sum', 'avg', 'min', 'max', 'count', 'count_distinct'),
  }),
  fc.record({
    column: fc.constantFrom('city', 'at', 'day', 'double'),
    aggregation: fc.constantFrom('min', 'max', 'count'),
  }),
);
const FILTERS = [
  [],
  [{ column: 'city', operator: 'in', values: ['Lyon', 'lyon', null, ''] }],
  [{ column: 'at', operator: '>=', values: ['1999-05-01'] }],
];
const question = fc
  .record({
    // Few shapes, so that many of them meet.
    dimensions: fc.oneof(
      fc.constantFrom<Dimension[]>(
        [],
        [{ column: 'city' }],
        [{ column: 'city' }, { column: 'open' }],
        [{ column: 'at', grain: 'week' }],
      ),
      fc.uniqueArray(dimension, { maxLength: 2, selector: ({ column: name }) => name }),
    ),
    measures: fc.uniqueArray(measure, {
      minLength: 1,
      maxLength: 3,
      selector: (each) => `${each.column} ${each.aggregation}`,
    }),
    filters: fc.constantFrom(...FILTERS),
    first: fc.nat(),
    direction: fc.constantFrom('asc', 'desc'),
    nulls: fc.constantFrom('first', 'last', undefined),
    limit: fc.constantFrom(1, 3, 20, 10_000),
    timeZone: fc.constantFrom('Europe/Berlin', 'Asia/Kolkata'),
    values: fc.constantFrom({}, { without: 'Köln' }),
  })
  .map(({ first, direction, nulls, ...rest }) => {
    const names = [
      ...rest.measures.map((each) => (each.column === '*' ? 'count(*)' : `${each.aggregation}(${each.column})`)),
      ...rest.dimensions.map((each) => each.column),
    ];
    // By all dimensions at last, so that no two rows are alike in order.
    const order = [names[first % names.length]!, ...rest.dimensions.map((each) => each.column)];
    return { ...rest, sort: [...new Set(order)].map((by) => ({ by, direction, nulls })) };
  });

test('answers of questions asked together equal those of each asked alone', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const view = await salesView(davinci, shop);
  await fc.assert(
    fc.asyncProperty(fc.array(question, { minLength: 2, maxLength: 12 }), async (made) => {
      const questions = made.map((each, index) => ({ ...each, viewId: view.id, id: `q${index}` }));
      // The second time it is known into how many groups the rows fall, and more may share one pass.
      const answers = [await askTogether(davinci, questions), await askTogether(davinci, questions)];
      for (const { id, ...alone } of questions) {
        const { milliseconds: _took, ...wanted } = (await davinci.ask('POST', '/api/query', { body: alone })).body;
        for (const together of answers) {
          const { milliseconds: _also, ...result } = together.get(id)!.result ?? { milliseconds: together.get(id) };
          expect(result, JSON.stringify(alone)).toEqual(wanted);
        }
      }
    }),
    { numRuns: 25 },
  );
});

test('each question has its own error, its own rights and its own end', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const view = await salesView(davinci, shop);
  const count = { measures: [{ column: '*', aggregation: 'count' }] };
  const questions: (Partial<QueryRequest> & { id: string })[] = [
    { id: 'all', viewId: view.id, ...(count as object) },
    { id: 'by city', viewId: view.id, ...(count as object), dimensions: [{ column: 'city' }] },
    { id: 'unknown', viewId: view.id, measures: [{ column: 'nothing', aggregation: 'sum' }] },
    { id: 'unreadable', viewId: 'x' },
    { id: 'hidden', viewId: view.id, measures: [{ column: 'exact', aggregation: 'sum' }] },
  ];
  const token = await davinci.token({ subject: 'viewer-1', role: 'viewer' });
  const mine = await askTogether(davinci, questions, token);
  expect(mine.get('all')!.result!.rows).toEqual([['1500']]);
  expect(mine.get('by city')!.result!.rowCount).toBe(4);
  expect([mine.get('unknown')!.status, mine.get('hidden')!.status, mine.get('unreadable')!.status]).toEqual([
    404, 404, 400,
  ]);
  expect(mine.get('hidden')!.error!.code).toBe('DAVINCI_COLUMN_UNKNOWN');
  const editor = await askTogether(davinci, questions, await davinci.token({ role: 'editor' }));
  expect(editor.get('all')).toMatchObject({ status: 403, error: { code: 'DAVINCI_VIEW_FORBIDDEN' } });
  expect((await askTogether(davinci, questions)).get('all')!.result!.rows).toEqual([['3000']]);

  // A sum that overflows takes none of those with it that would have shared its statement.
  await shop.query("update sales set big = 9223372036854775807 where city = 'Lyon'");
  await shop.query('create view overflow as select city, big, (big + 1)::bigint as more from sales');
  const over = await davinci.ask('POST', '/api/views', {
    body: {
      name: 'overflow',
      sourceId: view.sourceId,
      sql: 'select * from overflow',
      model: ['city', 'big', 'more'].map((name) => ({
        column: name,
        type: name === 'city' ? 'text' : 'number',
        role: 'dimension',
      })),
    },
  });
  const sums = ['big', 'more'].map((name) => ({
    id: name,
    viewId: over.body.id,
    measures: [{ column: name, aggregation: 'max' }],
  }));
  const overflown = await askTogether(davinci, sums);
  expect(overflown.get('big')!.result!.rows).toEqual([['9223372036854775807']]);
  expect(overflown.get('more')!.status).toBe(400);

  // Two share a statement that sleeps: it goes on for the second when the first has gone, and ends with it.
  const slow = await davinci.ask('POST', '/api/views', {
    body: {
      name: 'slow',
      sourceId: view.sourceId,
      sql: "select city, pg_sleep(60)::text as s from sales where city = 'Lyon'",
      model: [{ ...model[0], column: 's' }],
    },
  });
  const waiting = ['one', 'two'].map((id, index) => ({
    id,
    viewId: slow.body.id,
    measures: [{ column: 's', aggregation: index === 0 ? 'min' : 'max' }],
  }));
  const lines = askTogether(davinci, waiting);
  await untilSleeping(shop, 1);
  expect((await davinci.ask('DELETE', '/api/queries?ids=one', { token })).body).toEqual({ cancelled: 0 });
  expect((await davinci.ask('DELETE', '/api/queries?ids=one,none')).body).toEqual({ cancelled: 1 });
  expect(await sleepingStatements(shop)).toBe(1);
  expect((await davinci.ask('DELETE', '/api/queries?ids=two')).body).toEqual({ cancelled: 1 });
  expect([...(await lines).values()].map(({ error }) => error!.code)).toEqual([
    'DAVINCI_QUERY_CANCELLED',
    'DAVINCI_QUERY_CANCELLED',
  ]);
  await untilSleeping(shop, 0);
  const gone = new AbortController();
  const answer = fetch(`${davinci.baseUrl}/api/queries`, {
    method: 'POST',
    signal: gone.signal,
    headers: { authorization: `Bearer ${await davinci.token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ questions: waiting }),
  })
    .then((response) => response.text())
    .catch(() => undefined);
  await untilSleeping(shop, 1);
  gone.abort();
  await answer;
  await untilSleeping(shop, 0);
});

test('which questions share: the same rows, likely few groups, measures that are made of parts', () => {
  const types = new Map([
    ['city', 'text'],
    ['id', 'uuid'],
    ['at', 'timestamp with time zone'],
    ['n', 'integer'],
    ['f', 'double precision'],
  ]);
  const of = (rows: string, dimensions: string[], measured: string, more: Partial<QueryParts> = {}): Shareable => ({
    rows,
    types,
    parts: {
      dimensions: dimensions.map((name) => {
        const [named, grain] = name.split(' ');
        return { column: named!, ...(grain === undefined ? {} : { grain: grain as 'day' }) };
      }),
      measures: [{ column: measured, aggregation: measured === '*' ? 'count' : 'sum' }],
      filters: [],
      having: [],
      sort: [],
      limit: 10,
      ...more,
    },
  });
  const a = of('r', ['city'], 'n');
  const b = of('r', [], 'n');
  const week = of('r', ['at week'], 'n');
  const month = of('r', ['city', 'at month'], '*');
  const other = of('other filter', ['city'], 'n');
  const floats = of('r', ['city'], 'f');
  const ids = of('r', ['id'], 'n');
  const moreIds = of('r', ['id'], '*');
  const having = of('r', ['city'], '*', { having: [{ by: 'count(*)', operator: '>', values: [1] }] });
  const nothingKnown = { isRefused: () => false, groupsOf: () => undefined };
  expect(shareQuestions([a, b, week, month, other, floats, ids, moreIds, having], nothingKnown)).toEqual([
    [a, b],
    [week, month],
    [ids, moreIds],
  ]);
  expect(shareQuestions([a, floats], nothingKnown)).toEqual([]);
  // What was refused together is asked by what it groups by, and what is refused even so is asked alone.
  const second = of('r', ['city'], '*');
  const together = sharedKey([a, b, second]);
  const refused = { ...nothingKnown, isRefused: (key: string) => key === together };
  expect(shareQuestions([a, b, second], refused)).toEqual([[a, second]]);
  expect(shareQuestions([a, second], { ...nothingKnown, isRefused: () => true })).toEqual([]);
  expect(groupingKey(a.parts)).toBe(groupingKey(second.parts));
  // What falls into few groups, each with each, needs one pass.
  const known = (cities: number, weeks: number, refusedKey = '') => ({
    isRefused: (key: string) => key === refusedKey,
    groupsOf: (key: string) =>
      new Map([
        [sharedKey([a, b]), cities],
        [sharedKey([week, month]), weeks],
      ]).get(key),
  });
  const all = [a, b, week, month];
  expect(shareQuestions(all, known(100, 250))).toEqual([all]);
  expect(shareQuestions(all, known(101, 250))).toEqual([
    [a, b],
    [week, month],
  ]);
  expect(shareQuestions(all, known(100, 250, sharedKey(all)))).toEqual([
    [a, b],
    [week, month],
  ]);
});
