import { expect, test } from 'vitest';
import { type SourceFlow, SourceOutage } from './source-outage.ts';

const AWAY: SourceFlow = { reason: 'It does not answer.' };

/** News of one look a second, by the second in which it came. */
function news(flows: readonly SourceFlow[]): Record<number, unknown> {
  const outage = new SourceOutage();
  return Object.fromEntries(
    flows.flatMap((flow, second) => {
      const told = outage.look(flow, second * 1_000);
      return told === undefined ? [] : [[second, told]];
    }),
  );
}

const seconds = (count: number, flow: SourceFlow): SourceFlow[] => new Array<SourceFlow>(count).fill(flow);

test('a loss and its end are told once each, when they have lasted, however often it is tried meanwhile', () => {
  const tries = Array.from({ length: 60 }, (_, second) => (second % 2 === 0 ? AWAY : 'unknown'));
  expect(news([...seconds(30, 'streams'), ...tries, ...seconds(30, 'streams')])).toEqual({
    10: { kind: 'stream-resumed', since: 0 },
    40: { kind: 'stream-lost', since: 30_000, reason: 'It does not answer.' },
    100: { kind: 'stream-resumed', since: 90_000 },
  });
});

test('a server that comes and goes within seconds is no news, in either state', () => {
  const flapping = Array.from({ length: 200 }, (_, second) => (second % 16 < 8 ? AWAY : 'streams'));
  expect(Object.keys(news([...seconds(20, 'streams'), ...flapping]))).toEqual(['10']);
  expect(Object.keys(news([...seconds(20, AWAY), ...flapping]))).toEqual(['10']);
});

test('what is held is not lost, and is looked at anew when it goes on', () => {
  expect(Object.keys(news([...seconds(8, AWAY), ...seconds(30, 'held'), ...seconds(9, AWAY)]))).toEqual([]);
  expect(news([...seconds(11, 'streams'), 'held', ...seconds(11, 'streams')])).toEqual({
    10: { kind: 'stream-resumed', since: 0 },
    22: { kind: 'stream-resumed', since: 12_000 },
  });
});
