import { expect, test } from 'vitest';
import { monthTicks } from './month-ticks.ts';

const monthsOf = (ticks: readonly number[]) =>
  ticks.map((tick) => new Date(tick).getFullYear() * 12 + new Date(tick).getMonth());

test('months with a label are evenly many apart, whichever has fewer days, and few enough to be read', () => {
  // Of more than three years only the years are told.
  for (let months = 3; months <= 36; months++) {
    const last = new Date(2026, 10, 26, 17, 30).getTime();
    const ticks = monthTicks(new Date(2026, 10 - months, 26, 17, 30).getTime(), last);
    expect(ticks.length, `${months} months`).toBeGreaterThan(1);
    expect(ticks.length, `${months} months`).toBeLessThanOrEqual(4);
    const steps = monthsOf(ticks)
      .slice(1)
      .map((month, index) => month - monthsOf(ticks)[index]!);
    expect(new Set(steps).size, `${months} months: ${steps}`).toBe(1);
    expect(ticks.every((tick) => new Date(tick).getDate() === 1 && new Date(tick).getHours() === 0)).toBe(true);
  }
});

test('a month at either end has its label', () => {
  const ticks = monthTicks(new Date(2026, 0).getTime(), new Date(2026, 3).getTime());
  expect(monthsOf(ticks).map((month) => month % 12)).toEqual([0, 1, 2, 3]);
});

test('they are the same months an hour later', () => {
  const first = new Date(2025, 11, 15, 9).getTime();
  const last = new Date(2026, 10, 26, 9).getTime();
  expect(monthTicks(first + 3_600_000, last + 3_600_000)).toEqual(monthTicks(first, last));
});
