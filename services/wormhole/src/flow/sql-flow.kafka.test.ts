/** A flow with SQL: filter, project, explode; a row that leaves the filter leaves the sink; mistakes are told before it runs. */
import { eventually } from '@rtdp/testing/eventually';
import { expect, test, vi } from 'vitest';
import { flowFixture, ORGANISATION } from '../testing/flow-fixture.ts';
import type { SourceTable } from '../testing/source-writer.ts';
import { ordersOf } from '../testing/tables.ts';
import { readFlowDefinition } from './definition.ts';
import { dryRun } from './dry-run.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a filter and a projection, kept true while rows change', async () => {
  await using fixture = await flowFixture();
  const { sink } = fixture;
  const { source, instance, service, around } = fixture;
  const orders = ordersOf(instance);
  const flow = fixture.flow(
    {
      name: 'large',
      source: { namespace: `postgresql.${instance}.public.orders` },
      steps: [
        { name: 'valued', sql: 'select id, status, total, total * 2 as twice from orders' },
        {
          name: 'large',
          sql: "select id, upper(status) as status, twice from valued where total >= 100 and status <> 'lost'",
        },
      ],
    },
    { table: 'large_orders' },
  );
  await source.rows(orders, [
    { op: 'i', values: ['1', 'new', '100.00'] },
    { op: 'i', values: ['2', 'new', '5.00'] },
    { op: 'i', values: ['3', null, '500.00'] },
  ]);
  const tried = await dryRun(around, readFlowDefinition(flow), ORGANISATION, 10);
  expect(tried.tables[0]?.steps.map(({ name, rows }) => [name, rows.length])).toEqual([
    ['valued', 3],
    ['large', 1],
  ]);
  expect(tried.tables[0]?.steps[1]?.rows).toEqual([{ sourceRow: 0, values: ['1', 'NEW', '200.00'] }]);

  const stored = await service.deploy(flow, { organisationId: ORGANISATION, origin: 'rest' });
  const read = async () =>
    (await sink.query('select id, status, twice from public.large_orders order by id').catch(() => ({ rows: [] })))
      .rows;
  expect(await eventually(read, (rows) => rows.length === 1)).toEqual([{ id: '1', status: 'NEW', twice: '200.00' }]);
  await source.rows(orders, [
    { op: 'u', values: ['1', 'lost', '100.00'] },
    { op: 'u', values: ['2', 'paid', '150.00'] },
    { op: 'u', values: ['3', null, '500.00'], unchanged: ['status'] },
  ]);
  expect(await eventually(read, (rows) => rows[0]?.id === '2')).toEqual([{ id: '2', status: 'PAID', twice: '300.00' }]);
  await source.rows(orders, [{ op: 'd', values: ['2', null, null], unknown: ['status', 'total'] }]);
  expect(await eventually(read, (rows) => rows.length === 0)).toEqual([]);

  // The SQL changes; the flow goes on where it stands, with a column more.
  const wider = { ...flow, steps: [{ name: 'large', sql: 'select id, total, status from orders where total >= 100' }] };
  await service.replace(ORGANISATION, 'large', wider);
  await source.rows(orders, [{ op: 'i', values: ['4', 'new', '100.00'] }]);
  const widened = async () =>
    (await sink.query('select id, total from public.large_orders').catch(() => ({ rows: [] }))).rows;
  expect(await eventually(widened, (rows) => rows.length === 1)).toEqual([{ id: '4', total: '100.00' }]);
  expect(await around.deadLetters.list(stored.id, { limit: 10 })).toEqual([]);

  // A row that fails is kept with the name of the step in which it does.
  const shares = [
    { name: 'known', sql: 'select id, total, status from orders' },
    { name: 'shared', sql: 'select id, total, status, 1 / (total - 7) as share from known' },
  ];
  await service.replace(ORGANISATION, 'large', { ...flow, steps: shares });
  await source.rows(orders, [{ op: 'i', values: ['5', 'new', '7.00'] }]);
  const letters = await eventually(
    () => around.deadLetters.list(stored.id, { limit: 10 }),
    (found) => found.length === 1,
  );
  expect(letters).toMatchObject([{ step: 'shared', reason: { message: 'division by zero' } }]);
});

test('one row explodes into several, which are replaced together; a row on which the SQL fails is kept', async () => {
  await using fixture = await flowFixture();
  const { sink } = fixture;
  const { source, instance, service, around } = fixture;
  const carts: SourceTable = {
    name: `postgresql.${instance}.public.carts`,
    version: 1,
    fields: [
      { name: 'id', type: 'long', nullable: false, encoded: false, sourceType: 'bigint', key: true },
      { name: 'lines', type: 'jsonarray', nullable: true, encoded: false, sourceType: 'jsonb' },
    ],
  };
  const stored = await service.deploy(
    fixture.flow(
      {
        name: 'lines',
        source: { namespace: `postgresql.${instance}.public.carts` },
        sql: `select c.id, line->>'name' as name, (line->>'quantity')::int as quantity
              from carts c, jsonb_array_elements(c.lines) as line`,
      },
      { table: 'lines' },
    ),
    { organisationId: ORGANISATION, origin: 'rest' },
  );
  const lines = (...quantities: (number | string)[]) =>
    JSON.stringify(quantities.map((quantity, at) => ({ name: `p${at}`, quantity })));
  await source.rows(carts, [
    { op: 'i', values: ['1', lines(1, 2, 3)] },
    { op: 'i', values: ['2', lines(7)] },
    { op: 'i', values: ['3', lines('many')] },
    { op: 'i', values: ['4', lines(9)] },
  ]);
  const read = async () =>
    (await sink.query('select id, name, quantity from public.lines order by id, name').catch(() => ({ rows: [] })))
      .rows;
  expect((await eventually(read, (rows) => rows.length === 5)).map(({ id, quantity }) => `${id}:${quantity}`)).toEqual([
    '1:1',
    '1:2',
    '1:3',
    '2:7',
    '4:9',
  ]);
  const [letter] = await eventually(
    () => around.deadLetters.list(stored.id, { limit: 10 }),
    (letters) => letters.length === 1,
  );
  expect(letter).toMatchObject({ rowNumber: 2, step: 'sql', reason: { code: 'ENGINE_ROW_FAILED' } });
  await source.rows(carts, [{ op: 'u', values: ['1', lines(5)] }]);
  expect((await eventually(read, (rows) => rows.length === 3)).map(({ id, quantity }) => `${id}:${quantity}`)).toEqual([
    '1:5',
    '2:7',
    '4:9',
  ]);
  await source.rows(carts, [{ op: 'd', values: ['1', null], unknown: ['lines'] }]);
  expect(await eventually(read, (rows) => rows.length === 2)).toHaveLength(2);
});

test('a dry run shows the newest rows, and does not fail for what the table was before', async () => {
  await using fixture = await flowFixture();
  const { source, instance, around } = fixture;
  const orders = ordersOf(instance);
  await source.rows(orders, [{ op: 'i', values: ['1', 'old', '1.00'] }]);
  const extra = { name: 'extra', type: 'string', nullable: true, encoded: false, sourceType: 'text' } as const;
  const wider: SourceTable = { ...orders, version: 2, fields: [...orders.fields, extra] };
  for (const id of [2, 3, 4, 5]) await source.rows(wider, [{ op: 'i', values: [String(id), 'new', '1.00', `e${id}`] }]);
  const given = { source: { namespace: `postgresql.${instance}.public.orders` }, sql: 'select id, extra from orders' };
  const tried = await dryRun(around, readFlowDefinition(fixture.flow({ name: 'extra', ...given })), ORGANISATION, 2);
  expect(tried.notes).toEqual([expect.stringMatching(/orders\.1\.0\.0, an earlier form .*There is no column extra/)]);
  expect(tried.tables.map(({ steps }) => steps[0]?.rows.map(({ values }) => values))).toEqual([
    [
      ['4', 'e4'],
      ['5', 'e5'],
    ],
  ]);
  const never = readFlowDefinition(fixture.flow({ name: 'never', ...given, sql: 'select id, other from orders' }));
  await expect(dryRun(around, never, ORGANISATION, 2)).rejects.toMatchObject({ code: 'ENGINE_FLOW_REFUSED' });
});

test('what cannot work is told with line and column when the first row shows the schema, and the table waits', async () => {
  await using fixture = await flowFixture();
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  const flow = fixture.flow({
    name: 'wrong',
    source: { namespace: `postgresql.${instance}.public.orders` },
    sql: 'select id,\n       no_such_column\nfrom orders',
  });
  await service.deploy(flow, { organisationId: ORGANISATION, origin: 'rest' });
  await source.rows(orders, [{ op: 'i', values: ['1', 'new', '100.00'] }]);
  const run = () => service.runningFlows()[0]?.run;
  const paused = await eventually(
    () => run()?.tables[0]?.paused,
    (reason) => reason !== undefined,
  );
  expect(paused).toMatchObject({ code: 'ENGINE_FLOW_REFUSED' });
  expect(paused?.facts?.problems).toMatchObject([{ code: 'SQL_UNKNOWN_COLUMN', line: 2, column: 8 }]);

  // Once the SQL is mended, the row that waited arrives by itself.
  await service.replace(ORGANISATION, 'wrong', { ...flow, sql: 'select id, total from orders' });
  const read = async () => (await sink.query('select id, total from public.orders').catch(() => ({ rows: [] }))).rows;
  expect(await eventually(read, (rows) => rows.length === 1)).toEqual([{ id: '1', total: '100.00' }]);
});
