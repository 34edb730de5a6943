import { expect, test } from 'vitest';
import { dayTicks } from './day-ticks.ts';

const DAY = 86_400_000;

test('days with a label are evenly apart, beyond the end of a month and where clocks are changed, and few enough to be read', () => {
  for (let days = 2; days <= 90; days++) {
    const last = new Date(2026, 10, 26, 17, 30).getTime();
    const ticks = dayTicks(last - days * DAY, last);
    expect(ticks.length, `${days} days`).toBeGreaterThan(1);
    expect(ticks.length, `${days} days`).toBeLessThanOrEqual(8);
    // An hour more or less, where clocks are changed.
    const steps = ticks.slice(1).map((tick, index) => Math.round((tick - ticks[index]!) / DAY));
    expect(new Set(steps).size, `${days} days: ${steps}`).toBe(1);
    expect(ticks.every((tick) => new Date(tick).getHours() === 0)).toBe(true);
  }
});

test('they are the same days an hour later', () => {
  const first = new Date(2026, 8, 1, 9).getTime();
  const later = dayTicks(first + DAY / 24, first + 60 * DAY + DAY / 24);
  expect(later).toEqual(dayTicks(first, first + 60 * DAY));
});
