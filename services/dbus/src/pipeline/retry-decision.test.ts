/** Proves which errors end a stream for good and how the pauses of the others grow. */
import { RtdpError } from '@rtdp/ums/error';
import { expect, test } from 'vitest';
import { decideRetry } from './retry-decision.ts';

test('a lost slot, a gap and another writer are final', () => {
  for (const code of ['DBUS_SLOT_LOST', 'DBUS_SLOT_AHEAD', 'DBUS_FENCED']) {
    expect(decideRetry(new RtdpError({ code, message: 'm', next: 'n' }), 1, Math.random)).toEqual({ action: 'stop' });
  }
});

test('everything else is tried again, at first soon, at most every ten seconds or so', () => {
  const delay = (attempt: number): number => {
    const decision = decideRetry(new Error('gone'), attempt, () => 0.5);
    return decision.action === 'retry' ? decision.delayMs : Number.NaN;
  };
  expect([1, 2, 3, 4].map(delay)).toEqual([100, 200, 400, 800]);
  expect(delay(50)).toBe(10_000);
});
