import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatTimestamp, parseTimestamp, splitLatency } from './latency.ts';

it('reads UTC to the microsecond, and nothing else', () => {
  expect(parseTimestamp('1970-01-01 00:00:01.500250')).toBe(1500.25);
  expect(parseTimestamp('1970-01-01 00:00:01')).toBe(1000);
  expect(parseTimestamp('infinity')).toBeUndefined();
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
      expect(parseTimestamp(formatTimestamp(date.getTime()))).toBe(date.getTime());
    }),
  );
});

it('the parts make up the whole, and clocks that differ give no negative time', () => {
  expect(splitLatency({ sourceCommit: 0, published: 5, read: 7, computed: 8, stored: 12 })).toEqual({
    source: 5,
    kafka: 2,
    transform: 1,
    sink: 4,
    total: 12,
  });
  expect(splitLatency({ sourceCommit: 10, published: 5, read: 7, computed: 8, stored: 9 })).toMatchObject({
    source: 0,
    total: 0,
  });
  expect(
    splitLatency({ sourceCommit: undefined, published: undefined, read: 7, computed: 8, stored: 9 }),
  ).toMatchObject({ source: null, kafka: null, total: null });
});
