/** Databases and tables as whoever asks may see them. */
import { z } from 'zod';
import { databaseNameSchema, MOUNT_KINDS } from './mounts.ts';
import { errorSchema } from './parts.ts';

export const databaseSchema = z.object({
  name: z.string(),
  kind: z.enum(['mount', 'logical']),
  mountKind: z.enum(MOUNT_KINDS).nullable(),
  tables: z.number().describe('That the caller may read'),
});

export const tableSchema = z.object({
  database: z.string(),
  name: z.string(),
  kind: z.enum(['table', 'view']),
  definedHere: z
    .object({ owner: z.string(), state: z.enum(['ok', 'broken']), error: errorSchema.nullable() })
    .nullable()
    .describe('Of a view or mounted table of a logical database'),
  remoteSchema: z.string(),
  remoteTable: z.string(),
  rowEstimate: z.number().nullable(),
  columns: z.number(),
  comment: z.string().nullable(),
  sinkNamespace: z.string().nullable(),
});

export const tableDetailSchema = tableSchema.extend({
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string().describe("Postgres' name of the type"),
      sourceType: z.string().describe("The store's own spelling"),
      nullable: z.boolean(),
      comment: z.string().nullable(),
      collation: z.string().nullable(),
    }),
  ),
  primaryKey: z.array(z.string()),
  indexes: z.array(z.object({ name: z.string(), columns: z.array(z.string()), unique: z.boolean() })),
});

export const logicalDatabaseRequestSchema = z.strictObject({ name: databaseNameSchema });

export type DatabaseView = z.output<typeof databaseSchema>;
export type TableView = z.output<typeof tableSchema>;
export type TableDetailView = z.output<typeof tableDetailSchema>;
