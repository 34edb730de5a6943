/**
 * Decides where the servers that tests share come from: an address in the environment, else what the set-up of this
 * vitest run started, else (in a bench or a torture) one started by this process.
 */
import { RtdpError } from '@rtdp/ums/error';
import { TESTING_ERROR_CODES } from './error-codes.ts';
import { startTestKafka } from './own-kafka.ts';
import { startTestMariaDb } from './own-mariadb.ts';
import { startTestPostgres } from './own-postgres.ts';

/** Addresses that the set-up of a run hands to its workers. */
export interface SharedServers {
  /** Address of a superuser. */
  postgres?: string;
  /** Address of a user who may do everything. */
  mariadb?: string;
  /** `host:port` of a broker. */
  kafka?: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    rtdpServers: SharedServers;
  }
}

let postgresOfThisProcess: Promise<string> | undefined;
let mariaDbOfThisProcess: Promise<string> | undefined;
let kafkaOfThisProcess: Promise<string> | undefined;

/** Address of a superuser of the Postgres that tests share. */
export async function sharedPostgres(): Promise<string> {
  if (process.env.RTDP_TEST_POSTGRES) return process.env.RTDP_TEST_POSTGRES;
  if (process.env.VITEST !== undefined) return fromSetUp('postgres');
  postgresOfThisProcess ??= startTestPostgres().then((server) => server.url);
  return postgresOfThisProcess;
}

/** Address, as a user who may do everything, of the MariaDB that tests share. */
export async function sharedMariaDb(): Promise<string> {
  if (process.env.RTDP_TEST_MARIADB) return process.env.RTDP_TEST_MARIADB;
  if (process.env.VITEST !== undefined) return fromSetUp('mariadb');
  mariaDbOfThisProcess ??= startTestMariaDb().then((server) => server.url);
  return mariaDbOfThisProcess;
}

/** `host:port` of the broker that tests share. */
export async function sharedKafka(): Promise<string> {
  if (process.env.RTDP_TEST_KAFKA) return process.env.RTDP_TEST_KAFKA;
  if (process.env.VITEST !== undefined) return fromSetUp('kafka');
  kafkaOfThisProcess ??= startTestKafka().then((server) => server.brokers[0] ?? '');
  return kafkaOfThisProcess;
}

async function fromSetUp(server: keyof SharedServers): Promise<string> {
  const { inject } = await import('vitest');
  const address = inject('rtdpServers')?.[server];
  if (address !== undefined) return address;
  throw new RtdpError({
    code: 'RTDP_TEST_NO_SERVER',
    message: `${TESTING_ERROR_CODES.RTDP_TEST_NO_SERVER} The set-up of this run gave no ${server}.`,
    next: 'Run vitest from the root of the repository, whose vitest.config.ts starts the servers.',
    facts: { server },
  });
}
