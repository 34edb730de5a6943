/**
 * Proves that the way from log to Kafka is exactly once: DBus is killed at random moments under load with DDL in between, and
 * what is in Kafka is compared, change by change, with a second slot read by pg_recvlogical.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBus } from '@rtdp/bus/connect';
import { createDbusClient } from '@rtdp/dbus/client';
import { addressOf, connectionOf } from '@rtdp/testing/connection';
import { ownKafka } from '@rtdp/testing/own-kafka';
import { ownPostgres } from '@rtdp/testing/own-postgres';
import { serviceSet } from '@rtdp/testing/services';
import pg from 'pg';
import { compare, readKafka } from './compare.ts';
import { killRepeatedly } from './killer.ts';
import { LOAD_TABLES, startLoad } from './load.ts';
import { startOracle } from './oracle.ts';
import { chanceFrom } from './random.ts';
import { renderValue } from './render-value.ts';

/** What the last row of the load says. */
const THE_END = 'the end of the load';

const KEYS = { accounts: ['id'], bodies: ['id'], lines: ['a', 'b'], wholes: ['id'], keyless: null };

export async function run(options: {
  seed: number;
  quick: boolean;
}): Promise<{ figures: Record<string, number | string>; ratios: Record<string, number> }> {
  const count = options.quick ? 5 : 100;
  const print = (line: string): void => void process.stderr.write(`${line}\n`);
  const chance = chanceFrom(options.seed);
  print(`seed ${options.seed}: ${count} kills of DBus under load`);
  await using server = await ownPostgres();
  await using kafka = await ownKafka();
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query('create database metadata');
  await admin.query('create database shop');
  await admin.end();
  const url = addressOf(server.url, 'shop');
  const source = new pg.Client({ connectionString: url });
  await source.connect();
  for (const statement of LOAD_TABLES) await source.query(statement);

  await using services = await serviceSet({ brokers: kafka.brokers, metadataUrl: addressOf(server.url, 'metadata') });
  const trace = join(services.folder, 'transactions.trace');
  const service = services.service('dbus', { RTDP_DBUS_TRANSACTION_TRACE: trace, RTDP_LOG_LEVEL: 'info' });
  await service.start();
  const client = createDbusClient({ baseUrl: services.baseUrls.dbus, token: services.token });
  await client.registerSource({
    name: 'shop',
    kind: 'postgres',
    tables: 'all',
    partitions: 3,
    connection: connectionOf(url),
    // Small, so that many transactions of the source are split and many Kafka transactions are open.
    limits: { rows: 2000, bytes: 200_000 },
    snapshot: { initial: false },
  });
  await waitUntil(async () => (await client.getSource('shop')).stream?.state === 'streaming', 60_000);
  await source.query(`select pg_create_logical_replication_slot('oracle', 'test_decoding')`);
  // From here on both slots see the same transactions.
  const oracle = startOracle({ url, slot: 'oracle' }, KEYS, new Set(['wholes']), THE_END);
  const load = startLoad(url, options.seed);
  await sleep(1_000);
  const kills = await killRepeatedly(service, trace, count, chance, print).catch((error: unknown) => {
    print(`the last lines of DBus' log:\n${service.log().split('\n').slice(-40).join('\n')}`);
    throw error;
  });
  const { transactions, ddl } = await load.stop();
  await source.query(`insert into keyless values (now(), '${THE_END}')`);
  const { rows } = await source.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
  const endLsn = rows[0]!.lsn;
  print(`load ended after ${transactions} transactions and ${ddl} DDL; waiting for the rest`);
  await waitUntil(async () => lsnOf((await client.getSource('shop')).stream?.durableLsn) >= lsnOf(endLsn), 300_000);
  await service.stop();

  const expected = await oracle.read();
  const bus = connectBus({ brokers: kafka.brokers, clientId: 'torture' });
  const found = await readKafka(bus, 'postgresql.shop', renderValue);
  await bus.close();
  await source.end();
  // A truncate's message names no transaction.
  const withoutTruncateXid = expected.map((line) => (line.operation === 't' ? { ...line, xid: 0 } : line));
  const result = compare(withoutTruncateXid, found.lines);
  const figures = {
    seed: options.seed,
    kills: kills.all,
    kills_inside_a_kafka_transaction: kills.inside,
    kills_during_start: kills.duringStart,
    source_transactions: transactions,
    ddl,
    changes: result.changes,
    missing: result.missing,
    unexpected: result.unexpected,
    duplicate_ids: found.duplicates,
    out_of_order: found.outOfOrder,
    broken_truncates: found.brokenTruncates,
    messages: found.messages,
    split_transaction_limit_rows: 2000,
  };
  const problems = Object.entries({
    missing: result.missing,
    unexpected: result.unexpected,
    duplicates: found.duplicates,
    outOfOrder: found.outOfOrder,
    brokenTruncates: found.brokenTruncates,
  }).filter(([, number]) => number > 0);
  if (problems.length > 0 || result.firstDifference !== '') {
    throw new Error(`seed ${options.seed}: ${JSON.stringify(figures)}; ${result.firstDifference}`);
  }
  const wanted = options.quick ? 1 : 30;
  if (kills.inside < wanted) {
    throw new Error(
      `seed ${options.seed}: only ${kills.inside} kills landed inside a Kafka transaction, ${wanted} are needed`,
    );
  }
  return { figures, ratios: {} };
}

function lsnOf(text: string | undefined): bigint {
  const [high = '0', low = '0'] = (text ?? '0/0').split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

async function waitUntil(condition: () => Promise<boolean>, millis: number): Promise<void> {
  const deadline = Date.now() + millis;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`DBus did not get there within ${millis} ms`);
    await sleep(200);
  }
}
