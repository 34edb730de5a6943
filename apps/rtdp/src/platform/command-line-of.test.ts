import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandLineOn, startOn } from './command-line-of.ts';
import { defaultDataFolder } from './data-folder.ts';
import { readPlatformFile } from './platform-file.ts';

test('the data folder is named where it is not the usual one, so that a shell reads it as one word', () => {
  expect(commandLineOn(defaultDataFolder({}))).toBe('npm run -s rtdp --');
  expect(commandLineOn('/srv/second')).toBe('npm run -s rtdp -- --data /srv/second');
  expect(commandLineOn("/srv/my mother's")).toBe("npm run -s rtdp -- --data '/srv/my mother'\\''s'");
  expect(startOn(defaultDataFolder({}))).toBe('npm start');
  expect(startOn('/srv/second')).toBe('npm start -- --data /srv/second');
});

test('who names a folder on which nothing runs is told how to start it there', async () => {
  await expect(readPlatformFile('/srv/second')).rejects.toMatchObject({
    code: 'RTDP_NOT_RUNNING',
    next: 'Start it with npm start -- --data /srv/second, or name the folder of another with --data or RTDP_DATA.',
  });
});

test('no text of the command line or of a service names a command in a way that cannot be pasted', () => {
  const root = join(import.meta.dirname, '../../../..');
  const files = globSync('{apps/rtdp,services/*}/src/**/*.ts', { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts'),
  );
  expect(files.length).toBeGreaterThan(200);
  const verbs = 'source|flow|topic|dead-letters|verify|demo|login|password|status|apply|up';
  const bare = new RegExp(`(?<!demo )\\brtdp (?:-- )?(?:${verbs})\\b`);
  const found = files.flatMap((file) =>
    readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter((line) => bare.test(line) && !/^\s*(?:\/\/|\/?\*)|application_?name/i.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
