/** Writes intervals as Postgres prints them: `1 year 2 mons -3 days +04:05:06.789`. */
import type { IntervalValue } from './expression.ts';

/** As Postgres prints it with its default style. */
export function printIntervalText({ months, days, microseconds }: IntervalValue): string {
  const parts: string[] = [];
  let before = false;
  const add = (amount: bigint, unit: string): void => {
    if (amount === 0n) return;
    parts.push(`${before && amount > 0n ? '+' : ''}${amount} ${unit}${amount === 1n ? '' : 's'}`);
    before = amount < 0n;
  };
  add(months / 12n, 'year');
  add(months % 12n, 'mon');
  add(days, 'day');
  if (parts.length === 0 || microseconds !== 0n) {
    const magnitude = microseconds < 0n ? -microseconds : microseconds;
    const two = (value: bigint): string => value.toString().padStart(2, '0');
    const seconds = magnitude / 1_000_000n;
    const fraction = (magnitude % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
    const clock = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
    parts.push(`${microseconds < 0n ? '-' : before ? '+' : ''}${clock}${fraction === '' ? '' : `.${fraction}`}`);
  }
  return parts.join(' ');
}
