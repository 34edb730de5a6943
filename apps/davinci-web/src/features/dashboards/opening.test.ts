/** The start of the page and its router open a dashboard once together; whoever comes back later opens it anew. */
import { expect, test, vi } from 'vitest';
import { noteOpening, openedAt } from './opening.ts';

test('what was asked belongs to the opening that is on the screen', () => {
  vi.useFakeTimers({ now: 1_000 });
  expect(noteOpening('a', 'start')).toBe(true);
  vi.setSystemTime(9_000);
  // However long the libraries took.
  expect(noteOpening('a', 'router')).toBe(false);
  expect(openedAt('a')).toBe(1_000);
  expect(noteOpening('b', 'router')).toBe(true);
  expect(openedAt('a')).toBe(9_000);
  vi.setSystemTime(10_000);
  expect(noteOpening('a', 'router')).toBe(true);
  expect(openedAt('a')).toBe(10_000);
  vi.useRealTimers();
});
