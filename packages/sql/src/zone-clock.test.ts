/** Clocks of zones are kept for who asks again, and only so many. */
import { expect, test } from 'vitest';
import { zoneClock } from './zone-clock.ts';

test('a clock is kept for the next who asks, and goes when others have come', () => {
  const winter = Date.UTC(2026, 0) / 1000;
  const first = zoneClock('eUROPE/bERLIN');
  expect(zoneClock('eUROPE/bERLIN')).toBe(first);
  for (let minute = 1; minute <= 300; minute += 1) {
    const offset = `+${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    expect(zoneClock(offset).aheadAt(winter)).toBe(minute * 60);
  }
  expect(zoneClock('eUROPE/bERLIN')).not.toBe(first);
  expect(zoneClock('eUROPE/bERLIN').aheadAt(winter)).toBe(3600);
  expect(() => zoneClock('Nowhere/Else')).toThrow(RangeError);
});
