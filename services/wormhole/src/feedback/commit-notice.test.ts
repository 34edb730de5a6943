import { expect, it } from 'vitest';
import { freshnessOf } from './commit-notice.ts';

const at = (partition: number, watermark: string | undefined, loading = false) => ({ partition, watermark, loading });

it('is the least over all partitions, and nothing before all have told or while a pull loads', () => {
  expect(freshnessOf([at(0, '2026-01-01 10:00:00.5'), at(1, '2026-01-01 10:00:00.499999')], 2)).toEqual({
    watermark: '2026-01-01 10:00:00.499999',
    loading: false,
  });
  expect(freshnessOf([at(0, '2026-01-01 10:00:00')], 2).watermark).toBeNull();
  expect(freshnessOf([at(0, '2026-01-01 10:00:00'), at(1, undefined)], 2).watermark).toBeNull();
  expect(freshnessOf([at(0, '2026-01-01 10:00:00'), at(1, '2026-01-01 10:00:00', true)], 2)).toEqual({
    watermark: null,
    loading: true,
  });
});
