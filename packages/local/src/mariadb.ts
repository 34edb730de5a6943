/** Starts a real MariaDB as a local process: programs of the operating system (Debian: mariadb-server), data in a folder of ours. */
import { execFile } from 'node:child_process';
import { access, chown, constants, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { localError } from './errors.ts';
import { acceptsConnection, requireFreePort } from './ports.ts';
import { ServerProcess } from './server-process.ts';
import { postgresUser } from './system-user.ts';

const run = promisify(execFile);

export interface MariaDbOptions {
  /** Holds data and log; made when missing. */
  dataFolder: string;
  port: number;
  host?: string;
  /** Password of `root`, set at each start. */
  password: string;
  /** Server settings beyond ours, as on mariadbd's command line without the dashes. */
  settings?: Record<string, string | number>;
  name?: string;
  /** What to say in the sentence about a taken port. */
  portOption?: string;
}

export interface LocalMariaDb {
  /** Address of `root` and the database `mysql`, with its password. */
  url: string;
  port: number;
  process: ServerProcess;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

const OUR_SETTINGS: Record<string, string | number> = {
  'character-set-server': 'utf8mb4',
  'innodb-buffer-pool-size': '256M',
  'skip-log-bin': '',
  'skip-name-resolve': '',
  'max-connections': 400,
};

/** Starts MariaDB and resolves when it takes connections; makes its data first when there is none. Throws `LOCAL_…`. */
export async function startMariaDb(options: MariaDbOptions): Promise<LocalMariaDb> {
  const host = options.host ?? '127.0.0.1';
  const { dataFolder, port } = options;
  const name = options.name ?? 'MariaDB';
  const server = await programPath('mariadbd');
  const install = await programPath('mariadb-install-db');
  // Like Postgres, it does not run as root, so root lends it another user.
  const user = await postgresUser('mysql');
  await requireFreePort({ port, host, what: name, option: options.portOption ?? 'the port option' });
  const data = join(dataFolder, 'data');
  // As it starts, a server removes all temporary tables that it finds there, also those of one that runs.
  const env = { ...process.env, LC_ALL: 'C', TMPDIR: dataFolder };
  const initFile = join(dataFolder, 'password.sql');
  await mkdir(dataFolder, { recursive: true });
  await writeFile(initFile, accountStatements(options.password), { mode: 0o600 });
  if (user !== undefined) for (const path of [dataFolder, initFile]) await chown(path, user.uid, user.gid);
  if (!(await exists(join(data, 'mysql')))) {
    // What an interrupted first start left is no data yet.
    await rm(data, { recursive: true, force: true });
    const rights = user === undefined ? [] : [`--user=${user.name}`];
    const plain = ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db'];
    await run(install, [...plain, ...rights, `--datadir=${data}`], { env });
  }
  const settings = { ...OUR_SETTINGS, ...options.settings };
  const process_ = new ServerProcess({
    name,
    command: server,
    arguments: [
      '--no-defaults',
      `--datadir=${data}`,
      `--port=${port}`,
      `--bind-address=${host}`,
      `--socket=${join(dataFolder, 'mariadb.sock')}`,
      `--init-file=${initFile}`,
      ...Object.entries(settings).map(([key, value]) => (value === '' ? `--${key}` : `--${key}=${value}`)),
    ],
    workingFolder: dataFolder,
    env,
    ...(user && { user: { uid: user.uid, gid: user.gid } }),
    logFile: join(dataFolder, 'mariadb.log'),
    pidFile: join(dataFolder, 'mariadb.pid'),
    isReady: (log) => log.includes('ready for connections') && acceptsConnection(port, host),
    readyWithinMilliseconds: 60_000,
    stopSignal: 'SIGTERM',
    stopWithinMilliseconds: 20_000,
  });
  await process_.start();
  return {
    url: `mysql://root:${encodeURIComponent(options.password)}@${host}:${port}/mysql`,
    port,
    process: process_,
    stop: () => process_.stop(),
    kill: () => process_.kill(),
  };
}

/** One account, with the password; new data has others, some without a password and some without a name. */
function accountStatements(password: string): string {
  const quoted = `'${password.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  return [
    "DELETE FROM mysql.global_priv WHERE (User = '' OR User = 'root') AND Host NOT IN ('localhost', '%');",
    'FLUSH PRIVILEGES;',
    ...["'root'@'%'", "'root'@'localhost'"].flatMap((account) => [
      `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY ${quoted};`,
      `ALTER USER ${account} IDENTIFIED BY ${quoted};`,
      `GRANT ALL ON *.* TO ${account} WITH GRANT OPTION;`,
    ]),
    '',
  ].join('\n');
}

/** A program of the operating system; servers often stand outside of an ordinary user's PATH. */
async function programPath(program: string): Promise<string> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin'];
  for (const folder of folders) {
    const path = join(folder, program);
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== '' && runs) return path;
  }
  throw localError('LOCAL_PLATFORM_UNSUPPORTED', {
    detail: `${program} is not installed.`,
    next: 'Install MariaDB (Debian and Ubuntu: apt install mariadb-server; macOS: brew install mariadb), or use docker compose.',
    facts: { program },
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
