/** Decides what a commit does on the page: exactly the widgets that it names ask again; freshness moves without a query. */
import type { Freshness, LiveCommit } from '@rtdp/davinci-api/client';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type LiveState, type LookedAt, listenLive } from '../../api/live.ts';
import type { WidgetAnswer } from '../../widgets/use-widget-data.ts';
import { isBehind } from './answer-age.ts';
import { AskAgain } from './ask-again.ts';
import { openedAt } from './opening.ts';

export interface Live {
  state: LiveState | undefined;
  /** Sink namespace → the newest that was heard of it. */
  freshness: ReadonlyMap<string, Freshness>;
  /** What the server said about commits that it cannot hear at present. */
  stale: string | undefined;
}

/**
 * Listens while there is something to look at. `reload` is called when that, or what it stands on, is not any more what `documents` (the `state`
 * of a dashboard's bundle; of a view nothing) says, also where that happened before the stream stood or while it was lost.
 */
export function useLive(lookedAt: LookedAt | undefined, documents: string | undefined, reload: () => void): Live {
  const asked = lookedAt === undefined ? undefined : JSON.stringify(lookedAt);
  const [mounted] = useState(() => Date.now());
  const shown = useRef(documents);
  shown.current = documents;
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>();
  const [freshness, setFreshness] = useState<ReadonlyMap<string, Freshness>>(new Map());
  const [stale, setStale] = useState<string>();

  useEffect(() => {
    if (asked === undefined) return undefined;
    const subject = JSON.parse(asked) as LookedAt;
    // What was asked when the page was opened before is as old as that.
    const opened = 'dashboard' in subject ? openedAt(subject.dashboard) : mounted;
    const hear = (commits: readonly Freshness[]) =>
      setFreshness((known) => new Map([...known, ...commits.map((each) => [each.sinkNamespace, each] as const)]));
    const again = new AskAgain(client);
    const stop = listenLive(subject, {
      onState: (next) => {
        setState(next);
        // Gone, or not ours to see any more: the bundle says which.
        if (next.is === 'refused') reload();
      },
      onReady: (ready, resumed) => {
        hear(ready.commits);
        setStale(undefined);
        if (shown.current !== undefined && ready.state !== shown.current) reload();
        // After a resumption the server itself names what was missed. An answer that is still on its way is looked at when it comes.
        if (!resumed) {
          const told = new Map(ready.commits.map((each) => [each.sinkNamespace, each]));
          again.ask(({ state: { data } }) => {
            const answer = data as WidgetAnswer | undefined;
            return answer !== undefined && (answer.askedAt < opened || isBehind(answer.freshness, told));
          }, ready.commits);
        }
      },
      onCommit: (commit: LiveCommit) => {
        hear(commit.commits);
        const named = new Set(commit.widgets);
        if (named.size > 0) {
          again.ask(({ queryKey }) => {
            const { widgetId, viewId } = (queryKey[1] ?? {}) as { widgetId?: string; viewId?: string };
            return named.has(widgetId ?? viewId ?? '');
          }, commit.commits);
        }
      },
      onStale: ({ why, message }) => {
        if (why === 'changed') reload();
        else if (why === 'feedback' || why === 'rights') setStale(message);
      },
    });
    return () => {
      stop();
      again.close();
    };
  }, [client, asked, mounted, reload]);

  return { state, freshness, stale };
}
