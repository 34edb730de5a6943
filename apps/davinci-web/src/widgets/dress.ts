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

/** `settings.formats` and `settings.names` (name of a result column → text) win over the view's. */
export function dress<Data extends WidgetData>(data: Data, settings: Settings): Data {
  const formats = textsOf(settings.formats);
  const labels = textsOf(settings.names);
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

/** `settings.colours` (name of a measure → place in the palette of series). */
export function chosenColour(settings: Settings, name: string | undefined): number | undefined {
  const { colours } = settings;
  if (name === undefined || typeof colours !== 'object' || colours === null) return undefined;
  const place = (colours as Record<string, unknown>)[name];
  return typeof place === 'number' && Number.isInteger(place) && place >= 0 ? place : undefined;
}

export interface ReferenceLine {
  value: number;
  label: string;
}

/** The lines of `settings.lines` that can be understood. */
export function linesOf(settings: Settings): ReferenceLine[] {
  const found = Array.isArray(settings.lines) ? (settings.lines as Partial<ReferenceLine>[]) : [];
  return found.filter(
    (line): line is ReferenceLine =>
      typeof line?.value === 'number' && Number.isFinite(line.value) && typeof line.label === 'string',
  );
}

export function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
