/** Builds the web application of these sources into a folder of its own, which goes with the test. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const WEB = fileURLToPath(new URL('../../apps/davinci-web/', import.meta.url));

/** @returns the folder, for RTDP_WEB_FOLDER */
export async function buildWeb(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rtdp-web-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  await run(
    process.execPath,
    [join(WEB, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'error', '--emptyOutDir', '--outDir', folder],
    { cwd: WEB, env: { ...process.env, NODE_ENV: 'production' } },
  );
  return folder;
}
