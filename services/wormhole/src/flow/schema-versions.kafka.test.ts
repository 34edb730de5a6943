/** What happens when a source table changes: the sink follows what is compatible, and waits with the difference shown otherwise. */
import { eventually } from '@rtdp/testing/eventually';
import { expect, test, vi } from 'vitest';
import { flowFixture, ORGANISATION } from '../testing/flow-fixture.ts';
import type { SourceTable } from '../testing/source-writer.ts';
import { ordersOf } from '../testing/tables.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

const note = { name: 'note', type: 'string', nullable: true, encoded: false, sourceType: 'text' } as const;

test('a new nullable column flows on; a rename pauses its table alone, and goes on when it is told to follow', async () => {
  await using fixture = await flowFixture();
  const { sink } = fixture;
  const { source, instance } = fixture;
  const first = ordersOf(instance);
  const second: SourceTable = { ...first, version: 2, fields: [...first.fields, note] };
  const renamed: SourceTable = {
    ...first,
    version: 3,
    fields: second.fields.map((field) => (field.name === 'status' ? { ...field, name: 'state' } : field)),
  };
  const other = ordersOf(instance, 'other');
  const definition = fixture.flow({ name: 'all' });
  await fixture.service.deploy(definition, { organisationId: ORGANISATION, origin: 'rest' });

  await source.rows(first, [{ op: 'i', values: ['1', 'new', '1.00'] }]);
  await source.termination(first);
  await source.rows(second, [{ op: 'i', values: ['2', 'new', '2.00', 'hello'] }]);
  // The other partition is late: it still brings the old version.
  await source.rows(first, [{ op: 'i', values: ['3', 'new', '3.00'] }], 1);
  const read = async () =>
    (await sink.query('select id, note from public.orders order by id').catch(() => ({ rows: [] }))).rows;
  expect(await eventually(read, (rows) => rows.length === 3)).toEqual([
    { id: '1', note: null },
    { id: '2', note: 'hello' },
    { id: '3', note: null },
  ]);

  await source.rows(renamed, [{ op: 'i', values: ['4', 'new', '4.00', null] }]);
  await source.rows(other, [{ op: 'i', values: ['1', 'new', '1.00'] }]);
  const run = () => fixture.service.runningFlows()[0]?.run;
  const table = () => run()?.tables.find(({ name }) => name.table === 'orders');
  const reason = await eventually(
    () => table()?.paused,
    (paused) => paused !== undefined,
  );
  expect(reason?.code).toBe('WORMHOLE_SCHEMA_INCOMPATIBLE');
  expect(reason?.message).toContain('status dropped: A column was added too: this may be a rename.');
  expect(reason?.next).toMatch(/then resume the table: .*flow resume-table all public orders\.$/);
  expect(reason?.facts).toMatchObject({ diff: { compatible: false } });
  const others = async () => (await sink.query('select id from public.other').catch(() => ({ rows: [] }))).rows.length;
  expect(await eventually(others, (n) => n === 1)).toBe(1);

  // The pause outlives the process, and what came meanwhile is not lost.
  await fixture.restart();
  expect(
    (
      await eventually(
        () => table()?.paused,
        (paused) => paused !== undefined,
      )
    )?.code,
  ).toBe('WORMHOLE_SCHEMA_INCOMPATIBLE');
  await source.rows(renamed, [{ op: 'i', values: ['5', 'new', '5.00', null] }]);
  await fixture.service.replace(ORGANISATION, 'all', { ...definition, onIncompatible: 'follow' });
  await eventually(run, (now) => now !== undefined);
  await run()?.resumeTable({ schema: 'public', table: 'orders' });
  const followed = async () =>
    (await sink.query('select id, status, state from public.orders order by id').catch(() => ({ rows: [] }))).rows;
  expect((await eventually(followed, (rows) => rows.length === 5)).slice(3)).toEqual([
    { id: '4', status: null, state: 'new' },
    { id: '5', status: null, state: 'new' },
  ]);
});

test('rows from before the change that the SQL was written for are called so, with a way past them', async () => {
  await using fixture = await flowFixture();
  const { source, instance, sink, service } = fixture;
  const first = ordersOf(instance);
  const second: SourceTable = { ...first, version: 2, fields: [...first.fields, note] };
  const sql = 'select id, upper(note) as note from orders';
  const flow = fixture.flow({ name: 'notes', source: { namespace: `postgresql.${instance}.public.orders` }, sql });
  await service.deploy(flow, { organisationId: ORGANISATION, origin: 'rest' });
  await source.rows(second, [{ op: 'i', values: ['1', 'new', '1.00', 'hello'] }]);
  const read = async () => (await sink.query('select id, note from public.orders').catch(() => ({ rows: [] }))).rows;
  expect(await eventually(read, (rows) => rows.length === 1)).toEqual([{ id: '1', note: 'HELLO' }]);
  await source.rows(first, [{ op: 'i', values: ['2', 'new', '2.00'] }], 1);
  const table = () => service.runningFlows()[0]?.run?.tables[0];
  const reason = await eventually(
    () => table()?.paused,
    (paused) => paused !== undefined,
  );
  expect(reason).toMatchObject({
    code: 'WORMHOLE_SCHEMA_INCOMPATIBLE',
    message: expect.stringMatching(/^the topic still holds rows of \S+orders\.1\.0\.0, .*There is no column note/),
    next: expect.stringMatching(/flow restart notes, then .*flow resume-table notes public orders\.$/),
  });

  // The way that is told leads on: what is said of the row after a pull is stored, the old form is not met again.
  await service.restart(ORGANISATION, 'notes', undefined);
  await eventually(table, (found) => found !== undefined);
  await service.commandTable(ORGANISATION, 'notes', { schema: 'public', table: 'orders' }, 'resume', 'test');
  await source.rows(second, [{ op: 'i', values: ['2', 'new', '2.00', 'again'] }], 1);
  expect(await eventually(read, (rows) => rows.length === 2)).toContainEqual({ id: '2', note: 'AGAIN' });
});

test('truncates, pulls with deletes that were missed, and untold columns do what the messages say', async () => {
  await using fixture = await flowFixture();
  const { sink } = fixture;
  const { source, instance } = fixture;
  const orders = ordersOf(instance);
  await fixture.service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  const read = async () =>
    (await sink.query('select id, status from public.orders order by id').catch(() => ({ rows: [] }))).rows;

  await source.rows(orders, [{ op: 'i', values: ['1', 'before', '1.00'] }]);
  await source.rows(orders, [{ op: 'i', values: ['2', 'before', '1.00'] }], 1);
  expect(await eventually(read, (rows) => rows.length === 2)).toHaveLength(2);
  await source.truncate(orders);
  expect(await eventually(read, (rows) => rows.length === 0)).toEqual([]);

  await source.rows(orders, [
    { op: 'i', values: ['3', 'stays', '1.00'] },
    { op: 'i', values: ['4', 'its delete was missed', '1.00'] },
  ]);
  await source.rows(orders, [{ op: 'i', values: ['5', 'its delete was missed too', '1.00'] }], 1);
  await eventually(read, (rows) => rows.length === 3);
  const firstId = source.nextId();
  await source.pull('start', orders, 'pull-1', firstId);
  await source.rows(orders, [{ op: 'i', values: ['3', 'pulled', '1.00'] }], 0, 'data_initial_data');
  const loading = await eventually(
    () => fixture.service.runningFlows()[0]?.run?.tables[0]?.notices.freshness(),
    (freshness) => freshness?.loading === true,
  );
  expect(loading).toEqual({ loading: true, watermark: null });
  await source.pull('end', orders, 'pull-1', firstId);
  await source.heartbeat();
  expect(await eventually(read, (rows) => rows.length === 1)).toEqual([{ id: '3', status: 'pulled' }]);

  await source.rows(orders, [{ op: 'u', values: ['3', null, '9.00'], unchanged: ['status'] }]);
  const kept = async () => (await sink.query('select status, total from public.orders where id = 3')).rows[0];
  expect(await eventually(kept, (row) => row?.total === '9.00')).toEqual({ status: 'pulled', total: '9.00' });

  // A row that the sink does not hold cannot be kept: it is asked for again.
  await source.rows(orders, [{ op: 'u', values: ['77', null, '9.00'], unchanged: ['status'] }]);
  const asked = await eventually(
    async () => {
      for await (const batch of fixture.bus.readFrom('rtdp.rereads', 0, 'earliest')) {
        const found = batch.messages.find(({ value }) => value?.includes(instance) === true);
        if (found !== undefined) return JSON.parse(String(found.value)) as Record<string, unknown>;
      }
      return undefined;
    },
    (request) => request !== undefined,
  );
  expect(asked).toMatchObject({ namespace: `postgresql.${instance}.public.orders.1.0.0`, key: { id: '77' } });
});
