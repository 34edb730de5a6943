/** Decides how fast UMS is encoded and decoded beside JSON.stringify and JSON.parse on the same messages, and what each allocates per row. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Contestant, makeContestants, ROWS } from './contestants.ts';

export async function run(options: { seed: number; quick: boolean }): Promise<{
  figures: Record<string, number | string>;
  ratios: Record<string, number>;
}> {
  const { contestants, bytesPerRow } = makeContestants(options.seed);
  const rounds = alternate(contestants, options.quick ? 25 : 150);
  const rates = rounds.map((seconds) => Math.round(ROWS / median(seconds)));
  const allocated = allocatedPerRow(options.seed);
  const figures: Record<string, number | string> = { bytesPerRow };
  for (const [index, { name }] of contestants.entries()) {
    figures[`${name} rows/s`] = rates[index]!;
    figures[`${name} allocated bytes/row`] = allocated[index]!;
  }
  const [decode, decodeJson, encode, encodeJson] = rounds as [number[], number[], number[], number[]];
  return { figures, ratios: { decode: speedUp(decode, decodeJson), encode: speedUp(encode, encodeJson) } };
}

/**
 * Seconds per round of each. They take turns, and a round is long enough to pay for its own garbage; so neighbours and collections are
 * shared out fairly.
 */
function alternate(contestants: readonly Contestant[], rounds: number): number[][] {
  const seconds = contestants.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { name, work }] of contestants.entries()) {
      const started = performance.now();
      if (work() < ROWS) throw new Error(`${name} did not go over all rows`);
      seconds[index]!.push((performance.now() - started) / 1000);
    }
  }
  // The first ones are compiled on the way.
  return seconds.map((all) => all.slice(Math.ceil(rounds / 5)));
}

/** How many times as fast ours is: the median over the rounds. */
function speedUp(ours: readonly number[], reference: readonly number[]): number {
  return Math.round(100 * median(ours.map((seconds, round) => reference[round]! / seconds))) / 100;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1]!;
}

/** Measured by a process of its own, whose young generation is so large that nothing is collected on the way. */
function allocatedPerRow(seed: number): number[] {
  const script = fileURLToPath(new URL('./allocations.ts', import.meta.url));
  const flags = ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'];
  return JSON.parse(execFileSync(process.execPath, [...flags, script, String(seed)], { encoding: 'utf8' })) as number[];
}
