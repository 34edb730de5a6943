/** Documents with versions and uses, and data of a Postgres that is asked directly: rights, values, runs and cancelling, secrets never told. */

import { listOf } from '@rtdp/service/answer-shapes';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { auditSchema } from '../client/platform.ts';
import { queryResultSchema } from '../client/questions.ts';
import { sourceSchemaSchema } from '../client/sources.ts';
import { DocumentStore } from '../documents/document-store.ts';
import { type DavinciFixture, davinciFixture } from '../testing/davinci-fixture.ts';
import { sleepingStatements, untilSleeping } from '../testing/sleeping-statements.ts';

async function shopSource(davinci: DavinciFixture, shop: TestDatabase) {
  await shop.query(
    'create table orders (id int primary key, city text, owner text, amount numeric(10,2), at timestamptz)',
  );
  await shop.query(`insert into orders select i, case when i % 2 = 0 then 'Lyon' else 'Köln' end,
    case when i % 4 = 0 then 'viewer-1' else 'other' end, i * 1.5, '2026-03-01T12:00Z'::timestamptz + i * interval '1 hour'
    from generate_series(1, 100) i`);
  return davinci.makeSource(shop);
}

const model = [
  { column: 'id', type: 'number', role: 'dimension' },
  { column: 'city', type: 'text', role: 'dimension' },
  { column: 'owner', type: 'text', role: 'dimension' },
  { column: 'amount', type: 'number', role: 'measure', label: 'Amount', format: '0.00' },
  { column: 'at', type: 'instant', role: 'dimension' },
];

test('documents: versions, uses, names, organisations, and what the audit says', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { ask } = davinci;
  const { source, connection } = await shopSource(davinci, shop);
  const kept = await davinci.metadata.query('select * from davinci.sources');
  expect(JSON.stringify([source, kept.rows])).not.toContain('password');
  expect(kept.rows[0].secret).toMatch(/^v1\./);
  expect((await ask('POST', `/api/sources/${source.id}/test`)).body).toMatchObject({ ok: true });
  const moved = {
    name: 'shop',
    kind: 'postgres',
    version: 1,
    connection: { ...connection, host: 'evil', password: '' },
  };
  expect((await ask('PUT', `/api/sources/${source.id}`, { body: moved })).body.code).toBe('DAVINCI_REFERENCE_INVALID');
  const same = { ...moved, description: 'the shop', connection: { ...connection, password: '' } };
  expect((await ask('PUT', `/api/sources/${source.id}`, { body: same })).body).toMatchObject({ version: 2 });
  expect((await ask('POST', `/api/sources/${source.id}/test`)).body).toMatchObject({ ok: true });
  const wrong = { ...same, id: source.id, connection: { ...connection, password: 'wrong', port: 1 } };
  expect((await ask('POST', '/api/sources/test', { body: wrong })).body).toMatchObject({ ok: false });
  const schema = sourceSchemaSchema.parse((await ask('GET', `/api/sources/${source.id}/schema`)).body);
  expect(schema.databases[0]?.tables[0]).toMatchObject({ name: 'orders', kind: 'table' });

  const body = { name: 'orders', sourceId: source.id, sql: 'select * from orders', model };
  const view = (await ask('POST', '/api/views', { body })).body;
  expect((await ask('POST', '/api/views', { body })).body).toMatchObject({ code: 'DAVINCI_NAME_EXISTS' });
  expect((await ask('POST', '/api/views', { body: { ...body, name: 'bad', sql: 'selec 1' } })).status).toBe(400);
  const first = await ask('PUT', `/api/views/${view.id}`, { body: { ...body, description: 'first', version: 1 } });
  expect(first.body).toMatchObject({ version: 2, description: 'first' });
  const late = await ask('PUT', `/api/views/${view.id}`, { body: { ...body, description: 'late', version: 1 } });
  expect(late).toMatchObject({ status: 409, body: { code: 'DAVINCI_VERSION_CONFLICT', facts: { version: 2 } } });

  const widget = (await ask('POST', '/api/widgets', { body: { name: 'sum', viewId: view.id, kind: 'scorecard' } }))
    .body;
  const items = [{ id: 'i', kind: 'widget', widgetId: widget.id, x: 0, y: 0, w: 4, h: 3 }];
  const dashboard = (
    await ask('POST', '/api/dashboards', { body: { name: 'Shop', tabs: [{ id: 't', name: 'One', items }] } })
  ).body;
  const bundle = (await ask('GET', `/api/dashboards/${dashboard.id}/bundle`)).body;
  expect(bundle).toMatchObject({
    dashboard: { id: dashboard.id },
    widgets: [{ id: widget.id }],
    views: [{ id: view.id }],
  });
  expect(JSON.stringify(bundle.views)).not.toContain('select');
  // While it is edited: a widget that does not stand on it yet, with its view; what is unknown is left out.
  const bare = (
    await ask('POST', '/api/dashboards', { body: { name: 'Bare', tabs: [{ id: 't', name: 'One', items: [] }] } })
  ).body;
  const bundleOfBare = async (query: string) =>
    (await ask('GET', `/api/dashboards/${bare.id}/bundle${query}`)).body as Record<string, unknown>;
  expect(await bundleOfBare('')).toMatchObject({ widgets: [], views: [] });
  expect(await bundleOfBare(`?widgets=${widget.id},${bare.id}`)).toMatchObject({
    widgets: [{ id: widget.id }],
    views: [{ id: view.id, sourceVersion: 2 }],
  });
  await ask('DELETE', `/api/dashboards/${bare.id}`);
  for (const [path, user] of [
    [`/api/sources/${source.id}`, 'orders'],
    [`/api/views/${view.id}`, 'sum'],
    [`/api/widgets/${widget.id}`, 'Shop'],
  ] as const) {
    const refused = await ask('DELETE', path);
    expect(refused).toMatchObject({ status: 409, body: { facts: { usedBy: [{ name: user }] } } });
  }
  const stranger = await davinci.token({ organisationId: '00000000-0000-4000-8000-000000000002' });
  for (const path of [`/api/sources/${source.id}`, `/api/views/${view.id}`, `/api/dashboards/${dashboard.id}/bundle`]) {
    expect((await ask('GET', path, { token: stranger })).status, path).toBe(404);
  }
  const theirs = { name: 'theirs', sourceId: source.id, sql: 'select 1' };
  expect((await ask('POST', '/api/views', { token: stranger, body: theirs })).body.code).toBe(
    'DAVINCI_REFERENCE_INVALID',
  );
  expect((await ask('GET', '/api/search?q=sho')).body.items).toMatchObject([{ kind: 'source' }, { kind: 'dashboard' }]);
  const viewer = await davinci.token({ role: 'viewer' });
  for (const path of ['/api/sources', '/api/views', '/api/audit', '/api/users']) {
    expect((await ask('GET', path, { token: viewer })).status, path).toBe(403);
  }
  for (const path of [`/api/dashboards/${dashboard.id}`, `/api/widgets/${widget.id}`, `/api/views/${view.id}`]) {
    expect((await ask('DELETE', path, { token: viewer })).status, path).toBe(403);
    expect((await ask('DELETE', path)).status, path).toBe(
      path.includes('views') || path.includes('widgets') || path.includes('dashboards') ? 200 : 409,
    );
  }
  const audit = listOf(auditSchema).parse((await ask('GET', '/api/audit')).body);
  expect(audit.items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['source.create', 'view.update', 'widget.create', 'dashboard.delete']),
  );
  expect((await ask('GET', '/docs/json')).body.paths).toHaveProperty('/api/dashboards/{id}/bundle');
});

test('a view gives each role what its rights say, in data and in the values of a column', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { ask } = davinci;
  const { source } = await shopSource(davinci, shop);
  const body = {
    name: 'orders',
    sourceId: source.id,
    sql: 'select * from orders where id <= :most',
    variables: [{ name: 'most', type: 'number', default: 1000 }],
    model,
    rights: { admin: {}, viewer: { filter: 'owner = :user_id', hiddenColumns: ['at'] } },
  };
  const view = (await ask('POST', '/api/views', { body })).body;
  const query = {
    viewId: view.id,
    dimensions: [{ column: 'city' }],
    measures: [
      { column: '*', aggregation: 'count', alias: 'orders' },
      { column: 'amount', aggregation: 'sum' },
    ],
    sort: [{ by: 'orders', direction: 'desc' }],
  };
  const all = await ask('POST', '/api/query', { body: query });
  expect(all.body).toMatchObject({
    columns: [
      { name: 'city', type: 'text', role: 'dimension' },
      { name: 'orders', type: 'bigint', role: 'measure' },
      { name: 'sum(amount)', type: 'numeric', label: 'Amount', format: '0.00' },
    ],
    rowCount: 2,
    truncated: false,
    cached: false,
    freshness: [{ commitNumber: null, loading: false }],
  });
  const viewer = await davinci.token({ subject: 'viewer-1', role: 'viewer' });
  const asked = { ...query, values: { most: 40 } };
  const own = await ask('POST', '/api/query', { token: viewer, body: asked });
  expect(own.body.rows).toEqual([['Lyon', '10', '330.00']]);
  // Whoever may not read the view is not told its SQL, with the filter of its rights in it.
  expect(own.body.sql).toBeNull();
  expect(all.body.sql).toContain('from orders');
  const together = {
    questions: [
      { ...asked, id: 'a' },
      { ...asked, id: 'b', sort: [] },
    ],
  };
  const lines = await fetch(`${davinci.baseUrl}/api/queries`, {
    method: 'POST',
    headers: { authorization: `Bearer ${viewer}`, 'content-type': 'application/json' },
    body: JSON.stringify(together),
  }).then((response) => response.text());
  expect(lines.match(/"330.00"/g)).toHaveLength(2);
  expect(JSON.stringify(own.body) + lines).not.toMatch(/from orders|owner =/);
  const hidden = { ...query, filters: [{ column: 'at', operator: 'relative', values: [{ unit: 'day', amount: 1 }] }] };
  expect((await ask('POST', '/api/query', { token: viewer, body: hidden })).status).toBe(404);
  const editor = await davinci.token({ role: 'editor' });
  expect((await ask('POST', '/api/query', { token: editor, body: query })).status).toBe(403);
  const cities = { viewId: view.id, column: 'city', search: 'l', limit: 1 };
  expect((await ask('POST', '/api/query/values', { body: cities })).body).toEqual({
    values: ['Köln'],
    truncated: true,
  });
  // Narrowed by another column, and searched among what is left.
  const narrowed = { ...cities, filters: [{ column: 'city', operator: '!=', values: ['Köln'] }] };
  expect((await ask('POST', '/api/query/values', { body: narrowed })).body.values).toEqual(['Lyon']);
  const seen = (await ask('POST', '/api/query/values', { token: viewer, body: cities })).body;
  expect(seen).toEqual({ values: ['Lyon'], truncated: false });
  const limited = {
    viewId: view.id,
    dimensions: [{ column: 'id' }, { column: 'at' }],
    limit: 3,
    sort: [{ by: 'id', direction: 'asc' }],
  };
  const few = queryResultSchema.parse((await ask('POST', '/api/query', { body: limited })).body);
  expect(few).toMatchObject({ truncated: true, rowCount: 3 });
  expect(few.rows[0]).toEqual([1, '2026-03-01 13:00:00+00']);
});

test("an editor's SQL runs read-only, is ended at the source, and errors are at their place", async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { ask } = davinci;
  const { source, connection } = await shopSource(davinci, shop);
  const token = await davinci.token({ role: 'editor' });
  const run = (sql: string, rest: object = {}) =>
    ask('POST', '/api/run', { token, body: { sourceId: source.id, sql, runId: crypto.randomUUID(), ...rest } });
  const variables = [
    { name: 'cities', type: 'list', default: ['Lyon'] },
    { name: 'since', type: 'datetime', default: null },
  ];
  const sql =
    'select city, count(*), max(at) as last from orders where city in (:cities) and at > :since group by 1 order by 1;';
  const values = { cities: ['Lyon', "Kö' or true --"], since: '2026-03-02T00:00:00Z' };
  expect((await run(sql, { variables, values })).body).toMatchObject({
    columns: [
      { name: 'city', type: 'text', modelType: 'text' },
      { name: 'count', type: 'bigint', modelType: 'number' },
      { name: 'last', type: 'timestamp with time zone', modelType: 'instant' },
    ],
    rows: [['Lyon', '44', '2026-03-05 16:00:00+00']],
    tables: [{ table: 'orders' }],
  });
  const wrong = await run('select :cities,\n  nothing from orders', { variables });
  expect(wrong).toMatchObject({ status: 400, body: { facts: { problems: [{ line: 2, column: 3 }] } } });
  for (const bad of [
    'delete from orders',
    "select set_config('x.y', '1', false)",
    'select 1 into temp t',
    'select pg_advisory_lock(1)',
  ]) {
    expect((await run(bad)).status, bad).toBe(400);
  }
  expect(
    (
      await ask('POST', '/api/run', {
        token: await davinci.token({ role: 'viewer' }),
        body: { sourceId: source.id, sql: 'select 1', runId: 'r' },
      })
    ).status,
  ).toBe(403);

  const slow = run('select pg_sleep(60)', { runId: 'slow' });
  await untilSleeping(shop, 1);
  expect(
    (await ask('DELETE', '/api/run/slow', { token: await davinci.token({ subject: 'someone', role: 'editor' }) })).body,
  ).toEqual({ cancelled: false });
  expect((await ask('DELETE', '/api/run/slow', { token })).body).toEqual({ cancelled: true });
  expect((await slow).status).toBe(400);
  await untilSleeping(shop, 0);

  // A request that read the source before a change and comes to it after: the newer one stays open, with what runs on it.
  const { recent } = DocumentStore.prototype;
  const [read, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  using _held = vi.spyOn(DocumentStore.prototype, 'recent').mockImplementationOnce(async function (
    this: DocumentStore<object>,
    ...given
  ) {
    const document = await recent.apply(this, given);
    read.resolve();
    await release.promise;
    return document;
  });
  const late = ask('GET', `/api/sources/${source.id}/schema`);
  await read.promise;
  const changed = { name: 'shop', description: 'newer', kind: 'postgres', version: source.version, connection };
  expect((await ask('PUT', `/api/sources/${source.id}`, { body: changed })).status).toBe(200);
  const onNewer = run('select pg_sleep(60)', { runId: 'newer' });
  await untilSleeping(shop, 1);
  release.resolve();
  expect((await late).status).toBe(200);
  expect((await ask('DELETE', '/api/run/newer', { token })).body).toEqual({ cancelled: true });
  expect((await onNewer).status).toBe(400);
  await untilSleeping(shop, 0);

  const view = (
    await ask('POST', '/api/views', {
      body: {
        name: 'slow',
        sourceId: source.id,
        sql: 'select id, pg_sleep(60)::text as s from orders',
        model: [model[0], { ...model[1], column: 's' }],
      },
    })
  ).body;
  const browsers = [new AbortController(), new AbortController()];
  const answers = browsers.map(({ signal }) =>
    fetch(`${davinci.baseUrl}/api/query`, {
      method: 'POST',
      signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ viewId: view.id, dimensions: [{ column: 's' }] }),
    }).catch(() => undefined),
  );
  await untilSleeping(shop, 1);
  browsers[0]!.abort();
  await answers[0];
  expect(await sleepingStatements(shop)).toBe(1);
  browsers[1]!.abort();
  await untilSleeping(shop, 0);
  await Promise.all(answers);
});
