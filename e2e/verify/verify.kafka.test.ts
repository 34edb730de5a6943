/** Shows what `verify` answers where not everything can be compared: each table is told by itself, and only what was proven ends with 0. */
import { randomUUID } from 'node:crypto';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { eventually } from '@rtdp/testing/eventually';
import type { RtdpError } from '@rtdp/ums/error';
import { expect, test } from 'vitest';
import { startOnSharedServers } from '../pipeline/start-on-shared-servers.ts';

test('every table has its own verdict, and the exit code is 0 only if all of everything is equal', async () => {
  await using pipeline = await startOnSharedServers();
  const { source, sink, dbus, wormhole, name } = pipeline;
  await source.query(`CREATE TYPE mood AS ENUM ('sad', 'ok')`);
  await source.query('CREATE TABLE whole (id int PRIMARY KEY, words text)');
  await source.query('CREATE TABLE moods (id int PRIMARY KEY, v mood[])');
  await source.query('CREATE TABLE held (id int PRIMARY KEY)');
  await source.query(`INSERT INTO whole VALUES (1, 'one')`);
  await source.query(`INSERT INTO moods VALUES (1, '{ok}')`);
  await source.query(`INSERT INTO held VALUES (1)`);
  await pipeline.synchronise(['public.*']);
  const arrived = async () => {
    const tables = ['whole', 'moods', 'held'].map((table) => sink.query(`SELECT FROM landed.${table}`));
    return (await Promise.all(tables)).map(({ rowCount }) => rowCount);
  };
  expect(
    await eventually(
      () => arrived().catch((): (number | null)[] => []),
      (counts) => counts.length === 3 && !counts.includes(0),
      60_000,
    ),
  ).toEqual([1, 1, 1]);
  const verify = async (...words: string[]) => {
    const { code, output, errors } = await pipeline.commandLine('verify', 'all', '--json', ...words);
    expect(errors).toBe('');
    const { equal, tables } = JSON.parse(output) as { equal: boolean; tables: { sink: string; verdict: string }[] };
    return { code, equal, verdicts: Object.fromEntries(tables.map((each) => [each.sink, each.verdict])) };
  };

  expect(await verify('--table', 'whole')).toEqual({ code: 0, equal: true, verdicts: { 'landed.whole': 'equal' } });
  expect(await verify()).toEqual({
    code: 2,
    equal: false,
    verdicts: { 'landed.whole': 'equal', 'landed.moods': 'partly', 'landed.held': 'equal' },
  });

  // Each pull is told to its end where flows are listed, and a reader who has enough is no failure.
  const pulled = await eventually(
    () => pipeline.shell('rtdp flow list'),
    ({ output }) => /^all +running .* done /m.test(output),
    60_000,
  );
  expect(pulled.output).toMatch(/^all +running .* done /m);
  expect(await pipeline.shell('rtdp flow list | head -c 0')).toEqual({ code: 0, output: '', errors: '' });
  const unknown = await pipeline.shell('rtdp --json verify nothing');
  expect(unknown).toMatchObject({ code: 1, output: '' });
  expect(JSON.parse(unknown.errors)).toMatchObject({ error: { code: 'WORMHOLE_FLOW_NOT_FOUND' } });

  await source.query('DROP TABLE moods');
  const moods = { schema: 'public', table: 'moods', question: { about: 'clock' } } as const;
  const refusal = () =>
    dbus.compareTable(name, moods).then(
      () => undefined,
      ({ code }: RtdpError) => code,
    );
  expect(await eventually(refusal, (code) => code === 'DBUS_TABLE_NOT_CAPTURED', 60_000)).toBe(
    'DBUS_TABLE_NOT_CAPTURED',
  );
  await wormhole.commandTable('all', { schema: 'landed', table: 'held' }, 'pause');
  const text = await pipeline.commandLine('verify', 'all');
  expect(text.code).toBe(1);
  expect(text.output).toMatch(/landed\.whole +equal/);
  expect(text.output).toMatch(/landed\.moods +not comparable .*does not capture public\.moods/);
  expect(text.output).toMatch(/landed\.held +failed .*WORMHOLE_NOT_SETTLED: landed\.held/);

  // Of a source that stands still no sink can be shown to have all: that is said, instead of waiting for it.
  await dbus.command(name, 'stop');
  const stopped = await pipeline.shell('rtdp --json verify all');
  expect(stopped).toMatchObject({ code: 1, output: '' });
  expect(JSON.parse(stopped.errors)).toMatchObject({
    error: {
      code: 'DBUS_SOURCE_NOT_RUNNING',
      message: `source ${name} is stopped`,
      next: expect.stringContaining(`source start ${name}`),
    },
  });
}, 180_000);

test('only editors of the organisation have rows compared, one verification of a flow runs at a time, and it can be cancelled', async () => {
  await using pipeline = await startOnSharedServers();
  const { source, sink, dbus, wormhole, name } = pipeline;
  await source.query('CREATE TABLE orders (id int PRIMARY KEY, words text)');
  await source.query('CREATE TABLE private (id int PRIMARY KEY)');
  await source.query(`INSERT INTO orders VALUES (1, 'one')`);
  await pipeline.synchronise(['public.orders']);
  const count = async () => (await sink.query('SELECT FROM landed.orders')).rowCount;
  await eventually(
    () => count().catch(() => 0),
    (rows) => rows === 1,
    60_000,
  );

  const clock = { about: 'clock' } as const;
  const orders = { schema: 'public', table: 'orders', question: clock };
  expect(await dbus.compareTable(name, orders)).toMatch(/^\d{4}-/);
  await expect(dbus.compareTable(name, { ...orders, table: 'private' })).rejects.toMatchObject({
    code: 'DBUS_TABLE_NOT_CAPTURED',
  });
  const viewer = await pipeline.as({ organisationId: FIRST_ORGANISATION_ID, roles: ['viewer'] });
  const stranger = await pipeline.as({ organisationId: randomUUID(), roles: ['admin'] });
  for (const [{ wormhole: flows, dbus: sources }, noFlow, noSource] of [
    [viewer, 'IDENTITY_FORBIDDEN', 'IDENTITY_FORBIDDEN'],
    [stranger, 'WORMHOLE_FLOW_NOT_FOUND', 'DBUS_SOURCE_NOT_FOUND'],
  ] as const) {
    await expect(flows.verify('all')).rejects.toMatchObject({ code: noFlow });
    await expect(flows.newestVerification('all')).rejects.toMatchObject({ code: noFlow });
    await expect(flows.cancelVerification('all')).rejects.toMatchObject({ code: noFlow });
    await expect(sources.compareTable(name, orders)).rejects.toMatchObject({ code: noSource });
  }
  expect(await wormhole.newestVerification('all')).toBeNull();
  await wormhole.verify('all', { table: 'nothing' });
  expect(
    await eventually(
      () => wormhole.newestVerification('all'),
      (view) => view?.state !== 'running',
      60_000,
    ),
  ).toMatchObject({ state: 'failed', reason: { code: 'WORMHOLE_TABLE_NOT_FOUND' } });

  const sides = [
    { database: source, table: 'orders', name: `rtdp-dbus-${name}-compare` },
    { database: sink, table: 'landed.orders', name: 'rtdp reader' },
  ];
  for (const side of sides) {
    const locking = await side.database.pool.connect();
    try {
      await locking.query('BEGIN');
      await locking.query(`LOCK TABLE ${side.table} IN ACCESS EXCLUSIVE MODE`);
      expect(await wormhole.verify('all')).toMatchObject({ state: 'running', tables: [] });
      await expect(wormhole.verify('all')).rejects.toMatchObject({ code: 'WORMHOLE_VERIFICATION_STATE' });
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = $1`;
      const held = async () => (await side.database.query(waiting, [side.name])).rowCount;
      expect(await eventually(held, (sessions) => sessions === 1, 60_000)).toBe(1);
      expect(await wormhole.cancelVerification('all')).toMatchObject({ state: 'cancelled', equal: false });
      // Also what a server was still busy with is ended there.
      expect(await eventually(held, (sessions) => sessions === 0)).toBe(0);
    } finally {
      await locking.query('ROLLBACK');
      locking.release();
    }
  }
  await wormhole.verify('all');
  expect(
    await eventually(
      () => wormhole.newestVerification('all'),
      (view) => view?.state !== 'running',
      60_000,
    ),
  ).toMatchObject({ state: 'done', equal: true, tables: [{ verdict: 'equal' }] });
}, 180_000);
