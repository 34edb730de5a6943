/** Proves that a page calls itself live only where its stream stands and its widgets have answers. */
import type { Freshness } from '@rtdp/davinci-api/client';
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';
import { ApiError } from '../../api/client.ts';
import { WIDGET_QUERY } from '../../widgets/use-widget-data.ts';
import { pageState } from './live-mark.tsx';
import { countAnswers } from './page-answers.ts';

const LIVE = { state: { is: 'live' }, stale: undefined } as const;

test('the mark of a page says the worst that is true', () => {
  const word = (
    live: Parameters<typeof pageState>[0],
    asked: number,
    waiting: number,
    failed: number,
    old = 0,
    late = 0,
  ) => {
    const state = pageState(live, { asked, waiting, failed, old, late });
    return `${state.kind} ${state.word}`;
  };
  expect(word(LIVE, 5, 0, 0)).toBe('ok live');
  expect(word(LIVE, 5, 2, 0)).toBe('ok live');
  expect(word(LIVE, 0, 0, 0)).toBe('ok live');
  expect(word(LIVE, 5, 5, 0)).toBe('unknown loading');
  expect(word(LIVE, 5, 0, 5)).toBe('broken failing');
  expect(word(LIVE, 5, 4, 1)).toBe('late partly');
  expect(word({ ...LIVE, stale: 'no feedback' }, 5, 0, 0)).toBe('late old');
  expect(word({ ...LIVE, stale: 'no feedback' }, 5, 0, 5)).toBe('broken failing');
  // Widgets that keep what they had say the same of themselves.
  expect(word(LIVE, 5, 0, 0, 5)).toBe('late old');
  expect(word(LIVE, 5, 0, 1, 4)).toBe('late partly');
  expect(word(LIVE, 5, 0, 0, 0, 1)).toBe('late behind');
  expect(word(LIVE, 5, 0, 1, 0, 1)).toBe('late partly');
  const lost = { state: { is: 'lost', since: 0, why: '' }, stale: undefined } as const;
  expect(word(lost, 5, 0, 5)).toBe('late old');
  expect(word({ ...lost, state: { ...lost.state, is: 'refused' } }, 5, 0, 0)).toBe('broken refused');
  expect(word({ state: undefined, stale: undefined }, 0, 0, 0)).toBe('unknown connecting');
});

test('widgets that are looked at are counted: waiting, failed also while they are asked again, and what others ask is not', async () => {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const counted = () => countAnswers(client.getQueryCache().getAll(), new Map(), 0);
  let answers: () => Promise<unknown> = () => Promise.reject(new Error('away'));
  const queryKey = [WIDGET_QUERY, { viewId: 'v' }, 1];
  const ask = (key: unknown[], queryFn: () => Promise<unknown>, enabled = true) =>
    new QueryObserver(client, { queryKey: key, queryFn, enabled }).subscribe(() => undefined);
  const ends = [
    ask(queryKey, () => answers()),
    // Another widget with the same question.
    ask(queryKey, () => answers()),
    ask([WIDGET_QUERY, undefined, 1], async () => 1, false),
    ask([WIDGET_QUERY, { viewId: 'far' }, 1], async () => 1, false),
    ask(['/api/views'], () => Promise.reject(new Error('away'))),
  ];
  expect(counted()).toEqual({ asked: 2, waiting: 2, failed: 0, old: 0, late: 0 });
  await vi.waitFor(() => expect(counted()).toEqual({ asked: 2, waiting: 0, failed: 2, old: 0, late: 0 }));
  const asking = Promise.withResolvers<unknown>();
  answers = () => asking.promise;
  const again = client.refetchQueries({ queryKey });
  expect(client.getQueryState(queryKey)?.fetchStatus).toBe('fetching');
  expect(counted()).toEqual({ asked: 2, waiting: 0, failed: 2, old: 0, late: 0 });
  asking.resolve('there');
  await again;
  expect(counted()).toEqual({ asked: 2, waiting: 0, failed: 0, old: 0, late: 0 });
  // Nobody is there to ask any more: what was answered stays.
  answers = () => Promise.reject(new ApiError(0, { code: 'WEB_UNREACHABLE', message: '', next: '', facts: {} }));
  await client.refetchQueries({ queryKey });
  expect(counted()).toEqual({ asked: 2, waiting: 0, failed: 0, old: 2, late: 0 });
  for (const end of ends) end();
  client.clear();
});

test('a widget is late whose table has told nothing for long, and is not any more when the stream has told of it', async () => {
  const client = new QueryClient();
  const namespace = 'postgresql.warehouse.shop.orders.*.0.0';
  const upTo = (moment: string): Freshness => ({
    sinkNamespace: namespace,
    commitNumber: '1',
    watermark: moment,
    loading: false,
  });
  const queryKey = [WIDGET_QUERY, { viewId: 'v' }, 1];
  const queryFn = async () => ({ freshness: [upTo('2026-01-01T10:00:00Z')] });
  const end = new QueryObserver(client, { queryKey, queryFn }).subscribe(() => undefined);
  const late = (at: string, heard: readonly Freshness[] = []) =>
    countAnswers(
      client.getQueryCache().getAll(),
      new Map(heard.map((each) => [each.sinkNamespace, each])),
      Date.parse(at),
    ).late;
  await vi.waitFor(() => expect(client.getQueryData(queryKey)).toBeDefined());
  expect(late('2026-01-01T10:00:30Z')).toBe(0);
  expect(late('2026-01-01T10:05:00Z')).toBe(1);
  expect(late('2026-01-01T10:05:00Z', [upTo('2026-01-01T10:04:59Z')])).toBe(0);
  end();
  client.clear();
});
