/** Proves that commits during a question neither end it nor are missed, at any pace of commits and answers. */
import type { Freshness } from '@rtdp/davinci-api/client';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WIDGET_QUERY, type WidgetAnswer } from '../../widgets/use-widget-data.ts';
import { AskAgain } from './ask-again.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a commit is told as: with the next number, with one of a table that was set back, or without one, as others may have gone by unheard. */
type Told = 'next' | 'set back' | 'lost';

/** A table whose commits are numbered, and widgets that ask for what it has and are answered after a while. */
function stand(widgets: readonly { id: string; took: () => number }[]) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const asks = new AskAgain(client);
  let commit = 0;
  let number = 1_000_000;
  const told = (isLost = false): Freshness[] => [
    { sinkNamespace: 'orders', commitNumber: isLost ? null : String(number), watermark: null, loading: false },
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
          const seen = { freshness: told(), rows: [[commit]] };
          const end = () => figure.underWay--;
          signal.addEventListener('abort', () => {
            figure.ended++;
            end();
            fail(new Error('ended'));
          });
          setTimeout(() => {
            end();
            if (figure.fails) fail(new Error('failed'));
            else answer(seen as Partial<WidgetAnswer> as WidgetAnswer);
          }, took());
        }),
    });
    const stop = observer.subscribe(() => undefined);
    return { id, observer, stop };
  });
  return {
    asks,
    figures,
    shown: () => observers.map(({ observer }) => Number(observer.getCurrentResult().data?.rows[0]?.[0] ?? -1)),
    commit(names: readonly string[] = widgets.map(({ id }) => id), as: Told = 'next') {
      commit++;
      if (as === 'set back') number -= 1_000;
      else if (as === 'next') number++;
      const commits = told(as === 'lost');
      asks.ask(({ queryKey }) => names.includes((queryKey[1] as { widgetId: string }).widgetId), commits);
    },
    /** Told again, without a new commit. */
    tell: (...others: string[]) =>
      asks.ask(() => true, [...told(), ...others.map((sinkNamespace) => ({ ...told()[0]!, sinkNamespace }))]),
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

test('one under way is asked once more where the number begins again, is not known, or another table is told too', async () => {
  for (const as of ['set back', 'lost'] as const) {
    const one = stand([{ id: 'w', took: () => 100 }]);
    await vi.advanceTimersByTimeAsync(1_000);
    one.commit();
    await vi.advanceTimersByTimeAsync(50);
    one.commit(['w'], as);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(one.figures.get('w')).toMatchObject({ asked: 3, ended: 0 });
    expect(one.shown()).toEqual([one.last()]);
    one.close();
  }
  const one = stand([{ id: 'w', took: () => 100 }]);
  await vi.advanceTimersByTimeAsync(1_000);
  one.commit();
  await vi.advanceTimersByTimeAsync(50);
  one.tell('returns');
  await vi.advanceTimersByTimeAsync(5_000);
  expect(one.figures.get('w')).toMatchObject({ asked: 3, ended: 0 });
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
  const names = fc.subarray(['a', 'b', 'c'], { minLength: 1 });
  const as = fc.constantFrom<Told>('next', 'next', 'next', 'set back', 'lost');
  const commits = fc.array(fc.record({ after: pause, names, as }), { minLength: 1, maxLength: 60 });
  const answers = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(commits, answers, async (steps, times) => {
      let next = 0;
      const took = () => times[next++ % times.length]!;
      const all = stand(['a', 'b', 'c'].map((id) => ({ id, took })));
      for (const step of steps) {
        await vi.advanceTimersByTimeAsync(step.after);
        all.commit(step.names, step.as);
      }
      await vi.advanceTimersByTimeAsync(20_000);
      const lastOf = (id: string) =>
        steps.reduce((last, step, index) => (step.names.includes(id) ? index + 1 : last), 0);
      for (const [index, id] of ['a', 'b', 'c'].entries()) {
        expect(all.shown()[index]).toBeGreaterThanOrEqual(lastOf(id));
        expect(all.figures.get(id)).toMatchObject({ ended: 0, underWay: 0, atOnce: 1 });
      }
      all.close();
    }),
    { numRuns: 100 },
  );
});
