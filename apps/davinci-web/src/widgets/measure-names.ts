/** Decides what a measure is called where it is not added up as its view says: how it is, and of what; pure. */
import type { ModelColumn } from '@rtdp/davinci-api/client';
import { type Measure, nameOf, TIME_TYPES, type WidgetDefinition, type WidgetQuery } from './contract.ts';
import { textsOf } from './dress.ts';

/** What is read of a view's column. */
type Named = Pick<ModelColumn, 'column' | 'label' | 'type' | 'aggregation'>;

/** The largest and the smallest of moments have words of their own. */
type Way = Measure['aggregation'] | 'latest' | 'earliest';

/** The words are `measured.<way>` of the widgets. */
type Say = (key: string, values: Readonly<Record<string, string>>) => string;

/**
 * `settings` with a name for each measure that has none of its own and whose column's label would say something else than it shows: the average of
 * "Revenue" is no revenue. As the view itself adds it up, the label is its name.
 */
export function withMeasureNames(
  settings: WidgetDefinition['settings'],
  query: WidgetQuery,
  model: readonly Named[],
  say: Say,
): WidgetDefinition['settings'] {
  const named = query.measures.flatMap((measure): [string, string][] => {
    const column = model.find((each) => each.column === measure.column);
    if (column === undefined || column.aggregation === measure.aggregation) return [];
    const name = column.label || column.column;
    return [[nameOf(measure), say(`measured.${wayOf(measure, column)}`, { name })]];
  });
  if (named.length === 0) return settings;
  return { ...settings, names: { ...Object.fromEntries(named), ...textsOf(settings.names) } };
}

function wayOf({ aggregation }: Measure, { type }: Named): Way {
  if (!TIME_TYPES.includes(type)) return aggregation;
  return aggregation === 'max' ? 'latest' : aggregation === 'min' ? 'earliest' : aggregation;
}
