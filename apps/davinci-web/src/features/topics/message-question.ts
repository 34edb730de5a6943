/** Decides how the question for messages stands in the URL, so that two people who open it look at the same ones. */
import type { QueryValue } from '../../api/client.ts';
import { useSetUrlQuery, useUrlQuery } from '../../shell/url-state.ts';

export const BEGINNINGS = ['latest', 'earliest', 'time', 'offset'] as const;

export interface MessageQuestion {
  from: (typeof BEGINNINGS)[number];
  partition: string;
  offset: string;
  /** ISO 8601. */
  time: string;
  namespace: string;
  id: string;
  key: string;
  /** `all`: heartbeats and other marks as well. */
  kinds: 'data' | 'all';
}

const NAMES = ['from', 'partition', 'offset', 'time', 'namespace', 'id', 'key', 'kinds'] as const;

export function useMessageQuestion(): [MessageQuestion, (question: MessageQuestion) => void] {
  const query = useUrlQuery();
  const set = useSetUrlQuery();
  const value = (name: string): string => query.get(name) ?? '';
  const from = BEGINNINGS.find((each) => each === value('from')) ?? 'latest';
  const question: MessageQuestion = {
    from,
    partition: value('partition'),
    offset: value('offset'),
    time: value('time'),
    namespace: value('namespace'),
    id: value('id'),
    key: value('key'),
    kinds: value('kinds') === 'all' ? 'all' : 'data',
  };
  return [
    question,
    (next) =>
      set({
        ...Object.fromEntries(NAMES.map((name) => [name, next[name]])),
        from: next.from === 'latest' ? undefined : next.from,
        kinds: next.kinds === 'all' ? 'all' : undefined,
        message: undefined,
      }),
  ];
}

/** What DBus is asked: fields that stay empty, or that do not belong to the beginning that was chosen, are left out. */
export function messageQuery(question: MessageQuestion): Record<string, QueryValue> {
  const { from, partition, offset, time, namespace, id, key, kinds } = question;
  const filled = { partition, namespace: namespace.trim(), id: id.trim(), key: key.trim() };
  return {
    // Nothing to begin at is named yet: the newest are shown meanwhile.
    from: (from === 'offset' && offset === '') || (from === 'time' && time === '') ? 'latest' : from,
    kinds,
    ...Object.fromEntries(Object.entries(filled).filter(([, value]) => value !== '')),
    ...(from === 'offset' && offset !== '' ? { offset } : {}),
    ...(from === 'time' && time !== '' ? { time } : {}),
  };
}

/** The newest come first, whatever their partitions; else a page of a partition follows the page before it. */
export function inOrder<Message extends { at: string }>(
  messages: readonly Message[],
  from: MessageQuestion['from'],
): readonly Message[] {
  return from === 'latest' ? messages.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)) : messages;
}
