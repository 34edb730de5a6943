/** Shows how `npm test` counts, what it installs, and what it says when it may not install. */
import { expect, test } from 'vitest';
import { ensurePrograms, type Machine } from './needed-programs.ts';
import { runChecks } from './run-checks.ts';
import { countTests } from './run-vitest.ts';
import { fixture } from './testing/fixture.ts';

function machine(change: Partial<Machine>): Machine {
  return {
    path: '/nowhere',
    isRoot: true,
    isDebian: true,
    env: {},
    hasFile: () => true,
    install: () => true,
    ...change,
  };
}

test('missing programs are installed where it is root on Debian, and nothing else is', () => {
  const installed: string[][] = [];
  const install = (packages: string[]) => {
    installed.push(packages);
    return false;
  };
  const hasFile = (path: string) => !path.endsWith('postgresql.jar');
  const sentence = ensurePrograms(machine({ install, hasFile, env: { RTDP_TEST_CHROMIUM: '/a' } }), () => undefined);
  expect(installed).toEqual([['postgresql-client', 'mariadb-server', 'libpostgresql-jdbc-java']]);
  expect(sentence).toContain('apt-get could not install postgresql-client mariadb-server libpostgresql-jdbc-java.');
});

test.each([{ isRoot: false }, { isDebian: false }])('where %j it says what to install', (change) => {
  const install = () => expect.unreachable('it may not install here');
  expect(ensurePrograms(machine({ ...change, install }), () => undefined)).toBe(
    'Install psql, pg_recvlogical, mariadbd and chromium (Debian and Ubuntu: apt install postgresql-client mariadb-server chromium; macOS: brew install libpq mariadb chromium) and run npm test again.',
  );
});

test('programs that are there are left alone', async () => {
  await using folder = await fixture({
    psql: '#!/bin/sh\n',
    pg_recvlogical: '#!/bin/sh\n',
    mariadbd: '#!/bin/sh\n',
    'google-chrome': '#!/bin/sh\n',
  });
  const { chmod } = await import('node:fs/promises');
  for (const name of ['psql', 'pg_recvlogical', 'mariadbd', 'google-chrome'])
    await chmod(`${folder.root}/${name}`, 0o755);
  const install = () => expect.unreachable('nothing is missing');
  expect(ensurePrograms(machine({ path: `/nowhere:${folder.root}`, install }), () => undefined)).toBeUndefined();
});

test('failed tests, and files that could not run at all, are failures', () => {
  const file = (status: string, ...results: string[]) => ({
    name: 'a.test.ts',
    status,
    assertionResults: results.map((each) => ({ status: each })),
  });
  expect(
    countTests({
      testResults: [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed'), file('failed')],
    }),
  ).toEqual({ passed: 3, failed: 2 });
});

test('a check that breaks down counts as failed', async () => {
  const lines: string[] = [];
  const broken = { name: 'broken', run: () => Promise.reject(new Error('no such file')) };
  const fine = { name: 'fine', run: async () => [] };
  expect(await runChecks('/', (line) => lines.push(line), [broken, fine])).toEqual({ passed: 1, failed: 1 });
  expect(lines.join('\n')).toContain('The check "broken" could not run: Error: no such file');
});
