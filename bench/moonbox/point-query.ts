/** Decides how the time of a small query is measured: three ways to the same row, in turns, so that a busy machine is busy for all. */
import type { MoonboxClient } from '@rtdp/moonbox/client';
import pg from 'pg';

export interface PointTimes {
  /** Milliseconds, sorted. */
  readonly direct: number[];
  readonly wire: number[];
  readonly rest: number[];
}

const BLOCK = 50;
const COLUMNS = 'o_orderkey, o_custkey, o_totalprice, o_orderdate, o_comment';

export async function timePointQuery(options: {
  directUrl: string;
  wire: pg.ClientConfig;
  rest: MoonboxClient;
  keys: readonly number[];
}): Promise<PointTimes> {
  const direct = new pg.Client(options.directUrl);
  const wire = new pg.Client(options.wire);
  await Promise.all([direct.connect(), wire.connect()]);
  try {
    const byKey = `select ${COLUMNS} from sales.orders where o_orderkey = $1`;
    const ask: Record<keyof PointTimes, (key: number) => Promise<number>> = {
      direct: async (key) => (await direct.query({ name: 'point', text: byKey, values: [key] })).rows.length,
      wire: async (key) => (await wire.query({ name: 'point', text: byKey, values: [key] })).rows.length,
      rest: async (key) => (await options.rest.query({ sql: byKey, parameters: [key] })).rowCount,
    };
    const times: PointTimes = { direct: [], wire: [], rest: [] };
    const ways = Object.keys(ask) as (keyof PointTimes)[];
    // The first block of each is not counted: connections and plans are made.
    for (let block = -1; block < options.keys.length / BLOCK; block += 1) {
      for (const way of ways) {
        for (let index = 0; index < BLOCK; index += 1) {
          const key = options.keys[(Math.max(block, 0) * BLOCK + index) % options.keys.length]!;
          const started = performance.now();
          const rows = await ask[way](key);
          const milliseconds = performance.now() - started;
          if (rows !== 1) throw new Error(`${way} found ${rows} rows for order ${key}`);
          if (block >= 0) times[way].push(milliseconds);
        }
      }
    }
    for (const way of ways) times[way].sort((a, b) => a - b);
    return times;
  } finally {
    await Promise.all([direct.end(), wire.end()]);
  }
}
