/** What is defined in a logical database: views, and tables of a store under another name. */
import { z } from 'zod';
import { columnSchema, errorSchema, time } from './parts.ts';

/** Postgres clients see it as a relation; a point in it would read as another level. */
const viewNameSchema = z
  .string()
  .min(1)
  .max(63)
  .refine((name) => !/[."\0]/.test(name), 'no point and no quotes');

const viewDefinition = {
  sql: z.string().min(1).describe('One SELECT, over any tables and views that the caller may read'),
  columns: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Names of its columns; those of the SELECT unless set'),
  database: z.string().optional().describe('Where names in the SELECT that stand alone are looked up'),
};

export const viewRequestSchema = z.strictObject({ name: viewNameSchema, ...viewDefinition });
export const viewChangeSchema = z.strictObject(viewDefinition);

export const mountedTableRequestSchema = z.strictObject({
  name: viewNameSchema,
  source: z.strictObject({ database: z.string().min(1), table: z.string().min(1) }),
  columns: z.array(z.string().min(1)).min(1).optional().describe('All that there are now unless set'),
});

export const viewSchema = z.object({
  database: z.string(),
  name: z.string(),
  kind: z.enum(['view', 'table']).describe('table: one table under another name'),
  owner: z.string().describe('With whose rights it reads'),
  state: z.enum(['ok', 'broken']),
  error: errorSchema.nullable().describe('Why it cannot be read; in full for administrators'),
  columns: z.array(columnSchema).describe('That the caller may read'),
  sql: z.string().nullable().describe('null for those who may not read its tables'),
  tables: z
    .array(z.object({ database: z.string(), table: z.string(), columns: z.array(z.string()) }))
    .nullable()
    .describe('What it reads; null for those who may not read that'),
  createdAt: time,
  changedAt: time,
});

export type ViewView = z.output<typeof viewSchema>;
