/** Decides what Wormhole is measured against: COPY into a staging table, then one INSERT … ON CONFLICT with the guard, typed by hand. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { TABLE_COLUMNS } from './rows.ts';

export interface HandTable {
  name: string;
  /** Column → what stands for it in the SELECT over the staging table. */
  columns: readonly (readonly [name: string, expression: string])[];
  /** For example `where quantity >= 50000`; empty for all rows. */
  where: string;
}

export async function makeHandTable(url: string, table: HandTable, definition: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`drop table if exists ${table.name}`);
    await client.query(`create table ${table.name} (${definition})`);
  });
}

/** Seconds for the whole of it, committed. */
export async function storeByHand(url: string, table: HandTable, text: readonly Buffer[]): Promise<number> {
  return withClient(url, async (client) => {
    const names = table.columns.map(([name]) => name);
    const sets = names.filter((name) => name !== 'id').map((name) => `${name} = excluded.${name}`);
    const started = performance.now();
    await client.query('begin');
    await client.query(`create temp table staging (${TABLE_COLUMNS}) on commit drop`);
    await pipeline(Readable.from(text), client.query(copyFrom('copy staging from stdin')));
    await client.query(`insert into ${table.name} as stored (${names.join(', ')})
      select ${table.columns.map(([, expression]) => expression).join(', ')} from staging ${table.where}
      on conflict (id) do update set ${sets.join(', ')} where excluded.ums_id_ > stored.ums_id_`);
    await client.query('commit');
    return (performance.now() - started) / 1000;
  });
}

export async function checkpoint(url: string): Promise<void> {
  await withClient(url, (client) => client.query('checkpoint'));
}

export async function withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
