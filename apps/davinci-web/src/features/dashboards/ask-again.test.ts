/** Proves that commits during a question neither end it nor are missed, at any pace of commits and answers. */
import type { Freshness } from '@rtdp/davinci-api/client';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WIDGET_QUERY, type WidgetAnswer } from '../../widgets/use-widget-data.ts';
import { AskAgain } from './ask-again.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A table whose commits are numbered, and widgets that ask for its number and are answered after a while. */
function stand(widgets: readonly { id: string; took: () => number }[]) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const asks = new AskAgain(client);
  let commit = 0;
  const told = (): Freshness[] => [
    { sinkNamespace: 'orders', commitNumber: String(commit), watermark: null, loading: false },
  ];
  const figures = new Map(widgets.map(({ id }) => [id, { asked: 0, ended: 0, underWay: 0, atOnce: 0, fails: false }]));
  const observers = widgets.map(({ id, took }) => {
    const figure = figures.get(id)!;
    const observer = new QueryObserver<WidgetAnswer>(client, {
      queryKey: [WIDGET_QUERY, { widgetId: id }],
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: ({ signal }) =>
        new Promise((answer, fail) => {
          figure.asked++;
          figure.atOnce = Math.max(figure.atOnce, ++figure.underWay);
          const seen = told();
          const end = () => figure.underWay--;
          signal.addEventListener('abort', () => {
            figure.ended++;
            end();
            fail(new Error('ended'));
          });
          setTimeout(() => {
            end();
            if (figure.fails) fail(new Error('failed'));
            else answer({ freshness: seen } as WidgetAnswer);
          }, took());
        }),
    });
    const stop = observer.subscribe(() => undefined);
    return { id, observer, stop };
  });
  return {
    asks,
    figures,
    shown: () =>
      observers.map(({ observer }) => Number(observer.getCurrentResult().data?.freshness[0]?.commitNumber ?? -1)),
    commit(names: readonly string[] = widgets.map(({ id }) => id)) {
      commit++;
      asks.ask(({ queryKey }) => names.includes((queryKey[1] as { widgetId: string }).widgetId), told());
    },
    /** Told again, without a new commit. */
    tell: () => asks.ask(() => true, told()),
    last: () => commit,
    close() {
      for (const { stop } of observers) stop();
      asks.close();
      client.clear();
    },
  };
}

test('commits that come faster than answers neither end a question nor starve its widget', async () => {
  const one = stand([{ id: 'slow', took: () => 300 }]);
  await vi.advanceTimersByTimeAsync(300);
  const figure = one.figures.get('slow')!;
  const shown: number[] = [];
  for (let at = 0; at < 6_000; at += 50) {
    one.commit();
    await vi.advanceTimersByTimeAsync(50);
    shown.push(one.last() - one.shown()[0]!);
  }
  expect(figure).toMatchObject({ ended: 0, atOnce: 1 });
  // It rests as long as it takes: one question in 600 ms, and what is shown is never older than a rest and two answers.
  expect(figure.asked).toBeGreaterThanOrEqual(9);
  expect(figure.asked).toBeLessThanOrEqual(12);
  expect(Math.max(...shown)).toBeLessThanOrEqual((300 + 300 + 300) / 50 + 1);
  await vi.advanceTimersByTimeAsync(900);
  expect(one.shown()).toEqual([one.last()]);
  const { asked } = figure;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(figure.asked).toBe(asked);
  one.close();
});

test('one that is idle is asked at once; one under way is asked once more, and not where its answer knows the commit', async () => {
  const one = stand([{ id: 'w', took: () => 100 }]);
  await vi.advanceTimersByTimeAsync(5_000);
  const figure = one.figures.get('w')!;
  expect(figure.asked).toBe(1);
  one.commit();
  await vi.advanceTimersByTimeAsync(0);
  expect(figure.asked).toBe(2);
  // The same commit is told late, when the question that came after it is under way.
  await vi.advanceTimersByTimeAsync(50);
  one.tell();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(figure.asked).toBe(2);
  one.commit();
  await vi.advanceTimersByTimeAsync(50);
  for (let time = 0; time < 5; time++) one.commit();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(figure.asked).toBe(4);
  expect(one.shown()).toEqual([one.last()]);
  // A failure has no answer that could know it.
  one.commit();
  await vi.advanceTimersByTimeAsync(50);
  one.commit();
  figure.fails = true;
  await vi.advanceTimersByTimeAsync(50);
  figure.fails = false;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(figure.asked).toBe(6);
  expect(one.shown()).toEqual([one.last()]);
  one.close();
});

test('those that answer a little sooner or later go on together', async () => {
  const times = [300, 330, 370, 410];
  const all = stand(times.map((time) => ({ id: String(time), took: () => time })));
  await vi.advanceTimersByTimeAsync(500);
  const moments = new Set<number>();
  let asked = 0;
  for (let at = 0; at < 12_000; at += 10) {
    if (at % 50 === 0) all.commit();
    await vi.advanceTimersByTimeAsync(10);
    const now = [...all.figures.values()].reduce((sum, figure) => sum + figure.asked, 0);
    if (now > asked) moments.add(at);
    asked = now;
  }
  expect(asked).toBeGreaterThan(4 * 12);
  expect(moments.size).toBeLessThanOrEqual(asked / 4 + 4);
  all.close();
});

test('whatever the pace of commits and answers, the last commit is shown, and no question is ended', async () => {
  const pause = fc.integer({ min: 0, max: 400 });
  const commits = fc.array(fc.record({ after: pause, names: fc.subarray(['a', 'b', 'c'], { minLength: 1 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  const answers = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(commits, answers, async (steps, times) => {
      let next = 0;
      const took = () => times[next++ % times.length]!;
      const all = stand(['a', 'b', 'c'].map((id) => ({ id, took })));
      for (const { after, names } of steps) {
        await vi.advanceTimersByTimeAsync(after);
        all.commit(names);
      }
      await vi.advanceTimersByTimeAsync(20_000);
      const lastOf = (id: string) =>
        steps.reduce((last, { names }, index) => (names.includes(id) ? index + 1 : last), 0);
      for (const [index, id] of ['a', 'b', 'c'].entries()) {
        expect(all.shown()[index]).toBeGreaterThanOrEqual(lastOf(id));
        expect(all.figures.get(id)).toMatchObject({ ended: 0, underWay: 0, atOnce: 1 });
      }
      all.close();
    }),
    { numRuns: 100 },
  );
});
