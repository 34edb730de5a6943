/** Where data is read: Moonbox or a Postgres of its own, with what tables it has. */
import { z } from 'zod';
import { description, id, name, time, version } from './document.ts';

export const moonboxConnectionSchema = z.strictObject({
  database: z.string().max(200).default('').describe('Logical database for names without one; empty for none'),
});
export const postgresConnectionSchema = z.strictObject({
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535).default(5432),
  database: z.string().min(1).max(200),
  user: z.string().min(1).max(200),
  password: z.string().max(500).default('').describe('Never given back; empty in a PUT keeps the one there is'),
  tls: z.boolean().default(false),
});
export const sourceInputSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    id: id.optional(),
    name,
    description,
    kind: z.literal('moonbox'),
    connection: moonboxConnectionSchema.default({ database: '' }),
    version: version.optional(),
  }),
  z.strictObject({
    id: id.optional(),
    name,
    description,
    kind: z.literal('postgres'),
    connection: postgresConnectionSchema,
    version: version.optional(),
  }),
]);
export const sourceSchema = z.object({
  id,
  name: z.string(),
  description: z.string(),
  kind: z.enum(['moonbox', 'postgres']),
  connection: z.object({
    host: z.string().optional(),
    port: z.number().optional(),
    database: z.string(),
    user: z.string().optional(),
    tls: z.boolean().optional(),
  }),
  version,
  createdAt: time,
  updatedAt: time,
});
export const sourceTestSchema = z.object({
  ok: z.boolean(),
  message: z.string(),
  next: z.string(),
  milliseconds: z.number(),
});
export const sourceTableSchema = z.object({
  name: z.string(),
  plainName: z
    .string()
    .nullable()
    .describe("What it is called too, where the gateway's name begins with a schema and one table alone is called so"),
  kind: z.enum(['table', 'view']),
  comment: z.string().nullable(),
  rowEstimate: z.number().nullable(),
  sinkNamespace: z.string().nullable().describe('Set where the table is written by a flow, so that it can be live'),
  columns: z.array(
    z.object({ name: z.string(), type: z.string(), nullable: z.boolean(), comment: z.string().nullable() }),
  ),
});
export const sourceSchemaSchema = z.object({
  databases: z
    .array(z.object({ name: z.string(), tables: z.array(sourceTableSchema) }))
    .describe('Logical databases of Moonbox; schemas of a Postgres'),
});

export type Source = z.output<typeof sourceSchema>;
export type SourceInput = z.input<typeof sourceInputSchema>;
export type SourceTables = z.output<typeof sourceSchemaSchema>;
