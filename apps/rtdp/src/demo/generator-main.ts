/** Runs the demo shop's activity as a process of its own: RTDP_SHOP_URL says where; it reports once a second on standard output. */
import { seededRandom } from './random-source.ts';
import { runShopGenerator } from './shop-generator.ts';

const url = process.env.RTDP_SHOP_URL;
if (url === undefined || url === '') {
  process.stderr.write('RTDP_SHOP_URL is not set: give it the connection string of the shop database.\n');
  process.exit(1);
}
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort());
const seed = Number(process.env.RTDP_SHOP_SEED ?? Date.now() % 2 ** 31);
await runShopGenerator(
  {
    url,
    random: seededRandom(seed),
    onProgress: (progress) => process.stdout.write(`${JSON.stringify(progress)}\n`),
  },
  stop.signal,
);
