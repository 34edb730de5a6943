/** Decides what a commit does on the page: exactly the widgets that it names ask again; freshness moves without a query. */
import type { Freshness, LiveCommit } from '@rtdp/davinci-api/client';
import { type Query, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type LiveState, listenLive } from '../../api/live.ts';
import { WIDGET_QUERY, type WidgetAnswer } from '../../widgets/use-widget-data.ts';

export interface Live {
  state: LiveState | undefined;
  /** Sink namespace → the newest that was heard of it. */
  freshness: ReadonlyMap<string, Freshness>;
  /** What the server said about commits that it cannot hear at present. */
  stale: string | undefined;
}

/**
 * Listens for the dashboard while `on`. `reload` is called when the dashboard, or what it stands on, is not any more what `documents` (the
 * `state` of its bundle) says, also where that happened before the stream stood or while it was lost.
 */
export function useLive(dashboardId: string, documents: string, on: boolean, reload: () => void): Live {
  const shown = useRef(documents);
  shown.current = documents;
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>();
  const [freshness, setFreshness] = useState<ReadonlyMap<string, Freshness>>(new Map());
  const [stale, setStale] = useState<string>();

  useEffect(() => {
    if (!on) return undefined;
    const ask = (which: (query: Query) => boolean) =>
      void client.invalidateQueries(
        { predicate: (query) => query.queryKey[0] === WIDGET_QUERY && which(query) },
        // An answer on its way may be older than the commit: it is broken off and asked for again.
        { cancelRefetch: true },
      );
    return listenLive(dashboardId, {
      onState: (next) => {
        setState(next);
        // Gone, or not ours to see any more: the bundle says which.
        if (next.is === 'refused') reload();
      },
      onReady: (ready, resumed) => {
        const readyAt = Date.now();
        setStale(undefined);
        if (ready.state !== shown.current) reload();
        // After a resumption the server itself names what was missed.
        if (!resumed) {
          ask(({ state: { data, fetchStatus } }) => {
            const answer = data as WidgetAnswer | undefined;
            return answer === undefined ? fetchStatus === 'fetching' : answer.askedAt < readyAt;
          });
        }
      },
      onCommit: (commit: LiveCommit) => {
        setFreshness(
          (known) => new Map([...known, ...commit.commits.map((each) => [each.sinkNamespace, each] as const)]),
        );
        const named = new Set(commit.widgets);
        if (named.size > 0) {
          ask(({ queryKey }) => named.has((queryKey[1] as { widgetId?: string } | undefined)?.widgetId ?? ''));
        }
      },
      onStale: ({ why, message }) => {
        if (why === 'changed') reload();
        else if (why === 'feedback' || why === 'rights') setStale(message);
      },
    });
  }, [client, dashboardId, on, reload]);

  return { state, freshness, stale };
}
