/** Proves that the stream outlives what happens to its source: ended walsender, restarted and killed server, cut network, silence, lost slot. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { ownKafka } from '@rtdp/testing/own-kafka';
import { ownPostgres } from '@rtdp/testing/own-postgres';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { rowsOf, type StreamFixture, streamFixture } from './testing/stream-fixture.ts';

// Brokers and servers are started and killed: half a minute on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 300_000 });

async function idsOf(source: StreamFixture): Promise<unknown[]> {
  return rowsOf(await source.messages(), 't').map((row) => row.values.id);
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Waits until the stream has that many rows in Kafka, over restarts. */
async function waitForRows(source: StreamFixture, count: number): Promise<void> {
  await expect.poll(async () => (await idsOf(source)).length, { timeout: 60_000, interval: 200 }).toBe(count);
}

test('a terminated walsender is replaced, in the middle of rows too', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key, v text)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['t']);
  await source.stream.start();
  for (let round = 0; round < 4; round++) {
    await database.query(
      `insert into t select g, repeat('x', 200) from generate_series(${round * 5000 + 1}, ${round * 5000 + 5000}) g`,
    );
    await database.query(
      `select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '${source.definition.slot}' and active`,
    );
  }
  await waitForRows(source, 20_000);
  expect(await idsOf(source)).toEqual(upTo(20_000));
  expect(source.stream.figures.restarts).toBeGreaterThan(0);
});

test('a server that restarts, or is killed, is found again', async () => {
  await using server = await ownPostgres();
  await using source = await streamFixture({ url: server.url, ...(await testKafka()) }, uniqueName('s'));
  await source.session.query('create table t (id int primary key)');
  await source.publish(['t']);
  await source.stream.start();
  await source.session.query('insert into t values (1)');
  await source.settle();
  await source.session.close();
  await server.restart();
  await insertLater(server.url, 2);
  await waitForRows(source, 2);
  await server.kill();
  await server.restart();
  await insertLater(server.url, 3);
  await waitForRows(source, 3);
  expect(await idsOf(source)).toEqual([1, 2, 3]);
  await source.stream.stop();
});

test('a cut network is noticed and the stream goes on when it is mended', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key)');
  await using network = await cuttableNetwork(new URL(database.url));
  const url = new URL(database.url);
  url.host = `127.0.0.1:${network.port}`;
  await using source = await streamFixture({ url: url.href, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['t']);
  await source.stream.start();
  await database.query('insert into t values (1)');
  await waitForRows(source, 1);
  network.cut();
  await database.query('insert into t values (2)');
  await expect.poll(() => source.stream.state().name, { timeout: 20_000, interval: 20 }).not.toBe('streaming');
  network.mend();
  await waitForRows(source, 2);
  await source.stream.stop();
});

test('a network that swallows everything without a word is noticed too, and an idle one is not taken for it', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key)');
  await using network = await cuttableNetwork(new URL(database.url));
  const url = new URL(database.url);
  url.host = `127.0.0.1:${network.port}`;
  await using source = await streamFixture(
    { url: url.href, ...(await testKafka()) },
    uniqueName('s'),
    { heartbeatMs: 60_000 },
    { silenceMs: 4_000 },
  );
  await source.publish(['t']);
  await source.stream.start();
  await new Promise((resolve) => setTimeout(resolve, 14_000));
  // Nothing happened for twice as long as silence may last: the server was asked, and answered.
  expect(source.stream.figures.restarts).toBe(0);
  network.swallow();
  await database.query('insert into t values (1)');
  await expect.poll(() => source.stream.figures.restarts, { timeout: 30_000 }).toBeGreaterThan(0);
  network.mend();
  await waitForRows(source, 1);
  await source.stream.stop();
});

test('silence longer than wal_sender_timeout does not end the connection: the server is answered', async () => {
  await using server = await ownPostgres({ settings: { wal_sender_timeout: '10s' } });
  await using source = await streamFixture({ url: server.url, ...(await testKafka()) }, uniqueName('s'), {
    heartbeatMs: 60_000,
  });
  await source.session.query('create table t (id int primary key)');
  await source.publish(['t']);
  await source.stream.start();
  await new Promise((resolve) => setTimeout(resolve, 8_000));
  await source.session.query('insert into t values (1)');
  await waitForRows(source, 1);
  expect(source.stream.figures.restarts).toBe(0);
  await source.stream.stop();
});

test('a dropped slot and a slot ahead of the position stop the stream with what to do', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  const { slot } = source.definition;
  await source.publish(['t']);
  await source.stream.start();
  await database.query('insert into t values (1)');
  await source.settle();
  await source.stream.stop();
  await database.query('insert into t values (2)');
  await database.query(`select pg_replication_slot_advance('${slot}', pg_current_wal_lsn())`);
  await expect(source.stream.start()).rejects.toMatchObject({
    code: 'DBUS_SLOT_AHEAD',
    next: expect.stringContaining('pull its tables'),
  });
  expect(source.stream.state()).toMatchObject({ name: 'stopped', reason: { code: 'DBUS_SLOT_AHEAD' } });
  await database.query(`select pg_drop_replication_slot('${slot}')`);
  await expect(source.stream.start()).rejects.toMatchObject({ code: 'DBUS_SLOT_LOST' });
});

test('who has stopped a stream finds its slot free', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['t']);
  for (let round = 0; round < 10; round++) {
    await source.stream.start();
    await database.query(
      `insert into t select max(id) + generate_series(1, 500) from (select 0 as id union select id from t) s`,
    );
    await source.stream.stop();
    const { rows } = await database.query<{ active: boolean }>(
      `select active from pg_replication_slots where slot_name = '${source.definition.slot}'`,
    );
    expect(rows, `round ${round}`).toEqual([{ active: false }]);
  }
});

test('a second process takes the source over; the first one is fenced and stops', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['t']);
  await source.stream.start();
  await database.query('insert into t values (1)');
  await source.settle();
  const second = source.again();
  // It fences first; the slot it gets as soon as the fenced one has let go of it.
  const started = second.start();
  await expect
    .poll(
      async () => {
        await database.query('insert into t select coalesce(max(id), 0) + 1 from t');
        return source.stream.state();
      },
      { timeout: 30_000, interval: 100 },
    )
    .toMatchObject({ name: 'stopped', reason: { code: 'DBUS_FENCED' } });
  await started;
  const { rows } = await database.query<{ count: string }>('select count(*) from t');
  await waitForRows(source, Number(rows[0]!.count));
  expect(await idsOf(source)).toEqual(upTo(Number(rows[0]!.count)));
  await second.stop();
});

test.each(['idle', 'in the middle of rows'])(
  'a stream whose session ends while somebody else takes over (%s) does not take the source back',
  async (when) => {
    await using database = await testPostgres();
    await database.query('create table t (id int primary key)');
    // No heartbeat: it would be a commit, and tell the stream that it is fenced before its session ends.
    await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'), {
      heartbeatMs: 600_000,
    });
    const { name, slot } = source.definition;
    await source.publish(['t']);
    await source.stream.start();
    await database.query('insert into t values (1)');
    await source.settle();
    const other = source.bus.transactionalProducer({ transactionalId: `dbus.${name}`, alternating: true });
    await other.start();
    if (when !== 'idle') await database.query('insert into t select generate_series(2, 20000)');
    await database.query(
      `select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = '${slot}' and active`,
    );
    await expect
      .poll(() => source.stream.state(), { timeout: 30_000 })
      .toMatchObject({ name: 'stopped', reason: { code: 'DBUS_FENCED' } });
    const transaction = await other.begin();
    await transaction.send(source.definition.topic, []);
    await transaction.commit();
    await other.close();
    // Told to, it does take it.
    await source.stream.start();
    expect(source.stream.state()).toMatchObject({ name: 'streaming' });
  },
);

test('while the broker is away nothing is acknowledged to the source, and nothing is lost or doubled when it is back', async () => {
  await using database = await testPostgres();
  await using kafka = await ownKafka();
  await database.query('create table t (id int primary key)');
  await using source = await streamFixture({ url: database.url, brokers: kafka.brokers }, uniqueName('s'));
  await source.publish(['t']);
  await source.stream.start();
  await database.query('insert into t values (1)');
  await source.settle();
  const confirmed = async (): Promise<{ behind: boolean }> => {
    const { rows } = await database.query<{ behind: boolean }>(
      `select confirmed_flush_lsn < $1::pg_lsn as behind from pg_replication_slots where slot_name = '${source.definition.slot}'`,
      [mark],
    );
    return rows[0]!;
  };
  await kafka.kill();
  await database.query('insert into t select generate_series(2, 3000)');
  // After the rows: up to them there is nothing that Kafka lacks, and the server may be told so.
  const { rows } = await database.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  const mark = rows[0]!.lsn;
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(await confirmed()).toEqual({ behind: true });
  await kafka.restart();
  await waitForRows(source, 3_000);
  expect(await idsOf(source)).toEqual(upTo(3_000));
  await expect.poll(confirmed, { timeout: 30_000 }).toEqual({ behind: false });
});

async function insertLater(url: string, id: number): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('insert into t values ($1)', [id]);
  await client.end();
}

interface CuttableNetwork extends AsyncDisposable {
  port: number;
  cut(): void;
  /** Open connections stay open, and nothing passes any more, until the network is mended. */
  swallow(): void;
  mend(): void;
}

/** A relay to the server that can be cut: open connections die without a word to the server's side, new ones are refused. */
async function cuttableNetwork(target: URL): Promise<CuttableNetwork> {
  const sockets = new Set<Socket>();
  const swallowed: Socket[] = [];
  let isCut = false;
  const server: Server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    swallow() {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
        swallowed.push(socket);
      }
    },
    mend() {
      isCut = false;
      // The server would find out at wal_sender_timeout.
      for (const socket of swallowed.splice(0)) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
