/** Widgets: a question to a view, and how its answer is drawn. */
import { z } from 'zod';
import { description, id, name, time, version } from './document.ts';
import { queryPartsSchema } from './questions.ts';
import { viewInputSchema } from './views.ts';

export const WIDGET_KINDS = [
  'table',
  'pivot',
  'scorecard',
  'line',
  'area',
  'bar',
  'pie',
  'scatter',
  'gauge',
  'heat-map',
] as const;
/** Of all kinds together: a widget that becomes one of another kind keeps what was set for the one before. The last line holds for every kind. */
export const WIDGET_SETTINGS = [
  ...['stack', 'horizontal', 'labels', 'lines', 'smooth', 'points', 'zero', 'ring', 'totals', 'bars', 'rules'],
  ...['value', 'goodWhen', 'warnAt', 'badAt', 'minimum', 'maximum'],
  ...['names', 'formats', 'colours', 'valueColours'],
] as const;

const widgetQuerySchema = queryPartsSchema.extend({
  series: z
    .array(z.string().max(200))
    .max(50)
    .optional()
    .describe('Names or aliases of the dimensions that lie on the shelf of series'),
});
export const widgetInputSchema = z.strictObject({
  id: id.optional(),
  name,
  description,
  viewId: id,
  kind: z.enum(WIDGET_KINDS),
  query: widgetQuerySchema
    .default({ dimensions: [], measures: [], filters: [], having: [], sort: [], limit: 1_000 })
    .describe('What is asked of the view, and which field lies on which shelf'),
  settings: z
    .strictObject(Object.fromEntries(WIDGET_SETTINGS.map((setting) => [setting, z.unknown().optional()])))
    .default({})
    .describe("The kind's own"),
  version: version.optional(),
});
export const widgetSchema = widgetInputSchema
  .extend({
    id,
    version,
    createdAt: time,
    updatedAt: time,
    // What is kept may be of a version that knew other ones.
    kind: z.string(),
    query: z.looseObject(widgetQuerySchema.shape),
    settings: z.record(z.string(), z.unknown()),
  })
  .strip();

export const widgetCheckRequestSchema = z.strictObject({
  widget: widgetInputSchema,
  view: viewInputSchema.optional().describe('One that is not kept yet, or not so, instead of that of the widget'),
});

export type Widget = z.output<typeof widgetSchema>;
export type WidgetInput = z.input<typeof widgetInputSchema>;
export type WidgetKind = (typeof WIDGET_KINDS)[number];
