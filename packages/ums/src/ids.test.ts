import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterLoss,
  baseOf,
  beforeId,
  deadLetterId,
  firstId,
  GREATEST_ID,
  nextBase,
  offsetOf,
  parseId,
  reserveIds,
  rowId,
  STRIDE,
} from './ids.ts';

const base = fc.bigInt({ min: 1n, max: GREATEST_ID / STRIDE - 2n }).map((stride) => stride * STRIDE);

describe('ids', () => {
  it('start at the clock, with room below', () => {
    expect(firstId(1_750_000_000_000)).toBe(1_750_000_000_000n << 20n);
    expect(firstId(0)).toBeGreaterThan(0n);
    expect(firstId(Date.UTC(2200, 0, 1))).toBeLessThan(GREATEST_ID);
    expect(() => firstId(-1)).toThrow(/1970/);
    expect(() => firstId(2 ** 50)).toThrow(/no room/);
  });

  it('of one stride come in order and know their stride', () => {
    fc.assert(
      fc.property(base, (id) => {
        const ids = [beforeId(id), rowId(id), deadLetterId(id)];
        expect(ids.map(baseOf)).toEqual([id, id, id]);
        expect(ids.map(offsetOf)).toEqual([0n, 1n, 2n]);
        expect(nextBase(id)).toBeGreaterThan(ids[2]!);
        expect(offsetOf(nextBase(id))).toBe(0n);
      }),
    );
  });

  it('are reserved without overlap', () => {
    const first = reserveIds(firstId(1), 500);
    const second = reserveIds(first.next, 1);
    expect(first.next - first.firstBase).toBe(2000n);
    expect(second.firstBase).toBe(first.next);
    expect(() => reserveIds(firstId(1), -1)).toThrow();
    expect(() => reserveIds(GREATEST_ID - 8n, 5)).toThrow(/no room/);
  });

  it('never go back when the position is lost', () => {
    fc.assert(
      fc.property(fc.nat(), base, fc.bigInt({ min: 0n, max: 3n }), (now, lastBase, offset) => {
        const next = afterLoss(now, lastBase + offset);
        expect(next).toBeGreaterThan(lastBase + offset);
        expect(next).toBeGreaterThanOrEqual(firstId(now));
        expect(offsetOf(next)).toBe(0n);
      }),
    );
    expect(afterLoss(5, null)).toBe(firstId(5));
  });

  it('are read only in their one form', () => {
    expect(parseId('9223372036854775807')).toBe(GREATEST_ID);
    for (const text of ['0', '-1', '01', '9223372036854775808', '1e3', '', ' 1'])
      expect(() => parseId(text)).toThrow(/64-bit/);
  });
});
