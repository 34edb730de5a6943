/** What is refused before it is kept: kinds and keys that nothing knows, views whose SQL their source cannot answer, widgets that ask a view for what it has not. */
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { davinciFixture } from '../testing/davinci-fixture.ts';

const NOT_THERE = '00000000-0000-4000-8000-000000000009';

test('a view is checked at its source, kept or not, with the place and the name that was meant', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  await shop.query('create table orders (id int primary key, total numeric(10,2))');
  const { source, connection } = await davinci.makeSource(shop);
  const view = {
    name: 'orders',
    sourceId: source.id,
    sql: 'select o.id,\n  o.total\nfrom orders o where id <= :most;',
    variables: [{ name: 'most', type: 'number', default: 10 }],
    model: [{ column: 'total', type: 'number', role: 'measure' }],
  };
  const check = async (change: object, more: object = {}, token?: string) =>
    davinci.ask('POST', '/api/views/check', {
      body: { view: { ...view, ...change }, ...more },
      ...(token === undefined ? {} : { token }),
    });
  expect(await check({})).toMatchObject({ status: 200, body: { columns: [{ name: 'id' }, { name: 'total' }] } });
  expect(await check({ sql: 'select o.id,\n  o.totl as total\nfrom orders o where id <= :most' })).toMatchObject({
    status: 400,
    body: {
      message: expect.stringContaining('totl'),
      facts: { sqlState: '42703', problems: [{ line: 2, column: 3 }] },
    },
  });
  expect((await check({ sql: 'select 1 as total from nowhere' })).body).toMatchObject({ facts: { sqlState: '42P01' } });
  expect((await check({ model: [{ ...view.model[0], column: 'totl' }] })).body).toMatchObject({
    code: 'DAVINCI_VIEW_INVALID',
    message: 'the model has totl, which the SQL does not give',
    next: 'Did you mean total?',
  });
  const filtered = (filter: string) => check({ rights: { admin: {}, viewer: { filter } } });
  expect((await filtered("total > 5 and :user_role = 'viewer' -- theirs")).status).toBe(200);
  // What the author is called says nothing of what viewers are called.
  expect((await filtered('total > 5 and :user_id::uuid is not null')).body).toHaveProperty('columns');
  expect(await filtered('totl > 5')).toMatchObject({
    status: 400,
    body: {
      message: expect.stringMatching(/^the row filter of viewer: .*totl/),
      facts: { role: 'viewer', sqlState: '42703' },
    },
  });
  // Also of a view whose model is not finished, which the editor saves all the same.
  const unfinished = { model: [{ ...view.model[0], column: 'totl' }], rights: { viewer: { filter: 'totl > 5' } } };
  expect((await check(unfinished)).body).toMatchObject({ facts: { role: 'viewer' } });
  const inline = { source: { name: 'shop', kind: 'postgres', connection } };
  expect((await check({ sourceId: NOT_THERE }, inline)).status).toBe(200);
  expect((await check({ sourceId: NOT_THERE })).body.code).toBe('DAVINCI_NOT_FOUND');
  expect((await check({}, inline, await davinci.token({ role: 'editor' }))).status).toBe(403);
  expect((await check({}, {}, await davinci.token({ role: 'viewer' }))).status).toBe(403);
  expect((await davinci.ask('GET', '/api/views')).body.items).toEqual([]);
});

test('a widget or item of a kind that nothing draws is refused; one that is kept already is still shown', async () => {
  await using davinci = await davinciFixture();
  const { ask, make } = davinci;
  const source = await make('/api/sources', { name: 'gateway', kind: 'moonbox' });
  const model = [{ column: 'a', type: 'number', role: 'dimension' }];
  const view = await make('/api/views', { name: 'v', sourceId: source.id, sql: 'select 1 as a', model });
  const widget = { name: 'w', viewId: view.id, kind: 'bar', query: { dimensions: [{ column: 'a' }], series: ['a'] } };
  const problems = async (path: string, body: object) => {
    const refused = await ask('POST', path, { body });
    expect(refused.status).toBe(400);
    return refused.body.facts;
  };
  expect(await problems('/api/widgets', { ...widget, kind: 'barr' })).toEqual({
    problems: [{ field: 'body.kind', problem: 'there is no "barr" here; did you mean "bar"?' }],
  });
  expect(await problems('/api/widgets', { ...widget, query: { dimension: [] } })).toEqual({
    problems: [{ field: 'body.query', problem: 'there is no "dimension" here; did you mean "dimensions"?' }],
  });
  expect(await problems('/api/widgets', { ...widget, settings: { horizontl: true } })).toEqual({
    problems: [{ field: 'body.settings', problem: 'there is no "horizontl" here; did you mean "horizontal"?' }],
  });
  const item = { id: 'i', kind: 'texts', x: 0, y: 0, w: 1, h: 1 };
  expect(await problems('/api/dashboards', { name: 'd', tabs: [{ id: 't', name: 'T', items: [item] }] })).toEqual({
    problems: [{ field: 'body.tabs.0.items.0.kind', problem: 'there is no "texts" here; did you mean "text"?' }],
  });
  const { id } = await make('/api/widgets', widget);
  await davinci.metadata.query(
    `update davinci.widgets set document = jsonb_set(jsonb_set(document, '{kind}', '"sunburst"'), '{query,rays}', '3')`,
  );
  expect((await ask('GET', `/api/widgets/${id}`)).body).toMatchObject({ kind: 'sunburst', query: { rays: 3 } });
});

test('a widget that asks for what its view has not is refused with the place; what its view made wrong can still be renamed', async () => {
  await using davinci = await davinciFixture();
  const { ask, make } = davinci;
  const source = await make('/api/sources', { name: 'gateway', kind: 'moonbox' });
  const model = [
    { column: 'country', type: 'text', role: 'dimension' },
    { column: 'total', type: 'number', role: 'measure' },
    { column: 'margin', type: 'number', role: 'measure' },
  ];
  const rights = { admin: {}, editor: { hiddenColumns: ['margin'] } };
  const body = { name: 'Orders', sourceId: source.id, sql: 'select 1 as total', model, rights };
  const view = await make('/api/views', body);
  const total = { column: 'total', aggregation: 'sum', alias: 'Revenue' };
  const whole = {
    dimensions: [{ column: 'country' }],
    measures: [total, { column: '*', aggregation: 'count' }],
    filters: [{ column: 'total', operator: '>', values: [1] }],
    having: [{ by: 'count(*)', operator: '>', values: [1] }],
    sort: [{ by: 'Revenue', direction: 'desc' }],
    limit: 10,
  };
  const widget = (query: object) => ({ name: 'w', viewId: view.id, kind: 'bar', query: { ...whole, ...query } });
  const kept = await make('/api/widgets', widget({}));
  const editor = await davinci.token({ role: 'editor' });
  for (const [query, field, column, next, token] of [
    [{ dimensions: [{ column: 'contry' }] }, 'dimensions[0].column', 'contry', 'Did you mean country?'],
    [
      { measures: [total, { column: 'totl', aggregation: 'sum' }] },
      'measures[1].column',
      'totl',
      'Did you mean total?',
    ],
    [
      { filters: [{ column: '*', operator: 'is null' }] },
      'filters[0].column',
      '*',
      'Known columns: country, total, margin.',
    ],
    [{ sort: [{ by: 'Revenu', direction: 'asc' }] }, 'sort[0].by', 'Revenu', 'Did you mean Revenue?'],
    [
      { having: [{ by: 'country', operator: 'is null' }] },
      'having[0].by',
      'country',
      expect.stringContaining('sum(total)'),
    ],
    // One that may not be seen is told like one that is not there, and is no hint.
    [
      { dimensions: [{ column: 'margin' }] },
      'dimensions[0].column',
      'margin',
      'Known columns: country, total.',
      editor,
    ],
    [{ dimensions: [{ column: 'margn' }] }, 'dimensions[0].column', 'margn', 'Known columns: country, total.', editor],
  ] as const) {
    const place = `query.${field}`;
    const message = expect.stringMatching(new RegExp(`^query\\..*: .*${JSON.stringify(column).replace('*', '\\*')}`));
    const refused = { status: 400, body: { code: 'DAVINCI_WIDGET_INVALID', message, next, facts: { field: place } } };
    const sent = token === undefined ? {} : { token };
    const put = { ...widget(query), version: 1 };
    expect(await ask('POST', '/api/widgets', { body: widget(query), ...sent }), place).toMatchObject(refused);
    expect(await ask('PUT', `/api/widgets/${kept.id}`, { body: put, ...sent }), place).toMatchObject(refused);
    expect(await ask('POST', '/api/widgets/check', { body: { widget: widget(query) }, ...sent })).toMatchObject(
      refused,
    );
  }
  expect((await ask('GET', '/api/widgets')).body.total).toBe(1);

  const shorter = { ...body, model: model.slice(1), version: 1 };
  expect((await ask('POST', '/api/widgets/check', { body: { widget: widget({}) } })).status).toBe(200);
  const { version: _, ...inline } = shorter;
  expect((await ask('POST', '/api/widgets/check', { body: { widget: widget({}), view: inline } })).status).toBe(400);
  expect((await ask('PUT', `/api/views/${view.id}`, { body: shorter })).status).toBe(200);
  const renamed = { ...widget({}), name: 'Renamed', version: 1 };
  expect(await ask('PUT', `/api/widgets/${kept.id}`, { body: renamed })).toMatchObject({ status: 200 });
  const other = { ...widget({ limit: 11 }), version: 2 };
  expect(await ask('PUT', `/api/widgets/${kept.id}`, { body: other })).toMatchObject({ status: 400 });
  expect(
    (
      await ask('POST', '/api/widgets/check', {
        body: { widget: other },
        token: await davinci.token({ role: 'viewer' }),
      })
    ).status,
  ).toBe(403);
});
