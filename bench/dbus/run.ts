/**
 * Measures DBus as a real process with exactly-once on: rows/s beside pg_recvlogical on the same log (the bar: 1.5 times its
 * rate), CPU and memory, latency from commit to a read-committed consumer, one huge transaction, and the snapshot beside psql's \copy.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBus } from '@rtdp/bus/connect';
import { createDbusClient, type DbusClient } from '@rtdp/dbus/client';
import { addressOf, connectionOf } from '@rtdp/testing/connection';
import { ownKafka } from '@rtdp/testing/own-kafka';
import { ownPostgres } from '@rtdp/testing/own-postgres';
import { serviceSet } from '@rtdp/testing/services';
import pg from 'pg';
import { measureKafkaAlone } from './kafka-alone.ts';
import { measureLatency } from './latency.ts';
import { cpuSeconds, watchResident } from './process-usage.ts';
import { copyTable, receiveLogically } from './reference.ts';
import { insertRows, TABLE_SQL } from './table.ts';

/** On a machine so busy that the rest took this long, a huge transaction would not end within a bench's ten minutes. */
const NO_HUGE_AFTER_MS = 360_000;
/**
 * A broker of a minute ago is still translating its own code, on the cores that everything else here wants: it takes more than one of
 * two cores at 200 commits a second then, and half of one afterwards.
 */
const BROKER_WARM_UP = { rate: 1000, seconds: 60 };

type Figures = Record<string, number | string>;

export async function run(options: {
  seed: number;
  quick: boolean;
}): Promise<{ figures: Figures; ratios: Record<string, number> }> {
  const rows = options.quick ? 200_000 : 1_000_000;
  const hugeRows = options.quick ? 0 : 5_000_000;
  const seconds = options.quick ? 5 : 15;
  const sources = options.quick ? ['first'] : ['first', 'second'];
  const print = (line: string): void => void process.stderr.write(`${line}\n`);
  const figures: Figures = { rows };
  const begun = performance.now();

  await using server = await ownPostgres({ settings: { max_wal_size: '8GB', shared_buffers: '256MB' } });
  await using kafka = await ownKafka({ heapMegabytes: 1024 });
  const url = addressOf(server.url, 'shop');
  const client = await makeDatabases(server.url, url);
  await using services = await serviceSet({ brokers: kafka.brokers, metadataUrl: addressOf(server.url, 'metadata') });
  const service = services.service('dbus', { RTDP_LOG_LEVEL: 'warn' });
  await service.start();
  const dbus = createDbusClient({ baseUrl: services.baseUrls.dbus, token: services.token });
  const bus = connectBus({ brokers: kafka.brokers, clientId: 'bench-dbus' });
  const pid = service.pid!;

  for (const name of sources) await register(dbus, name, url);
  for (const name of sources)
    await client.query(`select pg_create_logical_replication_slot('reference_${name}', 'pgoutput')`);
  print(`writing ${rows} rows in transactions of 1,000`);
  await insertRows(client, 1, rows, 1000);
  const endLsn = await currentLsn(client);

  const ours: number[] = [];
  const theirs: number[] = [];
  for (const name of sources) {
    theirs.push(await receiveLogically(url, `reference_${name}`, [`rtdp_${name}_keyed`], endLsn));
    const measured = await streamAll(client, dbus, name, endLsn, pid, kafka.pid!);
    ours.push(measured.millis);
    for (const [figure, value] of Object.entries(measured.figures))
      figures[`${figure}_per_million_rows`] = round(value / (rows / 1e6));
    figures.resident_mb = Math.round(measured.residentBytes / 1e6);
    print(
      `${name}: ${Math.round(rows / measured.millis)}k rows/s, pg_recvlogical ${Math.round(rows / theirs.at(-1)!)}k`,
    );
  }
  const perSecond = (times: number[]): number =>
    Math.round((rows * times.length * 1000) / times.reduce((a, b) => a + b, 0));
  figures.stream_rows_per_second = perSecond(ours);
  figures.pg_recvlogical_rows_per_second = perSecond(theirs);

  for (const name of sources.slice(1)) await dbus.removeSource(name);
  const [source] = sources as [string];
  let nextId = rows + 1;
  const warmUp = { ...BROKER_WARM_UP, ...(options.quick ? { seconds: 5 } : {}) };
  print(`commits for ${warmUp.seconds} s until the broker has translated its code`);
  const cold = await measureLatency(bus, `postgresql.${source}`, url, { ...warmUp, firstId: nextId, warmUpSeconds: 0 });
  nextId += warmUp.rate * warmUp.seconds;
  figures.latency_p50_ms_while_warming_up = cold.p50;
  figures.latency_p99_ms_while_warming_up = cold.p99;
  for (const rate of [200, 1000]) {
    const load = { rate, seconds, firstId: nextId, warmUpSeconds: options.quick ? 1 : 5 };
    const latency = await measureLatency(bus, `postgresql.${source}`, url, load);
    nextId += rate * seconds;
    figures[`latency_p50_ms_at_${rate}`] = latency.p50;
    figures[`latency_p99_ms_at_${rate}`] = latency.p99;
    figures[`commits_per_second_at_${rate}`] = latency.commitsPerSecond;
    const alone = await measureKafkaAlone(bus, load);
    figures[`kafka_alone_p50_ms_at_${rate}`] = alone.p50;
    figures[`kafka_alone_p99_ms_at_${rate}`] = alone.p99;
    print(
      `${latency.commitsPerSecond} commits/s: p50 ${latency.p50} ms, p99 ${latency.p99} ms; Kafka alone ${alone.p50} and ${alone.p99} ms`,
    );
  }
  Object.assign(figures, await measureSnapshot(dbus, source, url));
  print(`snapshot ${figures.snapshot_rows_per_second} rows/s, psql ${figures.psql_copy_rows_per_second}`);
  if (performance.now() - begun > NO_HUGE_AFTER_MS) figures.huge_transaction = 'left out: the machine was too busy';
  else if (hugeRows > 0) Object.assign(figures, await measureHuge(client, dbus, source, nextId, hugeRows, pid));
  await bus.close();
  await client.end();
  await service.stop();
  return {
    figures,
    ratios: { stream: round(Number(figures.stream_rows_per_second) / Number(figures.pg_recvlogical_rows_per_second)) },
  };
}

async function makeDatabases(serverUrl: string, url: string): Promise<pg.Client> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  await admin.query('create database metadata');
  await admin.query('create database shop');
  await admin.end();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(TABLE_SQL);
  return client;
}

/** Registered, streamed once so that everything is set up, and stopped: the slot keeps the log that is written next. */
async function register(dbus: DbusClient, name: string, url: string): Promise<void> {
  await dbus.registerSource({
    name,
    kind: 'postgres',
    tables: 'all',
    connection: connectionOf(url),
    snapshot: { initial: false },
  });
  await waitUntil(async () => (await dbus.getSource(name)).stream?.state === 'streaming', 60_000);
  await dbus.command(name, 'stop');
}

/** From the command to start until Kafka holds everything. */
async function streamAll(
  client: pg.Client,
  dbus: DbusClient,
  name: string,
  endLsn: string,
  pid: number,
  brokerPid: number,
) {
  const before = cpuSeconds(pid);
  const brokerBefore = cpuSeconds(brokerPid);
  const resident = watchResident(pid);
  const begun = performance.now();
  await dbus.command(name, 'start');
  let walsender = 0;
  let walsenderPid: number | null = null;
  await waitUntil(async () => {
    walsenderPid ??= await readerOf(client, `rtdp_${name}`);
    if (walsenderPid !== null) walsender = Math.max(walsender, cpuSeconds(walsenderPid));
    return lsnOf((await dbus.getSource(name)).stream?.durableLsn) >= lsnOf(endLsn);
  }, 240_000);
  return {
    millis: performance.now() - begun,
    residentBytes: resident.stop(),
    figures: {
      cpu_seconds: cpuSeconds(pid) - before,
      broker_cpu_seconds: cpuSeconds(brokerPid) - brokerBefore,
      walsender_cpu_seconds: walsender,
    },
  };
}

async function readerOf(client: pg.Client, slot: string): Promise<number | null> {
  const { rows } = await client.query<{ pid: number | null }>(
    'select active_pid as pid from pg_replication_slots where slot_name = $1',
    [slot],
  );
  return rows[0]?.pid ?? null;
}

async function measureSnapshot(dbus: DbusClient, source: string, url: string): Promise<Figures> {
  const begun = performance.now();
  const [pull] = await dbus.askPulls(source, ['public.events']);
  let rows = 0;
  await waitUntil(async () => {
    const now = await dbus.getPull(source, pull!.id);
    rows = now.rows;
    if (now.state === 'failed') throw new Error(`the pull failed: ${now.reason?.message}`);
    return now.endedAt !== null;
  }, 240_000);
  const millis = performance.now() - begun;
  const copyMillis = await copyTable(url);
  return {
    snapshot_rows_per_second: Math.round((rows * 1000) / millis),
    psql_copy_rows_per_second: Math.round((rows * 1000) / copyMillis),
    snapshot_share_of_psql_copy: round(copyMillis / millis),
  };
}

async function measureHuge(
  client: pg.Client,
  dbus: DbusClient,
  source: string,
  firstId: number,
  rows: number,
  pid: number,
): Promise<Figures> {
  const resident = watchResident(pid);
  const begun = performance.now();
  await insertRows(client, firstId, firstId + rows - 1, rows);
  const written = performance.now();
  const endLsn = await currentLsn(client);
  await waitUntil(async () => lsnOf((await dbus.getSource(source)).stream?.durableLsn) >= lsnOf(endLsn), 300_000);
  return {
    huge_transaction_rows: rows,
    huge_transaction_resident_mb: Math.round(resident.stop() / 1e6),
    huge_transaction_write_seconds: round((written - begun) / 1000),
    huge_transaction_seconds_after_commit: round((performance.now() - written) / 1000),
  };
}

async function currentLsn(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
  return rows[0]!.lsn;
}

function lsnOf(text: string | undefined): bigint {
  const [high = '0', low = '0'] = (text ?? '0/0').split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

async function waitUntil(condition: () => Promise<boolean>, millis: number): Promise<void> {
  const deadline = Date.now() + millis;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`DBus did not get there within ${millis} ms`);
    await sleep(100);
  }
}
