/** Decides whether the UMS readers withstand a million spoiled messages: each is taken by both with the same values, or refused by both. */
import { fuzzMessages } from '@rtdp/ums/message-fuzzer';

const CASES = 1_000_000;
const QUICK_CASES = 20_000;
const CASES_PER_SLICE = 10_000;

export async function run(options: { seed: number; quick: boolean }): Promise<{
  figures: Record<string, number | string>;
  ratios: Record<string, number>;
}> {
  const cases = options.quick ? QUICK_CASES : CASES;
  const started = performance.now();
  const codes: Record<string, number> = {};
  let [valid, refused, scanned] = [0, 0, 0];
  for (let done = 0; done < cases; done += CASES_PER_SLICE) {
    const figures = fuzzMessages({ seed: options.seed + done / CASES_PER_SLICE, cases: CASES_PER_SLICE });
    valid += figures.valid;
    refused += figures.refused;
    scanned += figures.scanned;
    for (const [code, count] of Object.entries(figures.codes)) codes[code] = (codes[code] ?? 0) + count;
    if (done % 100_000 === 0)
      console.log(`${done + CASES_PER_SLICE} of ${cases} cases, seed ${options.seed}: no disagreement`);
    // Lets a signal through.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return {
    figures: { seed: options.seed, cases, valid, refused, scanned, ...codes, disagreements: 0, seconds },
    ratios: {},
  };
}
