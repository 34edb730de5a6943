/** Shows that what a service tells of a thing that is gone goes whole, and nothing else with it. */
import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

test('every series of one label value is forgotten, whatever other labels it has', async () => {
  const metrics = createMetrics();
  const rows = metrics.counter('rtdp_test_rows_total', 'Rows.', ['source', 'table']);
  const lag = metrics.gauge('rtdp_test_lag', 'Lag.', ['source']);
  const latency = metrics.histogram('rtdp_test_latency', 'Latency.', ['source', 'part'], [1, 2]);
  const plain = metrics.counter('rtdp_test_plain_total', 'Without such a label.', []);
  plain.inc(7);
  for (const source of ['gone', 'kept']) {
    for (const table of ['a', 'b']) rows.inc({ source, table }, 3);
    lag.set({ source }, 5);
    latency.observe({ source, part: 'all' }, 1.5);
  }
  const linesOf = async (source: string): Promise<string[]> =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.includes(`source="${source}"`));
  const kept = await linesOf('kept');
  expect(await linesOf('gone')).toHaveLength(kept.length);
  await metrics.forget('source', 'gone');
  expect(await linesOf('gone')).toEqual([]);
  expect(await linesOf('kept')).toEqual(kept);
  expect(await metrics.registry.metrics()).toContain('rtdp_test_plain_total 7');
  // It may come again, and then counts from the beginning.
  rows.inc({ source: 'gone', table: 'a' });
  expect(await linesOf('gone')).toEqual(['rtdp_test_rows_total{source="gone",table="a"} 1']);
});
