/** Decides whether the pipeline works at this moment, while the load goes on: a mark that is written to the source now arrives in the sink. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** No row of the load. */
const MARK = -1;
/** Longer than the longest pause between two tries of any part. */
const LIMIT_MS = 60_000;

/** @param mark another one each time @throws Error naming the mark that the sink has, when the new one does not come within a minute */
export async function secondsToArrive(source: pg.Pool, sink: pg.Pool, schema: string, mark: number): Promise<number> {
  const begun = Date.now();
  await source.query('insert into accounts (id, n) values ($1, $2) on conflict (id) do update set n = excluded.n', [
    MARK,
    mark,
  ]);
  let found = 'nothing';
  while (Date.now() - begun < LIMIT_MS) {
    try {
      const { rows } = await sink.query<{ n: number }>(`select n from ${schema}.accounts where id = $1`, [MARK]);
      if (rows[0]?.n === mark) return Math.round((Date.now() - begun) / 100) / 10;
      found = `mark ${rows[0]?.n}`;
    } catch (error) {
      found = error instanceof Error ? error.message : String(error);
    }
    await sleep(100);
  }
  throw new Error(
    `mark ${mark} did not arrive within ${LIMIT_MS / 1_000} s while every part ran; the sink has ${found}`,
  );
}
