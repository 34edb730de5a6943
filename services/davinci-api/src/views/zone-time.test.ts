/** What was found out of a zone is kept no longer than its clock. */
import { expect, test } from 'vitest';
import { changesOf, checkZone } from './zone-time.ts';

test('the changes of a zone are kept for the next who asks, and go when others have come', () => {
  const first = changesOf('eUROPE/bERLIN');
  expect(changesOf('eUROPE/bERLIN')).toBe(first);
  for (let minute = 10; minute < 60; minute += 1)
    for (const hour of ['+00', '+01', '+02']) checkZone(`${hour}:${minute}`);
  expect(changesOf('eUROPE/bERLIN')).not.toBe(first);
  expect(changesOf('eUROPE/bERLIN')).toEqual(first);
});
