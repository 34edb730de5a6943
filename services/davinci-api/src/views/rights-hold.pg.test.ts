/** Nothing that can be asked of a view shows a row or a column that the role may not see: told apart by an oracle, a view of those rows alone. */
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DavinciFixture, davinciFixture } from '../testing/davinci-fixture.ts';

const MODEL = [
  { column: 'id', type: 'number', role: 'dimension' },
  { column: 'city', type: 'text', role: 'dimension' },
  { column: 'at', type: 'instant', role: 'dimension' },
  { column: 'amount', type: 'number', role: 'measure' },
];
const GUARDED = [
  ...MODEL,
  { column: 'owner', type: 'text', role: 'dimension' },
  { column: 'secret', type: 'number', role: 'measure' },
];

/** A view that shows `mine` only its own rows, and its oracle. */
async function guardedView(davinci: DavinciFixture, shop: TestDatabase) {
  await shop.query(`create table orders as select i as id, (array['Lyon', 'Köln', null])[1 + i % 3] as city,
    case when i % 2 = 0 then 'mine' else 'other' end as owner, (i % 7 * 1.5)::numeric as amount,
    '2026-03-01T00:00Z'::timestamptz + i * interval '7 hours' as at, 1000 - i as secret from generate_series(1, 60) i`);
  const { source } = await davinci.makeSource(shop);
  const sourceId = source.id;
  const guarded = await davinci.make('/api/views', {
    name: 'guarded',
    sourceId,
    sql: 'select * from orders',
    model: GUARDED,
    rights: { admin: {}, viewer: { filter: 'owner = :user_id', hiddenColumns: ['owner', 'secret'] } },
  });
  const oracle = await davinci.make('/api/views', {
    name: 'oracle',
    sourceId,
    sql: "select id, city, at, amount from orders where owner = 'mine'",
    model: MODEL,
  });
  return { guarded: guarded.id, oracle: oracle.id };
}

const column = fc.constantFrom('id', 'city', 'at', 'amount');
const grain = fc.constantFrom('day' as const, 'month' as const);
const number = fc.integer({ min: -1, max: 70 });
const filter = fc.oneof(
  fc.record({
    column: fc.constant('city'),
    operator: fc.constantFrom('in', 'not in'),
    values: fc.subarray(['Lyon', 'Köln', null]),
  }),
  fc.record({
    column: fc.constantFrom('id', 'amount'),
    operator: fc.constantFrom('=', '!=', '<', '>='),
    values: fc.tuple(number),
  }),
  fc.record({ column, operator: fc.constantFrom('is null', 'is not null'), values: fc.constant([]) }),
  fc.record({ column, operator: fc.constant('like'), values: fc.constantFrom(['%1%'], ['%'], ['L%']) }),
);
const question = fc
  .record({
    dimensions: fc.uniqueArray(
      fc.oneof(
        column.map((each) => ({ column: each })),
        grain.map((each) => ({ column: 'at', grain: each })),
      ),
      { maxLength: 2, selector: (each) => each.column },
    ),
    measures: fc.subarray([
      { column: '*', aggregation: 'count' },
      { column: 'amount', aggregation: 'sum' },
      { column: 'id', aggregation: 'max' },
      { column: 'city', aggregation: 'count_distinct' },
    ]),
    filters: fc.array(filter, { maxLength: 3 }),
    least: fc.option(number, { nil: undefined }),
  })
  .filter(({ dimensions, measures }) => dimensions.length + measures.length > 0)
  .map(({ least, ...parts }) => {
    const first = parts.measures[0];
    const by = first === undefined ? undefined : `${first.aggregation}(${first.column})`;
    return {
      ...parts,
      having: least === undefined || by === undefined ? [] : [{ by, operator: '>', values: [least] }],
    };
  });

test('what a role is told of a view is what a view of its rows alone would tell, whatever is asked', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { guarded, oracle } = await guardedView(davinci, shop);
  const token = await davinci.token({ subject: 'mine', role: 'viewer' });
  const rows = async (viewId: string, parts: object, path = '/api/query') => {
    const { status, body } = await davinci.ask('POST', path, { token, body: { ...parts, viewId } });
    expect(status, JSON.stringify(body)).toBe(200);
    return path === '/api/query' ? (body.rows as unknown[]).map((row) => JSON.stringify(row)).sort() : body.values;
  };
  await fc.assert(
    fc.asyncProperty(question, async (parts) => {
      expect(await rows(guarded, parts)).toEqual(await rows(oracle, parts));
    }),
    { numRuns: 30 },
  );
  for (const search of [undefined, 'l', '1']) {
    for (const name of ['id', 'city', 'at', 'amount']) {
      const asked = { column: name, limit: 1_000, ...(search === undefined ? {} : { search }) };
      expect(await rows(guarded, asked, '/api/query/values')).toEqual(await rows(oracle, asked, '/api/query/values'));
    }
  }
});

test('a hidden column cannot be named in any part of a question, nor the asker be another', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { guarded } = await guardedView(davinci, shop);
  const token = await davinci.token({ subject: 'mine', role: 'viewer' });
  const ask = (parts: object, path = '/api/query') =>
    davinci.ask('POST', path, { token, body: { viewId: guarded, ...parts } });
  const count = { measures: [{ column: '*', aggregation: 'count' }] };
  const cities = { dimensions: [{ column: 'city' }], ...count };
  const refused: [object, string?][] = [];
  for (const hidden of ['secret', 'owner', '"secret"', 'Secret', 'view.secret', 'ctid', 'city", secret as "x']) {
    refused.push(
      [{ dimensions: [{ column: hidden }] }],
      [{ dimensions: [{ column: hidden, alias: 'city' }] }],
      [{ measures: [{ column: hidden, aggregation: 'max' }] }],
      [{ measures: [{ column: hidden, aggregation: 'count_distinct' }] }],
      [{ ...cities, filters: [{ column: hidden, operator: '=', values: [1] }] }],
      [{ ...cities, filters: [{ column: hidden, operator: 'is not null', values: [] }] }],
      [{ ...cities, sort: [{ by: hidden, direction: 'asc' }] }],
      [{ ...cities, sort: [{ by: `max(${hidden})`, direction: 'asc' }] }],
      [{ ...cities, having: [{ by: hidden, operator: '>', values: [0] }] }],
      [{ ...cities, having: [{ by: `max(${hidden})`, operator: '>', values: [0] }] }],
      [{ column: hidden }, '/api/query/values'],
      [{ column: hidden, search: '1' }, '/api/query/values'],
    );
  }
  for (const [parts, path] of refused) {
    const { status, body } = await ask(parts, path);
    expect([400, 404], JSON.stringify([parts, body])).toContain(status);
    expect(JSON.stringify(body)).not.toMatch(/99[0-9]|"other"/);
  }
  // Whose rows they are is not for the asker to say.
  for (const values of [{ user_id: 'other' }, { user_email: 'other' }]) {
    const { status, body } = await ask({ ...count, values });
    if (status === 200) expect(body.rows).toEqual([['30']]);
    else expect(status).toBe(400);
  }
  // A name of one's own for a column that is seen: sorted by that one, not by the hidden one it is called like.
  const named = await ask({
    dimensions: [{ column: 'id', alias: 'secret' }],
    sort: [{ by: 'secret', direction: 'asc' }],
    limit: 2,
  });
  expect(named.body.rows).toEqual([[2], [4]]);
  const grouped = await ask({
    dimensions: [{ column: 'city', alias: 'owner' }],
    ...count,
    having: [{ by: 'count(*)', operator: '>', values: [0] }],
    sort: [{ by: 'owner', direction: 'asc' }],
  });
  expect(grouped.body.rows).toEqual([
    ['Köln', '10'],
    ['Lyon', '10'],
    [null, '10'],
  ]);
});

test('a reader is told of no value by which a widget or a dashboard filters a hidden column', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { guarded } = await guardedView(davinci, shop);
  const count = { column: '*', aggregation: 'count' };
  const widget = {
    viewId: guarded,
    kind: 'bar',
    settings: { names: { city: 'Town' } },
    query: { dimensions: [{ column: 'city' }], measures: [count], filters: [], having: [], sort: [], limit: 10 },
  };
  const open = { ...widget.query, filters: [{ column: 'city', operator: '=', values: ['Lyon'] }] };
  const closed = { ...widget.query, filters: [{ column: 'owner', operator: '=', values: ['bearer of the mark'] }] };
  const seen = await davinci.make('/api/widgets', { ...widget, name: 'seen', query: open });
  const unseen = await davinci.make('/api/widgets', {
    ...widget,
    name: 'unseen',
    query: closed,
    settings: { names: { owner: 'bearer of the mark' } },
  });
  // A field that is taken off leaves its colours and rules behind.
  const changed = await davinci.make('/api/widgets', {
    ...widget,
    name: 'changed',
    settings: {
      ...widget.settings,
      valueColours: { city: { '"Lyon"': 1 }, owner: { '"bearer of the mark"': 2 } },
      rules: [
        { column: 'city', operator: '=', value: 'Lyon', tone: 'ok' },
        { column: 'owner', operator: '=', value: 'bearer of the mark', tone: 'late' },
      ],
    },
  });
  const other = await davinci.make('/api/views', {
    name: 'closed',
    sourceId: ((await davinci.ask('GET', `/api/views/${guarded}`)).body as { sourceId: string }).sourceId,
    sql: 'select id from orders where owner = :bearer',
    model: [MODEL[0]],
    variables: [{ name: 'bearer', type: 'text' }],
    rights: { admin: {} },
  });
  const items = [seen, unseen, changed].map(({ id }, at) => ({
    id,
    kind: 'widget',
    widgetId: id,
    x: at * 8,
    y: 0,
    w: 8,
    h: 5,
  }));
  const chooses = (column: string, value: string) => ({
    id: column,
    kind: 'select',
    targets: [{ viewId: guarded, column }],
    default: [value],
    options: { values: [value] },
  });
  const dashboard = await davinci.make('/api/dashboards', {
    name: 'both',
    tabs: [{ id: 'one', name: 'One', items }],
    controllers: [
      chooses('city', 'Lyon'),
      chooses('owner', 'bearer of the mark'),
      { ...chooses('closed', 'bearer of the mark'), targets: [{ viewId: other.id, variable: 'bearer' }] },
    ],
  });
  const token = await davinci.token({ subject: 'mine', role: 'viewer' });
  const paths = [
    '/api/widgets',
    `/api/widgets/${unseen.id}`,
    `/api/widgets/${changed.id}`,
    `/api/dashboards/${dashboard.id}`,
    `/api/dashboards/${dashboard.id}/bundle`,
  ];
  for (const path of paths) {
    expect(JSON.stringify((await davinci.ask('GET', path)).body), path).toContain('bearer of the mark');
    const { status, body } = await davinci.ask('GET', path, { token });
    expect(status).toBe(200);
    expect(JSON.stringify(body), path).not.toContain('bearer of the mark');
  }
  const { body } = await davinci.ask('GET', `/api/dashboards/${dashboard.id}/bundle`, { token });
  const told = body as { widgets: (typeof widget & { name: string })[]; dashboard: { controllers: object[] } };
  expect(told.widgets.find(({ name }) => name === 'seen')).toMatchObject({ query: open, settings: widget.settings });
  expect(told.widgets.find(({ name }) => name === 'changed')!.settings).toEqual({
    ...widget.settings,
    valueColours: { city: { '"Lyon"': 1 } },
    rules: [{ column: 'city', operator: '=', value: 'Lyon', tone: 'ok' }],
  });
  expect(told.dashboard.controllers[0]).toMatchObject(chooses('city', 'Lyon'));
  // It asks as before, and is refused, rather than showing what another question gives.
  const { query } = told.widgets.find(({ name }) => name === 'unseen')!;
  const asked = await davinci.ask('POST', '/api/query', { token, body: { ...query, viewId: guarded } });
  expect(asked.body).toMatchObject({ code: 'DAVINCI_COLUMN_UNKNOWN' });
});
