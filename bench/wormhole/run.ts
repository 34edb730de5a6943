/**
 * Measures Kafka → Wormhole → Postgres beside COPY and a guarded upsert by hand, on the same rows and the same server: into an
 * empty table, then with every row in conflict; as a plain synchronisation, and as a flow that filters and projects.
 */
import { readFileSync } from 'node:fs';
import { connectBus } from '@rtdp/bus/connect';
import { addressOf, connectionOf } from '@rtdp/testing/connection';
import { ownKafka } from '@rtdp/testing/own-kafka';
import { ownPostgres } from '@rtdp/testing/own-postgres';
import { serviceSet } from '@rtdp/testing/services';
import { createWormholeClient, type WormholeClient } from '@rtdp/wormhole/client';
import { checkpoint, type HandTable, makeHandTable, storeByHand, withClient } from './by-hand.ts';
import { type FlowTiming, timeFlow } from './flow-timer.ts';
import { copyTextOf, messagesOf, PARTITIONS, type Pass, TABLE_COLUMNS, TOPIC } from './rows.ts';

const ALL = 'id, quantity, price, note, created, active, attributes, token, score, name, ums_id_, ums_ts_'.split(', ');
const PLAIN: HandTable = { name: 'hand_plain', columns: ALL.map((name) => [name, name]), where: '' };
const PROJECTED: HandTable = {
  name: 'hand_projected',
  columns: [
    ['id', 'id'],
    ['amount', 'quantity * price'],
    ['name', 'upper(name)'],
    ['created', 'created'],
    ['ums_id_', 'ums_id_'],
    ['ums_ts_', 'ums_ts_'],
  ],
  where: 'where quantity >= 20000',
};
const PROJECTED_SQL =
  'select id, quantity * price as amount, upper(name) as name, created from mixed where quantity >= 20000';

export async function run(options: {
  seed: number;
  quick: boolean;
}): Promise<{ figures: Record<string, number | string>; ratios: Record<string, number> }> {
  const rows = options.quick ? 60_000 : 750_000;
  await using kafka = await ownKafka();
  await using postgres = await ownPostgres({
    settings: { shared_buffers: '512MB', max_wal_size: '8GB', checkpoint_timeout: '30min' },
  });
  const url = (database: string): string => addressOf(postgres.url, database);
  await withClient(postgres.url, async (client) => {
    await client.query('create database metadata');
    await client.query('create database warehouse');
  });
  await using services = await serviceSet({ brokers: kafka.brokers, metadataUrl: url('metadata') });
  const wormhole = services.service('wormhole', { RTDP_SERVICE_TOKEN_FILE: '' });
  await wormhole.start();
  const client = createWormholeClient({ baseUrl: services.baseUrls.wormhole, token: services.token });
  const bus = connectBus({ brokers: kafka.brokers, clientId: 'bench-wormhole' });
  await bus.admin().ensureTopic({ topic: TOPIC, partitions: PARTITIONS });
  const flow = (name: string, table: string, sql?: string) => {
    return {
      name,
      source: { namespace: 'postgresql.bench.public.mixed' },
      from: 'earliest' as const,
      ...(sql === undefined ? {} : { sql }),
      sink: {
        store: 'postgres' as const,
        connection: connectionOf(url('warehouse')),
        table,
      },
    };
  };
  const figures: Record<string, number | string> = {};
  const ratios: Record<string, number> = {};
  const note = (name: string, timing: FlowTiming, byHandSeconds: number): void => {
    const ours = Math.round(timing.rows / timing.seconds);
    const hand = Math.round(rows / byHandSeconds);
    figures[`${name}_rows_per_second`] = ours;
    figures[`${name}_by_hand_rows_per_second`] = hand;
    figures[`${name}_rows_per_batch`] = Math.round(timing.rows / timing.batches);
    figures[`${name}_sink_ms_per_batch`] = Math.round(timing.sinkMs / timing.batches);
    ratios[name] = Math.round((ours / hand) * 100) / 100;
    console.log(`${name}: ${ours} rows/s, by hand ${hand} rows/s, ratio ${ratios[name]}`);
  };
  try {
    await makeHandTable(url('warehouse'), PLAIN, `${TABLE_COLUMNS}, primary key (id)`);
    const definition =
      'id bigint primary key, amount numeric, name text, created timestamptz, ums_id_ bigint, ums_ts_ timestamp';
    await makeHandTable(url('warehouse'), PROJECTED, definition);
    for (const [index, what] of ['empty', 'conflicting'].entries()) {
      const pass: Pass = { operation: index === 0 ? 'i' : 'u', pass: index, rows, seed: options.seed };
      if (index > 0) for (const name of ['plain', 'projected']) await client.command(name, 'stop');
      const producer = bus.producer();
      const messages = messagesOf(pass);
      for (let at = 0; at < messages.length; at += 20) await producer.send(TOPIC, messages.slice(at, at + 20));
      await producer.close();
      for (const [name, table, sql] of [
        ['plain', PLAIN, undefined],
        ['projected', PROJECTED, PROJECTED_SQL],
      ] as const) {
        await checkpoint(url('warehouse'));
        const since = Date.now();
        const cpuBefore = cpuSecondsOf(wormhole.pid);
        await begin(client, flow(name, name, sql), index === 0);
        const timing = await timeFlow(bus, name, rows, since);
        await client.command(name, 'stop');
        const cpu = ((cpuSecondsOf(wormhole.pid) - cpuBefore) * 1_000_000) / rows;
        figures[`${name}_${what}_cpu_seconds_per_million`] = Math.round(cpu * 10) / 10;
        await checkpoint(url('warehouse'));
        note(`${name}_${what}`, timing, await storeByHand(url('warehouse'), table, copyTextOf(pass)));
        await compare(url('warehouse'), name, table);
      }
    }
    figures.resident_megabytes = residentMegabytesOf(wormhole.pid);
  } finally {
    await bus.close();
    await wormhole.stop();
  }
  return { figures, ratios };
}

async function begin(
  client: WormholeClient,
  definition: Parameters<WormholeClient['deploy']>[0],
  isNew: boolean,
): Promise<void> {
  if (isNew) await client.deploy(definition);
  else await client.command(definition.name, 'start');
}

/** A bench that stores something else than the reference measures nothing. */
async function compare(url: string, name: string, table: HandTable): Promise<void> {
  const columns = table.columns.map(([column]) => column).filter((column) => column !== 'ums_ts_');
  const sum = (from: string): string =>
    `select count(*)::int as rows, sum(hashtextextended(row(${columns.join(', ')})::text, 0)) as sum from ${from}`;
  await withClient(url, async (client) => {
    // Rows that left the filter are gone from ours; by hand they would stay, so only those with the same id are compared.
    const same = `(select h.* from ${table.name} h join public.${name} o using (id, ums_id_)) as same`;
    const [ours, hand] = [await client.query(sum(`public.${name}`)), await client.query(sum(same))];
    if (JSON.stringify(ours.rows) !== JSON.stringify(hand.rows)) {
      throw new Error(`${name} differs from what was stored by hand: ${JSON.stringify([ours.rows, hand.rows])}`);
    }
  });
}

/** Of Wormhole alone; 0 where the system does not tell. */
function cpuSecondsOf(pid: number | undefined): number {
  const stat = readProcess(pid, 'stat');
  // After the name in brackets: state is field 3, user and system time are 14 and 15, in hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return stat === '' ? 0 : (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMegabytesOf(pid: number | undefined): number {
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(readProcess(pid, 'status'))?.[1] ?? 0) / 1024);
}

function readProcess(pid: number | undefined, file: string): string {
  return pid === undefined || process.platform !== 'linux' ? '' : readFileSync(`/proc/${pid}/${file}`, 'utf8');
}
