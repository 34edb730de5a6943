/** Reads and sets the pace of the demo's shop, which the shop keeps in its own database. */
import pg from 'pg';

export interface DemoSettings {
  /** Actions a second. */
  rate(): Promise<number>;
  setRate(actionsPerSecond: number): Promise<void>;
  close(): Promise<void>;
}

/** @param url the shop's database, as its owner; nothing is connected before the first question */
export function openDemoSettings(url: string): DemoSettings {
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
    application_name: 'rtdp demo',
  });
  // A connection that breaks while nobody uses it is opened again by the next question.
  pool.on('error', () => undefined);
  return {
    async rate() {
      const { rows } = await pool.query<{ rate: number }>('select actions_per_second as rate from demo.settings');
      return rows[0]?.rate ?? 0;
    },
    async setRate(actionsPerSecond) {
      await pool.query('update demo.settings set actions_per_second = $1', [actionsPerSecond]);
    },
    close: () => pool.end(),
  };
}
