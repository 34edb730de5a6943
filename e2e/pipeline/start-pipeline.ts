/** Starts one whole pipeline for a test, every part a real process of its own that may be killed: Postgres → DBus → Kafka → Wormhole → Postgres. */
import { fileURLToPath } from 'node:url';
import { createDbusClient, type DbusClient } from '@rtdp/dbus/client';
import type { ServerProcess } from '@rtdp/local/server-process';
import { ownKafka } from '@rtdp/testing/own-kafka';
import { ownPostgres } from '@rtdp/testing/own-postgres';
import { type ProgramResult, runProgram } from '@rtdp/testing/run-program';
import { serviceSet } from '@rtdp/testing/services';
import { createWormholeClient, type WormholeClient } from '@rtdp/wormhole/client';
import pg from 'pg';

const PROGRAM = fileURLToPath(new URL('../../apps/rtdp/src/main.ts', import.meta.url));

export interface Killable {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export interface Pipeline extends AsyncDisposable {
  readonly source: pg.Pool;
  readonly sink: pg.Pool;
  readonly sourceUrl: URL;
  readonly sinkUrl: URL;
  readonly brokers: string[];
  readonly dbus: DbusClient;
  readonly wormhole: WormholeClient;
  /** What a test may kill; `restart` brings it back with its data. */
  readonly parts: Record<'dbus' | 'wormhole' | 'kafka' | 'source' | 'sink' | 'metadata', Killable>;
  logs(): string;
  /** Runs the command line against these services; gives what it printed and its exit code. */
  commandLine(...words: string[]): Promise<ProgramResult>;
}

export async function startPipeline(): Promise<Pipeline> {
  const stack = new AsyncDisposableStack();
  try {
    const [kafka, sourceServer, sinkServer, metadataServer] = await Promise.all([
      ownKafka().then((server) => stack.use(server)),
      ownPostgres({ settings: { wal_sender_timeout: '5s' } }).then((server) => stack.use(server)),
      ownPostgres().then((server) => stack.use(server)),
      ownPostgres().then((server) => stack.use(server)),
    ]);
    const services = stack.use(await serviceSet({ brokers: kafka.brokers, metadataUrl: metadataServer.url }));
    const dbus = services.service('dbus');
    const wormhole = services.service('wormhole');
    await Promise.all([dbus.start(), wormhole.start()]);
    const source = stack.adopt(poolOf(sourceServer.url), (pool) => pool.end());
    const sink = stack.adopt(poolOf(sinkServer.url), (pool) => pool.end());
    const held = stack.move();
    return {
      source,
      sink,
      sourceUrl: new URL(sourceServer.url),
      sinkUrl: new URL(sinkServer.url),
      brokers: kafka.brokers,
      dbus: createDbusClient({ baseUrl: services.baseUrls.dbus, token: services.token }),
      wormhole: createWormholeClient({ baseUrl: services.baseUrls.wormhole, token: services.token }),
      parts: { dbus, wormhole, kafka, source: sourceServer, sink: sinkServer, metadata: metadataServer },
      commandLine: (...words) =>
        runProgram(process.execPath, [PROGRAM, ...words], {
          environment: {
            PATH: process.env.PATH,
            RTDP_DBUS_URL: services.baseUrls.dbus,
            RTDP_WORMHOLE_URL: services.baseUrls.wormhole,
            RTDP_TOKEN: services.token,
          },
        }),
      logs: () => [dbus, wormhole].map(lastLines).join('\n'),
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  // A server that the test kills ends its sessions; the next query opens a new one.
  pool.on('error', () => undefined);
  return pool;
}

function lastLines(process: ServerProcess): string {
  return process.log().trimEnd().split('\n').slice(-40).join('\n');
}
