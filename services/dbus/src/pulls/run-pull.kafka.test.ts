/** Shows how pulls go on: after a kill, a pause, a change of the table in between; and how rows are read again on request. */
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import { type DbusFixture, dbusFixture, materialise, rowsOf, until } from '../testing/dbus-fixture.ts';
import type { Pull } from './pull-store.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

async function ask(fixture: DbusFixture, name: string, table: string): Promise<Pull> {
  const stored = await fixture.around.sources.get(fixture.organisationId, name);
  const pull = await fixture.around.pulls.ask({
    organisationId: fixture.organisationId,
    sourceId: stored.id,
    table: { schema: 'public', table },
    cause: 'request',
    askedBy: 'test',
  });
  fixture.supervisor.running(name)?.kickPulls();
  return pull;
}

async function chunksReach(fixture: DbusFixture, id: string, chunks: number): Promise<Pull> {
  return until(`the pull has ${chunks} chunks`, async () => {
    const pull = await fixture.around.pulls.get(fixture.organisationId, id);
    return pull.chunks >= chunks ? pull : `${pull.chunks} chunks, ${pull.state}`;
  });
}

test('a pull that was interrupted goes on after its last finished chunk, under a new supervisor too', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE big (a int, b text, note text, PRIMARY KEY (b, a))');
  await shop.query(`INSERT INTO big SELECT g % 7, 'it''s \\ ' || g, 'note' FROM generate_series(1, 5000) g`);
  // Slow enough to be interrupted, also on a busy machine: a chunk a second.
  const given = fixture.definitionOf(shop.url, { snapshot: { chunkRows: 500, rowsPerSecond: 500, initial: false } });
  const { definition, id } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const pull = await ask(fixture, given.name, 'big');
  await chunksReach(fixture, pull.id, 2);
  const running = fixture.supervisor.running(given.name)!;
  await running.pullCommand(await fixture.around.pulls.get(fixture.organisationId, pull.id), 'pause');
  const paused = await fixture.around.pulls.get(fixture.organisationId, pull.id);
  expect(paused.state).toBe('paused');
  expect(paused.chunks).toBeLessThan(10);
  await expect(running.pullCommand(paused, 'pause')).rejects.toMatchObject({ code: 'DBUS_PULL_STATE' });
  await running.pullCommand(paused, 'resume');
  await chunksReach(fixture, pull.id, paused.chunks + 2);
  await fixture.supervisor.stop();
  const left = await fixture.around.pulls.get(fixture.organisationId, pull.id);
  expect(left).toMatchObject({ state: 'waiting', firstId: paused.firstId, batchId: paused.batchId });
  const { rowsPerSecond: _slow, ...fast } = given.snapshot!;
  await fixture.around.sources.replaceDefinition(id, { ...given, snapshot: fast });
  await fixture.restartSupervisor().start();
  const done = await fixture.pulled(given.name, 'big');
  expect(done).toMatchObject({ rows: 5000, firstId: paused.firstId, batchId: 1 });
  const chunks = await fixture.around.pulls.chunks(pull.id);
  expect(chunks.slice(0, left.chunks).map((chunk) => chunk.number)).toEqual(
    Array.from({ length: left.chunks }, (_unused, index) => index + 1),
  );
  const messages = await fixture.messages(definition.topic);
  const keys = new Set(rowsOf(messages, 'big').map((row) => `${row.a}/${row.b}`));
  expect(keys.size).toBe(5000);
  const ends = messages.filter(({ message }) => message.kind === 'directive_pull_end');
  expect(ends).toHaveLength(4);
  const greatest = rowsOf(messages, 'big').reduce(
    (id, row) => (BigInt(String(row.ums_id_)) > id ? BigInt(String(row.ums_id_)) : id),
    0n,
  );
  for (const { message } of ends) expect(BigInt(String(message.rows[0]![0]))).toBeGreaterThan(greatest);
});

test('a column that is added during a pull: later chunks come under the new version, and the sink ends equal', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY, note text)');
  await shop.query(`INSERT INTO t SELECT g, 'n' FROM generate_series(1, 3000) g`);
  const given = fixture.definitionOf(shop.url, { snapshot: { chunkRows: 300, rowsPerSecond: 1500, initial: false } });
  const { definition, id } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const begun = performance.now();
  const pull = await ask(fixture, given.name, 't');
  await chunksReach(fixture, pull.id, 2);
  await shop.query(`ALTER TABLE t ADD COLUMN level int NOT NULL DEFAULT 5`);
  await until('the pull is done', async () => {
    const { state, reason } = await fixture.around.pulls.get(fixture.organisationId, pull.id);
    return state === 'done' ? true : `${state} ${reason?.message ?? ''}`;
  });
  // 3,000 rows at 1,500 a second, though each chunk comes in one read; the last one need not be waited for.
  expect(performance.now() - begun).toBeGreaterThan(1_800);
  // The default may have changed stored values without logging a row: DBus asks for a pull by itself.
  const followed = await until('the pull that follows is done', async () => {
    const next = (await fixture.around.pulls.list(id)).find((each) => each.cause === 'schema-change');
    return next?.state === 'done' ? next : String(next?.state);
  });
  expect(followed.rows).toBe(3000);
  const rows = materialise(await fixture.messages(definition.topic), 't', 'id');
  expect(rows.size).toBe(3000);
  expect([...rows.values()].every((row) => row.level === 5)).toBe(true);
  const versions = await fixture.around.schemaVersions.list(id, { schema: 'public', table: 't' });
  expect(versions.map((version) => version.version)).toEqual([1, 2]);
  expect(versions[1]!.diff!.changes).toMatchObject([{ column: 'level', change: 'added' }]);
});

test('a pull that is cancelled says so and sends no end, so that no sink waits or deletes because of it', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  await shop.query('INSERT INTO t SELECT generate_series(1, 5000)');
  const given = fixture.definitionOf(shop.url, { snapshot: { chunkRows: 500, rowsPerSecond: 500, initial: false } });
  const { definition } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const pull = await ask(fixture, given.name, 't');
  await chunksReach(fixture, pull.id, 1);
  await fixture.supervisor
    .running(given.name)!
    .pullCommand(await fixture.around.pulls.get(fixture.organisationId, pull.id), 'cancel');
  expect(await fixture.around.pulls.get(fixture.organisationId, pull.id)).toMatchObject({ state: 'cancelled' });
  const kinds = (await fixture.messages(definition.topic)).map(({ message }) => message.kind);
  expect(kinds).toContain('directive_pull_start');
  expect(kinds).not.toContain('directive_pull_end');
  const told = async () =>
    (await fixture.messages(definition.topic)).filter(({ message }) => message.kind === 'directive_pull_cancel');
  await until('every partition is told', async () => {
    const partitions = (await told()).map(({ partition }) => partition).sort();
    return partitions.length === definition.partitions ? true : String(partitions);
  });
});

test('a pull that gives up has failed with its reason, makes the source degraded, and goes on when it is resumed', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  const owner = uniqueName('owner');
  await shop.query(`CREATE ROLE ${owner} LOGIN REPLICATION PASSWORD 'x'`);
  await using _role = {
    [Symbol.asyncDispose]: async () => {
      await fixture.supervisor.stop();
      await shop.query(`DROP OWNED BY ${owner} CASCADE`);
      await shop.query(`DROP ROLE ${owner}`);
    },
  };
  const url = new URL(shop.url);
  await shop.query(`GRANT CREATE ON DATABASE "${url.pathname.slice(1)}" TO ${owner}`);
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  await shop.query('INSERT INTO t SELECT generate_series(1, 3000)');
  await shop.query(`ALTER TABLE t OWNER TO ${owner}`);
  url.username = owner;
  url.password = 'x';
  const given = fixture.definitionOf(url.href, {
    snapshot: { chunkRows: 500, rowsPerSecond: 500, initial: false },
    // The next comparison would take the table out of the capture, because it may not be read any more.
    reconcileMs: 600_000,
  });
  await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const pull = await ask(fixture, given.name, 't');
  await chunksReach(fixture, pull.id, 1);
  await shop.query(`REVOKE SELECT ON t FROM ${owner}`);
  const failed = await fixture.pulled(given.name, 't', 'failed');
  expect(failed).toMatchObject({
    reason: { code: 'DBUS_PULL_FAILED', message: expect.stringContaining('permission denied') },
  });
  const running = fixture.supervisor.running(given.name)!;
  const degraded = await until('the source tells of it', async () => {
    const health = running.health();
    return health.status === 'degraded' ? health : health.status;
  });
  expect(degraded.detail).toContain('The pull of public.t failed');
  expect(degraded.detail).toContain(`rtdp -- source pull-command ${given.name} ${pull.id} resume`);
  // Another one that is called off mends nothing.
  const another = await ask(fixture, given.name, 't');
  await running.pullCommand(await fixture.around.pulls.get(fixture.organisationId, another.id), 'cancel');
  // Also where it failed like the one before, just before it was told.
  expect((await fixture.around.pulls.get(fixture.organisationId, another.id)).state).toBe('cancelled');
  const { id } = await fixture.around.sources.get(fixture.organisationId, given.name);
  expect((await fixture.around.pulls.unresolved(id)).map((each) => each.id)).toEqual([pull.id]);
  await shop.query(`GRANT SELECT ON t TO ${owner}`);
  await running.pullCommand(failed, 'resume');
  const done = await until('it is done', async () => {
    const resumed = await fixture.around.pulls.get(fixture.organisationId, pull.id);
    return resumed.state === 'done' ? resumed : resumed.state;
  });
  expect(done).toMatchObject({ rows: 3000, firstId: failed.firstId, reason: null });
  await until('the source is well again', async () => {
    const health = running.health();
    return health.status === 'ok' ? health : health.detail;
  });
});

test('a pull that fails at the very moment it is cancelled is cancelled', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 3000)');
  const given = fixture.definitionOf(shop.url, {
    snapshot: { chunkRows: 500, rowsPerSecond: 500, initial: false },
    reconcileMs: 600_000,
  });
  await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const pull = await ask(fixture, given.name, 't');
  await chunksReach(fixture, pull.id, 1);

  // Its failure cannot be recorded before it is told to cancel.
  const holder = await fixture.metadata.transaction();
  let cancelled: Promise<void>;
  try {
    await shop.query('ALTER TABLE t RENAME TO gone');
    await holder('pulls').where({ id: pull.id }).forUpdate().first();
    await until('its failure waits to be recorded', async () => {
      const { rows } = await fixture.metadata.raw(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'update "pulls"%'`,
      );
      // On a busy machine it may have been recorded before.
      const { state } = await fixture.around.pulls.get(fixture.organisationId, pull.id);
      return rows.length > 0 || state === 'failed' ? true : state;
    });
    const looked = new Promise<void>((resolve) => {
      fixture.metadata.on('query-response', (_answer: unknown, { sql }: { sql: string }) => {
        if (sql.startsWith('select * from "pulls" where "organisation_id"')) resolve();
      });
    });
    cancelled = fixture.supervisor.running(given.name)!.pullCommand(pull, 'cancel');
    // The command has looked at its state, and waits for the end.
    await looked;
  } finally {
    await holder.rollback();
  }
  await cancelled;
  expect(await fixture.around.pulls.get(fixture.organisationId, pull.id)).toMatchObject({ state: 'cancelled' });
});

test('rows that are asked for by key are read again under new ids; keys of other types and of no row do no harm', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query(
    'CREATE TABLE t (at timestamptz, code bytea, active boolean, note text, PRIMARY KEY (at, code, active))',
  );
  await shop.query(`INSERT INTO t VALUES ('2026-01-02 03:04:05.5+02', '\\x00ff5c', true, 'here')`);
  const given = fixture.definitionOf(shop.url, { snapshot: { initial: false } });
  const { definition } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await fixture.supervisor.running(given.name)!.stream.sequencer.refreshSchema({ schema: 'public', table: 't' });
  const key = { at: '2026-01-02 01:04:05.5', code: Buffer.from([0, 255, 92]).toString('base64'), active: true };
  const producer = fixture.bus.producer();
  const namespace = `postgresql.${given.name}.public.t.1.0.0`;
  const request = (value: unknown) => ({ partition: 0, key: null, value: Buffer.from(JSON.stringify(value)) });
  await producer.send(DBUS_TOPICS.rereads, [
    request({ namespace, key }),
    request({ namespace, key: { ...key, active: false } }),
    request({ namespace, key: { wrong: 1 } }),
    request({ namespace: 'postgresql.other.public.t.1.0.0', key }),
    { partition: 0, key: null, value: Buffer.from('not json') },
  ]);
  await producer.close();
  const rows = await until('the row is read again', async () => {
    const found = rowsOf(await fixture.messages(definition.topic), 't');
    return found.length > 0 ? found : 'nothing yet';
  });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ kind: 'data_initial_data', ums_op_: 'i', note: 'here', active: true });
});

test('a row whose large value did not change is completed by a re-read where the table asks for it', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query(
    'CREATE TABLE docs (id int PRIMARY KEY, title text, body text); ALTER TABLE docs ALTER body SET STORAGE EXTERNAL',
  );
  await shop.query(`INSERT INTO docs SELECT g, 'first', repeat(md5(g::text), 500) FROM generate_series(1, 3) g`);
  const given = fixture.definitionOf(shop.url, { complete: ['public.docs'], snapshot: { initial: false } });
  const { definition } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await shop.query(`UPDATE docs SET title = 'second' WHERE id = 2`);
  const rows = await until('the row is completed', async () => {
    const found = rowsOf(await fixture.messages(definition.topic), 'docs');
    return found.some((row) => row.kind === 'data_initial_data') ? found : `${found.length} rows`;
  });
  const [update, reread] = [rows.find((row) => row.ums_op_ === 'u')!, rows.find((row) => row.ums_op_ === 'i')!];
  expect(update).toMatchObject({ id: 2, title: 'second', body: null });
  expect(reread).toMatchObject({ id: 2, title: 'second' });
  expect(String(reread.body)).toHaveLength(16_000);
  expect(BigInt(String(reread.ums_id_))).toBeGreaterThan(BigInt(String(update.ums_id_)));
});
