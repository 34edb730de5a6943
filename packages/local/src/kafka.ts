/** Starts a real one-node Apache Kafka as a local process, from locked artifacts and without an installation. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ArtifactProgress, ensureArtifacts, readLock } from './artifacts.ts';
import { cacheFolder } from './cache-folder.ts';
import { classArchive } from './class-archive.ts';
import { ensureJava } from './java.ts';
import { kafkaProperties } from './kafka-properties.ts';
import { requireFreePort } from './ports.ts';
import { ServerProcess } from './server-process.ts';

const run = promisify(execFile);

export const KAFKA_VERSION = '4.3.1';

export interface KafkaOptions {
  /** Holds settings, log and data; made when missing. */
  dataFolder: string;
  port: number;
  controllerPort: number;
  host?: string;
  heapMegabytes?: number;
  /** Broker settings beyond ours. */
  properties?: Record<string, string | number>;
  /** A java of version 21 or newer; looked for when not given. */
  java?: string;
  /** What to say in the sentence about a taken port. */
  portOption?: string;
  onProgress?: ArtifactProgress;
}

/** A Kafka that runs. */
export interface LocalKafka {
  /** `host:port` of the one broker. */
  brokers: string[];
  process: ServerProcess;
  readonly pid: number | undefined;
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again with its data, after `stop` or `kill` or while it runs. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  freeze(): Promise<void>;
  thaw(): void;
}

/** Brings the broker's jars into the cache and returns their folder. */
export async function ensureKafka(onProgress?: ArtifactProgress): Promise<string> {
  const folder = join(cacheFolder(), `kafka-${KAFKA_VERSION}`);
  await ensureArtifacts(readLock('kafka.lock.json'), folder, onProgress);
  return folder;
}

/** Starts Kafka and resolves when it takes requests. Throws `LOCAL_…`. */
export async function startKafka(options: KafkaOptions): Promise<LocalKafka> {
  const kafka = await prepareKafka(options);
  await kafka.process.start();
  return kafka;
}

/** Does everything up to the start of the process: jars, Java, free ports, settings, a formatted data folder. */
export async function prepareKafka(options: KafkaOptions): Promise<LocalKafka> {
  const host = options.host ?? '127.0.0.1';
  const { dataFolder, port, controllerPort } = options;
  const [jars, java] = await Promise.all([ensureKafka(options.onProgress), options.java ?? ensureJava()]);
  const portOption = options.portOption ?? 'the port option';
  await requireFreePort({ port, host, what: 'Kafka', option: portOption });
  await requireFreePort({ port: controllerPort, host, what: "Kafka's controller", option: portOption });
  const logs = join(dataFolder, 'data');
  await mkdir(dataFolder, { recursive: true });
  const settingsFile = join(dataFolder, 'server.properties');
  await writeFile(settingsFile, kafkaProperties({ host, port, controllerPort, dataFolder: logs }, options.properties));
  const classPath = join(jars, '*');
  if (!(await isFormatted(logs))) {
    // Kafka's tool would take an id that begins with a dash for an option.
    const clusterId = `A${randomBytes(16).toString('base64url').slice(1)}`;
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settingsFile];
    await run(java, ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', classPath, ...format]);
  }
  const archive = classArchive(`kafka-${KAFKA_VERSION}`, java, dataFolder);
  const server = new ServerProcess({
    name: 'Kafka',
    command: java,
    arguments: [
      '-Xms64m',
      `-Xmx${options.heapMegabytes ?? 512}m`,
      '-XX:+UseSerialGC',
      ...archive.options,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-Dorg.slf4j.simpleLogger.showDateTime=true',
      '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
      '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
      '-cp',
      classPath,
      'kafka.Kafka',
      settingsFile,
    ],
    workingFolder: dataFolder,
    logFile: join(dataFolder, 'kafka.log'),
    pidFile: join(dataFolder, 'kafka.pid'),
    isReady: (log) => log.includes('Kafka Server started'),
    readyWithinMilliseconds: 60_000,
    stopSignal: 'SIGTERM',
    stopWithinMilliseconds: archive.writes ? 45_000 : 20_000,
    afterStop: archive.keep,
  });
  return {
    brokers: [`${host}:${port}`],
    process: server,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    restart: () => server.restart(),
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
  };
}

async function isFormatted(logs: string): Promise<boolean> {
  return stat(join(logs, 'meta.properties')).then(
    () => true,
    () => false,
  );
}
