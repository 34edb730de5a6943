/** Starts the schema registry (Apicurio) as a local process that keeps everything in Kafka. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ArtifactProgress, artifactFileName, ensureArtifacts, readLock } from './artifacts.ts';
import { cacheFolder } from './cache-folder.ts';
import { ensureJava } from './java.ts';
import { freePort, requireFreePort } from './ports.ts';
import { ServerProcess } from './server-process.ts';

const run = promisify(execFile);

export const REGISTRY_VERSION = '3.3.3';

export interface RegistryOptions {
  /** Holds the log. */
  dataFolder: string;
  port: number;
  host?: string;
  brokers: readonly string[];
  java?: string;
  portOption?: string;
  /** The topic its state lives in; another one keeps two registries on one Kafka apart. */
  topic?: string;
  onProgress?: ArtifactProgress;
}

/** A registry that runs, or is still starting when it came from `prepareRegistry`. */
export interface LocalRegistry {
  /** Base address that Confluent's clients take. */
  url: string;
  /** Answers once it is up. */
  healthUrl: string;
  process: ServerProcess;
  readonly pid: number | undefined;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** Brings the registry into the cache, unpacked, and returns its folder. */
export async function ensureRegistry(onProgress?: ArtifactProgress): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, `apicurio-${REGISTRY_VERSION}`);
  if (
    await stat(join(folder, 'quarkus-run.jar')).then(
      () => true,
      () => false,
    )
  )
    return folder;
  const lock = readLock('registry.lock.json');
  const archives = join(cache, 'archives');
  await ensureArtifacts(lock, archives, onProgress);
  const work = await mkdtemp(join(cache, '.apicurio-'));
  try {
    for (const artifact of lock) {
      const archive = join(archives, artifactFileName(artifact.coordinates));
      await run('tar', ['xzf', archive, '-C', work]);
      await rm(archive);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return folder;
}

/** Starts the registry and resolves when it answers (17 to 25 s). Throws `LOCAL_…`. */
export async function startRegistry(options: RegistryOptions): Promise<LocalRegistry> {
  const registry = await prepareRegistry(options);
  await registry.process.start();
  return registry;
}

/** Does everything up to the start of the process. */
export async function prepareRegistry(options: RegistryOptions): Promise<LocalRegistry> {
  const host = options.host ?? '127.0.0.1';
  const [folder, java] = await Promise.all([ensureRegistry(options.onProgress), options.java ?? ensureJava()]);
  await requireFreePort({
    port: options.port,
    host,
    what: 'the schema registry',
    option: options.portOption ?? 'the port option',
  });
  await mkdir(options.dataFolder, { recursive: true });
  const base = `http://${host}:${options.port}`;
  const healthUrl = `${base}/apis/registry/v3/system/info`;
  const managementPort = await freePort(host);
  const server = new ServerProcess({
    name: 'The schema registry',
    command: java,
    arguments: [
      '-Xms64m',
      '-Xmx384m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-jar',
      join(folder, 'quarkus-run.jar'),
    ],
    workingFolder: options.dataFolder,
    env: {
      ...process.env,
      APICURIO_STORAGE_KIND: 'kafkasql',
      APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: options.brokers.join(','),
      ...(options.topic === undefined
        ? {}
        : {
            APICURIO_KAFKASQL_TOPIC: options.topic,
            APICURIO_KAFKASQL_SNAPSHOTS_TOPIC: `${options.topic}-snapshots`,
            APICURIO_EVENTS_KAFKA_TOPIC: `${options.topic}-events`,
          }),
      QUARKUS_HTTP_HOST: host,
      QUARKUS_HTTP_PORT: String(options.port),
      // Both default to every address and port 9000.
      QUARKUS_MANAGEMENT_HOST: host,
      QUARKUS_MANAGEMENT_PORT: String(managementPort),
      QUARKUS_LOG_LEVEL: 'WARN',
    },
    logFile: join(options.dataFolder, 'registry.log'),
    pidFile: join(options.dataFolder, 'registry.pid'),
    isReady: () => answers(healthUrl),
    readyWithinMilliseconds: 180_000,
    stopSignal: 'SIGTERM',
    // All its state is in Kafka, so a kill loses nothing; while it starts it does not hear SIGTERM.
    stopWithinMilliseconds: 4000,
    // It takes 20 s of a core to start, and JSON data never waits for it.
    niceness: 5,
  });
  return {
    url: `${base}/apis/ccompat/v7`,
    healthUrl,
    process: server,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    restart: () => server.restart(),
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1000) });
    return response.ok;
  } catch {
    return false;
  }
}
