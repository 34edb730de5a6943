/** Decides the pace of the demo's shop: the rate in `demo.settings`, read again each second, spread evenly over time. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { RandomSource } from './random-source.ts';
import { chooseAction, stockShop } from './shop-activity.ts';
import { SHOP_SCHEMA } from './shop-schema.ts';

export interface ShopGeneratorOptions {
  /** Connection string of the shop's database, as the shop's own application role. */
  url: string;
  random: RandomSource;
  /** Called about once a second with what was done since. */
  onProgress?: (progress: { actions: number; actionsPerSecond: number; error: string | null }) => void;
}

const CONNECTIONS = 4;
const RECONNECT_MS = 500;
/** An action that did not happen is not made up for later than this: a shop that was down does not get a flood. */
const MOST_BACKLOG_SECONDS = 0.25;

/** Makes the tables if they are missing and runs activity until `signal` aborts; a lost connection is opened again. */
export async function runShopGenerator(options: ShopGeneratorOptions, signal: AbortSignal): Promise<void> {
  await prepare(options);
  const pace = { actionsPerSecond: 0, owed: 0, actions: 0, error: null as string | null };
  const workers = Array.from({ length: CONNECTIONS }, () => runWorker(options, pace, signal));
  await Promise.all([runPace(options, pace, signal), ...workers]);
}

interface Pace {
  actionsPerSecond: number;
  owed: number;
  actions: number;
  error: string | null;
}

async function prepare(options: ShopGeneratorOptions): Promise<void> {
  const client = new pg.Client({ connectionString: options.url, application_name: 'shop' });
  await client.connect();
  try {
    await client.query(SHOP_SCHEMA);
    await stockShop(client, options.random);
  } finally {
    await client.end();
  }
}

async function runPace(options: ShopGeneratorOptions, pace: Pace, signal: AbortSignal): Promise<void> {
  await withConnection(options, pace, signal, async (client) => {
    let last = performance.now();
    let settingsReadAt = 0;
    let reportedAt = last;
    while (!signal.aborted) {
      const now = performance.now();
      if (now - settingsReadAt > 1_000) {
        const { rows } = await client.query<{ rate: number }>('select actions_per_second as rate from demo.settings');
        pace.actionsPerSecond = rows[0]?.rate ?? 0;
        settingsReadAt = now;
      }
      const owed = pace.owed + (pace.actionsPerSecond * (now - last)) / 1_000;
      pace.owed = Math.min(owed, Math.max(1, pace.actionsPerSecond * MOST_BACKLOG_SECONDS));
      last = now;
      if (now - reportedAt > 1_000) {
        options.onProgress?.({ actions: pace.actions, actionsPerSecond: pace.actionsPerSecond, error: pace.error });
        pace.actions = 0;
        reportedAt = now;
      }
      await sleep(10);
    }
  });
}

async function runWorker(options: ShopGeneratorOptions, pace: Pace, signal: AbortSignal): Promise<void> {
  await withConnection(options, pace, signal, async (client) => {
    while (!signal.aborted) {
      if (pace.owed < 1) {
        await sleep(5);
        continue;
      }
      pace.owed -= 1;
      await chooseAction(options.random).action(client, options.random);
      pace.actions += 1;
    }
  });
}

async function withConnection(
  options: ShopGeneratorOptions,
  pace: Pace,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({ connectionString: options.url, application_name: 'shop' });
    // Without a listener a broken connection would be thrown past us; the running query rejects with the same error.
    client.on('error', (error) => {
      pace.error = error.message;
    });
    try {
      await client.connect();
      pace.error = null;
      await work(client);
    } catch (error) {
      pace.error = error instanceof Error ? error.message : String(error);
      await sleep(RECONNECT_MS);
    } finally {
      await client.end().catch((error: unknown) => {
        pace.error = error instanceof Error ? error.message : String(error);
      });
    }
  }
}
