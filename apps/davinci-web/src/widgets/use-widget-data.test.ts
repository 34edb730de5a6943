/** Proves that an answer is kept for the question and the version of the view, and for nothing else. */
import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, expect, test, vi } from 'vitest';
import { widgetQuery } from './use-widget-data.ts';

afterEach(() => vi.unstubAllGlobals());

test('another version of the view is asked anew, the same one is not', async () => {
  let asked = 0;
  vi.stubGlobal('fetch', async () => Response.json({ rows: [[++asked]] }));
  const request = { viewId: 'v', dimensions: [], measures: [], filters: [] };
  const client = new QueryClient();
  const observer = new QueryObserver(client, widgetQuery(request, 1));
  const stop = observer.subscribe(() => undefined);
  const shows = (rows: number[][]) => vi.waitFor(() => expect(observer.getCurrentResult().data?.rows).toEqual(rows));
  await shows([[1]]);
  observer.setOptions(widgetQuery(request, 1));
  await shows([[1]]);
  expect(asked).toBe(1);
  observer.setOptions(widgetQuery(request, 2));
  await shows([[2]]);
  stop();
  client.clear();
});
