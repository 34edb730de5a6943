import { expect, test } from 'vitest';
import { ApiError } from '../api/client.ts';
import { bodyState, emptiness, isKept } from './body-state.ts';
import type { WidgetQuery } from './contract.ts';

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

test('what a widget has shown it keeps while nobody is there to ask', () => {
  const data = { columns: [], rows: [[1]], truncated: false };
  const away = new ApiError(0, { code: 'WEB_UNREACHABLE', message: '', next: '', facts: {} });
  const refused = new ApiError(400, { code: 'SQL_UNKNOWN_COLUMN', message: '', next: '', facts: {} });
  const still = { data, error: away, isFetching: false, isAsked: true };
  expect(bodyState(still)).toBe('picture');
  expect(bodyState({ ...still, isFetching: true })).toBe('picture');
  expect(bodyState({ ...still, data: undefined })).toBe('failed');
  expect(bodyState({ ...still, error: refused })).toBe('failed');
  expect([isKept(still), isKept({ data, error: refused }), isKept({ data, error: null })]).toEqual([
    true,
    false,
    false,
  ]);
});

test('an empty widget says that nothing matches only where something is asked for', () => {
  const query: WidgetQuery = { dimensions: [], measures: [], filters: [], having: [], sort: [], limit: 100 };
  const paid = { column: 'status', operator: '=' as const, values: ['paid'] };
  const large = { by: 'sum(total)', operator: '>' as const, values: [100] };
  expect(emptiness(query, {})).toBe('none');
  expect(emptiness(query, { request: { filters: [], values: {} } })).toBe('none');
  // A filter that is set to "Any" gives no value.
  expect(emptiness(query, { request: { values: { status: null } } })).toBe('none');
  expect(emptiness({ ...query, filters: [paid] }, { request: { filters: [paid] } })).toBe('own');
  expect(emptiness({ ...query, having: [large] }, { request: { filters: [] } })).toBe('own');
  expect(emptiness(query, { request: { filters: [paid] } })).toBe('chosen');
  expect(emptiness({ ...query, filters: [paid] }, { request: { filters: [paid, paid] } })).toBe('chosen');
  expect(emptiness(query, { request: { values: { since: '2026-03-01' } } })).toBe('chosen');
});
