/** Proves that a pause ends by its time or by its signal, and never as an error. */
import { expect, test } from 'vitest';
import { pause } from './pause.ts';

test('a pause lasts its time', async () => {
  const begun = performance.now();
  await pause(30, new AbortController().signal);
  expect(performance.now() - begun).toBeGreaterThan(25);
});

test('an aborted signal ends it at once, before and during', async () => {
  const call = new AbortController();
  const waiting = pause(2 ** 31 - 1, call.signal);
  call.abort(new Error('enough'));
  await expect(waiting).resolves.toBeUndefined();
  await expect(pause(2 ** 31 - 1, call.signal)).resolves.toBeUndefined();
});
