/** Gives a test a fresh database on the shared Postgres, and takes it away with its slots and sessions. */
import pg from 'pg';
import { uniqueName } from './names.ts';
import { permitHere } from './permission.ts';
import { sharedPostgres } from './shared-servers.ts';

export interface TestDatabase extends AsyncDisposable {
  /** Address of the database, as a superuser. */
  url: string;
  name: string;
  pool: pg.Pool;
  /** Runs one statement and returns what `pg` returns (`rows`, `rowCount`). */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    parameters?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
  /** Ends every session on it and drops its replication slots and the database. */
  drop(): Promise<void>;
}

/** Makes a database of its own for a test; `settings` become its defaults (`ALTER DATABASE … SET`). */
export async function testPostgres(
  options: { settings?: Record<string, string | number> } = {},
): Promise<TestDatabase> {
  await permitHere('postgres');
  const server = await sharedPostgres();
  const name = uniqueName('test');
  await asSuperuser(server, async (client) => {
    await client.query(`create database ${name}`);
    for (const [setting, value] of Object.entries(options.settings ?? {})) {
      await client.query(`alter database ${name} set ${setting} = ${client.escapeLiteral(String(value))}`);
    }
  });
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 10 });
  // A session that the server ends while nobody uses it is no failure of the test.
  pool.on('error', () => undefined);
  let dropped: Promise<void> | undefined;
  const drop = () => {
    dropped ??= dropDatabase(server, name, pool);
    return dropped;
  };
  return {
    url: url.href,
    name,
    pool,
    query: (sql, parameters) => pool.query(sql, parameters),
    drop,
    [Symbol.asyncDispose]: drop,
  };
}

async function dropDatabase(server: string, name: string, pool: pg.Pool): Promise<void> {
  await pool.end();
  await asSuperuser(server, async (client) => {
    await client.query(`alter database ${name} with allow_connections false`);
    const slots = await client.query<{ slot_name: string; active_pid: number | null }>(
      'select slot_name, active_pid from pg_replication_slots where database = $1',
      [name],
    );
    for (const { slot_name, active_pid } of slots.rows) await dropSlot(client, slot_name, active_pid);
    await client.query(`drop database if exists ${name} with (force)`);
  });
}

/** A slot stays active for a moment after its reader was told to go. */
async function dropSlot(client: pg.Client, slot: string, reader: number | null): Promise<void> {
  if (reader !== null) await client.query('select pg_terminate_backend($1, 5000)', [reader]);
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1', [
        slot,
      ]);
      return;
    } catch (cause) {
      if (attempt === 300) throw cause;
      await client.query('select pg_terminate_backend(active_pid) from pg_replication_slots where slot_name = $1', [
        slot,
      ]);
      await client.query('select pg_sleep(0.1)');
    }
  }
}

async function asSuperuser(server: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
