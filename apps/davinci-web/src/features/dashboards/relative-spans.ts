/** Lists the spans of time that a reader chooses by name, how each is written as one word, and how any span is called; pure. */
import type { RelativeDate } from '@rtdp/davinci-api/client';
import type { TFunction } from 'i18next';

/** `unit_amount`, as the words of `controller.relative` name them. */
export const RELATIVE_SPANS: readonly string[] = [
  'hour_1',
  'hour_24',
  'day_0',
  'day_-1',
  'day_7',
  'day_30',
  'week_0',
  'month_0',
  'month_-1',
  'year_0',
];

export function relativeKey({ unit, amount }: RelativeDate): string {
  return `${unit}_${amount}`;
}

/** The opposite of `relativeKey`. */
export function relativeOf(key: string): RelativeDate {
  const [unit = 'day', amount = '0'] = key.split('_');
  return { unit: unit as RelativeDate['unit'], amount: Number(amount) };
}

/** What a span is called; `t` finds the words of the dashboards. */
export function tellSpan({ unit, amount }: RelativeDate, t: TFunction<'dashboards'>): string {
  const key = relativeKey({ unit, amount });
  if (RELATIVE_SPANS.includes(key)) return t(`controller.relative.${key}`);
  // The last one of the calendar's units is the one that goes on.
  const isThis = amount === 0 || (amount === 1 && unit !== 'minute' && unit !== 'hour');
  if (isThis) return t(`controller.thisSpan.${unit}`);
  return t(`controller.${amount > 0 ? 'lastSpan' : 'beforeSpan'}.${unit}`, { count: Math.abs(amount) });
}

/** The spans that are offered by name, and the one that is chosen, which may be another. */
export function offeredSpans(chosen: RelativeDate | undefined): RelativeDate[] {
  const keys = new Set([...RELATIVE_SPANS, ...(chosen === undefined ? [] : [relativeKey(chosen)])]);
  return [...keys].map(relativeOf);
}
