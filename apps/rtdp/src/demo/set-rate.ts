/** Sets the pace of the shop, in the shop's own settings. */
import pg from 'pg';

export async function setShopRate(shopUrl: string, actionsPerSecond: number): Promise<void> {
  const client = new pg.Client({ connectionString: shopUrl, application_name: 'rtdp demo' });
  await client.connect();
  try {
    await client.query('update demo.settings set actions_per_second = $1', [actionsPerSecond]);
  } finally {
    await client.end();
  }
}
