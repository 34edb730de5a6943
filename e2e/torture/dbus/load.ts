/** Decides what the source does while DBus is killed: many kinds of changes over five tables, big transactions, and DDL in between. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Chance, chanceFrom } from './random.ts';

export const LOAD_TABLES = [
  `create table accounts (id bigint primary key, n int, amount numeric(12,2), note text, at timestamptz, ok boolean)`,
  `create table bodies (id int primary key, n int, body text)`,
  'alter table bodies alter column body set storage external',
  `create table lines (a int, b text, doc jsonb, primary key (a, b))`,
  `create table wholes (id int primary key, v text, body text)`,
  'alter table wholes alter column body set storage external',
  'alter table wholes replica identity full',
  `create table keyless (at timestamptz, line text)`,
] as const;

/** Long enough to be stored outside of its row. */
const BODY = `repeat(md5(random()::text), 100)`;
const NOTE = `'it''s note ' || g || E' \\\\ "quoted" żółć 🐘'`;

export interface Load {
  /** Ends the workers after their current transaction. */
  stop(): Promise<{ transactions: number; ddl: number }>;
}

/** Starts the workers: three that write, one that alters tables. */
export function startLoad(url: string, seed: number): Load {
  let isStopped = false;
  let failure: unknown;
  let transactions = 0;
  let ddl = 0;
  const run = async (worker: number, work: (client: pg.Client, chance: Chance) => Promise<void>): Promise<void> => {
    const chance = chanceFrom(seed * 1000 + worker);
    const client = new pg.Client({ connectionString: url });
    // An idle connection that the server ends; the next statement says so.
    client.on('error', () => undefined);
    await client.connect();
    while (!isStopped) {
      try {
        await work(client, chance);
      } catch (error) {
        // A deadlock or a key that another worker has taken: that transaction did not happen.
        if (/deadlock|duplicate key|lock timeout/.test(String(error))) {
          await client.query('rollback');
        } else {
          // Told by stop(): whatever ended the run matters more than what its end did to the load.
          failure ??= error;
          return;
        }
      }
    }
    await client.end();
  };
  const workers = [
    ...[1, 2, 3].map((worker) =>
      run(worker, async (client, chance) => {
        await client.query('begin');
        const statements = chance.next() < 0.015 ? [bigStatement(chance)] : smallStatements(chance);
        for (const statement of statements) await client.query(statement);
        await client.query(chance.next() < 0.05 ? 'rollback' : 'commit');
        transactions++;
        await sleep(chance.between(20, 250));
      }),
    ),
    run(4, async (client, chance) => {
      await client.query(`set lock_timeout = '2s'`);
      await client.query(ddlStatement(ddl, chance));
      ddl++;
      await sleep(chance.between(300, 3000));
    }),
  ];
  return {
    async stop() {
      isStopped = true;
      await Promise.all(workers);
      if (failure !== undefined) throw failure;
      return { transactions, ddl };
    },
  };
}

function smallStatements(chance: Chance): string[] {
  return Array.from({ length: chance.between(1, 4) }, () => oneStatement(chance));
}

function oneStatement(chance: Chance): string {
  const id = chance.between(1, 20_000);
  const few = chance.between(0, 40);
  switch (chance.between(1, 11)) {
    case 1:
    case 2:
      return `insert into accounts (id, n, amount, note, at, ok)
        select g, g % 100, (g % 1000)::numeric / 7, ${NOTE}, clock_timestamp(), g % 2 = 0
        from generate_series(${id}, ${id + few}) g on conflict (id) do update set n = excluded.n + 1, at = excluded.at`;
    case 3:
      return `update accounts set amount = amount + 1, note = null where id between ${id} and ${id + few}`;
    case 4:
      return `update accounts set id = id + 1000000 where id between ${id} and ${id + 3}`;
    case 5:
      return `delete from accounts where id between ${id} and ${id + few}`;
    case 6:
      return `insert into bodies (id, n, body) select g, 0, ${BODY} from generate_series(${id % 500}, ${(id % 500) + 3}) g
        on conflict (id) do update set n = bodies.n + 1`;
    case 7:
      return `update bodies set id = id + 100000 where id = ${id % 500}`;
    case 8:
      return `insert into lines (a, b, doc) select ${id % 300}, 'line ' || g, jsonb_build_object('g', g, 'q', 'a"b')
        from generate_series(1, ${1 + (few % 10)}) g on conflict (a, b) do update set doc = excluded.doc`;
    case 9:
      return `insert into wholes (id, v, body) select g, 'v' || g, ${BODY} from generate_series(${id % 500}, ${(id % 500) + 2}) g
        on conflict (id) do update set v = wholes.v || '+'`;
    case 10:
      return `delete from ${chance.pick(['wholes', 'bodies'])} where id between ${id % 500} and ${(id % 500) + 2}`;
    default:
      return chance.next() < 0.02
        ? 'truncate keyless'
        : `insert into keyless select clock_timestamp(), ${NOTE} from generate_series(1, ${few + 1}) g`;
  }
}

/** Larger than the limits of one Kafka transaction, so that it is split. */
function bigStatement(chance: Chance): string {
  const from = chance.between(1, 15_000);
  return `insert into accounts (id, n, amount, note, at, ok)
    select g, 0, 1, ${NOTE}, clock_timestamp(), true from generate_series(${from}, ${from + chance.between(3000, 8000)}) g
    on conflict (id) do update set n = accounts.n + 1`;
}

function ddlStatement(count: number, chance: Chance): string {
  const table = chance.pick(['accounts', 'bodies', 'lines', 'wholes', 'keyless']);
  switch (count % 4) {
    case 0:
      return `alter table ${table} add column if not exists extra_${count % 12} ${chance.pick(['text', 'int', 'timestamptz'])}`;
    case 1:
      return `alter table ${table} drop column if exists extra_${chance.between(0, 11)}`;
    case 2:
      return `alter table ${table} add column if not exists v_${count} varchar(10)`;
    default:
      return `alter table ${table} drop column if exists v_${count - 1}`;
  }
}
