/** Shows that each source has its own rate on the terminal, and none where nothing can be told. */
import { expect, test } from 'vitest';
import { sourceLines } from './live-view.ts';

const source = (name: string, rows: number | null) => ({
  name,
  state: 'running' as const,
  stream: rows === null ? null : { rows, lastLatencyMillis: 12 },
  slot: { lagBytes: 2048 },
});

test('a source that stands still is not shown with the rows of another', () => {
  const state = new Map();
  const rates = (lines: string[]) => lines.map((line) => /, (\S+) rows into Kafka/.exec(line)?.[1]);
  expect(sourceLines([source('shop', 100), source('small', 12)], state, 1_000)).toEqual([
    'DBus: shop is running, – rows into Kafka, commit → Kafka 12 ms, log held back 2.0 KB',
    'DBus: small is running, – rows into Kafka, commit → Kafka 12 ms, log held back 2.0 KB',
  ]);
  expect(rates(sourceLines([source('shop', 150), source('small', 12)], state, 3_000))).toEqual(['25.0/s', '0.0/s']);
  // One that was restarted counts anew; one that does not run has no rate.
  expect(rates(sourceLines([source('shop', 5), source('small', null)], state, 4_000))).toEqual(['–', '–']);
  expect(rates(sourceLines([source('shop', 15), source('small', 2)], state, 5_000))).toEqual(['10.0/s', '–']);
});
