/** Shows the life of a source: registered, streamed, changed live, paused, removed with everything it made at the server. */
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { addTables, removeTables } from '../../catalog/change-definition.ts';
import { withPassword } from '../../catalog/source-store.ts';
import { dbusFixture, materialise, rowsOf, until } from '../../testing/dbus-fixture.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a registered source pulls its tables, streams their changes and leaves nothing behind when removed', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE orders (id bigint PRIMARY KEY, note text)');
  await shop.query(`INSERT INTO orders SELECT g, 'note ' || g FROM generate_series(1, 2500) g`);
  const given = fixture.definitionOf(shop.url, { snapshot: { chunkRows: 1000 } });
  const { definition } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const pull = await fixture.pulled(given.name, 'orders');
  expect(pull).toMatchObject({ rows: 2500, chunks: 3, batchId: 1, cause: 'first' });

  await shop.query(`UPDATE orders SET note = 'changed' WHERE id = 7`);
  await shop.query('DELETE FROM orders WHERE id = 8');
  await shop.query(`INSERT INTO orders VALUES (9000, 'new')`);
  await until('the changes arrive', async () => {
    const stored = materialise(await fixture.messages(definition.topic), 'orders', 'id');
    return stored.has('9000') && !stored.has('8') && stored.get('7')?.note === 'changed'
      ? stored
      : `${stored.size} rows`;
  });
  const messages = await fixture.messages(definition.topic);
  expect(materialise(messages, 'orders', 'id').size).toBe(2500);
  const ids = rowsOf(messages, 'orders').map((row) => row.ums_id_);
  expect(new Set(ids).size).toBe(ids.length);
  for (const edge of ['start', 'end']) {
    const marks = messages.filter(({ message }) => message.kind === `directive_pull_${edge}`);
    expect(marks.map(({ partition }) => partition).sort()).toEqual([0, 1, 2, 3]);
    for (const { message } of marks) {
      expect(message.context?.pull).toMatchObject({ id: pull.id, firstId: pull.firstId!.toString() });
    }
  }

  const running = await fixture.around.sources.get(fixture.organisationId, given.name);
  expect(await fixture.supervisor.remove(running, false, 'test')).toEqual([]);
  const left = await shop.query(
    `SELECT (SELECT count(*) FROM pg_replication_slots WHERE database = current_database())::int AS slots,
            (SELECT count(*) FROM pg_publication)::int AS publications`,
  );
  expect(left.rows).toEqual([{ slots: 0, publications: 0 }]);
  await expect(fixture.around.sources.get(fixture.organisationId, given.name)).rejects.toMatchObject({
    code: 'DBUS_SOURCE_NOT_FOUND',
  });
});

test('a table made later is captured and pulled only after the transactions that were running', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE first (id int PRIMARY KEY)');
  const given = fixture.definitionOf(shop.url);
  const { id, definition } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');

  await shop.query('CREATE TABLE later (id int PRIMARY KEY, note text)');
  const writer = await shop.pool.connect();
  try {
    await writer.query('BEGIN');
    // Written before the table is published: in no stream, so the pull must wait for it.
    await writer.query(`INSERT INTO later VALUES (1, 'before')`);
    await until('the table is captured', async () => {
      const captured = (await fixture.around.tables.list(id)).some((table) => table.table === 'later');
      return captured ? true : 'not yet';
    });
    await writer.query(`INSERT INTO later VALUES (2, 'after')`);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await fixture.around.pulls.list(id)).filter((pull) => pull.table === 'later')).toEqual([]);
    await writer.query('COMMIT');
  } finally {
    writer.release();
  }
  await fixture.pulled(given.name, 'later');
  const stored = materialise(await fixture.messages(definition.topic), 'later', 'id');
  expect([...stored.keys()].sort()).toEqual(['1', '2']);
});

test('no table is read before the transactions that ran when the slot was made have ended, also where the catalog was away just then', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const given = fixture.definitionOf(shop.url);
  const writer = await shop.pool.connect();
  try {
    await writer.query('BEGIN');
    await writer.query('INSERT INTO t VALUES (1)');
    await fixture.register(given);
    await until('the slot waits', async () => {
      const { rows } = await shop.query('SELECT 1 FROM pg_replication_slots WHERE database = current_database()');
      return rows.length === 1 || 'not yet';
    });
    await fixture.metadata.raw('ALTER TABLE tables ADD CONSTRAINT refused CHECK (barrier IS NULL) NOT VALID');
    await writer.query('COMMIT');
    expect((await fixture.becomes(given.name, 'failed')).reason?.message).toContain('refused');
    await writer.query('BEGIN');
    await writer.query('INSERT INTO t VALUES (2)');
    const { rows } = await writer.query('SELECT pg_current_xact_id()::text AS xid');
    await fixture.metadata.raw('ALTER TABLE tables DROP CONSTRAINT refused');
    const { id } = await fixture.becomes(given.name, 'running');
    const [captured] = await fixture.around.tables.list(id);
    expect(BigInt(captured!.barrier ?? 0)).toBeGreaterThan(BigInt(rows[0].xid));
    await writer.query('COMMIT');
  } finally {
    writer.release(true);
  }
  const { definition } = await fixture.around.sources.get(fixture.organisationId, given.name);
  await fixture.pulled(given.name, 't');
  const stored = materialise(await fixture.messages(definition.topic), 't', 'id');
  expect([...stored.keys()].sort()).toEqual(['1', '2']);
});

test('tables are added and taken out live, without restarting the stream', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query(
    'CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); INSERT INTO b VALUES (1)',
  );
  const given = fixture.definitionOf(shop.url, { tables: ['public.a'], future: false });
  const { id } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const before = fixture.supervisor.running(given.name);
  const stored = await fixture.around.sources.get(fixture.organisationId, given.name);
  await fixture.supervisor.change(stored, addTables(withPassword(stored), ['public.b']), 'test');
  await fixture.pulled(given.name, 'b');
  expect((await fixture.around.tables.list(id)).map((table) => table.table)).toEqual(['a', 'b']);
  expect(fixture.supervisor.running(given.name)).toBe(before);

  const again = await fixture.around.sources.get(fixture.organisationId, given.name);
  await fixture.supervisor.change(again, removeTables(withPassword(again), ['public.b']), 'test');
  expect((await fixture.around.tables.list(id)).map((table) => table.table)).toEqual(['a']);
  const published = await shop.query(`SELECT tablename FROM pg_publication_tables WHERE schemaname = 'public'`);
  expect(published.rows).toEqual([{ tablename: 'a' }]);
});

test('a table that may not be read any more is told with what mends it, and comes back by itself with what was missed', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  const role = uniqueName('reader');
  await shop.query(`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD 'much-secret'`);
  try {
    await shop.query(`GRANT CREATE ON DATABASE ${shop.name} TO ${role}`);
    await shop.query('CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY)');
    await shop.query(`ALTER TABLE t OWNER TO ${role}; ALTER TABLE other OWNER TO ${role}`);
    // Neither first pulls nor new tables: only what is lost and found again may be the reason.
    const given = fixture.definitionOf(shop.url, { future: false, snapshot: { initial: false } });
    Object.assign(given.connection, { user: role, password: 'much-secret' });
    const { id, definition } = await fixture.register(given);
    await fixture.becomes(given.name, 'running');
    await shop.query('INSERT INTO t VALUES (1)');
    const has = (key: string) => async () => {
      const rows = materialise(await fixture.messages(definition.topic), 't', 'id');
      return rows.has(key) ? rows : `${[...rows.keys()]}`;
    };
    await until('the first row is there', has('1'));

    await shop.query(`REVOKE SELECT ON t FROM ${role}`);
    const lost = await until('it is told', async () => {
      const health = fixture.supervisor.health(given.name);
      return health.status === 'degraded' ? health : health.detail;
    });
    expect(lost.detail).toContain('public.t is not captured any more');
    const mend = /GRANT SELECT ON [^;]+;/.exec(lost.detail)?.[0];
    expect(mend).toBe(`GRANT SELECT ON "public"."t" TO "${role}";`);
    expect((await fixture.around.tables.list(id)).map(({ table }) => table)).toEqual(['other']);
    await shop.query('INSERT INTO t VALUES (2)');

    // It is known across a restart of the service.
    await fixture.supervisor.stop();
    const again = fixture.restartSupervisor();
    await again.start();
    const told = (what: string) => async () =>
      again.health(given.name).detail === what || JSON.stringify(again.health(given.name));
    await until('it is told after the restart', told(lost.detail));

    await shop.query(mend!);
    await fixture.pulled(given.name, 't');
    await until('what was missed is there', has('2'));
    await until('all is well', told(''));
    expect(again.health(given.name).status).toBe('ok');
    const events = await fixture.around.events.list(fixture.organisationId, given.name, 100);
    expect(events.map(({ kind }) => kind)).toContain('table-lost');
  } finally {
    await fixture.supervisor.stop();
    await shop.query(`DROP OWNED BY ${role} CASCADE`);
    await shop.query(`DROP ROLE ${role}`);
  }
});

test('a keyless table never breaks the writes of its application, and its rows come exactly once', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE lines (number int, text text)');
  await shop.query(`INSERT INTO lines SELECT g, 'old' FROM generate_series(1, 500) g`);
  const given = fixture.definitionOf(shop.url);
  const { definition } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  let number = 500;
  let writing = true;
  const writer = (async () => {
    while (writing) await shop.query(`INSERT INTO lines VALUES ($1, 'new')`, [++number]);
  })();
  await fixture.pulled(given.name, 'lines');
  const stored = await fixture.around.sources.get(fixture.organisationId, given.name);
  const asked = await fixture.around.pulls.ask({
    organisationId: fixture.organisationId,
    sourceId: stored.id,
    table: { schema: 'public', table: 'lines' },
    cause: 'request',
    askedBy: 'test',
  });
  fixture.supervisor.running(given.name)!.kickPulls();
  const second = await until('the second pull is done', async () => {
    const pull = await fixture.around.pulls.get(fixture.organisationId, asked.id);
    return pull.state === 'done' ? pull : pull.state;
  });
  writing = false;
  await writer;
  await shop.query('UPDATE lines SET text = upper(text) WHERE number = 1');
  await shop.query('DELETE FROM lines WHERE number = 2');
  const total = number;
  await until('every inserted line is there once', async () => {
    // A pull replaces what was there: what counts is what has an id from its first one on.
    const rows = rowsOf(await fixture.messages(definition.topic), 'lines').filter(
      (row) => BigInt(String(row.ums_id_)) >= second.firstId!,
    );
    const numbers = rows.map((row) => Number(row.number));
    const distinct = new Set(numbers);
    if (numbers.length !== distinct.size) throw new Error(`${numbers.length - distinct.size} lines came twice`);
    return distinct.size === total ? rows : `${distinct.size} of ${total}`;
  });
});

test('a paused source holds its place and goes on without loss; a second service over the catalog takes it up', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const given = fixture.definitionOf(shop.url);
  const { definition } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await fixture.pulled(given.name, 't');
  let stored = await fixture.around.sources.get(fixture.organisationId, given.name);
  await fixture.supervisor.hold(stored, 'pause', 'test');
  await shop.query('INSERT INTO t VALUES (1)');
  stored = await fixture.around.sources.get(fixture.organisationId, given.name);
  expect(stored).toMatchObject({ state: 'paused', wanted: 'paused' });
  await expect(fixture.supervisor.hold(stored, 'pause', 'test')).rejects.toMatchObject({ code: 'DBUS_SOURCE_STATE' });
  await fixture.supervisor.begin(stored, 'test');
  await fixture.supervisor.stop();
  await shop.query('INSERT INTO t VALUES (2)');
  await fixture.restartSupervisor().start();
  await fixture.becomes(given.name, 'running');
  await until('both rows are there', async () => {
    const rows = materialise(await fixture.messages(definition.topic), 't', 'id');
    return rows.size === 2 ? rows : `${rows.size} rows`;
  });
});

test('a slot that was dropped stops the source and says what to do', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const given = fixture.definitionOf(shop.url);
  const { definition } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  let stored = await fixture.around.sources.get(fixture.organisationId, given.name);
  await fixture.supervisor.hold(stored, 'stop', 'test');
  await shop.query('SELECT pg_drop_replication_slot($1)', [definition.slot]);
  stored = await fixture.around.sources.get(fixture.organisationId, given.name);
  await expect(fixture.supervisor.begin(stored, 'test')).rejects.toMatchObject({ code: 'DBUS_SLOT_LOST' });
  stored = await fixture.becomes(given.name, 'stopped');
  expect(stored.reason?.next).toContain('Remove the source and register it again');
  expect((await fixture.health.report()).status).toBe('down');

  // Doing what it says works: the ids go on upwards, the tables are pulled anew.
  await fixture.supervisor.remove(stored, false, 'test');
  await shop.query('INSERT INTO t VALUES (1)');
  await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await fixture.pulled(given.name, 't');
  expect(materialise(await fixture.messages(definition.topic), 't', 'id').size).toBe(1);
});
