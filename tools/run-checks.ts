/** Runs the checks one after the other and tells each result as it comes. */
import { ALL_CHECKS } from './checks/all-checks.ts';
import { type Check, describeFinding } from './checks/finding.ts';

export interface Count {
  passed: number;
  failed: number;
}

/** Runs `checks` on `root`; `print` takes one line. A check that itself breaks down counts as failed. */
export async function runChecks(
  root: string,
  print: (line: string) => void,
  checks: readonly Check[] = ALL_CHECKS,
): Promise<Count> {
  const count: Count = { passed: 0, failed: 0 };
  for (const check of checks) {
    const started = performance.now();
    const sentences = await check.run(root).then(
      (findings) => findings.map(describeFinding),
      (error: unknown) => [`The check "${check.name}" could not run: ${error instanceof Error ? error.stack : error}`],
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (sentences.length === 0) count.passed++;
    else count.failed++;
    print(`${sentences.length === 0 ? '✓' : '✗'} ${check.name} (${seconds} s)`);
    for (const sentence of sentences) print(`  ${sentence}`);
  }
  return count;
}
