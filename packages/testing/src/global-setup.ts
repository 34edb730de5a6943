/** Starts, once per vitest run, the servers that the selected test files may use, and stops them at its end. */
import type { TestProject } from 'vitest/node';
import { sweepLeftovers } from './leftovers.ts';
import { localElseDocker } from './local-else-docker.ts';
import { startTestKafka } from './own-kafka.ts';
import { startTestMariaDb } from './own-mariadb.ts';
import { startTestPostgres } from './own-postgres.ts';
import type { SharedServers } from './shared-servers.ts';
import { SUFFIXES } from './suffixes.ts';

interface Running extends AsyncDisposable {
  address: string;
}

/** Vitest loads this file once per project; the servers are one per process. */
const started = globalThis as typeof globalThis & {
  rtdpTestServers?: { users: number; running: Map<keyof SharedServers, Promise<Running>> };
};

const SHARED = ['postgres', 'mariadb', 'kafka'] as const satisfies readonly (keyof SharedServers)[];

/** Vitest calls this for each project that has a test to run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const servers = SUFFIXES.find((each) => each.project === project.name)?.servers ?? [];
  started.rtdpTestServers ??= { users: 0, running: new Map() };
  const { running } = started.rtdpTestServers;
  if (started.rtdpTestServers.users++ === 0) sweepLeftovers();
  const wanted = SHARED.filter((server) => servers.includes(server));
  const addresses = await Promise.all(wanted.map((server) => addressOf(server, running)));
  project.provide('rtdpServers', Object.fromEntries(wanted.map((server, index) => [server, addresses[index]])));
  return teardown;
}

async function addressOf(
  server: keyof SharedServers,
  running: Map<keyof SharedServers, Promise<Running>>,
): Promise<string> {
  const given = process.env[`RTDP_TEST_${server.toUpperCase()}`];
  if (given) return given;
  const one = running.get(server) ?? START[server]();
  running.set(server, one);
  return (await one).address;
}

async function startPostgresForTests(): Promise<Running> {
  // What a test writes need not survive a power cut; a killed server loses nothing by this.
  return localElseDocker('postgres', async () => {
    const server = await startTestPostgres({ fsync: 'off' });
    return { address: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  });
}

async function startMariaDbForTests(): Promise<Running> {
  return localElseDocker('mariadb', async () => {
    const server = await startTestMariaDb();
    return { address: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  });
}

async function startKafkaForTests(): Promise<Running> {
  return localElseDocker('kafka', async () => {
    const server = await startTestKafka();
    return { address: server.brokers[0] ?? '', [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  });
}

const START: Record<keyof SharedServers, () => Promise<Running>> = {
  postgres: startPostgresForTests,
  mariadb: startMariaDbForTests,
  kafka: startKafkaForTests,
};

async function teardown(): Promise<void> {
  const all = started.rtdpTestServers;
  if (all === undefined || --all.users > 0) return;
  delete started.rtdpTestServers;
  for (const server of await Promise.all(all.running.values())) await server[Symbol.asyncDispose]();
  sweepLeftovers(process.pid);
}
