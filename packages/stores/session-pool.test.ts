/** Shows when sessions that nobody uses are ended. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type PooledSession, SessionPool } from './session-pool.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('an idle session is ended after five minutes, one that is used stays', async () => {
  const ended: number[] = [];
  let opened = 0;
  const pool = new SessionPool<PooledSession>(3, async () => {
    const number = opened++;
    return { usable: true, end: () => ended.push(number) };
  });
  const [first, second] = [await pool.acquire(), await pool.acquire()];
  pool.release(first);
  await vi.advanceTimersByTimeAsync(200_000);
  pool.release(second);
  await vi.advanceTimersByTimeAsync(99_999);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toEqual([0]);
  expect(await pool.acquire()).toBe(second);
  await vi.advanceTimersByTimeAsync(1_000_000);
  expect(ended).toEqual([0]);
  pool.release(second);
  await vi.advanceTimersByTimeAsync(300_000);
  expect([ended, vi.getTimerCount()]).toEqual([[0, 1], 0]);
});
