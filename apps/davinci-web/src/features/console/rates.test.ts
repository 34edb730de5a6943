/** Proves that a rate is of the last ten seconds, and that a restarted counter gives no negative one. */
import { expect, test } from 'vitest';
import { RateMeter } from './rates.ts';

test('the rate is over the last ten seconds', () => {
  const meter = new RateMeter();
  expect(meter.rate()).toBeNull();
  for (let second = 0; second <= 30; second += 2) meter.add(second < 20 ? 0 : (second - 20) * 100, second * 1_000);
  expect(meter.rate()).toBe(100);
  expect(meter.curve().slice(-2)).toEqual([100, 100]);
});

test('a counter that began anew is measured anew', () => {
  const meter = new RateMeter();
  meter.add(1_000, 0);
  meter.add(2_000, 1_000);
  meter.add(10, 2_000);
  expect(meter.rate()).toBeNull();
  meter.add(30, 4_000);
  expect(meter.rate()).toBe(10);
});
