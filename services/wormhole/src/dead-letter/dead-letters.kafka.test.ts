/** Rows that cannot be stored: isolated, kept with their message, replayed under their own id; the rest flows on. */
import { eventually } from '@rtdp/testing/eventually';
import { envelopePrefix, envelopeSuffix } from '@rtdp/ums/envelope';
import { SYSTEM_FIELDS } from '@rtdp/ums/types';
import { expect, test, vi } from 'vitest';
import { readStatus } from '../admin/read-status.ts';
import { flowFixture, ORGANISATION } from '../testing/flow-fixture.ts';
import { namespaceOf } from '../testing/source-writer.ts';
import { ordersOf } from '../testing/tables.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a row that the sink refuses and one that cannot be decoded are kept; edited, they are replayed by id', async () => {
  await using fixture = await flowFixture();
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  const stored = await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  await source.rows(orders, [{ op: 'i', values: ['1', 'good', '1.00'] }]);
  const ids = async () =>
    (await sink.query('select id from public.orders order by id::bigint').catch(() => ({ rows: [] }))).rows.map(
      ({ id }) => id,
    );
  await eventually(ids, (all) => all.length === 1);
  // The sink is stricter than the source: its own constraint refuses a row in the middle of a batch.
  await sink.query(`alter table public.orders add constraint small check (total < 1000)`);
  const [, badId] = await source
    .rows(
      orders,
      Array.from({ length: 40 }, (_unused, row) => ({
        op: 'i' as const,
        values: [String(row + 2), 'row', row === 17 ? '5000.00' : '2.00'],
      })),
    )
    .then((all) => [all[0], all[17]] as const);
  expect(await eventually(ids, (all) => all.length === 40)).toHaveLength(40);

  const open = () => fixture.around.deadLetters.list(stored.id, { status: 'open', limit: 10 });
  const [refused] = await eventually(open, (letters) => letters.length === 1);
  expect(refused).toMatchObject({
    rowNumber: 17,
    umsId: String(badId),
    step: 'sink',
    operation: 'i',
    namespace: namespaceOf(orders),
  });
  expect(refused?.reason).toMatchObject({ code: 'STORE_ROW_REFUSED' });
  expect(refused?.tuple?.slice(4)).toEqual(['19', 'row', '5000.00']);

  // One row of a message holds a number that is none; the two beside it are good.
  const good = (id: bigint, key: string) =>
    JSON.stringify({ tuple: [String(id), '2026-01-01 10:00:00', 'i', 'x', key, 'beside', '1.00'] });
  const broken = JSON.stringify({
    tuple: [String(source.nextId()), '2026-01-01 10:00:00', 'i', 'x', 'not a number', 'broken', '1.00'],
  });
  const head = envelopePrefix({
    kind: 'data_increment_data',
    namespace: namespaceOf(orders),
    batchId: 0,
    fields: [...SYSTEM_FIELDS, ...orders.fields],
  });
  const rows = [good(source.nextId(), '100'), broken, good(source.nextId(), '101')];
  await source.raw(0, orders, Buffer.from(head + rows.join(',') + envelopeSuffix()));
  await source.raw(1, orders, Buffer.from('{"protocol":'));
  expect(await eventually(ids, (all) => all.length === 42)).toHaveLength(42);
  const letters = await eventually(open, (all) => all.length === 3);
  expect(letters.map(({ step, rowNumber }) => `${step} ${rowNumber}`).sort()).toEqual([
    'decode -1',
    'decode 1',
    'sink 17',
  ]);
  // They are counted where they are missed; what cannot be read at all is of the table of its message, if that is known.
  const { openDeadLetters, tables } = await readStatus(
    service,
    fixture.around,
    { organisationId: ORGANISATION, roles: ['admin'] },
    'all',
  );
  expect(openDeadLetters).toBe(3);
  expect(tables.map((table) => [table.table, table.openDeadLetters])).toEqual([['orders', 3]]);
  const undecoded = letters.find(({ step, rowNumber }) => step === 'decode' && rowNumber === 1);
  expect(undecoded?.reason.message).toContain('not a number');

  // As they are they fail again, and say so; edited they are stored.
  const [again] = await service.replay(ORGANISATION, 'all', [String(refused?.id)], 'tester');
  expect(again).toMatchObject({ status: 'open', reason: { code: 'STORE_ROW_REFUSED' } });
  await fixture.around.deadLetters.change(refused!.id, { edited: [...refused!.tuple!.slice(0, 6), '999.99'] });
  await fixture.around.deadLetters.change(undecoded!.id, {
    edited: undecoded!.tuple!.map((value, at) => (at === 4 ? '102' : value)),
  });
  const results = await service.replay(ORGANISATION, 'all', [String(refused!.id), String(undecoded!.id)], 'tester');
  expect(results.map(({ status }) => status)).toEqual(['replayed', 'replayed']);
  const mended = await sink.query('select total, ums_id_ from public.orders where id = 19');
  expect(mended.rows).toEqual([{ total: '999.99', ums_id_: String(badId) }]);
  expect(await ids()).toContain('102');
  const whole = letters.find(({ rowNumber }) => rowNumber === -1)!;
  const [discarded] = await service.discard(ORGANISATION, 'all', [String(whole.id)], 'tester');
  expect(discarded?.status).toBe('discarded');
  expect(await open()).toEqual([]);
});

test('more failing rows in a row than allowed pause the table, and nothing is passed over', async () => {
  await using fixture = await flowFixture();
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  await service.deploy(fixture.flow({ name: 'all', deadLetterLimit: 3 }), {
    organisationId: ORGANISATION,
    origin: 'rest',
  });
  await source.rows(orders, [{ op: 'i', values: ['1', 'good', '1.00'] }]);
  const count = async () =>
    (await sink.query('select count(*)::int as n from public.orders').catch(() => ({ rows: [{ n: 0 }] }))).rows[0]?.n;
  await eventually(count, (n) => n === 1);
  await sink.query('alter table public.orders add constraint nothing check (total < 0) not valid');
  await source.rows(
    orders,
    Array.from({ length: 8 }, (_unused, row) => ({ op: 'i' as const, values: [String(row + 2), 'row', '2.00'] })),
  );
  const run = () => service.runningFlows()[0]?.run;
  const paused = await eventually(
    () => run()?.tables[0]?.paused,
    (reason) => reason !== undefined,
  );
  expect(paused?.code).toBe('WORMHOLE_DEAD_LETTER_LIMIT');
  await sink.query('alter table public.orders drop constraint nothing');
  await run()?.resumeTable({ schema: 'public', table: 'orders' });
  expect(await eventually(count, (n) => n === 9)).toBe(9);
});
