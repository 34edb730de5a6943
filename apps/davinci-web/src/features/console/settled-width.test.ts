/** Proves that a picture is laid out once for a window that is dragged, and at once for the first width. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RESTED, settledWidth } from './settled-width.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('of the widths of a drag only the one at rest is taken', () => {
  const taken: number[] = [];
  const width = settledWidth((next) => taken.push(next));
  width.tell(0);
  width.tell(1_200);
  expect(taken).toEqual([1_200]);
  for (let at = 1_199; at >= 900; at -= 10) {
    width.tell(at);
    vi.advanceTimersByTime(16);
  }
  width.tell(900);
  expect(taken).toEqual([1_200]);
  vi.advanceTimersByTime(RESTED);
  expect(taken).toEqual([1_200, 900]);
});

test('what a scrollbar takes is no other width, back and forth is none, and nothing is taken after the end', () => {
  const taken: number[] = [];
  const width = settledWidth((next) => taken.push(next));
  const rest = (next: number): void => {
    width.tell(next);
    vi.advanceTimersByTime(RESTED);
  };
  rest(1_000);
  rest(1_015);
  width.tell(700);
  rest(1_000);
  expect(taken).toEqual([1_000]);
  rest(985);
  rest(1_024);
  expect(taken).toEqual([1_000, 985, 1_024]);
  width.tell(600);
  width.stop();
  vi.advanceTimersByTime(RESTED);
  expect(taken).toHaveLength(3);
});
