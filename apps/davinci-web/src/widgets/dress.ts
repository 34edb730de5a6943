/** Decides what a widget's own words and formats change in an answer; pure. */
import type { QueryColumn, Settings, WidgetData } from './contract.ts';

/** The formats that can be chosen for a field; their words are `formats.<key>`. */
export const FORMATS: Readonly<Record<string, string>> = {
  whole: '0',
  decimals: '0.00',
  percent: 'percent',
  eur: 'currency:EUR',
  usd: 'currency:USD',
  cny: 'currency:CNY',
  bytes: 'bytes',
  milliseconds: 'ms',
};

/** `settings.formats` and `settings.labels` (name of a result column → text) win over the view's. */
export function dress<Data extends WidgetData>(data: Data, settings: Settings): Data {
  const formats = textsOf(settings.formats);
  const labels = textsOf(settings.labels);
  if (Object.keys(formats).length === 0 && Object.keys(labels).length === 0) return data;
  const columns = data.columns.map(
    (column): QueryColumn => ({
      ...column,
      format: formats[column.name] ?? column.format,
      label: labels[column.name] ?? column.label,
    }),
  );
  return { ...data, columns };
}

export function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
