/** Proves how numbers, durations and formats are written. */
import { expect, test } from 'vitest';
import { formatAgo, formatDuration, formatNumber, formatSince, parseFormat } from './numbers.ts';
import { nextSort, sortedOrder } from './sort-rows.ts';

test('large numbers are shortened, and exact on request, digit for digit', () => {
  expect(formatNumber(1_234_567, 'en')).toBe('1.23\u202FM');
  expect(formatNumber('12345678901234567890.123456789', 'en', undefined, 'exact')).toBe(
    '12,345,678,901,234,567,890.123456789',
  );
  expect(formatNumber(9_999, 'en')).toBe('9,999');
  expect(formatNumber(1_234_567, 'zh')).toBe('123万');
  expect(formatNumber(Number.NaN, 'en')).toBe('NaN');
  expect(formatNumber(0.1234, 'en')).toBe('0.123');
});

test('a column of figures has no more digits than its format, an axis one unit', () => {
  expect(formatNumber('71573.142857142857', 'en', parseFormat('currency:EUR'), 'cell')).toBe('€71,573.14');
  expect(formatNumber('71573.142857142857', 'en', parseFormat('currency:EUR'), 'exact')).toBe('€71,573.142857142857');
  expect(formatNumber('12345678901234567890', 'en', undefined, 'cell')).toBe('12,345,678,901,234,567,890');
  expect(formatNumber(1 / 3, 'en', undefined, 'cell')).toBe('0.3333');
  expect([8_000, 12_000].map((each) => formatNumber(each, 'en', undefined, 'axis'))).toEqual(['8\u202FK', '12\u202FK']);
  expect([0, 0.5, 200_000].map((each) => formatNumber(each, 'en', parseFormat('0.00'), 'axis'))).toEqual([
    '0',
    '0.50',
    '200\u202FK',
  ]);
  expect(formatNumber(0, 'en', parseFormat('0.00'))).toBe('0.00');
  expect([8_000, 12_000].map((each) => formatNumber(each, 'zh', undefined, 'axis'))).toEqual(['8,000', '1.2万']);
});

test('the formats of a view are understood', () => {
  expect(formatNumber(0.256, 'en', parseFormat('percent'))).toBe('25.6%');
  expect(formatNumber('12.5', 'en', parseFormat('currency:EUR'))).toBe('€12.50');
  expect(formatNumber(Math.PI, 'en', parseFormat('0.00'))).toBe('3.14');
  expect(formatNumber(5, 'en', parseFormat('unit:rows/s'))).toBe('5 rows/s');
  expect(formatNumber(20_000, 'zh', parseFormat('unit:行'))).toBe('2万行');
  expect(formatNumber(20, 'zh', parseFormat('unit:行'))).toBe('20 行');
  expect(formatNumber(1_500_000, 'en', parseFormat('bytes'))).toBe('1.5 MB');
  expect(parseFormat('anything else')).toEqual({ kind: 'number' });
});

test('durations take the largest unit that fits', () => {
  expect([0.42, 340, 2_100, 300_000, 10_800_000, 345_600_000].map((each) => formatDuration(each, 'en'))).toEqual([
    '0.4 ms',
    '340 ms',
    '2.1 s',
    '5 min',
    '3 h',
    '4 d',
  ]);
  expect([0, 0.003].map((each) => formatDuration(each, 'en'))).toEqual(['0 ms', '< 0.1 ms']);
  expect(formatAgo(0, 3_000, 'en')).toBe('3 sec ago');
  expect(formatAgo(0, 300_000, 'zh')).toBe('5 分钟前');
});

test('rows are sorted as numbers or as texts, nothing last, and back to their own order', () => {
  const rows = [
    ['10', 'b'],
    ['9', 'a'],
    [null, 'c'],
  ];
  const columns = [{ numeric: true }, {}];
  const first = nextSort(undefined, 0, true);
  expect(first).toEqual({ column: 0, direction: 'desc' });
  expect(sortedOrder(rows, columns, first)).toEqual([0, 1, 2]);
  const second = nextSort(first, 0, true);
  expect(sortedOrder(rows, columns, second)).toEqual([1, 0, 2]);
  expect(nextSort(second, 0, true)).toBeUndefined();
  expect(sortedOrder(rows, columns, { column: 1, direction: 'asc' })).toEqual([1, 0, 2]);
});

test('since when something is as it is: the time, and the day where it is another one', () => {
  const now = Date.parse('2026-11-26T11:00:00Z');
  const since = (at: string, language: string) => formatSince(Date.parse(at), now, language, 'UTC');
  expect(since('2026-11-26T10:42:31Z', 'en')).toBe('10:42');
  expect(since('2026-11-25T23:59:59Z', 'en')).toBe('25 Nov, 23:59');
  expect(since('2025-12-31T08:00:00Z', 'en')).toMatch(/^31 Dec 2025, 08:00$/);
  expect(since('2026-11-25T23:59:59Z', 'zh')).toBe('11月25日 23:59');
});
