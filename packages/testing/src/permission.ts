/** Refuses a server to a test file whose suffix does not name it, so that the pure tests stay runnable everywhere. */
import { RtdpError } from '@rtdp/ums/error';
import { TESTING_ERROR_CODES } from './error-codes.ts';
import { serversOf, suffixFor, type TestServer } from './suffixes.ts';

/** Throws `RTDP_TEST_WRONG_SUFFIX` when the test file at `path` may not use `server`. */
export function permit(server: TestServer, path: string): void {
  if (serversOf(path).includes(server)) return;
  const suffix = suffixFor(server);
  throw new RtdpError({
    code: 'RTDP_TEST_WRONG_SUFFIX',
    message: `${TESTING_ERROR_CODES.RTDP_TEST_WRONG_SUFFIX} ${path} asks for ${server}.`,
    next: `Rename the file so that it ends in ${suffix}.`,
    facts: { path, server, suffix },
  });
}

/** The path of the test file that runs in this process, or undefined outside of vitest (a bench, a torture). */
export async function runningTestFile(): Promise<string | undefined> {
  if (process.env.VITEST === undefined) return undefined;
  const { expect } = await import('vitest');
  return expect.getState().testPath;
}

/** Checks `server` against the file that runs; outside of vitest everything is allowed. */
export async function permitHere(server: TestServer): Promise<void> {
  const path = await runningTestFile();
  if (path !== undefined) permit(server, path);
}
