/**
 * `npm test`: needed programs, checks, all tests, then a short seeded sample of each torture. Ends with one line,
 * `N passed, N failed`, and stops every server it started, also when it is interrupted.
 */
import { fileURLToPath } from 'node:url';
import { sweepLeftovers } from '@rtdp/testing/leftovers';
import { ensurePrograms, thisMachine } from './needed-programs.ts';
import { type Count, runChecks } from './run-checks.ts';
import { namesIn, runFile, runMeasured, stopMeasured } from './run-measured.ts';
import { runVitest, stopVitest } from './run-vitest.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TORTURE = 'e2e/torture';
/** The same sample every time; other seeds are what `npm run torture` is for. */
const SAMPLE_SEED = 1;
const SAMPLE_SECONDS = 180;

const print = (line: string) => console.log(line);
const total: Count = { passed: 0, failed: 0 };
let interrupted: NodeJS.Signals | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = signal;
    stopVitest();
    void stopMeasured();
  });
}

function add(count: Count): void {
  total.passed += count.passed;
  total.failed += count.failed;
}

async function runSamples(): Promise<Count> {
  const count: Count = { passed: 0, failed: 0 };
  for (const name of namesIn(TORTURE)) {
    if (interrupted !== undefined) break;
    print(`\ntorture ${name}: sample with seed ${SAMPLE_SEED}`);
    const started = performance.now();
    const sample = { file: runFile(TORTURE, name), seed: SAMPLE_SEED, quick: true, limitSeconds: SAMPLE_SECONDS };
    const outcome = await runMeasured(sample);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    if (outcome.ok) count.passed++;
    else count.failed++;
    const result = outcome.ok ? JSON.stringify(outcome.measured.figures) : outcome.why;
    print(`${outcome.ok ? '✓' : '✗'} torture ${name} (${seconds} s): ${result}`);
  }
  return count;
}

const stopSentence = ensurePrograms(thisMachine(), print);
if (stopSentence !== undefined) {
  print(stopSentence);
  total.failed++;
} else {
  add(await runChecks(ROOT, print));
  if (interrupted === undefined) add(await runVitest(ROOT, print, process.argv.slice(2)));
  if (interrupted === undefined && process.argv.length === 2) add(await runSamples());
}
sweepLeftovers(process.pid);
if (interrupted !== undefined) {
  print(`Interrupted by ${interrupted}: what was not run counts as one failure.`);
  total.failed++;
}
print(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
