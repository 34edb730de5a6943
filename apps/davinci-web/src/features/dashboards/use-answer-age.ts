/** Decides what an answer that is on the screen does with what the stream has told since: says how fresh it is by now, and is asked for again. */
import type { Freshness } from '@rtdp/davinci-api/client';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import type { WidgetAnswer } from '../../widgets/use-widget-data.ts';
import { freshnessNow, isBehind, waitBeforeTry } from './answer-age.ts';
import { restAfter } from './ask-again.ts';

const NOTHING_KNOWN: readonly Freshness[] = [];

/** With what the stream said since the answer came; the same as before where nothing of it changed. */
export function useNewest(
  known: readonly Freshness[] = NOTHING_KNOWN,
  heard: ReadonlyMap<string, Freshness>,
): readonly Freshness[] {
  const last = useRef<readonly Freshness[]>(NOTHING_KNOWN);
  return useMemo(() => {
    const next = known.map((each) => freshnessNow(each, heard));
    const before = last.current;
    if (next.length !== before.length || next.some((each, index) => each !== before[index])) last.current = next;
    return last.current;
  }, [known, heard]);
}

/** Asks again for an answer that is older than what the stream has told since. */
export function useAskAgain(answer: UseQueryResult<WidgetAnswer>, heard: ReadonlyMap<string, Freshness>): void {
  const { data, dataUpdatedAt, isFetching, isPlaceholderData, refetch } = answer;
  const tries = useRef(0);
  // An answer to another question is on the screen where this one is on its way, or is none.
  const isOld = data !== undefined && !isPlaceholderData && isBehind(data.freshness, heard);
  const took = data === undefined ? 0 : dataUpdatedAt - data.askedAt;
  useEffect(() => {
    if (isFetching) return undefined;
    if (!isOld) {
      tries.current = 0;
      return undefined;
    }
    const wait = waitBeforeTry(tries.current);
    const ask = () => {
      tries.current++;
      void refetch({ cancelRefetch: false });
    };
    const timer = setTimeout(ask, Math.max(wait, restAfter(took)));
    return () => clearTimeout(timer);
  }, [isOld, took, isFetching, refetch]);
}
