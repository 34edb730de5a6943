/** Proves that the id in the template counts as a number does, however many digits it has. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowHead, timestampText } from './row-head.ts';

function shown(head: RowHead): string {
  return head.template.toString('latin1');
}

test('the template is moved on in place', () => {
  const head = new RowHead(1_886_718_885_888_000_000n);
  head.setTransaction({ xid: 1, commitMicros: 0, position: '' }, '2026-01-02 03:04:05.000006');
  expect(shown(head)).toBe('{"tuple":["1886718885888000000","2026-01-02 03:04:05.000006","i","1886718885888000000"');
  head.advance();
  expect(shown(head)).toBe('{"tuple":["1886718885888000004","2026-01-02 03:04:05.000006","i","1886718885888000004"');
  expect(head.base).toBe(1_886_718_885_888_000_004n);
});

test('any number of steps is addition, also over carries and a new digit', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 61n), fc.integer({ min: 1, max: 3000 }), (start, steps) => {
      const base = start - (start % 4n);
      const head = new RowHead(base);
      for (let step = 0; step < steps; step++) head.advance();
      const expected = base + BigInt(steps) * 4n;
      expect(head.base).toBe(expected);
      expect(shown(head).split('"')[3]).toBe(expected.toString());
      expect(shown(head).split('"')[9]).toBe(expected.toString());
    }),
  );
  const head = new RowHead(99_996n);
  head.advance();
  expect(shown(head).split('"')[3]).toBe('100000');
});

test('times have six digits of a fraction', () => {
  expect(timestampText(1_767_323_045_000_006n)).toBe('2026-01-02 03:04:05.000006');
  expect(timestampText(0n)).toBe('1970-01-01 00:00:00.000000');
});
