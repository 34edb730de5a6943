/** Proves that a slow reader gets every line whole and in order, that little is pushed ahead of it, and that one that takes nothing is let go. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { AnswerLines } from './answer-lines.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a reader that takes a piece now and then gets every line, although it is slower than the patience in all', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const lines = new AnswerLines(200);
  const sent = Array.from({ length: 5 }, (_, index) => `${index}${'ä'.repeat(100_000)}`);
  for (const line of sent) lines.add(line);
  lines.finish();
  // What waits is not in the stream: that holds a piece or two.
  expect(lines.readableLength).toBeLessThan(200_000);
  const pieces: Buffer[] = [];
  while (!lines.readableEnded) {
    const piece = lines.read() as Buffer | null;
    if (piece !== null) pieces.push(piece);
    await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(150);
  }
  expect(pieces.length).toBeGreaterThan(5);
  expect(Buffer.concat(pieces).toString()).toBe(sent.map((line) => `${line}\n`).join(''));
});

test('a reader that takes nothing is let go, and what waited for it with it', async () => {
  const lines = new AnswerLines(50);
  const failed = new Promise((resolve) => lines.once('error', resolve));
  for (let line = 0; line < 10; line++) lines.add('x'.repeat(100_000));
  lines.read(1);
  expect(await failed).toMatchObject({ code: 'DAVINCI_QUERY_CANCELLED' });
  lines.add('more');
  expect(lines.readableLength).toBeLessThan(200_000);
});

test('one that waits for answers that take long is not slow', async () => {
  const lines = new AnswerLines(30);
  const read = lines.toArray();
  await pause(100);
  lines.add('late');
  lines.finish();
  expect(Buffer.concat(await read).toString()).toBe('late\n');
});
