/** Gives a test a fresh database on the shared MariaDB, and takes it away. */
import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import { uniqueName } from './names.ts';
import { permitHere } from './permission.ts';
import { sharedMariaDb } from './shared-servers.ts';

export interface TestMariaDatabase extends AsyncDisposable {
  /** `mysql://user:password@host:port/name`, as a user who may do everything. */
  url: string;
  name: string;
  host: string;
  port: number;
  user: string;
  password: string;
  /** Runs one statement and returns its rows; dates and big numbers as texts. */
  query<Row extends object = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** Makes a database of its own (utf8mb4, `collation` as given, else the server's) for a test. */
export async function testMariaDb(options: { collation?: string } = {}): Promise<TestMariaDatabase> {
  await permitHere('mariadb');
  const server = new URL(await sharedMariaDb());
  const name = uniqueName('test');
  const login = {
    host: server.hostname,
    port: Number(server.port),
    user: decodeURIComponent(server.username),
    password: decodeURIComponent(server.password),
  };
  const pool = createPool({
    ...login,
    connectionLimit: 4,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
  const collate = options.collation === undefined ? '' : ` COLLATE ${options.collation}`;
  await pool.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4${collate}`);
  server.pathname = `/${name}`;
  let dropped: Promise<void> | undefined;
  const drop = () => {
    dropped ??= pool.query(`DROP DATABASE IF EXISTS ${name}`).then(() => pool.end());
    return dropped;
  };
  return {
    url: server.href,
    name,
    ...login,
    query: async <Row extends object>(sql: string, parameters?: unknown[]) => run<Row>(pool, name, sql, parameters),
    drop,
    [Symbol.asyncDispose]: drop,
  };
}

async function run<Row extends object>(pool: Pool, name: string, sql: string, parameters?: unknown[]): Promise<Row[]> {
  const connection = await pool.getConnection();
  try {
    await connection.query(`USE ${name}`);
    const [rows] = await connection.query<RowDataPacket[]>(sql, parameters);
    return rows as unknown as Row[];
  } finally {
    connection.release();
  }
}
