/** Decides what the answers of all widgets on the page say together; pure but for the hook that follows them. */
import type { Freshness } from '@rtdp/davinci-api/client';
import { type Query, useQueryClient } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';
import { isKept } from '../../widgets/body-state.ts';
import { summarise } from '../../widgets/freshness-mark.tsx';
import { WIDGET_QUERY, type WidgetAnswer } from '../../widgets/use-widget-data.ts';
import { freshnessNow } from './answer-age.ts';

export interface PageAnswers {
  /** Widgets that have asked. */
  asked: number;
  /** Of them without an answer until now. */
  waiting: number;
  /** Of them whose last question failed, also while it is asked again. */
  failed: number;
  /** Of them those that show what they had, since nobody is there to ask. */
  old: number;
  /** Of them those that say how far a table of theirs is behind its source. */
  late: number;
}

/** What is asked again while an older answer stands is neither waiting nor failed. `heard` is what the stream has told since. */
export function countAnswers(
  queries: readonly Pick<Query, 'queryKey' | 'state' | 'isActive' | 'getObserversCount'>[],
  heard: ReadonlyMap<string, Freshness>,
  now: number,
): PageAnswers {
  const found: PageAnswers = { asked: 0, waiting: 0, failed: 0, old: 0, late: 0 };
  for (const query of queries) {
    // Without a question it is one that nobody looks at yet.
    if (query.queryKey[0] !== WIDGET_QUERY || query.queryKey[1] === undefined || !query.isActive()) continue;
    const { data, error, status, errorUpdateCount } = query.state;
    // Several that ask the same ask once.
    const widgets = query.getObserversCount();
    found.asked += widgets;
    if (status === 'error' && isKept({ data, error })) found.old += widgets;
    else if (status === 'error' || (data === undefined && errorUpdateCount > 0)) found.failed += widgets;
    else if (data === undefined) found.waiting += widgets;
    else {
      const newest = ((data as WidgetAnswer).freshness ?? []).map((each) => freshnessNow(each, heard));
      if (summarise(newest, now)?.kind === 'late') found.late += widgets;
    }
  }
  return found;
}

/** Answers that come so shortly after each other are counted together, in milliseconds. */
const TOGETHER = 50;
/** How often it is looked whether a table that tells nothing has fallen behind, in milliseconds. */
const LOOK_EVERY = 5_000;

export function usePageAnswers(heard: ReadonlyMap<string, Freshness>): PageAnswers {
  const cache = useQueryClient().getQueryCache();
  const subscribe = useCallback(
    (tell: () => void) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const stop = cache.subscribe(() => {
        timer ??= setTimeout(() => {
          timer = undefined;
          tell();
        }, TOGETHER);
      });
      const looks = setInterval(tell, LOOK_EVERY);
      return () => {
        stop();
        clearTimeout(timer);
        clearInterval(looks);
      };
    },
    [cache],
  );
  // A text, so that only another count draws anew.
  const counted = useSyncExternalStore(subscribe, () => {
    const { asked, waiting, failed, old, late } = countAnswers(cache.getAll(), heard, Date.now());
    return `${asked} ${waiting} ${failed} ${old} ${late}`;
  });
  const [asked = 0, waiting = 0, failed = 0, old = 0, late = 0] = counted.split(' ').map(Number);
  return { asked, waiting, failed, old, late };
}
