/** Shows that a port which one process was given is given to no other, whether something listens on it or not. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { claimPort, freePort } from './ports.ts';

test('a port that was given is kept until its process ends', async () => {
  const asking = `import { freePort } from ${JSON.stringify(new URL('./ports.ts', import.meta.url).href)};
    console.log(await freePort()); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', asking], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [told] = (await once(child.stdout, 'data')) as [Buffer];
    const given = Number(told.toString());
    expect(await claimPort(given)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await claimPort(given)).toBe(true);
    expect(await claimPort(given)).toBe(false);
  } finally {
    child.kill('SIGKILL');
  }
});

test('the same is never given twice', async () => {
  const given = await Promise.all(Array.from({ length: 50 }, () => freePort()));
  expect(new Set(given).size).toBe(50);
});
