/** Starts a real Postgres as a local process: programs from npm, data in a folder of ours, logical decoding on. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { localError } from './errors.ts';
import { requireFreePort } from './ports.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { ServerProcess } from './server-process.ts';
import { canReach, postgresUser, type SystemUser } from './system-user.ts';

const run = promisify(execFile);

export interface PostgresOptions {
  /** Holds data and log; made when missing. */
  dataFolder: string;
  port: number;
  host?: string;
  /** Password of the superuser `postgres`, taken when the data is first made. */
  password: string;
  /** Server settings beyond ours, as in postgresql.conf. */
  settings?: Record<string, string | number>;
  /** Operating system user when we are root; `postgres` by default. */
  asUser?: string;
  /** What to say in the sentence about a taken port. */
  portOption?: string;
  name?: string;
}

/** A Postgres that runs. */
export interface LocalPostgres {
  /** Address of the superuser and the database `postgres`, with its password. */
  url: string;
  port: number;
  binFolder: string;
  process: ServerProcess;
  readonly pid: number | undefined;
  stop(): Promise<void>;
  /** Ends the server and its backends at once, as a crash would; the next start recovers from the log. */
  kill(): Promise<void>;
  restart(settings?: Record<string, string | number>): Promise<void>;
  /** SIGSTOP for the server and its backends: connections stay open and nothing answers. */
  freeze(): Promise<void>;
  thaw(): void;
}

const OUR_SETTINGS: Record<string, string | number> = {
  unix_socket_directories: '',
  wal_level: 'logical',
  max_wal_senders: 20,
  max_replication_slots: 20,
  track_commit_timestamp: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
};

/** Starts Postgres and resolves when it takes connections; makes its data first when there is none. Throws `LOCAL_…`. */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const postgres = await preparePostgres(options);
  await postgres.process.start();
  return postgres;
}

/** Does everything up to the start of the process: programs, user, free port, data and settings. */
export async function preparePostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const host = options.host ?? '127.0.0.1';
  const { dataFolder, port } = options;
  const name = options.name ?? 'Postgres';
  const user = await postgresUser(options.asUser);
  const binFolder = await postgresBinaries(user);
  await requireFreePort({ port, host, what: name, option: options.portOption ?? 'the port option' });
  const data = join(dataFolder, 'data');
  await mkdir(dataFolder, { recursive: true });
  await lend(dataFolder, user);
  if (!(await isInitialised(data))) await initialise(data, binFolder, options.password, user);
  await writeSettings(data, { ...OUR_SETTINGS, ...options.settings, port, listen_addresses: host });
  const url = `postgres://postgres:${encodeURIComponent(options.password)}@${host}:${port}/postgres`;
  const server = new ServerProcess({
    name,
    command: join(binFolder, 'postgres'),
    arguments: ['-D', data],
    workingFolder: dataFolder,
    env: { ...process.env, LC_ALL: 'C' },
    ...(user && { user: { uid: user.uid, gid: user.gid } }),
    logFile: join(dataFolder, 'postgres.log'),
    pidFile: join(dataFolder, 'postgres.pid'),
    isReady: (log) => log.includes('ready to accept connections') && answers(url),
    readyWithinMilliseconds: 60_000,
    // Fast shutdown: sessions end, the data is flushed.
    stopSignal: 'SIGINT',
    stopWithinMilliseconds: 20_000,
  });
  return {
    url,
    port,
    binFolder,
    process: server,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    async restart(settings) {
      await server.stop();
      if (settings !== undefined) {
        await writeSettings(data, { ...OUR_SETTINGS, ...options.settings, ...settings, port, listen_addresses: host });
      }
      await server.start();
    },
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
  };
}

const MAKING = 'data.making.';

async function isInitialised(data: string): Promise<boolean> {
  return stat(join(data, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/** Gives the folder to the user, and says so when a parent folder shuts that user out. */
async function lend(folder: string, user: SystemUser | undefined): Promise<void> {
  if (user === undefined) return;
  await chown(folder, user.uid, user.gid);
  if (await canReach(folder, user)) return;
  throw localError('LOCAL_FOLDER_UNREACHABLE', {
    detail: `${user.name} cannot enter ${folder}: a folder above it is closed to others.`,
    next: 'Choose a data folder outside of home folders, for example below /var/lib (RTDP_DATA).',
    facts: { folder, user: user.name },
  });
}

/**
 * Makes the data beside its final place and renames it, so that an interrupted first start leaves nothing half made. Each start in a place of its
 * own: the initdb of a killed one may go on for a moment.
 */
async function initialise(data: string, bin: string, password: string, user: SystemUser | undefined): Promise<void> {
  const passwordFolder = await mkdtemp(join(tmpdir(), 'rtdp-initdb-'));
  const parent = dirname(data);
  const making = join(parent, `${MAKING}${randomUUID()}`);
  try {
    const passwordFile = join(passwordFolder, 'password');
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user !== undefined) {
      await chown(passwordFolder, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    await run(
      join(bin, 'initdb'),
      [
        '-D',
        making,
        '-U',
        'postgres',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale=C.UTF-8',
        '--no-sync',
      ],
      { cwd: parent, env: { ...process.env, LC_ALL: 'C' }, ...(user && { uid: user.uid, gid: user.gid }) },
    );
    await run('mv', [making, data]);
    // Not before: by now what a killed start had left going has ended.
    for (const left of await readdir(parent)) {
      if (!left.startsWith(MAKING)) continue;
      await rm(join(parent, left), { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  } finally {
    await rm(passwordFolder, { recursive: true, force: true });
  }
}

/** Ours stand in a file of their own; what a person writes into postgresql.conf stays. */
async function writeSettings(data: string, settings: Record<string, string | number>): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`);
  await writeFile(join(data, 'rtdp.conf'), `${lines.join('\n')}\n`, { mode: 0o644 });
  await run('sh', [
    '-c',
    `grep -q "rtdp.conf" "$0" || echo "include 'rtdp.conf'" >> "$0"`,
    join(data, 'postgresql.conf'),
  ]);
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  // A connection that is cut while the server starts is an event, not only a rejected promise.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
