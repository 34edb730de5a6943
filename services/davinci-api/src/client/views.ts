/** Views: SQL with variables, what its columns mean, who sees what of it, and whether it can be asked. */
import { ROLES } from '@rtdp/identity/roles';
import { z } from 'zod';
import { description, errorSchema, id, name, time, version } from './document.ts';
import { sourceInputSchema } from './sources.ts';
import { variableSchema } from './variables.ts';

export const COLUMN_TYPES = ['text', 'number', 'boolean', 'date', 'datetime', 'instant', 'other'] as const;
export const AGGREGATIONS = ['sum', 'avg', 'count', 'count_distinct', 'min', 'max'] as const;

export const modelColumnSchema = z.strictObject({
  column: z.string().min(1).max(200),
  type: z.enum(COLUMN_TYPES).describe('datetime: timestamp without time zone; instant: with time zone'),
  role: z.enum(['dimension', 'measure']),
  label: z.string().max(200).default(''),
  format: z.string().max(200).default(''),
  aggregation: z.enum(AGGREGATIONS).default('sum').describe('What a measure does unless told otherwise'),
});
export const viewRightsSchema = z
  .partialRecord(
    z.enum(ROLES),
    z.strictObject({
      filter: z
        .string()
        .max(10_000)
        .optional()
        .describe(
          'SQL condition over the columns of the view; may name variables of scope authorization, and :user_id, :user_email, :user_role',
        ),
      hiddenColumns: z.array(z.string().max(200)).default([]),
    }),
  )
  .describe('Empty: everybody sees everything. Else a role without an entry sees nothing');
export const viewInputSchema = z.strictObject({
  id: id.optional(),
  name,
  description,
  sourceId: id,
  sql: z.string().min(1).max(200_000),
  variables: z.array(variableSchema).max(100).default([]),
  model: z.array(modelColumnSchema).max(1_000).default([]),
  rights: viewRightsSchema.default({}),
  version: version.optional(),
});
export const viewSchema = viewInputSchema.extend({ id, version, createdAt: time, updatedAt: time }).strip();
export const viewCheckRequestSchema = z.strictObject({
  view: viewInputSchema,
  source: sourceInputSchema.optional().describe('One that is not kept yet, asked instead of that of the view'),
});
export const resultColumnSchema = z.object({ name: z.string(), type: z.string() });
export const viewCheckSchema = z.object({ columns: z.array(resultColumnSchema).describe('What its SQL gives') });

export const tableReadSchema = z.object({
  database: z.string(),
  table: z.string(),
  sinkNamespace: z.string().nullable(),
});

/** A view as somebody who may not edit it sees it: what this role may use, without SQL and rights. */
export const viewModelSchema = viewSchema
  .pick({ id: true, name: true, description: true, model: true, version: true })
  .extend({
    variables: z.array(variableSchema).describe('Of scope query'),
  });

const shownOn = z.array(z.object({ id, name: z.string() })).describe('Dashboards that suffer from it');
/** Whether a view, and the widgets over it, could be asked right now. */
export const viewStateSchema = z.object({
  viewId: id,
  version,
  tables: z.array(tableReadSchema).describe('What it reads; where it cannot be asked, what its text names'),
  error: errorSchema.nullable().describe('Why it cannot be asked; null when it can'),
  dashboards: shownOn,
  widgets: z
    .array(z.object({ id, name: z.string(), error: errorSchema, dashboards: shownOn }))
    .describe('Those that ask for what the view does not have'),
});

export type ModelColumn = z.output<typeof modelColumnSchema>;
export type ColumnType = (typeof COLUMN_TYPES)[number];
export type Aggregation = (typeof AGGREGATIONS)[number];
export type ViewRights = z.output<typeof viewRightsSchema>;
export type View = z.output<typeof viewSchema>;
export type ViewInput = z.input<typeof viewInputSchema>;
export type ViewModel = z.output<typeof viewModelSchema>;
export type ViewState = z.output<typeof viewStateSchema>;
