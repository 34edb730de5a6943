/** Starts DBus and Wormhole as real processes between two databases of a test, on the servers that all tests share: for what needs no kill. */
import { fileURLToPath } from 'node:url';
import { createDbusClient, type DbusClient } from '@rtdp/dbus/client';
import type { Role } from '@rtdp/identity/roles';
import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { type ProgramResult, runProgram } from '@rtdp/testing/run-program';
import { serviceSet } from '@rtdp/testing/services';
import { createWormholeClient, type WormholeClient } from '@rtdp/wormhole/client';

const PROGRAM = fileURLToPath(new URL('../../apps/rtdp/src/main.ts', import.meta.url));

export interface SharedPipeline extends AsyncDisposable {
  readonly source: TestDatabase;
  readonly sink: TestDatabase;
  readonly dbus: DbusClient;
  readonly wormhole: WormholeClient;
  /** Name of the source, and its instance in namespaces. */
  readonly name: string;
  /** Registers the source and deploys a flow `all` that writes what these tables hold to the schema `landed`. */
  synchronise(tables: string[], flow?: Record<string, unknown>): Promise<void>;
  /** The clients of somebody else than the operator. */
  as(identity: { organisationId: string; roles: Role[] }): Promise<{ dbus: DbusClient; wormhole: WormholeClient }>;
  /** Runs the command line against these services. */
  commandLine(...words: string[]): Promise<ProgramResult>;
  /** Runs a line of bash in which `rtdp` is the command line; a part of a pipe that fails makes all of it fail. */
  shell(line: string): Promise<ProgramResult>;
}

export async function startOnSharedServers(): Promise<SharedPipeline> {
  await using stack = new AsyncDisposableStack();
  const { brokers } = await testKafka();
  const metadata = stack.use(await testPostgres());
  const source = stack.use(await testPostgres());
  const sink = stack.use(await testPostgres());
  const services = stack.use(await serviceSet({ brokers, metadataUrl: metadata.url }));
  await Promise.all([services.service('dbus').start(), services.service('wormhole').start()]);
  const dbus = createDbusClient({ baseUrl: services.baseUrls.dbus, token: services.token });
  const wormhole = createWormholeClient({ baseUrl: services.baseUrls.wormhole, token: services.token });
  const name = uniqueName('through');
  const environment = {
    PATH: process.env.PATH,
    RTDP_DBUS_URL: services.baseUrls.dbus,
    RTDP_WORMHOLE_URL: services.baseUrls.wormhole,
    RTDP_TOKEN: services.token,
  };
  const held = stack.move();
  return {
    source,
    sink,
    dbus,
    wormhole,
    name,
    async synchronise(tables, flow = {}) {
      await wormhole.deploy({
        name: 'all',
        source: { namespace: `postgresql.${name}.*.*` },
        sink: { store: 'postgres', connection: connectionOf(sink.url), schema: 'landed' },
        ...flow,
      });
      await dbus.registerSource({ name, kind: 'postgres', connection: connectionOf(source.url), tables });
    },
    async as(identity) {
      const token = await services.signToken({ subject: 'somebody', ...identity });
      return {
        dbus: createDbusClient({ baseUrl: services.baseUrls.dbus, token }),
        wormhole: createWormholeClient({ baseUrl: services.baseUrls.wormhole, token }),
      };
    },
    commandLine: (...words) => runProgram(process.execPath, [PROGRAM, ...words], { environment }),
    shell: (line) => {
      const rtdp = `rtdp() { '${process.execPath}' '${PROGRAM}' "$@"; }`;
      return runProgram('bash', ['-o', 'pipefail', '-c', `${rtdp}; ${line}`], { environment });
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
