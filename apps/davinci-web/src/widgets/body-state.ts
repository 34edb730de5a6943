/** Decides which of its states a widget shows; pure. */
import type { WidgetData } from './contract.ts';

/** `unasked`: nothing is under way, so nothing is counted. */
export type BodyState = 'unasked' | 'waiting' | 'failed' | 'empty' | 'picture';

export function bodyState(answer: {
  data: WidgetData | undefined;
  error: unknown;
  isFetching: boolean;
  /** False as long as nobody asked, as for a widget far below what is in sight. */
  isAsked: boolean;
}): BodyState {
  const { data, error, isFetching, isAsked } = answer;
  if (error !== null && (data === undefined || !isFetching)) return 'failed';
  if (data === undefined) return isAsked ? 'waiting' : 'unasked';
  return data.rows.length === 0 ? 'empty' : 'picture';
}
