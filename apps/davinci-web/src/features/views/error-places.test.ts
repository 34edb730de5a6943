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

test('a column is marked with its table, a table with its database', () => {
  expect(marked('select o.id, o.totl from orders o', { position: 14 })).toEqual(['o.totl']);
  expect(marked('select 1 from "ware house".order', { position: 15 })).toEqual(['"ware house".order']);
  expect(marked('select 1.', { position: 8 })).toEqual(['1']);
});

test('what was meant can stand there at once, under the same table; what the error does not speak of is left alone', () => {
  const corrected = (text: string, position: number, message: string, next: string): string[] =>
    errorPlaces({ code: 'X', message, next, facts: { position } }, text).map(
      ({ from, to, correction }) => text.slice(0, from) + (correction ?? text.slice(from, to)) + text.slice(to),
    );
  const from = 'from warehouse.order';
  expect(corrected('select o.totl', 8, 'There is no column o.totl.', 'Did you mean total?')).toEqual([
    'select o.total',
  ]);
  expect(corrected(from, 6, 'The table warehouse.order does not exist.', 'Did you mean warehouse.orders?')).toEqual([
    'from warehouse.orders',
  ]);
  expect(corrected('select totl', 8, 'column "totl" does not exist', 'Did you mean Total?')).toEqual([
    'select "Total"',
  ]);
  expect(corrected('select o.totl', 1, 'There is no column o.totl.', 'Did you mean total?')).toEqual(['select o.totl']);
  expect(corrected('select o.totl', 8, 'There is no column o.totl.', 'Known columns: total.')).toEqual([
    'select o.totl',
  ]);
});
