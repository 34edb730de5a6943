/** What is told of a flow before it runs. */
import { eventually } from '@rtdp/testing/eventually';
import { expect, test, vi } from 'vitest';
import { flowFixture, ORGANISATION } from '../testing/flow-fixture.ts';
import { ordersOf } from '../testing/tables.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('mistakes in SQL, a sink that does not answer, and a table that another flow writes are told, and nothing is deployed', async () => {
  await using fixture = await flowFixture();
  const { source, instance, service, sink } = fixture;
  const deploy = (definition: unknown) => service.deploy(definition, { organisationId: ORGANISATION, origin: 'rest' });
  const problems = async (definition: unknown) => (await service.check(definition, ORGANISATION)).problems;

  expect(await problems(fixture.flow({ name: 'a', sql: 'select id,\n  from orders where' }))).toMatchObject([
    { code: 'SQL_SYNTAX', step: 'result', line: 2 },
  ]);
  const aggregate = fixture.flow({ name: 'a', sql: 'select id from orders limit 5' });
  expect(await problems(aggregate)).toMatchObject([{ code: 'SQL_STATEFUL_LIMIT', line: 1 }]);
  await expect(deploy(aggregate)).rejects.toMatchObject({
    code: 'WORMHOLE_FLOW_NOT_ALLOWED',
    facts: { problems: [{ code: 'SQL_STATEFUL_LIMIT' }] },
  });

  const away = fixture.flow({ name: 'b' });
  const connection = { ...away.sink.connection, port: 1 };
  expect(await problems({ ...away, sink: { ...away.sink, connection } })).toMatchObject([
    { code: 'WORMHOLE_SINK_UNREACHABLE' },
  ]);

  await deploy(fixture.flow({ name: 'first' }, { table: 'one_table', keyHoldsSource: true }));
  await source.rows(ordersOf(instance), [{ op: 'i', values: ['1', 'a', '1.00'] }]);
  await source.rows(ordersOf(instance, 'others'), [{ op: 'i', values: ['1', 'b', '1.00'] }], 1);
  // Two source tables in one sink table stay apart by the source in the key, also when one is truncated.
  const read = async () =>
    (await sink.query('select status from public.one_table order by 1').catch(() => ({ rows: [] }))).rows.map(
      ({ status }) => status,
    );
  expect(await eventually(read, (rows) => rows.length === 2)).toEqual(['a', 'b']);
  await source.truncate(ordersOf(instance));
  expect(await eventually(read, (rows) => rows.length === 1)).toEqual(['b']);

  expect(await problems(fixture.flow({ name: 'second' }, { table: 'one_table' }))).toMatchObject([
    { code: 'WORMHOLE_SINK_OWNED', message: 'public.one_table is written by the flow first' },
  ]);
  expect((await service.list(ORGANISATION)).map(({ name }) => name)).toEqual(['first']);
});

test('a flow over a table that no source captures is told so when it is checked and when it is deployed', async () => {
  const captured: { namespace: string }[] = [];
  await using fixture = await flowFixture({
    pulls: { capturedTables: async () => captured, requestPull: async () => '', failureOf: async () => null },
  });
  const { service, instance } = fixture;
  captured.push({ namespace: `${ordersOf(instance).name}.1.0.0` });
  const over = (table: string) =>
    fixture.flow({ name: 'wrong', autoStart: false, source: { namespace: `postgresql.${instance}.public.${table}` } });
  const notes = async (table: string) => (await service.check(over(table), ORGANISATION)).notes;
  const told = `No source captures postgresql.${instance}.public.ordres yet: the flow waits for one that does. Did you mean ${ordersOf(instance).name}?`;
  expect(await notes('ordres')).toEqual([told]);
  // Captured, and not met yet: only its columns are unknown.
  expect(await notes('orders')).toEqual([expect.stringContaining('SQL and columns are checked')]);
  const deployed = await service.deploy(over('ordres'), { organisationId: ORGANISATION, origin: 'rest' });
  expect(deployed.notes).toEqual([told]);
  const changed = { ...over('ordres'), description: 'Still wrong' };
  expect((await service.replace(ORGANISATION, 'wrong', changed)).notes).toEqual([told]);
});

test('two source tables that would meet in one sink table without the source in its key are refused, and messages nobody knows are passed over', async () => {
  await using fixture = await flowFixture();
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  await service.deploy(
    fixture.flow(
      { name: 'one', source: { namespace: `postgresql.${instance}.public.o*` } },
      { table: 'one_table', keyHoldsSource: false },
    ),
    {
      organisationId: ORGANISATION,
      origin: 'rest',
    },
  );
  await source.rows(orders, [{ op: 'i', values: ['1', 'a', '1.00'] }]);
  const read = async () =>
    (await sink.query('select id, status from public.one_table order by 1').catch(() => ({ rows: [] }))).rows;
  await eventually(read, (rows) => rows.length === 1);

  const known = source.outgoing(
    0,
    source.rowsMessage(orders, [{ op: 'i', values: ['2', 'b', '1.00'] }], [source.nextId()]),
  );
  const strange = String(known.value).replace('"data_increment_data"', '"data_of_tomorrow"');
  await source.raw(0, orders, Buffer.from(strange), 'data_of_tomorrow');
  // The oldest form that is still read: no unique field, version 1.2, _NULL_ for null.
  const old = JSON.stringify({
    protocol: { type: 'data_increment_data', version: '1.2' },
    schema: {
      namespace: `postgresql.${instance}.public.legacy.1.0.0`,
      batchId: 0,
      fields: [
        { name: 'ums_id_', type: 'long', nullable: false, encoded: false },
        { name: 'ums_ts_', type: 'datetime', nullable: false, encoded: false },
        { name: 'ums_op_', type: 'string', nullable: false, encoded: false },
        { name: 'id', type: 'long', nullable: false, encoded: false },
        { name: 'status', type: 'string', nullable: true, encoded: false },
      ],
    },
    payload: [{ tuple: [String(source.nextId()), '2026-01-01 10:00:00', 'i', '3', '_NULL_'] }],
  });
  await source.raw(0, orders, Buffer.from(old));
  await service.deploy(
    fixture.flow({ name: 'legacy', source: { namespace: `postgresql.${instance}.public.legacy` } }),
    {
      organisationId: ORGANISATION,
      origin: 'rest',
    },
  );
  const legacy = async () =>
    (await sink.query('select id, status from public.legacy').catch(() => ({ rows: [] }))).rows;
  expect(await eventually(legacy, (rows) => rows.length === 1)).toEqual([{ id: '3', status: null }]);
  const run = service.runningFlows().find(({ stored }) => stored.name === 'one')?.run;
  expect(await read()).toHaveLength(1);
  expect(run?.tables[0]?.paused).toBeUndefined();

  await source.rows(ordersOf(instance, 'others'), [{ op: 'i', values: ['1', 'b', '1.00'] }]);
  const paused = await eventually(
    () => run?.tables[0]?.paused,
    (reason) => reason !== undefined,
  );
  expect(paused?.code).toBe('WORMHOLE_SEVERAL_SOURCES');
});
