/** Proves that a rate is of the last ten seconds, and that a restarted counter gives no negative one. */
import { expect, test } from 'vitest';
import { keptRate, RateMeter } from './rates.ts';

test('the rate is over the last ten seconds', () => {
  const meter = new RateMeter();
  expect(meter.rate()).toBeNull();
  for (let second = 0; second <= 30; second += 2) meter.add(second < 20 ? 0 : (second - 20) * 100, second * 1_000);
  expect(meter.rate()).toBe(100);
  expect(meter.curve().slice(-2)).toEqual([100, 100]);
});

test('two pages that ask one after the other make no rate of zero', () => {
  const meter = new RateMeter();
  meter.add(1_000, 0);
  meter.add(1_000, 150);
  expect(meter.rate()).toBeNull();
  meter.add(1_020, 2_000);
  expect(meter.rate()).toBe(10);
});

test('there is no curve before as long was seen as a rate is over: two points look like a rise or a fall', () => {
  const meter = new RateMeter();
  for (const second of [0, 2, 4, 6, 8]) meter.add(second < 4 ? 0 : second, second * 1_000);
  expect(meter.curve()).toEqual([]);
  meter.add(10, 10_000);
  expect(meter.curve()).toHaveLength(5);
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

test('before anything was seen here, the rate that the service kept a moment ago is told', () => {
  const at = (second: number): string => new Date(second * 1_000).toISOString();
  const kept = (second: number, rowsPerSecond: number | null) => ({ at: at(second), values: { rowsPerSecond } });
  expect(keptRate([kept(960, 12), kept(975, 40), kept(990, null)], 1_000_000)).toBe(40);
  expect(keptRate([kept(900, 12)], 1_000_000)).toBeNull();
  expect(keptRate([], 1_000_000)).toBeNull();
});
