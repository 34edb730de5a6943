/** Tells how many statements sleep at a source: one that was asked for is there, one that was ended is gone. */
import type { TestDatabase } from '@rtdp/testing/postgres';

const LONGEST_MS = 30_000;

export async function sleepingStatements(database: TestDatabase): Promise<number> {
  const { rows } = await database.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where query like '%pg_sleep%' and state = 'active' and datname = current_database() and pid <> pg_backend_pid()",
  );
  return rows[0]!.n;
}

/** @throws Error when it does not come to `wanted` in time */
export async function untilSleeping(database: TestDatabase, wanted: number): Promise<void> {
  const deadline = Date.now() + LONGEST_MS;
  while ((await sleepingStatements(database)) !== wanted) {
    if (Date.now() > deadline) throw new Error(`there are not ${wanted} statements at the source`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
