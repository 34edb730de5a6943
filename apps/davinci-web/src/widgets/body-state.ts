/** Decides which of its states a widget shows, and why one that is empty has no rows; pure. */
import { isAbsence } from '../api/query-client.ts';
import type { WidgetData, WidgetQuery } from './contract.ts';

/** `unasked`: nothing is under way, so nothing is counted. */
export type BodyState = 'unasked' | 'waiting' | 'failed' | 'empty' | 'picture';

/** Whether what is shown is kept because nobody is there to ask: then it may be old, and is better than nothing. */
export function isKept({ data, error }: { data: unknown; error: unknown }): boolean {
  return data !== undefined && isAbsence(error);
}

export function bodyState(answer: {
  data: WidgetData | undefined;
  error: unknown;
  isFetching: boolean;
  /** False as long as nobody asked, as for a widget far below what is in sight. */
  isAsked: boolean;
}): BodyState {
  const { data, error, isFetching, isAsked } = answer;
  if (error !== null && (data === undefined || !isFetching) && !isKept(answer)) return 'failed';
  if (data === undefined) return isAsked ? 'waiting' : 'unasked';
  return data.rows.length === 0 ? 'empty' : 'picture';
}

/**
 * What keeps the rows away: `chosen` by whoever looks at it (filters and values of the page), its `own` filters, or nothing that a widget knows of.
 * Their words are `noRows.<emptiness>` and `noRows.<emptiness>Next` of the widgets.
 */
export type Emptiness = 'chosen' | 'own' | 'none';

export function emptiness({ filters, having }: WidgetQuery, { request }: Pick<WidgetData, 'request'>): Emptiness {
  // Those of the page are asked besides the own ones.
  const isChosen = (request?.filters ?? []).length > (filters ?? []).length;
  const hasValues = Object.values(request?.values ?? {}).some((value) => value !== null);
  if (isChosen || hasValues) return 'chosen';
  return (filters ?? []).length + (having ?? []).length > 0 ? 'own' : 'none';
}
