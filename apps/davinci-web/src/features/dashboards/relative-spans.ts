/** Lists the spans of time that a reader chooses by name, and how each is written as one word; pure. */
import type { RelativeDate } from '@rtdp/davinci-api/client';

/** `unit:amount`, as the words of `controller.relative` name them. */
export const RELATIVE_SPANS: readonly string[] = [
  'hour:1',
  'hour:24',
  'day:0',
  'day:-1',
  'day:7',
  'day:30',
  'week:0',
  'month:0',
  'month:-1',
  'year:0',
];

export function relativeKey({ unit, amount }: RelativeDate): string {
  return `${unit}:${amount}`;
}

/** The opposite of `relativeKey`. */
export function relativeOf(key: string): RelativeDate {
  const [unit = 'day', amount = '0'] = key.split(':');
  return { unit: unit as RelativeDate['unit'], amount: Number(amount) };
}
