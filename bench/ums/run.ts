/** Decides how fast UMS is encoded and decoded beside JSON.stringify and JSON.parse on the same messages, and what each allocates per row. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Contestant, makeContestants, ROWS } from './contestants.ts';

export async function run(options: { seed: number; quick: boolean }): Promise<{
  figures: Record<string, number | string>;
  ratios: Record<string, number>;
}> {
  const { contestants, bytesPerRow } = makeContestants(options.seed);
  const seconds = alternate(contestants, options.quick ? 60 : 400);
  const rates = seconds.map((best) => Math.round(ROWS / best));
  const allocated = allocatedPerRow(options.seed);
  const figures: Record<string, number | string> = { bytesPerRow };
  for (const [index, { name }] of contestants.entries()) {
    figures[`${name} rows/s`] = rates[index]!;
    figures[`${name} allocated bytes/row`] = allocated[index]!;
  }
  const [decode, decodeJson, encode, encodeJson] = rates as [number, number, number, number];
  return { figures, ratios: { decode: round(decode / decodeJson), encode: round(encode / encodeJson) } };
}

/** Seconds of the best round of each: they take turns, so that a noisy neighbour disturbs all alike. */
function alternate(contestants: readonly Contestant[], rounds: number): number[] {
  const best = contestants.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { name, work }] of contestants.entries()) {
      const started = performance.now();
      if (work() < ROWS) throw new Error(`${name} did not go over all rows`);
      best[index] = Math.min(best[index]!, (performance.now() - started) / 1000);
    }
  }
  return best;
}

/** Measured by a process of its own, whose young generation is so large that nothing is collected on the way. */
function allocatedPerRow(seed: number): number[] {
  const script = fileURLToPath(new URL('./allocations.ts', import.meta.url));
  const flags = ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'];
  return JSON.parse(execFileSync(process.execPath, [...flags, script, String(seed)], { encoding: 'utf8' })) as number[];
}

function round(ratio: number): number {
  return Math.round(ratio * 100) / 100;
}
