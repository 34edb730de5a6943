/** Shows what the first command on a machine does before our own code runs, and how it ends when it cannot go on. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Fixture, fixture } from './testing/fixture.ts';

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.mjs', import.meta.url));

async function machine(main: string): Promise<Fixture> {
  return fixture({
    'tools/bootstrap.mjs': await readFile(BOOTSTRAP, 'utf8'),
    'package.json': '{"name":"x","version":"1.2.3","private":true,"type":"module","packageManager":"pnpm@10.34.9"}',
    'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
    'pnpm-workspace.yaml': 'packages: []\n',
    'apps/rtdp/src/main.ts': main,
    'node_modules/.keep': '',
  });
}

/** Writes the mark of an installation from the files that are there. */
async function markInstalled(root: string): Promise<void> {
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])
    hash.update(await readFile(join(root, file)));
  await writeFile(
    join(root, 'node_modules/.rtdp-installed'),
    `${hash.digest('hex')} ${process.platform} ${process.arch}`,
  );
}

function start(root: string, argumentsOf: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [join(root, 'tools/bootstrap.mjs'), ...argumentsOf], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended, stdout: () => stdout };
}

test('when everything is there, only the command itself prints, and its exit code is ours', async () => {
  await using here = await machine('console.log(JSON.stringify(process.argv.slice(2))); process.exit(3);');
  await markInstalled(here.root);
  expect(await start(here.root, ['rtdp', 'status', '--json']).ended).toEqual({
    code: 3,
    stdout: '["status","--json"]\n',
    stderr: '',
  });
  expect((await start(here.root, ['start', '--help']).ended).stdout).toBe('["up","--help"]\n');
});

test('a signal is handed on, and we end only after the command has', async () => {
  await using here = await machine(
    "process.on('SIGTERM', () => setTimeout(() => { console.log('stopped'); process.exit(0); }, 300)); setInterval(() => {}, 1000); console.log('up');",
  );
  await markInstalled(here.root);
  const { child, ended, stdout } = start(here.root, ['start']);
  await expect.poll(stdout, { timeout: 30_000 }).toContain('up');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0, stdout: 'up\nstopped\n' });
});

test('when the shell of npm is killed above us, the command is stopped', async () => {
  await using here = await machine(
    "process.on('SIGTERM', () => { console.log('stopped'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up');",
  );
  await markInstalled(here.root);
  const script = `"${process.execPath}" tools/bootstrap.mjs start; true`;
  const shell = spawn('/bin/sh', ['-c', script], {
    cwd: here.root,
    env: { ...process.env, npm_lifecycle_event: 'start' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  shell.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  await expect.poll(() => stdout, { timeout: 30_000 }).toContain('up');
  shell.kill('SIGKILL');
  await expect.poll(() => stdout, { timeout: 30_000 }).toBe('up\nstopped\n');
});

test('a registry of packages out of reach ends with the sentence that says what to check', async () => {
  await using here = await machine('');
  const { code, stderr } = await start(here.root, ['start'], {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_fetch_retries: '0',
    npm_config_cache: join(here.root, 'empty-cache'),
  }).ended;
  expect(code).toBe(1);
  expect(stderr.trim().split('\n').at(-1)).toBe(
    'The registry of packages cannot be reached. Check the network, the proxy and `npm config get registry`, then run the same command again.',
  );
});

test('help and version are told before anything is installed', async () => {
  await using here = await machine('');
  await mkdir(join(here.root, 'apps/rtdp/help'));
  await writeFile(join(here.root, 'apps/rtdp/help/start.txt'), 'the help of start\n');
  await writeFile(join(here.root, 'apps/rtdp/help/rtdp.txt'), 'the help of all commands\n');
  const nowhere = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
  for (const [words, stdout] of [
    [['start', '--help'], 'the help of start\n'],
    [['start', '--data', 'x', '-h'], 'the help of start\n'],
    [['rtdp', '--help'], 'the help of all commands\n'],
    [['rtdp', '--version'], '1.2.3\n'],
  ] as const) {
    expect(await start(here.root, [...words], nowhere).ended).toEqual({ code: 0, stdout, stderr: '' });
  }
});

test('an unknown command is answered with those there are', async () => {
  await using here = await machine('');
  const { code, stderr } = await start(here.root, ['strat']).ended;
  expect(code).toBe(1);
  expect(stderr).toContain('Unknown command strat. Use one of: start, rtdp, test, bench, torture, check.');
});
