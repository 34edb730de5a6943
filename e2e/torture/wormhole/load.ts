/** Decides what the source does while parts are killed: inserts, updates, deletes, key changes, long values that stay unchanged, truncates. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Chance, chanceFrom } from './chance.ts';

/** Table → the columns by which source and sink are compared. */
export const TABLES = {
  accounts: 'id, n, amount, note, at, ok',
  bodies: 'id, n, body',
  lines: 'a, b, doc',
  events: 'id, body',
} as const;

export const LOAD_SQL = [
  'create table accounts (id bigint primary key, n int, amount numeric(12,2), note text, at timestamptz, ok boolean)',
  // Stored outside of the row, so that an update that leaves it alone does not send it.
  'create table bodies (id int primary key, n int, body text)',
  'alter table bodies alter column body set storage external',
  'create table lines (a int, b text, doc jsonb, primary key (a, b))',
  'create table events (id int primary key, body text)',
] as const;

export interface Load {
  /** Source rows changed so far, about. */
  readonly statements: number;
  stop(): Promise<void>;
}

export function startLoad(url: string, seed: number, workers: number): Load {
  let isStopped = false;
  let statements = 0;
  const work = async (worker: number): Promise<void> => {
    const chance = chanceFrom(seed * 100 + worker);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      while (!isStopped) {
        try {
          await client.query('begin');
          for (let left = chance.between(1, 5); left > 0; left--) {
            await client.query(statementOf(chance));
            statements++;
          }
          await client.query(chance.next() < 0.05 ? 'rollback' : 'commit');
        } catch (error) {
          // Two workers met: that transaction did not happen, which is as good a load as any.
          await client.query('rollback');
          if (!/deadlock|duplicate key/.test(String(error))) throw error;
        }
        await sleep(chance.between(5, 60));
      }
    } finally {
      await client.end();
    }
  };
  const running = Promise.all(Array.from({ length: workers }, (_unused, worker) => work(worker)));
  // A worker that fails is told by `stop`; meanwhile nobody waits for it.
  running.catch(() => undefined);
  return {
    get statements() {
      return statements;
    },
    async stop() {
      isStopped = true;
      await running;
    },
  };
}

function statementOf(chance: Chance): string {
  const id = chance.between(1, 5_000);
  const few = chance.between(0, 20);
  switch (chance.between(1, 12)) {
    case 1:
    case 2:
      return `insert into accounts select g, g % 100, (g % 1000)::numeric / 7, 'note ' || g, clock_timestamp(), g % 2 = 0
        from generate_series(${id}, ${id + few}) g on conflict (id) do update set n = accounts.n + 1, at = excluded.at`;
    case 3:
      return `update accounts set amount = amount + 1, note = null where id between ${id} and ${id + few}`;
    case 4:
      return `update accounts set id = id + 100000 where id between ${id} and ${id + 2}
        and not exists (select from accounts taken where taken.id = accounts.id + 100000)`;
    case 5:
      return `delete from accounts where id between ${id} and ${id + few}`;
    case 6:
      return `insert into bodies select g, 0, repeat(md5(random()::text), 100) from generate_series(${id % 300}, ${(id % 300) + 3}) g
        on conflict (id) do update set n = bodies.n + 1`;
    case 7:
      return `update bodies set n = n + 1 where id between ${id % 300} and ${(id % 300) + 5}`;
    case 8:
      return `insert into lines select ${id % 200}, 'line ' || g, jsonb_build_object('g', g, 'q', 'a"b')
        from generate_series(1, ${1 + (few % 10)}) g on conflict (a, b) do update set doc = excluded.doc`;
    case 9:
      return `delete from bodies where id between ${id % 300} and ${(id % 300) + 1}`;
    case 10:
      return `delete from lines where a = ${id % 200}`;
    case 11:
      return `insert into events select g, 'event ' || g from generate_series(${id % 1000}, ${(id % 1000) + few}) g on conflict do nothing`;
    default:
      return chance.next() < 0.03 ? 'truncate events' : `update accounts set ok = not ok where id = ${id}`;
  }
}
