/** Proves that an error is marked at its word, in every form in which a place is told. */
import { expect, test } from 'vitest';
import { errorPlaces } from './error-places.ts';

const error = (facts: Record<string, unknown>) => ({
  code: 'SQL_COLUMN',
  message: 'no such column',
  next: 'Look.',
  facts,
});
const marked = (text: string, facts: Record<string, unknown>, offset = 0): string[] =>
  errorPlaces(error(facts), text, offset).map(({ from, to }) => text.slice(from, to));

test('by line and column, by position, and by problems with their own words', () => {
  expect(marked('select a,\n  wrong from t', { line: 2, column: 3 })).toEqual(['wrong']);
  expect(marked('select wrong from t', { position: 8 })).toEqual(['wrong']);
  expect(marked('select wrong from t', { position: '8' })).toEqual(['wrong']);
  const [place] = errorPlaces(
    error({ problems: [{ line: 1, column: 8, message: 'no wrong', next: 'Use right.' }] }),
    'select wrong',
  );
  expect(place).toMatchObject({ message: 'no wrong', next: 'Use right.', code: 'SQL_COLUMN' });
});

test('characters are counted as the server does, code units as the editor does', () => {
  expect(marked("select '🙂', wrong", { position: 13 })).toEqual(['wrong']);
});

test('a selection that was run is marked where it stands', () => {
  const text = 'select 1;\nselect wrong';
  expect(marked(text, { position: 8 }, 10)).toEqual(['wrong']);
});

test('a quoted name is marked whole; the end of the text marks its end; no place, no mark', () => {
  expect(marked('select "od d" x', { position: 8 })).toEqual(['"od d"']);
  expect(errorPlaces(error({ position: 7 }), 'select')).toMatchObject([{ from: 6, to: 6 }]);
  expect(marked('select', {})).toEqual([]);
  expect(marked('select', { line: 9, column: 1 })).toEqual([]);
});
