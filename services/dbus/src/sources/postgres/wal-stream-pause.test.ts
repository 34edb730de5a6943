/** Proves that a quiet stream is never delayed, and that a fast one is read in big runs. */
import { expect, test } from 'vitest';
import { ReadPause } from './wal-stream-pause.ts';

test('a thousand small commits a second are read at once', () => {
  const pause = new ReadPause();
  const pauses = Array.from({ length: 5_000 }, (_, millis) => pause.after(400, millis));
  expect(Math.max(...pauses)).toBe(0);
});

test('a stream that comes as fast as it is read is paused longer and longer, until the runs are big', () => {
  const pause = new ReadPause();
  const bytesPerMillisecond = 40_000;
  let now = 0;
  let longest = 0;
  let run = 0;
  for (let round = 0; round < 200; round++) {
    // What gathered during the pause is read in full reads, then one small one.
    let gathered = run;
    while (gathered >= 65_536) {
      expect(pause.after(65_536, now)).toBe(0);
      gathered -= 65_536;
    }
    if (gathered > 0) pause.after(Math.max(gathered, 49_152), now);
    const millis = pause.after(300, now);
    longest = Math.max(longest, millis);
    now += Math.max(1, millis);
    run = Math.max(1, millis) * bytesPerMillisecond;
  }
  expect(longest).toBeGreaterThan(10);
  expect(longest).toBeLessThanOrEqual(30);
});

test('the pause ends with the rush', () => {
  const pause = new ReadPause();
  for (let millis = 0; millis < 1_000; millis++) pause.after(40_000, millis);
  expect(pause.after(300, 1_001)).toBeGreaterThan(0);
  let last = 1;
  for (let millis = 1_002; millis < 2_000; millis++) last = pause.after(300, millis);
  expect(last).toBe(0);
});
