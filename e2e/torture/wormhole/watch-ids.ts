/** Decides how the sink itself proves that no row ever went back: triggers that remember each key's greatest id, also of rows that are gone. */
import type pg from 'pg';
import { TABLES } from './load.ts';

/** Waits until the sink's tables exist and puts a trigger on each. */
export async function watchIds(sink: pg.Pool, schema: string): Promise<void> {
  await sink.query(`
    create schema watch;
    create table watch.greatest (tab text, key text, id bigint, primary key (tab, key));
    create table watch.violations (tab text, key text, operation text, had bigint, got bigint, at timestamptz default clock_timestamp());
    create function watch.note() returns trigger language plpgsql as $$
    declare
      it jsonb := to_jsonb(case when tg_op = 'DELETE' then old else new end);
      the_key text := (select string_agg(it ->> name, '|') from unnest(tg_argv) name);
      the_id bigint := (it ->> 'ums_id_')::bigint;
      had bigint;
    begin
      select id into had from watch.greatest where tab = tg_table_name and key = the_key;
      if had > the_id then
        insert into watch.violations (tab, key, operation, had, got) values (tg_table_name, the_key, tg_op, had, the_id);
      end if;
      insert into watch.greatest as g values (tg_table_name, the_key, the_id)
        on conflict (tab, key) do update set id = greatest(g.id, excluded.id);
      return null;
    end $$`);
  for (const table of Object.keys(TABLES)) {
    const { rows } = await sink.query<{ name: string }>(
      `select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
       where i.indrelid = $1::regclass and i.indisprimary order by a.attnum`,
      [`${schema}.${table}`],
    );
    const keys = rows.map(({ name }) => `'${name}'`).join(', ');
    await sink.query(`create trigger watch_ids after insert or update or delete on ${schema}.${table}
      for each row execute function watch.note(${keys})`);
  }
}

export async function violations(sink: pg.Pool): Promise<unknown[]> {
  return (await sink.query('select * from watch.violations order by at limit 20')).rows;
}

/** Keys and ids seen: a watch that saw nothing proves nothing. */
export async function keysWatched(sink: pg.Pool): Promise<number> {
  return (await sink.query<{ n: number }>('select count(*)::int as n from watch.greatest')).rows[0]?.n ?? 0;
}
