/** Decides which rows are measured: ten mixed columns, as in every bench of the platform. */
import type pg from 'pg';

export const TABLE_SQL = `create table events (
  id bigint primary key, n int, amount numeric(12,2), note text, at timestamptz, ok boolean,
  doc jsonb, uid uuid, ratio double precision, code varchar(20))`;

const COLUMNS_SQL = `g, (g % 100000)::int, (g % 1000000)::numeric / 100, 'note of row ' || g,
  '2026-01-01'::timestamptz + g * interval '1 second', g % 2 = 0,
  jsonb_build_object('a', g, 'b', 'x' || g), md5(g::text)::uuid, g / 7.0, 'code' || (g % 1000)`;

/** Inserts ids `from` to `to`, in transactions of `perTransaction` rows. */
export async function insertRows(client: pg.Client, from: number, to: number, perTransaction: number): Promise<void> {
  for (let first = from; first <= to; first += perTransaction) {
    const last = Math.min(to, first + perTransaction - 1);
    await client.query(`insert into events select ${COLUMNS_SQL} from generate_series($1::bigint, $2::bigint) g`, [
      first,
      last,
    ]);
  }
}
