/** Dashboards: widgets and texts on tabs, the controllers over them, and all of it together as it is opened. */
import { z } from 'zod';
import { description, id, name, time, version } from './document.ts';
import { scalar } from './variables.ts';
import { viewModelSchema } from './views.ts';
import { widgetSchema } from './widgets.ts';

export const ITEM_KINDS = ['widget', 'text', 'demo-rate'] as const;

const itemId = z.string().min(1).max(100);
const dashboardItemInputSchema = z.strictObject({
  id: itemId,
  kind: z.enum(ITEM_KINDS),
  widgetId: id.optional(),
  text: z.string().max(20_000).optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  x: z.number().int().min(0).max(1_000),
  y: z.number().int().min(0).max(100_000),
  w: z.number().int().min(1).max(1_000),
  h: z.number().int().min(1).max(1_000),
});
/** As it is kept. */
export const dashboardItemSchema = dashboardItemInputSchema.extend({ kind: z.string() });
const tabsOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.strictObject({ id: itemId, name, items: z.array(item).max(200) }))
    .min(1)
    .max(50);
export const controllerSchema = z.strictObject({
  id: itemId,
  kind: z
    .enum(['select', 'text', 'number', 'number-range', 'date-range'])
    .describe('number: one, as a variable takes; of a column, the number that it must be'),
  label: z.string().max(200).default(''),
  targets: z
    .array(
      z.union([
        z.strictObject({ viewId: id, column: z.string().max(200) }),
        z.strictObject({ viewId: id, variable: z.string().max(200) }),
      ]),
    )
    .max(100)
    .default([]),
  multiple: z.boolean().optional(),
  default: z.unknown().optional(),
  options: z
    .union([
      z.strictObject({ from: z.literal('view'), viewId: id, column: z.string().max(200) }),
      z.strictObject({ values: z.array(scalar).max(5_000) }),
    ])
    .default({ values: [] }),
});
export const dashboardInputSchema = z.strictObject({
  id: id.optional(),
  name,
  folder: z.string().trim().max(400).default('').describe('Parts separated by /; empty for the top'),
  description,
  tabs: tabsOf(dashboardItemInputSchema),
  controllers: z.array(controllerSchema).max(100).default([]),
  crossFilter: z.boolean().default(true),
  refreshed: z.enum(['live', 'manual']).default('live'),
  settings: z.record(z.string(), z.unknown()).default({}),
  version: version.optional(),
});
export const dashboardSchema = dashboardInputSchema
  .extend({ id, version, createdAt: time, updatedAt: time, tabs: tabsOf(dashboardItemSchema) })
  .strip();
export const dashboardSummarySchema = z.object({
  id,
  name: z.string(),
  folder: z.string(),
  description: z.string(),
  widgets: z.number(),
  widgetIds: z.array(id),
  version,
  createdAt: time,
  updatedAt: time,
  updatedBy: z.string(),
});

export const dashboardState = z
  .string()
  .describe('Another text as soon as the dashboard, or a widget, view or source that it stands on, is changed');
export const dashboardBundleSchema = z.object({
  dashboard: dashboardSchema,
  widgets: z.array(widgetSchema),
  views: z.array(
    viewModelSchema.extend({
      sourceVersion: z.number().int().describe('Of its source: another one may answer otherwise'),
    }),
  ),
  state: dashboardState,
});

export type ItemKind = (typeof ITEM_KINDS)[number];
export type Controller = z.output<typeof controllerSchema>;
export type DashboardItem = z.output<typeof dashboardItemSchema>;
export type Dashboard = z.output<typeof dashboardSchema>;
export type DashboardInput = z.input<typeof dashboardInputSchema>;
export type DashboardSummary = z.output<typeof dashboardSummarySchema>;
export type DashboardBundle = z.output<typeof dashboardBundleSchema>;
