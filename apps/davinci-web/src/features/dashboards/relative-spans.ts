/** Lists the spans of time that a reader chooses by name, and how each is written as one word; pure. */
import type { RelativeDate } from '@rtdp/davinci-api/client';

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
