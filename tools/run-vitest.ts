/** Runs all tests by vitest and counts them from its report. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Count } from './run-checks.ts';

interface Report {
  testResults: { name: string; status: string; message?: string; assertionResults: { status: string }[] }[];
}

let child: ChildProcess | undefined;

/** Tells vitest to stop; its workers and servers end with it. */
export function stopVitest(): void {
  child?.kill('SIGTERM');
}

/** Runs vitest in `root`, its output passed through; `filters` choose files as on vitest's command line. */
export async function runVitest(root: string, print: (line: string) => void, filters: string[] = []): Promise<Count> {
  const folder = await mkdtemp(join(tmpdir(), 'rtdp-report-'));
  const reportFile = join(folder, 'report.json');
  try {
    const vitest = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...filters], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, RTDP_TEST_REPORT: reportFile },
    });
    child = vitest;
    const ending = await new Promise<string>((resolve) => {
      vitest.once('error', (error) => resolve(error.message));
      vitest.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    child = undefined;
    const report = await readFile(reportFile, 'utf8').catch(() => undefined);
    if (report === undefined) {
      print(`✗ vitest gave no report (${ending})`);
      return { passed: 0, failed: 1 };
    }
    const count = countTests(JSON.parse(report) as Report);
    if (ending !== 'exit code 0' && count.failed === 0) {
      // An error outside of any test, for example an unhandled rejection.
      print(`✗ vitest ended with ${ending} although no test failed: read its output above`);
      count.failed++;
    }
    return count;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Counts tests; a file that could not be run at all counts as one failure. */
export function countTests(report: Report): Count {
  const count: Count = { passed: 0, failed: 0 };
  for (const file of report.testResults) {
    const failed = file.assertionResults.filter((each) => each.status === 'failed').length;
    count.passed += file.assertionResults.filter((each) => each.status === 'passed').length;
    count.failed += failed === 0 && file.status === 'failed' ? 1 : failed;
  }
  return count;
}
