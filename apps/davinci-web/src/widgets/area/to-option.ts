/** Decides how an answer becomes an area chart: a line chart that is filled, from zero, stacked unless told otherwise; pure. */
import type { ChartContext } from '../chart-words.ts';
import type { WidgetData, WidgetDefinition } from '../contract.ts';
import { toOption as toLineOption } from '../line/to-option.ts';
import { schema } from './schema.ts';

export function toOption(widget: WidgetDefinition, data: WidgetData, context: ChartContext): Record<string, unknown> {
  const wanted = widget.settings.stack;
  const stack = wanted === 'none' || wanted === 'percent' ? wanted : 'stacked';
  return toLineOption(widget, data, context, { area: true, stack }, schema);
}
