/** Decides what the answers of all widgets on the page say together; pure but for the hook that follows them. */
import { type Query, useQueryClient } from '@tanstack/react-query';
import { useCallback, useSyncExternalStore } from 'react';
import { isKept } from '../../widgets/body-state.ts';
import { WIDGET_QUERY } from '../../widgets/use-widget-data.ts';

export interface PageAnswers {
  /** Widgets that have asked. */
  asked: number;
  /** Of them without an answer until now. */
  waiting: number;
  /** Of them whose last question failed, also while it is asked again. */
  failed: number;
  /** Of them those that show what they had, since nobody is there to ask. */
  old: number;
}

/** What is asked again while an older answer stands is neither waiting nor failed. */
export function countAnswers(
  queries: readonly Pick<Query, 'queryKey' | 'state' | 'isActive' | 'getObserversCount'>[],
): PageAnswers {
  const found: PageAnswers = { asked: 0, waiting: 0, failed: 0, old: 0 };
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
  }
  return found;
}

/** Answers that come so shortly after each other are counted together, in milliseconds. */
const TOGETHER = 50;

export function usePageAnswers(): PageAnswers {
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
      return () => {
        stop();
        clearTimeout(timer);
      };
    },
    [cache],
  );
  // A text, so that only another count draws anew.
  const counted = useSyncExternalStore(subscribe, () => {
    const { asked, waiting, failed, old } = countAnswers(cache.getAll());
    return `${asked} ${waiting} ${failed} ${old}`;
  });
  const [asked = 0, waiting = 0, failed = 0, old = 0] = counted.split(' ').map(Number);
  return { asked, waiting, failed, old };
}
