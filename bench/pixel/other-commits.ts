/** Commits small transactions in the source at a steady rate, as the neighbours of the row that is measured. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const CONNECTIONS = 4;

/** `stop` resolves with the transactions that were committed each second. */
export async function startOtherCommits(url: string, perSecond: number): Promise<{ stop(): Promise<number> }> {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const begun = performance.now();
  let next = 1_000;
  let stopped = false;
  const first = next;
  const work = async (): Promise<void> => {
    while (!stopped) {
      const id = next++;
      const wait = begun + ((id - first) * 1000) / perSecond - performance.now();
      if (wait > 1) await sleep(wait);
      await pool.query({ name: 'other', text: 'insert into others values ($1, 1)', values: [id] });
    }
  };
  const working = Promise.all(Array.from({ length: CONNECTIONS }, work));
  return {
    async stop() {
      stopped = true;
      await working;
      const seconds = (performance.now() - begun) / 1000;
      await pool.end();
      return Math.round((next - first) / seconds);
    },
  };
}
