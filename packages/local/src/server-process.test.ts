/** Shows how a server's process is started, stopped, killed, frozen and found again, on small programs. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readPidFile, stopByPidFile, writePidFile } from './pid-file.ts';
import { oneProcess } from './process-table.ts';
import { descendants, processExists, processStart } from './process-tree.ts';
import { type ServerCommand, ServerProcess } from './server-process.ts';

let folder: string;
const started: ServerProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rtdp-process-'));
});

afterEach(async () => {
  for (const server of started.splice(0)) await server.kill();
  await rm(folder, { recursive: true });
});

/** A server whose program is a line of shell. */
function shell(program: string, change: Partial<ServerCommand> = {}): ServerProcess {
  const server = new ServerProcess({
    name: 'the example',
    command: '/bin/sh',
    arguments: ['-c', program],
    workingFolder: folder,
    logFile: join(folder, 'log'),
    pidFile: join(folder, 'example.pid'),
    isReady: (log) => log.includes('ready'),
    readyWithinMilliseconds: 30_000,
    stopSignal: 'SIGTERM',
    stopWithinMilliseconds: 30_000,
    ...change,
  });
  started.push(server);
  return server;
}

test('it is ready when it says so, and gone after stop, with everything below it', async () => {
  const server = shell('sleep 300 & echo ready; wait');
  await server.start();
  const pid = server.pid ?? 0;
  expect(readPidFile(join(folder, 'example.pid'))).toMatchObject({ pid, stopSignal: 'SIGTERM' });
  expect(descendants(pid)).toHaveLength(1);
  await server.stop();
  expect(processExists(pid)).toBe(false);
  expect(existsSync(join(folder, 'example.pid'))).toBe(false);
});

test('one that is killed is gone with everything below it, also what left its group and what it was just starting', async () => {
  const pids = join(folder, 'pids');
  const server = shell(`echo ready; while :; do setsid sleep 300 & echo $! >> ${pids}; sleep 0.01; done`);
  await server.start();
  const noted = () => (existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').map(Number) : []);
  await expect.poll(() => noted().length, { timeout: 30_000 }).toBeGreaterThan(2);
  await server.kill();
  const below = noted();
  expect(below.filter(processExists)).toEqual([]);
});

test('one that ends while it starts fails with its last lines and its log', async () => {
  const server = shell('echo starting; echo cannot open the disk >&2; exit 3');
  await expect(server.start()).rejects.toMatchObject({
    code: 'LOCAL_SERVER_FAILED',
    message: expect.stringMatching(/the example ended while it was starting[\s\S]*cannot open the disk/),
    next: `Read ${join(folder, 'log')} for what the example said before.`,
  });
});

test('one that is never ready is killed when its time is over', async () => {
  const server = shell('echo waiting; sleep 300', { readyWithinMilliseconds: 300 });
  const start = server.start();
  const pid = server.pid ?? 0;
  await expect(start).rejects.toThrow('was not ready after 0 s');
  expect(processExists(pid)).toBe(false);
});

test('one that does not hear its signal is killed, and so is one that is frozen', async () => {
  const deaf = shell("trap '' TERM; echo ready; while :; do sleep 1; done", { stopWithinMilliseconds: 300 });
  await deaf.start();
  await deaf.stop();
  expect(deaf.running).toBe(false);
  const frozen = shell('echo ready; sleep 300');
  await frozen.start();
  await frozen.freeze();
  await frozen.stop();
  expect(frozen.running).toBe(false);
});

test('one that is always starting another process stands still when it is frozen, with everything below it', async () => {
  const server = shell('echo ready; while :; do /bin/true; done');
  await server.start();
  const pid = server.pid ?? 0;
  for (let round = 0; round < 30; round++) {
    await server.freeze();
    const going = [pid, ...descendants(pid)].map(oneProcess).filter((each) => each?.ended === false && !each.stopped);
    expect(going).toEqual([]);
    server.thaw();
  }
});

test('an end by itself is told, one that we asked for is not', async () => {
  const reasons: string[] = [];
  const end = join(folder, 'end');
  const server = shell(`echo ready; while [ ! -e ${end} ]; do sleep 0.05; done; exit 7`);
  server.onUnexpectedExit((reason) => reasons.push(reason));
  await server.start();
  await writeFile(end, '');
  await expect.poll(() => reasons, { timeout: 30_000 }).toEqual(['exit code 7']);
  await rm(end);
  await server.start();
  await server.kill();
  expect(reasons).toEqual(['exit code 7']);
});

test('a remembered process is stopped later; another one that got its id is left alone', async () => {
  const server = shell('echo ready; sleep 300');
  await server.start();
  const pid = server.pid ?? 0;
  const file = join(folder, 'copy.pid');
  writePidFile(file, pid, 'SIGTERM');
  expect(await stopByPidFile(file, 30_000)).toBe(true);
  expect(processExists(pid)).toBe(false);
  expect(await stopByPidFile(file, 30_000)).toBe(false);
  await writeFile(file, JSON.stringify({ pid: process.pid, start: 'long ago', stopSignal: 'SIGKILL' }));
  expect(processStart(process.pid)).not.toBe('long ago');
  expect(await stopByPidFile(file, 100)).toBe(false);
});
