/** What is asked of a view or a source, by SQL or by dimensions and measures, and what the answer looks like. */
import { z } from 'zod';
import { errorSchema, id, time } from './document.ts';
import { GRAINS, relativeDateSchema, scalar, variableSchema, variableValueSchema } from './variables.ts';
import { AGGREGATIONS, COLUMN_TYPES, resultColumnSchema, tableReadSchema } from './views.ts';

export const FILTER_OPERATORS = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'not in',
  'between',
  'like',
  'is null',
  'is not null',
  'relative',
] as const;

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const freshnessSchema = z.object({
  sinkNamespace: z.string(),
  commitNumber: z.string().nullable().describe('Last commit known before the query ran; null when none was heard of'),
  watermark: time.nullable().describe('Source time up to which the table is complete'),
  loading: z.boolean(),
});

export const runRequestSchema = z.strictObject({
  sourceId: id,
  sql: z.string().min(1).max(200_000),
  variables: z.array(variableSchema).max(100).default([]),
  values: z.record(z.string(), variableValueSchema).default({}),
  maximumRows: z.number().int().min(1).max(100_000).default(1_000),
  timeZone: z.string().max(100).default('UTC'),
  runId: z.string().min(1).max(100).describe('Chosen by the caller; DELETE /api/run/:runId cancels by it'),
});
export const runResultSchema = z.object({
  runId: z.string(),
  columns: z.array(resultColumnSchema.extend({ modelType: z.enum(COLUMN_TYPES) })),
  rows: z.array(z.array(cell)),
  rowCount: z.number(),
  truncated: z.boolean(),
  milliseconds: z.number(),
  tables: z.array(tableReadSchema),
});

export const dimensionSchema = z.strictObject({
  column: z.string().max(200),
  grain: z.enum(GRAINS).optional(),
  alias: z.string().min(1).max(200).optional(),
});
export const measureSchema = z.strictObject({
  column: z.string().max(200).describe('* counts rows, with the aggregation count'),
  aggregation: z.enum(AGGREGATIONS),
  alias: z.string().min(1).max(200).optional(),
});
export const filterSchema = z.strictObject({
  column: z.string().max(200),
  operator: z.enum(FILTER_OPERATORS),
  values: z
    .array(z.union([scalar, relativeDateSchema]))
    .max(1_000)
    .default([]),
  grain: z
    .enum(GRAINS)
    .optional()
    .describe('Compares the start of the minute, day, … instead: what a mark on a grained axis shows'),
});
export const havingSchema = z.strictObject({
  by: z.string().max(200).describe('Name or alias of a measure of this query'),
  operator: z.enum(['=', '!=', '<', '<=', '>', '>=', 'between', 'is null', 'is not null']),
  values: z.array(scalar).max(2).default([]),
});
export const sortSchema = z.strictObject({
  by: z.string().max(200).describe('Name or alias of a result column'),
  direction: z.enum(['asc', 'desc']),
  nulls: z.enum(['first', 'last']).optional(),
});
/** What a widget asks of its view; the same words as in a stored widget. */
export const queryPartsSchema = z.strictObject({
  dimensions: z.array(dimensionSchema).max(50).default([]),
  measures: z.array(measureSchema).max(50).default([]),
  filters: z.array(filterSchema).max(100).default([]),
  having: z.array(havingSchema).max(20).default([]),
  sort: z.array(sortSchema).max(20).default([]),
  limit: z.number().int().min(1).max(100_000).default(1_000),
});
export const queryRequestSchema = queryPartsSchema.extend({
  viewId: id,
  values: z.record(z.string(), variableValueSchema).default({}).describe('Variable → value'),
  timeZone: z.string().max(100).default('UTC').describe("The viewer's IANA zone: relative dates and grains go by it"),
  widgetId: z.string().max(100).optional(),
});
export const queryColumnSchema = z.object({
  name: z.string().describe("Alias, else the column's name, for a measure aggregation(column)"),
  type: z.string(),
  modelType: z.enum(COLUMN_TYPES),
  role: z.enum(['dimension', 'measure']),
  label: z.string(),
  format: z.string(),
});
export const queryResultSchema = z.object({
  columns: z.array(queryColumnSchema),
  rows: z.array(z.array(cell)),
  rowCount: z.number(),
  truncated: z.boolean(),
  freshness: z.array(freshnessSchema),
  sql: z.string().nullable().describe('For those who may read the view itself, from editor on'),
  milliseconds: z.number(),
  cached: z.boolean(),
});
export const queriesRequestSchema = z
  .strictObject({
    questions: z
      .array(z.looseObject({ id: z.string().regex(/^[^,]{1,100}$/) }))
      .min(1)
      .max(200)
      .describe('Each as for /api/query, with an id of the caller, which no other question under way may have'),
  })
  .describe('One that cannot be read gets an error of its own, like one that fails');
/** A line of the answer of `/api/queries`. */
export const queriesLineSchema = z.object({
  id: z.string(),
  result: queryResultSchema.optional(),
  status: z.number().optional().describe('What /api/query would have answered with, beside `error`'),
  error: errorSchema.optional(),
});
export const valuesRequestSchema = z.strictObject({
  viewId: id,
  column: z.string().max(200),
  search: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(10_000).default(200),
  filters: z.array(filterSchema).max(100).default([]),
  values: z.record(z.string(), variableValueSchema).default({}),
  timeZone: z.string().max(100).default('UTC'),
});
export const valuesResultSchema = z.object({ values: z.array(cell), truncated: z.boolean() });

export type RunRequest = z.input<typeof runRequestSchema>;
export type RunResult = z.output<typeof runResultSchema>;
export type QueryParts = z.output<typeof queryPartsSchema>;
export type QueryRequest = z.input<typeof queryRequestSchema>;
export type QueriesLine = z.output<typeof queriesLineSchema>;
export type QueryResult = z.output<typeof queryResultSchema>;
export type Freshness = z.output<typeof freshnessSchema>;
