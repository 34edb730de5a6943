/** Shows the service from outside: its REST side with roles and OpenAPI, sources from files, and a kill -9 in the middle of a pull. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectBus } from '@rtdp/bus/connect';
import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { readMessage } from '@rtdp/ums/message';
import { expect, test, vi } from 'vitest';
import { until } from './testing/dbus-fixture.ts';
import { dbusProcess } from './testing/dbus-process.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('checks before it registers, never shows a password, and lets each role do its part', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using shop = await testPostgres();
  const role = uniqueName('role');
  await shop.query(`CREATE ROLE ${role} LOGIN PASSWORD 'much-secret'`);
  await shop.query('CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE keyless (x int)');
  await using dbus = await dbusProcess({ metadataUrl: metadata.url, brokers });
  const definition = {
    name: uniqueName('s'),
    kind: 'postgres' as const,
    connection: { ...connectionOf(shop.url), user: role, password: 'much-secret' },
    tables: 'all' as const,
  };
  try {
    const report = await dbus.client.check(definition);
    expect(report.ready).toBe(false);
    expect(report.problems.map((problem) => problem.statement)).toEqual(
      expect.arrayContaining([
        `ALTER ROLE "${role}" REPLICATION;`,
        `GRANT CREATE ON DATABASE "${shop.name}" TO "${role}";`,
      ]),
    );
    await expect(dbus.client.registerSource(definition)).rejects.toMatchObject({ code: 'DBUS_SOURCE_NOT_READY' });
    await expect(
      dbus.client.check({ ...definition, connection: { ...definition.connection, user: 'nobody_here' } }),
    ).rejects.toMatchObject({ code: 'DBUS_SOURCE_REFUSED', next: expect.stringContaining('nobody_here') });
    await expect(
      dbus.client.check({ ...definition, connection: { ...definition.connection, port: 1 } }),
    ).rejects.toMatchObject({ code: 'DBUS_SOURCE_UNREACHABLE' });

    // Doing exactly what the answers say makes it ready.
    for (const { statement, severity } of report.problems) {
      if (severity === 'blocking' && statement !== null) await shop.query(statement);
    }
    for (const table of (await dbus.client.check(definition)).tables) {
      for (const { statement, severity } of table.problems) {
        if (severity === 'blocking' && statement !== null) await shop.query(statement);
      }
    }
    const registered = await dbus.client.registerSource(definition);
    await expect(dbus.client.registerSource(definition)).rejects.toMatchObject({ code: 'DBUS_SOURCE_EXISTS' });
    await until('it runs', async () => {
      const { state, reason } = await dbus.client.getSource(definition.name);
      return state === 'running' ? true : `${state} ${reason?.message ?? ''}`;
    });
    const tables = await dbus.client.listTables(definition.name);
    expect(tables.map(({ table, capture, captured }) => ({ table, capture, captured }))).toEqual([
      { table: 'keyless', capture: 'inserts and truncates', captured: true },
      { table: 't', capture: 'all changes', captured: true },
    ]);

    const shown = JSON.stringify([
      registered,
      await dbus.client.getSource(definition.name),
      await dbus.client.listSources(),
    ]);
    const kept = JSON.stringify((await metadata.query('SELECT * FROM dbus.sources')).rows);
    for (const text of [shown, kept, dbus.log()]) expect(text).not.toContain('much-secret');

    const viewer = await dbus.clientOf('viewer');
    const read = [...(await viewer.listSources()), await viewer.getSource(definition.name)];
    // Not where the store is, nor as whom it is asked.
    for (const source of read) {
      expect(source.definition).toMatchObject({ tables: 'all' });
      expect(source.definition).not.toHaveProperty('connection');
    }
    expect(read).toHaveLength(2);
    const editor = await dbus.clientOf('editor');
    expect((await editor.getSource(definition.name)).definition).toMatchObject({ connection: { user: role } });
    await expect(viewer.command(definition.name, 'stop')).rejects.toMatchObject({ code: 'IDENTITY_FORBIDDEN' });
    const stranger = await dbus.clientOf('admin', '00000000-0000-4000-8000-0000000000ff');
    expect(await stranger.listSources()).toEqual([]);
    await expect(stranger.getSource(definition.name)).rejects.toMatchObject({ code: 'DBUS_SOURCE_NOT_FOUND' });

    // A change keeps what it does not name.
    const changed = await dbus.client.changeSource(definition.name, { heartbeatMs: 300 });
    expect(changed.definition).toMatchObject({ heartbeatMs: 300, tables: 'all', connection: { user: role } });
    await expect(dbus.client.changeSource(definition.name, { partitions: 9 })).rejects.toMatchObject({
      code: 'DBUS_SOURCE_CHANGE_NOT_ALLOWED',
    });
    expect((await dbus.client.command(definition.name, 'pause')).state).toBe('paused');
    expect((await dbus.client.command(definition.name, 'stop')).state).toBe('stopped');
    await expect(dbus.client.command(definition.name, 'pause')).rejects.toMatchObject({ code: 'DBUS_SOURCE_STATE' });
    expect((await dbus.client.command(definition.name, 'start')).state).toBe('running');
    expect((await dbus.client.lag(definition.name)).slot?.present).toBe(true);
    expect((await dbus.client.listEvents(definition.name)).map((event) => event.kind)).toContain('registered');
    expect(await dbus.client.listDeadLetters(definition.name)).toEqual([]);

    const docs = (await (await fetch(`${dbus.baseUrl}/docs/json`)).json()) as { paths: Record<string, unknown> };
    expect(Object.keys(docs.paths)).toEqual(
      expect.arrayContaining(['/sources', '/sources/check', '/sources/{name}/pulls']),
    );
    const metrics = async () => (await fetch(`${dbus.baseUrl}/metrics`)).text();
    expect(await metrics()).toContain(`rtdp_dbus_source_state{source="${definition.name}",state="running"} 1`);
    const lagOf = (table: string) => `rtdp_dbus_table_lag_seconds{source="${definition.name}",table="public.${table}"}`;
    await until('the lag of both tables is told', async () => {
      const told = await metrics();
      return (told.includes(lagOf('t')) && told.includes(lagOf('keyless'))) || 'not yet';
    });
    await dbus.client.removeTables(definition.name, ['public.keyless']);
    await until('that of the one that was taken out is told no more', async () => {
      const told = await metrics();
      return (told.includes(lagOf('t')) && !told.includes(lagOf('keyless'))) || 'still';
    });

    expect(await dbus.client.removeSource(definition.name)).toEqual([]);
    expect(await dbus.client.listSources()).toEqual([]);
    expect(await metrics()).not.toContain(`source="${definition.name}"`);
    expect(await dbus.kill('SIGTERM')).toBe(0);
  } finally {
    await shop.query(`DROP PUBLICATION IF EXISTS x; DROP OWNED BY ${role} CASCADE`);
    await shop.query(`DROP ROLE ${role}`);
  }
});

test('a source from a file runs, takes over a change of the file, and a pull that was killed goes on', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE big (id int PRIMARY KEY, note text)');
  await shop.query(`INSERT INTO big SELECT g, 'note' FROM generate_series(1, 20000) g`);
  const name = uniqueName('s');
  const folder = mkdtempSync(join(tmpdir(), 'rtdp-sources-'));
  const { password, ...connection } = connectionOf(shop.url);
  const file = (rowsPerSecond: number) =>
    writeFileSync(
      join(folder, 'shop.yaml'),
      [
        `name: ${name}`,
        'kind: postgres',
        'tables: all',
        `connection: ${JSON.stringify({ ...connection, password: '$' + '{SHOP_PASSWORD}' })}`,
        `snapshot: { chunkRows: 1000, rowsPerSecond: ${rowsPerSecond} }`,
      ].join('\n'),
    );
  file(5000);
  writeFileSync(join(folder, 'broken.yaml'), 'name: Broken\nkind: postgres\n');
  const environment = { RTDP_SOURCES_FOLDER: folder, SHOP_PASSWORD: password };
  try {
    await using dbus = await dbusProcess({ metadataUrl: metadata.url, brokers, environment });
    const chunks = await until('three chunks are through', async () => {
      const [pull] = await dbus.client.listPulls(name).catch(() => []);
      return (pull?.chunks ?? 0) >= 3 ? pull!.chunks : `${pull?.chunks ?? 0} chunks`;
    });
    const health = (await (await fetch(`${dbus.baseUrl}/health`)).json()) as {
      parts: { name: string; detail: string }[];
    };
    expect(health.parts.find((part) => part.name === 'sources folder')?.detail).toContain('broken.yaml');
    await dbus.kill('SIGKILL');

    file(1_000_000);
    await using again = await dbus.again();
    const pull = await until('the pull is done', async () => {
      const [newest] = await again.client.listPulls(name);
      return newest?.state === 'done' ? newest : `${newest?.state} ${newest?.waitsFor ?? ''}`;
    });
    expect(pull).toMatchObject({ rows: 20000, batchId: 1 });
    expect(pull.chunks).toBeGreaterThan(chunks);
    expect((await again.client.getSource(name)).definition).toMatchObject({ snapshot: { rowsPerSecond: 1_000_000 } });

    const bus = connectBus({ brokers, clientId: 'test' });
    // A commit is durable a moment before readers see it.
    const { ids, rows } = await until('all rows are seen', async () => {
      const seen = { keys: new Set<unknown>(), ids: new Set<unknown>(), rows: 0 };
      for (const { partition, low } of await bus.admin().topicOffsets(`postgresql.${name}`)) {
        for await (const batch of bus.readFrom(`postgresql.${name}`, partition, low)) {
          for (const { value } of batch.messages) {
            const message = readMessage(value!);
            if (message.kind !== 'data_initial_data') continue;
            for (const tuple of message.rows) {
              seen.ids.add(tuple[0]);
              seen.keys.add(tuple[4]);
              seen.rows++;
            }
          }
        }
      }
      return seen.keys.size === 20000 ? seen : `${seen.keys.size} rows`;
    });
    await bus.close();
    expect(ids.size, 'a repeated chunk has ids of its own').toBe(rows);
    await again.client.removeSource(name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
