/** Builds the web application when its sources changed since the last build: once at the first start, then hardly ever. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Progress } from './contract.ts';
import { platformError } from './error-codes.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const WEB = join(ROOT, 'apps', 'davinci-web');
export const WEB_FOLDER = join(WEB, 'dist');
const STAMP_FILE = join(WEB_FOLDER, '.built-from');

/** What the built files depend on, from the repository's root. The clients of the services are part of the bundle. */
const INPUTS = [
  'pnpm-lock.yaml',
  'apps/davinci-web/index.html',
  'apps/davinci-web/package.json',
  'apps/davinci-web/vite.config.ts',
  'apps/davinci-web/public',
  'apps/davinci-web/src',
  'services/davinci-api/src/client.ts',
  'services/dbus/src/client.ts',
  'services/wormhole/src/client.ts',
  'services/moonbox/src/client.ts',
];

/** Resolves when `WEB_FOLDER` holds the application of these sources; throws `RTDP_WEB_NOT_BUILT`. */
export async function buildWeb(onProgress: (progress: Progress) => void, signal?: AbortSignal): Promise<void> {
  // Where only the built files were brought along, as in a container, there is nothing to build from.
  if (!existsSync(join(WEB, 'src'))) return;
  const stamp = await fingerprint();
  // No stamp: it was never built.
  if ((await readFile(STAMP_FILE, 'utf8').catch(() => '')) === stamp) return;
  onProgress({ part: 'davinci-api', sentence: 'Building the web application (once, about half a minute)' });
  try {
    await run(process.execPath, [join(WEB, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'error'], {
      cwd: WEB,
      env: { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' },
      maxBuffer: 16 * 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    throw platformError('RTDP_WEB_NOT_BUILT', {
      detail: (stderr || message).trim().split('\n').slice(0, 5).join(' '),
      next: 'Run npm run build in apps/davinci-web to see all of it.',
      facts: { folder: WEB },
      cause,
    });
  }
  await writeFile(STAMP_FILE, stamp);
  onProgress({ part: 'davinci-api', sentence: 'The web application is built' });
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const input of INPUTS) {
    for (const file of await filesOf(input)) hash.update(file).update(await readFile(join(ROOT, file)));
  }
  return hash.digest('hex');
}

/** Paths of the files below a path, sorted; none where it does not exist. Tests are not built. */
async function filesOf(path: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, path), { recursive: true, withFileTypes: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOTDIR') return undefined;
      if (cause.code === 'ENOENT') return [];
      throw cause;
    },
  );
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .sort();
}
