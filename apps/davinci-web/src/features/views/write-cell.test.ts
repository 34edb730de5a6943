/** Proves how ids and exact numbers of a result are written. */
import { expect, test } from 'vitest';
import { formatMoment } from '../../shell/numbers.ts';
import { type FigureColumn, writerOf } from './write-cell.ts';

const column = (name: string, type: string): FigureColumn => ({ name, type, modelType: 'number' });
const write = (what: FigureColumn, value: string | number, values: (string | number)[] = [value]) =>
  writerOf(what, [{ column: 'year', role: 'dimension' }], values, 'en')?.(value);

test('whole numbers that name something have no separators, others do', () => {
  expect(write(column('id', 'int8'), '1497')).toBe('1497');
  expect(write(column('customer_id', 'integer'), 1497)).toBe('1497');
  expect(write(column('year', 'int4'), 2026)).toBe('2026');
  expect(write(column('paid', 'int4'), 2026)).toBe('2,026');
});

test('moments are written to the second, by the clock of the reader', () => {
  const at = (modelType: 'instant' | 'datetime', value: string) =>
    writerOf({ name: 'at', type: 'timestamptz', modelType }, [], [], 'en')?.(value);
  expect(at('datetime', '2026-11-26 02:29:55.036311')).toBe('26 Nov 2026, 02:29:55');
  expect(at('instant', '2026-11-26 02:29:55.036311+00')).toBe(formatMoment('2026-11-26T02:29:55Z', 'en'));
  expect(at('instant', 'infinity')).toBe('infinity');
});

test('exact numbers have the digits of their column, and none of these is lost', () => {
  expect(write(column('amount', 'numeric(12,2)'), '597.20')).toBe('597.20');
  expect(write(column('amount', 'numeric(12,2)'), 597.2)).toBe('597.20');
  expect(write(column('total', 'numeric'), '597.2', ['597.2', '1791.49'])).toBe('597.20');
  expect(write(column('units', 'int8'), '9007199254740993')).toBe('9,007,199,254,740,993');
  expect(writerOf({ name: 'city', type: 'text', modelType: 'text' }, [], [], 'en')).toBeUndefined();
});

test('numbers of a division and of floating point have the digits that somebody compares', () => {
  expect(write(column('mean', 'numeric'), '1.3333333333333333')).toBe('1.3333');
  expect(write(column('rate', 'float8'), 0.5)).toBe('0.5');
  expect(write(column('rate', 'double precision'), 0.30000000000000004)).toBe('0.3');
  expect(write(column('rate', 'float8'), 1_234_567.891_234)).toBe('1,234,567.8912');
  expect(write(column('rate', 'float8'), 0.000_001_234_567)).toBe('0.000001235');
});
