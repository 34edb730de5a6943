/** A flow without SQL: every table of a source arrives in Postgres as it is, exactly once in effect, also over a restart. */
import { eventually } from '@rtdp/testing/eventually';
import { expect, test, vi } from 'vitest';
import { flowFixture, ORGANISATION } from '../testing/flow-fixture.ts';
import type { SourceTable } from '../testing/source-writer.ts';
import { ordersOf } from '../testing/tables.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('rows of several partitions and tables arrive, change and go', async () => {
  await using fixture = await flowFixture();
  const { sink } = fixture;
  const { source, service, instance } = fixture;
  const orders = ordersOf(instance);
  const customers: SourceTable = { ...orders, name: `postgresql.${instance}.public.customers` };
  await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });

  await source.rows(orders, [
    { op: 'i', values: ['1', 'new', '10.50'] },
    { op: 'i', values: ['2', 'new', null] },
  ]);
  await source.rows(orders, [{ op: 'i', values: ['3', 'paid', '7.00'] }], 1);
  await source.rows(customers, [{ op: 'i', values: ['1', 'a "quoted" \\ name\n', '0.00'] }], 1);
  await source.rows(orders, [
    { op: 'u', values: ['1', 'paid', '10.50'] },
    { op: 'd', values: ['2', null, null], unknown: ['status', 'total'] },
  ]);
  const read = async (table: string) =>
    (await sink.query(`select id, status, total from public.${table} order by id`)).rows;
  const arrived = await eventually(
    () => read('orders').catch(() => []),
    (rows) => rows.length === 2 && rows[0]?.status === 'paid',
  );
  expect(arrived).toEqual([
    { id: '1', status: 'paid', total: '10.50' },
    { id: '3', status: 'paid', total: '7.00' },
  ]);
  expect(
    await eventually(
      () => read('customers').catch(() => []),
      (rows) => rows.length === 1,
    ),
  ).toEqual([{ id: '1', status: 'a "quoted" \\ name\n', total: '0.00' }]);

  await fixture.restart();
  await source.rows(orders, [{ op: 'i', values: ['4', 'new', '1.00'] }], 1);
  const after = await eventually(
    () => read('orders'),
    (rows) => rows.length === 3,
  );
  expect(after.map(({ id }) => id)).toEqual(['1', '3', '4']);
});
