/** Shows how a bench or torture ends: with its line of JSON, with its failure, or stopped when its time is over. */
import { join } from 'node:path';
import { processExists } from '@rtdp/local/process-tree';
import { expect, test } from 'vitest';
import { measuredCommand } from './measured-command.ts';
import { leastRatio, resultLine, runMeasured } from './run-measured.ts';
import { fixture } from './testing/fixture.ts';

async function outcomeOf(source: string, limitSeconds = 60) {
  await using folder = await fixture({ 'run.ts': source, 'package.json': '{"type":"module"}' });
  // Awaited here: the folder goes away when this returns.
  return await runMeasured({ file: join(folder.root, 'run.ts'), seed: 7, quick: true, limitSeconds });
}

test('what run() returns comes back, with the seed it was given', async () => {
  const outcome = await outcomeOf(
    'export async function run({ seed, quick }) { return { figures: { seed, quick: String(quick) }, ratios: { a: 2, b: 0.5 } }; }',
  );
  expect(outcome).toEqual({ ok: true, measured: { figures: { seed: 7, quick: 'true' }, ratios: { a: 2, b: 0.5 } } });
});

test('one that throws, and one that returns something else, fail', async () => {
  expect(await outcomeOf("export async function run() { throw new Error('broken on purpose'); }")).toEqual({
    ok: false,
    why: 'it ended with exit code 1',
  });
  expect(await outcomeOf('export async function run() { return 5; }')).toEqual({
    ok: false,
    why: 'its run() did not return {figures, ratios}',
  });
});

test('one that takes too long is stopped with its children', async () => {
  await using folder = await fixture({ 'package.json': '{"type":"module"}' });
  const pidFile = join(folder.root, 'pid');
  const outcome = await outcomeOf(
    `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
     export async function run() {
       const child = spawn('sleep', ['300'], { stdio: 'ignore' });
       writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
       await new Promise(() => setInterval(() => {}, 1000));
     }`,
    // Long enough to start it, also on a busy machine.
    10,
  );
  expect(outcome).toEqual({ ok: false, why: 'it was not done after 10 s and was stopped' });
  const { readFile } = await import('node:fs/promises');
  const pid = Number(await readFile(pidFile, 'utf8'));
  expect(pid).toBeGreaterThan(0);
  expect(processExists(pid)).toBe(false);
});

test('the ratio of the line is the least one, and null without a bar', () => {
  expect(leastRatio({ a: 2, b: 0.5 })).toBe(0.5);
  expect(resultLine('x', { figures: { rows: 1 }, ratios: {} })).toBe('{"name":"x","figures":{"rows":1},"ratio":null}');
});

test.each([
  [[], 'No name was given.'],
  [['nothing-of-the-kind'], 'There is no bench called nothing-of-the-kind.'],
  [['--sead', '1'], "Unknown option '--sead'"],
])('the command line %j is refused with what to type', async (argumentsOf, sentence) => {
  const lines: string[] = [];
  const command = { command: 'bench', folder: 'bench', limitSeconds: 1 };
  expect(await measuredCommand(command, argumentsOf, (line) => lines.push(line))).toBe(2);
  expect(lines.join('\n')).toContain(sentence);
  expect(lines.join('\n')).toContain('npm run bench -- NAME [--seed N]');
});
