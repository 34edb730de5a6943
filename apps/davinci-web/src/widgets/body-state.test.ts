import { expect, test } from 'vitest';
import { bodyState } from './body-state.ts';

test('a widget says that it waits only when something is under way', () => {
  const data = { columns: [], rows: [[1]], truncated: false };
  const still = { data: undefined, error: null, isFetching: false, isAsked: true };
  expect(bodyState({ ...still, isAsked: false })).toBe('unasked');
  expect(bodyState(still)).toBe('waiting');
  expect(bodyState({ ...still, error: new Error() })).toBe('failed');
  expect(bodyState({ ...still, data, error: new Error() })).toBe('failed');
  // Asked again after a failure: the old picture meanwhile.
  expect(bodyState({ ...still, data, error: new Error(), isFetching: true })).toBe('picture');
  expect(bodyState({ ...still, data: { ...data, rows: [] } })).toBe('empty');
  // What is kept is shown, also where nothing is asked at present.
  expect(bodyState({ ...still, data, isAsked: false })).toBe('picture');
});
