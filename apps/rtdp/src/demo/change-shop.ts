/** Makes one change in the shop and watches it arrive in the warehouse: what a person tries first. */

import { setTimeout as sleep } from 'node:timers/promises';
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import pg from 'pg';
import { seededRandom } from './random-source.ts';
import { CITIES } from './shop-words.ts';

export interface ArrivedChange {
  customerId: string;
  name: string;
  /** Commit at the source, as the row itself carries it (UTC). */
  committedAt: string;
  /** From the moment the source had acknowledged the commit until the row was read from the sink. */
  milliseconds: number;
  umsId: string;
}

const POLL_MILLISECONDS = 2;

/**
 * Inserts a customer of this name and waits for it.
 * @throws RtdpError RTDP_NOT_ARRIVED after `timeoutMilliseconds`
 */
export async function changeShop(options: {
  shopUrl: string;
  warehouseUrl: string;
  name: string;
  timeoutMilliseconds: number;
}): Promise<ArrivedChange> {
  const shop = new pg.Client({ connectionString: options.shopUrl, application_name: 'rtdp demo' });
  const warehouse = new pg.Client({ connectionString: options.warehouseUrl, application_name: 'rtdp demo' });
  try {
    await Promise.all([shop.connect(), warehouse.connect()]);
    const inserted = await shop.query<{ id: string }>(
      "insert into customers (name, email, city, country) values ($1, 'you@example.com', $2, $3) returning id",
      [options.name, ...seededRandom(Date.now()).pick(CITIES)],
    );
    const committed = performance.now();
    const customerId = inserted.rows[0]?.id ?? '';
    while (performance.now() - committed < options.timeoutMilliseconds) {
      const arrived = await warehouse.query<{ name: string; ums_id_: string; ums_ts_: string }>(
        "select name, ums_id_::text, (ums_ts_ at time zone 'UTC')::text as ums_ts_ from shop.customers where id = $1",
        [customerId],
      );
      const row = arrived.rows[0];
      if (row !== undefined) {
        const milliseconds = performance.now() - committed;
        return { customerId, name: row.name, committedAt: row.ums_ts_, milliseconds, umsId: row.ums_id_ };
      }
      await sleep(POLL_MILLISECONDS);
    }
    throw new RtdpError({
      code: 'RTDP_NOT_ARRIVED',
      message: `customer ${customerId} was committed in the shop but is not in the warehouse after ${options.timeoutMilliseconds} ms`,
      next: `Run "${typedCommand('status')}" to see which part is late.`,
      facts: { customerId },
    });
  } finally {
    await Promise.all([shop.end(), warehouse.end()]);
  }
}
