import { expect, test } from 'vitest';
import { arrivedText } from './demo.ts';

test('a change is told in a sentence that is right for a name and for none', () => {
  const change = { customerId: '964', committedAt: '2026-01-02 03:04:05.678', milliseconds: 21, umsId: '7' };
  const first = (name: string) => arrivedText({ ...change, name }).split('\n')[0];
  expect(first('Ada Vogel')).toBe('Customer 964 (Ada Vogel) is in the shop, and 21 ms later in the warehouse.');
  expect(first('You')).toBe('Customer 964 (You) is in the shop, and 21 ms later in the warehouse.');
});
