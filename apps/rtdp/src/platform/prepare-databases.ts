/** Makes the roles and databases of the Postgres servers, and sets their passwords; safe to run at every start. */
import pg from 'pg';
import type { Passwords } from './platform-secrets.ts';

/** What each service owns in the metadata server. */
const METADATA_ROLES: readonly { role: string; password: keyof Passwords; schemas: readonly string[] }[] = [
  { role: 'dbus', password: 'metadataDbus', schemas: ['dbus'] },
  { role: 'wormhole', password: 'metadataWormhole', schemas: ['wormhole'] },
  { role: 'moonbox', password: 'metadataMoonbox', schemas: ['moonbox'] },
  { role: 'davinci', password: 'metadataDavinci', schemas: ['identity', 'davinci'] },
];

/** The metadata server: one database, a role and a schema per service, nothing that could replicate. */
export async function prepareMetadata(superuserUrl: string, passwords: Passwords): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    for (const { role, password } of METADATA_ROLES) await login(client, role, passwords[password]);
    await database(client, 'rtdp', 'postgres');
  });
  await withClient(inDatabase(superuserUrl, 'rtdp'), async (client) => {
    await client.query('revoke all on database rtdp from public');
    await client.query('revoke all on schema public from public');
    for (const { role, schemas } of METADATA_ROLES) {
      await client.query(`grant connect on database rtdp to ${role}`);
      for (const schema of schemas) await client.query(`create schema if not exists ${schema} authorization ${role}`);
    }
  });
}

/** The shop: its owner makes the tables, DBus reads the log and adds the tables to its publications. */
export async function prepareShop(superuserUrl: string, passwords: Passwords): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await login(client, 'shop', passwords.shopOwner);
    await login(client, 'dbus', passwords.shopReader);
    await readOnlyLogin(client, 'moonbox', passwords.shopGateway);
    await client.query('alter role dbus replication');
    // Only an owner may add a table to a publication.
    await client.query('grant shop to dbus');
    await database(client, 'shop', 'shop');
    await client.query('grant connect, create on database shop to dbus');
  });
}

/** The warehouse: Wormhole makes and owns what it writes. */
export async function prepareWarehouse(superuserUrl: string, passwords: Passwords): Promise<void> {
  await withClient(superuserUrl, async (client) => {
    await login(client, 'wormhole', passwords.warehouseWriter);
    await readOnlyLogin(client, 'moonbox', passwords.warehouseGateway);
    await database(client, 'warehouse', 'wormhole');
  });
}

/** The same server's address with another database. */
export function inDatabase(url: string, name: string): string {
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

async function login(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  const verb = rowCount === 0 ? 'create' : 'alter';
  await client.query(`${verb} role ${role} login password ${client.escapeLiteral(password)}`);
}

/** May read every table, also those that come later, and change nothing. */
async function readOnlyLogin(client: pg.Client, role: string, password: string): Promise<void> {
  await login(client, role, password);
  await client.query(`grant pg_read_all_data to ${role}`);
  await client.query(`alter role ${role} set default_transaction_read_only = on`);
}

async function database(client: pg.Client, name: string, owner: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
  if (rowCount === 0) await client.query(`create database ${name} owner ${owner}`);
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'rtdp up' });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
