/** Questions in SQL: what is sent, what comes back, how it was planned, and what the audit keeps of it. */
import { z } from 'zod';
import { columnSchema, errorSchema, tableReadSchema, time } from './parts.ts';

export const parameterSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const queryRequestSchema = z.strictObject({
  sql: z.string().min(1),
  parameters: z.array(parameterSchema).max(1_000).optional().describe('Values of $1, $2, …'),
  database: z.string().optional().describe('Where unqualified table names are looked up'),
  format: z.enum(['json', 'ndjson', 'csv']).default('json'),
  maximumRows: z.number().int().min(0).optional().describe('More rows than that are left out; json: 10,000 unless set'),
  timeoutMs: z.number().int().min(1).optional(),
  label: z
    .string()
    .max(2_400)
    .optional()
    .describe('Kept in the audit; several, with a space between, when it is run for several'),
});

/** int2, int4, float4, float8 as numbers (NaN and infinities as text), bool as true and false, all else as Postgres' text. */
export const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const queryResultSchema = z.object({
  id: z.string(),
  columns: z.array(columnSchema),
  rows: z.array(z.array(cellSchema)),
  rowCount: z.number(),
  truncated: z.boolean(),
  milliseconds: z.number(),
  tables: z.array(tableReadSchema),
  tag: z.string().describe('SELECT, MOUNT DATABASE, …'),
});

export const explainRequestSchema = queryRequestSchema
  .pick({ sql: true, parameters: true, database: true, timeoutMs: true, label: true })
  .extend({ analyze: z.boolean().default(false).describe('Also run it, for rows and times') });

const measured = { rows: z.number().optional(), milliseconds: z.number().optional() };

export const explanationSchema = z.object({
  columns: z.array(columnSchema),
  whole: z.object({ store: z.string(), sql: z.string(), ...measured }).nullable(),
  parts: z.array(
    z.object({
      store: z.string().describe('Name of the mount'),
      table: z.string(),
      sql: z.string().describe('As sent to the store'),
      estimate: z.number().nullable(),
      ...measured,
    }),
  ),
  local: z.object({ sql: z.string(), ...measured }).nullable(),
  decisions: z.array(z.object({ what: z.string(), where: z.enum(['pushed', 'local']), why: z.string() })),
  tables: z.array(tableReadSchema.extend({ columns: z.array(z.string()) })),
  milliseconds: z.number(),
});

export const QUERY_STATES = ['queued', 'running', 'done', 'failed', 'cancelled', 'refused'] as const;

const through = z.string().optional().describe('The view, database.view, by which it is read; told to administrators');

/** One statement in the audit, or one that runs. */
export const queryRecordSchema = z.object({
  id: z.string(),
  subject: z.string(),
  name: z.string().nullable().describe('By which people know the subject, where it is known'),
  via: z.enum(['rest', 'wire']),
  kind: z.string().describe('SELECT, EXPLAIN, MOUNT DATABASE, …'),
  sql: z
    .string()
    .nullable()
    .describe(
      'null below editor where it was asked for something else, a view or a widget: its SQL says more than it shows',
    ),
  database: z.string().nullable(),
  label: z.string().nullable(),
  tables: z.array(tableReadSchema.extend({ columns: z.array(z.string()), through })),
  decision: z.enum(['allowed', 'refused']),
  state: z.enum(QUERY_STATES),
  rows: z.number(),
  milliseconds: z.number(),
  queuedMilliseconds: z.number(),
  startedAt: time,
  error: errorSchema.nullable(),
});

export const lineageRequestSchema = queryRequestSchema.pick({ sql: true, database: true });

export const lineageSchema = z.object({
  tables: z.array(tableReadSchema.extend({ columns: z.array(z.string()) })),
});

export const describeRequestSchema = lineageRequestSchema;

export const descriptionSchema = z.object({
  columns: z.array(columnSchema),
  parameterTypes: z.array(z.string()).describe('Of $1, $2, …'),
});

export const cancelledSchema = z.object({ cancelled: z.boolean() });

export type QueryResultView = z.output<typeof queryResultSchema>;
export type ExplanationView = z.output<typeof explanationSchema>;
export type QueryRecordView = z.output<typeof queryRecordSchema>;
export type DescriptionView = z.output<typeof descriptionSchema>;
export type LineageView = z.output<typeof lineageSchema>;
export type Cell = z.output<typeof cellSchema>;
