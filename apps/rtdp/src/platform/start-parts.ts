/** Starts the parts in the order in which they need each other, side by side where they do not. */
import { ensureJava } from '@rtdp/local/java';
import { prepareKafka } from '@rtdp/local/kafka';
import { preparePostgres } from '@rtdp/local/postgres';
import { ensureRegistry, prepareRegistry } from '@rtdp/local/registry';
import { buildWeb } from './build-web.ts';
import type { PartName, PlatformDescription, PostgresAddress, Progress, ServiceName } from './contract.ts';
import { folderOf, logFileOf, pidFileOf } from './part-files.ts';
import type { PlatformSecrets } from './platform-secrets.ts';
import { type PlatformPorts, portOption } from './ports.ts';
import { prepareMetadata, prepareShop, prepareWarehouse } from './prepare-databases.ts';
import { serviceEnvironment } from './service-environment.ts';
import { serviceProcess } from './service-process.ts';
import type { SupervisedPart } from './supervised-part.ts';

export interface StartContext {
  dataFolder: string;
  host: string;
  ports: PlatformPorts;
  secrets: PlatformSecrets;
  description: PlatformDescription;
  /** The parts to start; what is not among them is left out. */
  parts: ReadonlyMap<PartName, SupervisedPart>;
  onProgress(progress: Progress): void;
  /** Whether the shop of the demo is opened. */
  demo: boolean;
  /** Whether the web application is built first where it changed. */
  web: boolean;
  /** Added to the environment of every service. */
  serviceEnvironment: Record<string, string>;
  signal: AbortSignal | undefined;
  /** Rejects when the start is given up. */
  aborted: Promise<never>;
  /** Told of work that goes on when the start is given up: nobody else may have the folder before it has ended. */
  underWay(work: Promise<unknown>): void;
}

const SERVICES: readonly ServiceName[] = ['dbus', 'wormhole', 'moonbox', 'davinci-api'];

/** How long to wait before a registry that could not be downloaded is tried again. */
const REGISTRY_RETRY_MILLISECONDS = 60_000;

/** Nothing but metadata lives in the metadata server, and nothing there can replicate. */
const METADATA_SETTINGS = { wal_level: 'replica', max_wal_senders: 0, shared_buffers: '64MB' };
/** What it holds can be made again from the catalog, and is small. */
const SHADOW_SETTINGS = {
  wal_level: 'minimal',
  max_wal_senders: 0,
  shared_buffers: '16MB',
  max_wal_size: '64MB',
  synchronous_commit: 'off',
};
const WAREHOUSE_SETTINGS = { wal_level: 'replica', max_wal_senders: 0, shared_buffers: '128MB' };
const SHOP_SETTINGS = { shared_buffers: '128MB' };

/** Resolves when everything that rows need has started; the registry comes up by itself. */
export async function startParts(context: StartContext): Promise<void> {
  const { secrets, description } = context;
  const servers = [
    startPostgresPart(context, 'metadata', description.metadata.superuser, METADATA_SETTINGS, (url) =>
      prepareMetadata(url, secrets.passwords),
    ),
    startPostgresPart(context, 'shop', description.shop.superuser, SHOP_SETTINGS, (url) =>
      prepareShop(url, secrets.passwords),
    ),
    startPostgresPart(context, 'warehouse', description.warehouse.superuser, WAREHOUSE_SETTINGS, (url) =>
      prepareWarehouse(url, secrets.passwords),
    ),
    startPostgresPart(context, 'shadow', description.shadow.superuser, SHADOW_SETTINGS, async () => undefined),
  ];
  const web = context.web ? buildWeb(context.onProgress, context.signal) : Promise.resolve();
  // Beside the servers; awaited by the service that shows it.
  web.catch(() => undefined);
  for (const server of servers) context.underWay(server);
  await Promise.race([context.aborted, Promise.all([...servers, startJavaParts(context)])]);
  const services = SERVICES.map(async (name) => {
    if (name === 'davinci-api') await web;
    await startService(context, name);
  });
  for (const service of services) context.underWay(service);
  await Promise.race([context.aborted, Promise.all(services)]);
}

async function startPostgresPart(
  context: StartContext,
  name: 'metadata' | 'shop' | 'warehouse' | 'shadow',
  superuser: PostgresAddress,
  settings: Record<string, string | number>,
  prepare: (url: string) => Promise<void>,
): Promise<void> {
  const part = context.parts.get(name);
  if (part === undefined) return;
  part.report('preparing');
  const server = await preparePostgres({
    dataFolder: folderOf(context.dataFolder, name),
    host: context.host,
    port: context.ports[name],
    password: superuser.password,
    settings,
    portOption: portOption(name),
    name: `Postgres (${name})`,
  });
  await part.start(server.process);
  await prepare(server.url);
}

async function startJavaParts(context: StartContext): Promise<void> {
  const { dataFolder, host, ports } = context;
  const kafka = context.parts.get('kafka');
  if (kafka === undefined) return;
  kafka.report('preparing');
  const java = await ensureJava({ onProgress: (sentence) => context.onProgress({ part: 'kafka', sentence }) });
  const server = await prepareKafka({
    dataFolder: folderOf(dataFolder, 'kafka'),
    host,
    port: ports.kafka,
    controllerPort: ports.controller,
    java,
    portOption: portOption('kafka'),
    onProgress: (done, total) =>
      context.onProgress({ part: 'kafka', sentence: 'Downloading Apache Kafka', done, total }),
  });
  await kafka.start(server.process);
  void startRegistryInBackground(context, java, server.brokers);
}

/** JSON data never waits for the registry: it downloads and starts beside everything else, again if it has to. */
async function startRegistryInBackground(context: StartContext, java: string, brokers: string[]): Promise<void> {
  const { dataFolder, host, ports } = context;
  const registry = context.parts.get('registry');
  if (registry === undefined) return;
  try {
    registry.report('preparing');
    await ensureRegistry(() => undefined);
    const server = await prepareRegistry({
      dataFolder: folderOf(dataFolder, 'registry'),
      host,
      port: ports.registry,
      brokers,
      java,
      portOption: portOption('registry'),
    });
    registry.startInBackground(server.process);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    registry.report('degraded', `${why} It is tried again every minute; JSON data goes on without it.`);
    setTimeout(() => void startRegistryInBackground(context, java, brokers), REGISTRY_RETRY_MILLISECONDS).unref();
  }
}

async function startService(context: StartContext, name: ServiceName): Promise<void> {
  const { dataFolder, description, host, ports } = context;
  await context.parts.get(name)?.start(
    serviceProcess({
      name,
      dataFolder: folderOf(dataFolder, name),
      pidFile: pidFileOf(dataFolder, name),
      logFile: logFileOf(dataFolder, name),
      url: description.services[name].url,
      env: {
        ...serviceEnvironment(description, name, {
          host,
          port: ports[name === 'davinci-api' ? 'davinci' : name],
          wirePort: ports.wire,
          demo: context.demo,
        }),
        ...context.serviceEnvironment,
      },
    }),
  );
}
