/** Decides which queries of a list are told in one line: what a widget or a view has asked again and again, in the same words and with the same end. Pure. */
import type { QueryRecordView } from '@rtdp/moonbox/client';

export interface FoldedQuery {
  /** Stays the same when a newer one is told in the same line. */
  key: string;
  /** The newest of them. */
  query: QueryRecordView;
  /** How often it stands in the list. */
  times: number;
}

/** As the dashboards name their questions: what somebody has written themselves is never folded. */
const ASKED_BY_ITSELF = /^(?:(?:widget|view|values):[\w-]+ ?)+$/;

/** `queries`: the newest first. */
export function foldQueries(queries: readonly QueryRecordView[]): FoldedQuery[] {
  const lines = new Map<string, FoldedQuery>();
  for (const query of queries) {
    const isRepeated =
      query.label !== null &&
      ASKED_BY_ITSELF.test(query.label) &&
      query.sql !== null &&
      query.state !== 'queued' &&
      query.state !== 'running';
    const { label, sql, subject, database, via, state, error } = query;
    const key = isRepeated ? JSON.stringify([label, sql, subject, database, via, state, error?.code]) : query.id;
    const line = lines.get(key);
    if (line === undefined) lines.set(key, { key, query, times: 1 });
    else line.times += 1;
  }
  return [...lines.values()];
}
