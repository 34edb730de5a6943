/** Keeps the texts that the first command on a machine shows before anything is installed equal to what the command line says of itself. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** Node reads the whole command line from source; beside other tests that takes seconds. */
const START_MILLISECONDS = 60_000;
const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

function output(words: readonly string[], npmScript: string): string {
  const { npm_lifecycle_event: _script, COLUMNS: _columns, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    env: { ...env, npm_lifecycle_event: npmScript, NO_COLOR: '1' },
    encoding: 'utf8',
  });
  return stdout + stderr;
}

test.each([
  ['start', ['up', '--help']],
  ['rtdp', ['--help']],
])(
  'the help of npm run %s stands in its file; after a change run this test with --update',
  async (name, words) => {
    const file = fileURLToPath(new URL(`../help/${name}.txt`, import.meta.url));
    await expect(output(words, name)).toMatchFileSnapshot(file);
  },
  START_MILLISECONDS,
);

test(
  'it tells its version, and a word where only options belong as who typed it knows it',
  () => {
    expect(output(['--version'], 'rtdp')).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(output(['up', 'status'], 'start')).toContain(
      'error: npm start takes options only, and was given "status"; did you mean npm run -s rtdp -- status?',
    );
  },
  START_MILLISECONDS,
);

test(
  'a port that only root may open is refused before anything is started',
  () => {
    const why =
      'a port is a whole number from 1024 to 65535: lower ones are kept for root, and the servers run as an ordinary user';
    for (const option of ['--port-base', '--port-shop']) {
      // Were it taken, a folder below a file could not be made.
      expect(output(['up', '--data', join(MAIN, 'data'), option, '80'], 'start')).toContain(
        `error: option '${option} <port>' argument '80' is invalid. ${why}`,
      );
    }
  },
  START_MILLISECONDS,
);

test(
  'a count that is none is refused before anybody is asked',
  () => {
    for (const count of ['x', '0', '1.5', '1001']) {
      expect(output(['verify', 'all', '--most', count], 'rtdp')).toContain(
        `error: option '--most <number>' argument '${count}' is invalid. it is a whole number from 1 to 1000`,
      );
    }
  },
  START_MILLISECONDS,
);
