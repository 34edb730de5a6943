/** Starts the servers that tests share in containers: the last resort, where they cannot run as local processes. */
import { kafkaProperties } from '@rtdp/local/kafka-properties';
import { freePort } from '@rtdp/local/ports';
import { TEST_SETTINGS } from './own-postgres.ts';

export interface DockerServer extends AsyncDisposable {
  /** The address of a superuser, or `host:port` of a broker. */
  address: string;
}

const POSTGRES_IMAGE = 'postgres:18';
const MARIADB_IMAGE = 'mariadb:11';
const KAFKA_IMAGE = 'apache/kafka:4.3.1';
const START_MILLISECONDS = 180_000;

/** Postgres with logical decoding, as tests need it. */
export async function dockerPostgres(): Promise<DockerServer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const settings = {
    ...TEST_SETTINGS,
    wal_level: 'logical',
    track_commit_timestamp: 'on',
    timezone: 'UTC',
    fsync: 'off',
  };
  const container = await new GenericContainer(process.env.RTDP_TEST_POSTGRES_IMAGE || POSTGRES_IMAGE)
    .withEnvironment({ POSTGRES_PASSWORD: 'postgres' })
    .withCommand(['postgres', ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])])
    .withExposedPorts(5432)
    // Once for the server that makes the data, once for the one that stays.
    .withWaitStrategy(Wait.forLogMessage('ready to accept connections', 2))
    .withStartupTimeout(START_MILLISECONDS)
    .start();
  return {
    address: `postgres://postgres:postgres@${container.getHost()}:${container.getMappedPort(5432)}/postgres`,
    [Symbol.asyncDispose]: async () => void (await container.stop()),
  };
}

/** MariaDB with utf8mb4. */
export async function dockerMariaDb(): Promise<DockerServer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(process.env.RTDP_TEST_MARIADB_IMAGE || MARIADB_IMAGE)
    .withEnvironment({ MARIADB_ROOT_PASSWORD: 'rtdp' })
    .withCommand(['--character-set-server=utf8mb4', '--max-connections=400'])
    .withExposedPorts(3306)
    .withWaitStrategy(Wait.forLogMessage(/port: 3306/))
    .withStartupTimeout(START_MILLISECONDS)
    .start();
  return {
    address: `mysql://root:rtdp@${container.getHost()}:${container.getMappedPort(3306)}/mysql`,
    [Symbol.asyncDispose]: async () => void (await container.stop()),
  };
}

/** One Kafka node with the settings of the local one. A broker tells its clients its own address, so the port is fixed before. */
export async function dockerKafka(): Promise<DockerServer> {
  const { GenericContainer, Wait } = await import('testcontainers');
  const port = await freePort();
  const properties = kafkaProperties(
    { host: '127.0.0.1', port, controllerPort: 9093, dataFolder: '/tmp/kafka-data' },
    { listeners: `PLAINTEXT://0.0.0.0:${port},CONTROLLER://127.0.0.1:9093` },
  );
  const container = await new GenericContainer(process.env.RTDP_TEST_KAFKA_IMAGE || KAFKA_IMAGE)
    .withEnvironment(kafkaEnvironment(properties))
    .withExposedPorts({ container: port, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(START_MILLISECONDS)
    .start();
  return {
    address: `${container.getHost()}:${port}`,
    [Symbol.asyncDispose]: async () => void (await container.stop()),
  };
}

/** The image takes `server.properties` as variables: `log.dirs` is `KAFKA_LOG_DIRS`. */
export function kafkaEnvironment(properties: string): Record<string, string> {
  const lines = properties.trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      return [`KAFKA_${line.slice(0, at).toUpperCase().replaceAll('.', '_')}`, line.slice(at + 1)];
    }),
  );
}
