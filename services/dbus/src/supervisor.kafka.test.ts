/** Shows what the supervisor does with starts that hang, sources that cannot start yet, and removals that were cut short. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { ownPostgres } from '@rtdp/testing/own-postgres';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { DBUS_TOPICS, readSourceDefinition } from './catalog/source-definition.ts';
import type { SourceState } from './catalog/source-states.ts';
import { loadSourceKind } from './registry.ts';
import type { Supervisor } from './supervisor.ts';
import { dbusFixture, rowsOf, until } from './testing/dbus-fixture.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a start that waits for a long transaction is ended by a stop', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const long = await shop.pool.connect();
  await long.query('BEGIN');
  await long.query('INSERT INTO t VALUES (1)');
  const given = fixture.definitionOf(shop.url);
  await fixture.register(given);
  // The slot cannot be made before the transaction ends.
  await until('the slot waits', async () => {
    const { rows } = await shop.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_create_logical_replication_slot%' AND state = 'active' AND pid <> pg_backend_pid()`,
    );
    return rows.length > 0 ? true : 'not yet';
  });
  const stored = await fixture.becomes(given.name, 'starting');
  await fixture.supervisor.hold(stored, 'stop', 'test');
  expect(await fixture.becomes(given.name, 'stopped')).toMatchObject({ wanted: 'stopped' });
  await long.query('ROLLBACK');
  long.release();
  await fixture.supervisor.begin(await fixture.becomes(given.name, 'stopped'), 'test');
  await fixture.becomes(given.name, 'running');
});

test('a source whose server is away is tried again until it is there', async () => {
  await using fixture = await dbusFixture();
  await using server = await ownPostgres();
  const given = fixture.definitionOf(server.url);
  await server.stop();
  await fixture.register(given);
  const failed = await fixture.becomes(given.name, 'failed');
  expect(failed.reason?.code).toBe('DBUS_SOURCE_UNREACHABLE');
  expect((await fixture.health.report()).status).toBe('down');
  await server.restart();
  await fixture.becomes(given.name, 'running');
  await until('all is well', async () => {
    const { status, parts } = await fixture.health.report();
    return status === 'ok' ? true : JSON.stringify(parts);
  });
});

test('the history says once that a server was lost and once that it is back, also across a restart of the service', async () => {
  await using fixture = await dbusFixture();
  await using server = await ownPostgres();
  const given = fixture.definitionOf(server.url);
  await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const outages = async () => {
    const events = await fixture.around.events.list(fixture.organisationId, given.name, 100);
    return events.filter(({ kind }) => kind === 'stream-lost' || kind === 'stream-resumed').reverse();
  };
  const told = (what: string, kinds: readonly string[]) =>
    until(what, async () => {
      const events = await outages();
      return events.length >= kinds.length ? events : 'not yet';
    }).then((events) => {
      expect(events.map(({ kind }) => kind)).toEqual(kinds);
      return events.at(-1)!;
    });
  await server.stop();
  const lost = await told('the loss is told', ['stream-lost']);
  expect(lost.sentence).toMatch(/^Source .* cannot be streamed: .*127\.0\.0\.1/);
  await server.restart();
  const found = await told('the return is told', ['stream-lost', 'stream-resumed']);
  expect(found.facts.lost).toBe(lost.facts.since);

  await server.stop();
  await told('the second loss is told', ['stream-lost', 'stream-resumed', 'stream-lost']);
  await fixture.supervisor.stop();
  const again = fixture.restartSupervisor();
  await again.start();
  // As long as it would take to tell it a second time.
  await new Promise((resolve) => setTimeout(resolve, 13_000));
  await server.restart();
  await told('the second return is told', ['stream-lost', 'stream-resumed', 'stream-lost', 'stream-resumed']);
});

test('a source that the catalog refuses to note as starting is tried again until it is noted', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  const given = fixture.definitionOf(shop.url);
  await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await fixture.supervisor.stop();
  await fixture.metadata.raw("ALTER TABLE sources ADD CONSTRAINT refused CHECK (state <> 'starting') NOT VALID");
  await fixture.restartSupervisor().start();
  const first = await fixture.becomes(given.name, 'failed');
  expect(first.reason?.message).toContain('refused');
  await until('it has been tried again', async () => {
    const { changedAt } = await fixture.becomes(given.name, 'failed');
    return changedAt.getTime() > first.changedAt.getTime() ? true : 'not yet';
  });
  await fixture.metadata.raw('ALTER TABLE sources DROP CONSTRAINT refused');
  expect(await fixture.becomes(given.name, 'running')).toMatchObject({ reason: null });
});

test('a source that fails is forgotten once another process has removed it, and its slot no longer watched', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  const given = fixture.definitionOf(shop.url);
  const { id } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await fixture.supervisor.stop();
  await fixture.metadata.raw("ALTER TABLE sources ADD CONSTRAINT refused CHECK (state <> 'starting') NOT VALID");
  const supervisor = fixture.restartSupervisor();
  await supervisor.start();
  await fixture.becomes(given.name, 'failed');
  const watchers = async () => {
    const watch = `rtdp-dbus-${given.name}-watch`;
    return (await shop.query('SELECT 1 FROM pg_stat_activity WHERE application_name = $1', [watch])).rows.length;
  };
  await until('its slot is watched', async () => (await watchers()) === 1 || 'not yet');
  await fixture.around.sources.delete(id);
  await until('it is forgotten', async () => {
    const { detail } = supervisor.health(given.name);
    return detail === 'It is not supervised here.' ? true : detail;
  });
  await until('nobody watches its slot', async () => (await watchers()) === 0 || 'still watched');
});

test('a source that is removed elsewhere while its slot is made leaves no slot behind', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const long = await shop.pool.connect();
  await long.query('BEGIN');
  await long.query('INSERT INTO t VALUES (1)');
  const given = fixture.definitionOf(shop.url);
  const { id } = await fixture.register(given);
  const countOf = async (what: string) => (await shop.query(`SELECT 1 FROM ${what}`)).rows.length;
  const slots = 'pg_replication_slots WHERE database = current_database()';
  await until('the slot waits', async () => (await countOf(slots)) === 1 || 'not yet');
  await fixture.around.sources.delete(id);
  await long.query('ROLLBACK');
  long.release();
  await until('it is forgotten', async () => {
    const { detail } = fixture.supervisor.health(given.name);
    return detail === 'It is not supervised here.' ? true : detail;
  });
  await until('slot and publications are gone', async () => {
    const left = [await countOf(slots), await countOf('pg_publication')];
    return left.every((count) => count === 0) || `${left} are left`;
  });
});

test('a removal that was cut short is finished by the next start of the service', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const given = fixture.definitionOf(shop.url);
  const { id } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await fixture.supervisor.stop();
  await fixture.metadata('sources').where({ id }).update({ wanted: 'removed', state: 'removing' });
  await fixture.restartSupervisor().start();
  await until('it is gone', async () => {
    const left = await fixture.around.sources.find(given.name);
    return left === undefined ? true : left.state;
  });
  const { rows } = await shop.query('SELECT 1 FROM pg_replication_slots WHERE database = current_database()');
  expect(rows).toEqual([]);
});

test('what cannot be taken away is named, and forced away only from the catalog', async () => {
  await using fixture = await dbusFixture();
  await using server = await ownPostgres();
  const given = fixture.definitionOf(server.url);
  await fixture.register(given);
  let stored = await fixture.becomes(given.name, 'running');
  await server.stop();
  await expect(fixture.supervisor.remove(stored, false, 'test')).rejects.toMatchObject({
    code: 'DBUS_SOURCE_NOT_CLEANED',
    message: expect.stringContaining(`slot rtdp_${given.name}`),
  });
  stored = await fixture.becomes(given.name, 'stopped');
  expect(await fixture.supervisor.remove(stored, true, 'test')).toHaveLength(2);
  expect(await fixture.around.sources.find(given.name)).toBeUndefined();
});

test('another platform with a source of the same name takes nothing from the one that reads', async () => {
  await using fixture = await dbusFixture();
  await using other = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const given = fixture.definitionOf(shop.url);
  await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const report = await (await loadSourceKind('postgres')).check(readSourceDefinition(given));
  expect(report.ready).toBe(false);
  expect(report.problems).toContainEqual(expect.objectContaining({ code: 'slot-in-use', severity: 'blocking' }));
  // Its Kafka would be another one, without a topic of this name.
  await other.around.sources.insert(other.organisationId, given, 'rest', () => false);
  const elsewhere = other.restartSupervisor();
  await elsewhere.start();
  const failed = await other.becomes(given.name, 'failed');
  expect(failed.reason).toMatchObject({ code: 'DBUS_SOURCE_NOT_READY' });
  expect(await elsewhere.remove(failed, false, 'test')).toEqual([]);
  const kept = await shop.query<{ active: boolean; publications: string }>(
    'SELECT active, (SELECT count(*) FROM pg_publication) AS publications FROM pg_replication_slots WHERE slot_name = $1',
    [`rtdp_${given.name}`],
  );
  expect(kept.rows).toEqual([{ active: true, publications: '2' }]);
  expect(await fixture.becomes(given.name, 'running')).toMatchObject({ reason: null });
});

test('another platform takes nothing away either when a removal elsewhere ends its start, or the removal is half cut off', async () => {
  await using fixture = await dbusFixture();
  await using other = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const given = fixture.definitionOf(shop.url);
  await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const held = 'SELECT active_pid, (SELECT count(*) FROM pg_publication) AS publications FROM pg_replication_slots';
  const kept = async () => (await shop.query(`${held} WHERE slot_name = $1`, [`rtdp_${given.name}`])).rows;
  const before = await kept();
  expect(before).toMatchObject([{ active_pid: expect.any(Number), publications: '2' }]);

  const { id } = await other.around.sources.insert(other.organisationId, given, 'rest', () => false);
  const elsewhere = other.restartSupervisor();
  await elsewhere.start();
  await other.becomes(given.name, 'failed');
  await other.around.sources.delete(id);
  const topic = DBUS_TOPICS.positions;
  await until('what was begun is taken back', async () => {
    for (const { partition, low, high } of await other.bus.admin().topicOffsets(topic)) {
      if (low === high) continue;
      for await (const { messages } of other.bus.readFrom(topic, partition, low, { until: high })) {
        if (messages.some(({ key, value }) => key?.toString().includes(given.name) && value === null)) return true;
      }
    }
    return 'its position is still kept';
  });
  expect(await kept()).toEqual(before);

  const { hostname, port } = new URL(shop.url);
  let connections = 0;
  await using relay = createServer((client) => {
    connections++;
    if (connections === 1) client.destroy();
    else client.pipe(connect(Number(port), hostname)).pipe(client);
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  const connection = { ...given.connection, host: '127.0.0.1', port: (relay.address() as AddressInfo).port };
  const kind = await loadSourceKind('postgres');
  expect(await kind.remove(readSourceDefinition({ ...given, connection }), false)).toEqual([
    expect.stringContaining('slot'),
  ]);
  expect(connections).toBe(2);
  expect(await kept()).toEqual(before);
});

test('a removal that the catalog refused midway can be asked for again', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  const given = fixture.definitionOf(shop.url);
  await fixture.register(given);
  const stored = await fixture.becomes(given.name, 'running');
  await fixture.metadata.raw(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
    CREATE TRIGGER refused BEFORE DELETE ON sources FOR EACH ROW EXECUTE FUNCTION refuse()`);
  await expect(fixture.supervisor.remove(stored, false, 'test')).rejects.toThrow('refused');
  await fixture.metadata.raw('DROP TRIGGER refused ON sources');
  const stopped = await fixture.becomes(given.name, 'stopped');
  expect(stopped).toMatchObject({ wanted: 'stopped', reason: { message: expect.stringContaining('refused') } });
  expect(await fixture.supervisor.remove(stopped, false, 'test')).toEqual([]);
  expect(await fixture.around.sources.find(given.name)).toBeUndefined();
});

test('a changed source that takes long to stop is started again once, and misses and doubles nothing', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const given = fixture.definitionOf(shop.url, { snapshot: { initial: false } });
  await fixture.register(given);
  const stored = await fixture.becomes(given.name, 'running');
  const before = fixture.supervisor.running(given.name)!;
  await shop.query('INSERT INTO t VALUES (1)');

  // Its comparison of tables waits for the catalog; meanwhile its stream is found stopped, once a second.
  const holder = await fixture.metadata.transaction();
  let changing: Promise<void>;
  try {
    await holder.raw('LOCK TABLE dbus.tables IN ACCESS EXCLUSIVE MODE');
    await until('the comparison waits', async () => {
      const { rows } = await fixture.metadata.raw(
        "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'dbus.tables'::regclass",
      );
      return rows.length > 0 ? true : 'not yet';
    });
    changing = fixture.supervisor.change(stored, { ...given, deadLetterLimit: 7 }, 'test');
    await until('the stream has stopped', async () => before.stream.state().name === 'stopped' || 'not yet');
    await shop.query('INSERT INTO t VALUES (2)');
    // Two looks.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(fixture.supervisor.running(given.name)).toBe(before);
  } finally {
    await holder.rollback();
  }
  await changing;
  await shop.query('INSERT INTO t VALUES (3)');

  const ids = await until('all rows have come', async () => {
    const found = rowsOf(await fixture.messages(stored.definition.topic), 't').map(({ id }) => id);
    return found.includes(3) ? found : `${found}; it is ${fixture.supervisor.health(given.name).detail}`;
  });
  expect(ids.toSorted()).toEqual([1, 2, 3]);
  expect(fixture.supervisor.running(given.name)).not.toBe(before);
  expect(await fixture.becomes(given.name, 'running')).toMatchObject({ definition: { deadLetterLimit: 7 } });
  const told = (await fixture.around.events.list(fixture.organisationId, given.name, 100)).map(({ kind }) => kind);
  expect(told).not.toContain('stopped');
  expect(told.filter((kind) => kind === 'change')).toHaveLength(1);
});

test('of processes over one catalog one streams: who is fenced off waits, also two that start at once, and nothing is missed or doubled', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const given = fixture.definitionOf(shop.url, { snapshot: { initial: false } });
  const { definition } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  let rows = 0;
  const insert = () => shop.query('INSERT INTO t VALUES ($1)', [++rows]);
  const arrived = (what: string, supervisors: Supervisor[]) =>
    until(what, async () => {
      const ids = rowsOf(await fixture.messages(definition.topic), 't').map(({ id }) => Number(id));
      const told = () => supervisors.map((each) => each.health(given.name).detail).join(' | ');
      return ids.includes(rows) ? ids : `${ids}; they are ${told()}`;
    });

  const first = fixture.supervisor;
  const second = fixture.restartSupervisor();
  await second.start();
  await until('the first stands by', async () => {
    const { status, detail } = first.health(given.name);
    return status === 'degraded' && detail.startsWith('Another process streams it') ? true : detail;
  });
  await fixture.becomes(given.name, 'running');
  await insert();
  await arrived('the second streams', [first, second]);
  expect(await fixture.becomes(given.name, 'running')).toMatchObject({ reason: null });
  await second.stop();
  await insert();
  await arrived('the first streams again', [first, second]);

  // What another process removes is forgotten where it stands by.
  const other = fixture.definitionOf(shop.url);
  const removed = await fixture.register(other);
  await fixture.becomes(other.name, 'running');
  const third = fixture.restartSupervisor();
  await third.start();
  await until('the first stands by for the other one', async () => {
    const { detail } = first.health(other.name);
    return detail.startsWith('Another process streams it') ? true : detail;
  });
  await fixture.becomes(other.name, 'running');
  expect(await third.remove(removed, false, 'test')).toEqual([]);
  await until(
    'it is forgotten',
    async () => first.health(other.name).detail === 'It is not supervised here.' || 'not yet',
  );
  await Promise.all([first.stop(), third.stop()]);

  for (let round = 0; round < 4; round++) {
    const both = [fixture.restartSupervisor(), fixture.restartSupervisor()];
    await Promise.all(both.map((each) => each.start()));
    await insert();
    await arrived(`one of two streams in round ${round}`, both);
    await until('the other one stands by', async () => {
      const told = both.map((each) => each.health(given.name));
      const isOne = told.filter(({ status }) => status === 'ok').length === 1;
      const waits = told.filter(({ detail }) => detail.startsWith('Another process streams it')).length === 1;
      return isOne && waits ? true : JSON.stringify(told);
    });
    await Promise.all(both.map((each) => each.stop()));
  }
  const ids = rowsOf(await fixture.messages(definition.topic), 't').map(({ id }) => Number(id));
  expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
});

test('a stop, and a stop for good, hold on every process; whoever is asked then starts it, and another one takes it up after that', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const given = fixture.definitionOf(shop.url, { snapshot: { initial: false } });
  const { definition } = await fixture.register(given);
  const inCatalog = (state: SourceState) => fixture.becomes(given.name, state);
  await inCatalog('running');
  const first = fixture.supervisor;
  const second = fixture.restartSupervisor();
  await second.start();
  const says = (what: string, one: Supervisor, beginning: string) =>
    until(what, async () => {
      const { detail } = one.health(given.name);
      return detail.startsWith(beginning) ? true : `it says: ${detail}`;
    });
  const STANDS_BY = 'Another process streams it';
  await says('the first stands by', first, STANDS_BY);
  const holder = async () => (await fixture.metadata('sources').first('held_by')).held_by as string | null;

  // Asked of the one that does not run it.
  await first.hold(await inCatalog('running'), 'stop', 'test');
  await until('the second has ended it', async () => second.running(given.name) === undefined || 'it runs');
  await says('the second says so', second, 'It is stopped');
  await until('it has given up the lease', async () => (await holder()) === null || 'it is held');
  expect(await inCatalog('stopped')).toMatchObject({ wanted: 'stopped', reason: null });
  await expect(second.hold(await inCatalog('stopped'), 'stop', 'test')).rejects.toMatchObject({
    code: 'DBUS_SOURCE_STATE',
  });

  await first.begin(await inCatalog('stopped'), 'test');
  await says('the second stands by', second, STANDS_BY);
  await first.stop();
  await inCatalog('running');
  await shop.query('INSERT INTO t VALUES (1)');
  await until('the second streams', async () => {
    const ids = rowsOf(await fixture.messages(definition.topic), 't').map(({ id }) => id);
    return ids.length > 0 ? true : second.health(given.name).detail;
  });

  // What no other process could do better is left until somebody starts it.
  const third = fixture.restartSupervisor();
  await third.start();
  await says('the second stands by again', second, STANDS_BY);
  await third.hold(await inCatalog('running'), 'stop', 'test');
  // The server may need a moment to see that its reader is gone.
  await until('the slot is dropped', async () => {
    const dropped = shop.query(
      'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database()',
    );
    return dropped.then(
      () => true,
      (error: Error) => error.message,
    );
  });
  await expect(third.begin(await inCatalog('stopped'), 'test')).rejects.toMatchObject({ code: 'DBUS_SLOT_LOST' });
  const lost = await inCatalog('stopped');
  expect(lost).toMatchObject({ wanted: 'running', reason: { code: 'DBUS_SLOT_LOST' } });
  await says('the second knows why', second, lost.reason!.message);
  expect(await holder()).toBeNull();
  expect(await inCatalog('stopped')).toMatchObject({ changedAt: lost.changedAt });
});

test('a stop holds on a process whose source is failing, and a start asked for there works again', async () => {
  await using fixture = await dbusFixture();
  await using server = await ownPostgres();
  const given = fixture.definitionOf(server.url);
  await server.stop();
  await fixture.register(given);
  await fixture.becomes(given.name, 'failed');
  const first = fixture.supervisor;
  const second = fixture.restartSupervisor();
  await second.start();
  await until('the first stands by', async () => {
    const { detail } = first.health(given.name);
    return detail.startsWith('Another process streams it') ? true : detail;
  });
  await first.hold(await fixture.around.sources.get(fixture.organisationId, given.name), 'stop', 'test');
  await server.restart();
  await until('the second has heard of it', async () => {
    const { detail } = second.health(given.name);
    return detail.startsWith('It is stopped') ? true : detail;
  });
  const stored = await fixture.around.sources.get(fixture.organisationId, given.name);
  expect(stored).toMatchObject({ wanted: 'stopped', state: 'stopped', reason: null });
  expect(stored.slotMadeAt).toBeNull();
  expect(await fixture.metadata('sources').first('held_by')).toEqual({ held_by: null });
  await second.begin(stored, 'test');
  expect(await fixture.becomes(given.name, 'running')).toMatchObject({ wanted: 'running' });
});

test('a process that stands by still does after a command that the catalog refused', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  const given = fixture.definitionOf(shop.url);
  await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const first = fixture.supervisor;
  const second = fixture.restartSupervisor();
  await second.start();
  await until('the first stands by', async () => {
    const { detail } = first.health(given.name);
    return detail.startsWith('Another process streams it') ? true : detail;
  });
  const stored = await fixture.becomes(given.name, 'running');
  await fixture.metadata.raw("ALTER TABLE sources ADD CONSTRAINT refused CHECK (wanted <> 'stopped') NOT VALID");
  await expect(first.hold(stored, 'stop', 'test')).rejects.toThrow('refused');
  await fixture.metadata.raw('ALTER TABLE sources DROP CONSTRAINT refused');
  await second.stop();
  await until('the first streams', async () => {
    return first.running(given.name) !== undefined || first.health(given.name).detail;
  });
});
