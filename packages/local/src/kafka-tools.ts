/** Brings Kafka's own command-line tools (performance tests among them) into the cache, beside the broker's jars. */
import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type ArtifactProgress, ensureArtifacts, readLock } from './artifacts.ts';
import { cacheFolder } from './cache-folder.ts';
import { ensureJava } from './java.ts';
import { ensureKafka, KAFKA_VERSION } from './kafka.ts';

const run = promisify(execFile);

export interface KafkaTools {
  java: string;
  /** For java's -cp. */
  classPath: string;
}

/** The tools need the broker's jars too. Throws `LOCAL_…` as `ensureKafka` does. */
export async function ensureKafkaTools(onProgress?: ArtifactProgress): Promise<KafkaTools> {
  const folder = join(cacheFolder(), `kafka-tools-${KAFKA_VERSION}`);
  const [java, broker] = await Promise.all([
    ensureJava(),
    ensureKafka(onProgress),
    ensureArtifacts(readLock('kafka-tools.lock.json'), folder, onProgress),
  ]);
  return { java, classPath: [join(broker, '*'), join(folder, '*')].join(delimiter) };
}

/** Runs one tool by its class, for example `org.apache.kafka.tools.ProducerPerformance`, and resolves with what it prints. */
export async function runKafkaTool(
  tools: KafkaTools,
  className: string,
  toolArguments: readonly string[],
  options: { heapMegabytes?: number; timeoutMilliseconds?: number } = {},
): Promise<string> {
  const { stdout } = await run(
    tools.java,
    [
      '-Xms256m',
      `-Xmx${options.heapMegabytes ?? 512}m`,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-cp',
      tools.classPath,
      className,
      ...toolArguments,
    ],
    { maxBuffer: 64 * 1024 * 1024, timeout: options.timeoutMilliseconds ?? 300_000 },
  );
  return stdout;
}
