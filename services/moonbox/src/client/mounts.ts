/** Mounts: a database of a store under a name in the gateway. */
import { ROLES } from '@rtdp/identity/roles';
import { z } from 'zod';
import { errorSchema, time } from './parts.ts';

export const MOUNT_KINDS = ['postgres', 'mysql'] as const;

export const connectionSchema = z.strictObject({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
  database: z.string().min(1).describe('MySQL: the database that is mounted when `schemas` names none'),
  user: z.string().min(1),
  password: z.string().default(''),
  tls: z
    .enum(['off', 'require', 'verify'])
    .default('off')
    .describe("require: encrypted; verify: the server's certificate is checked as well"),
  certificateAuthority: z.string().optional().describe("PEM; the machine's authorities unless set"),
});

/** Postgres clients see databases as schemas, where its own names would be taken for catalogs. */
export const databaseNameSchema = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'lower-case letters, digits and _; at most 63, the first no digit')
  .refine((name) => !/^pg_|^information_schema$/.test(name), 'names of Postgres itself are not free');

export const mountRequestSchema = z.strictObject({
  name: databaseNameSchema.describe('Name of the database in the gateway'),
  kind: z.enum(MOUNT_KINDS),
  connection: connectionSchema,
  schemas: z.array(z.string().min(1)).optional().describe('Only these; all but the system ones unless set'),
  sinkNamespacePrefix: z
    .strictObject({ system: z.string().min(1), instance: z.string().min(1) })
    .optional()
    .describe(
      'How flows name this database where the store itself does not know; `postgresql` and the database name unless set',
    ),
  readableBy: z.array(z.enum(ROLES)).optional().describe('Roles that may read every table of it'),
});

export const mountSchema = z.object({
  name: z.string(),
  kind: z.enum(MOUNT_KINDS),
  connection: connectionSchema.omit({ password: true }),
  schemas: z.array(z.string()).nullable(),
  emptySchemas: z
    .array(z.string())
    .describe(
      'Of `schemas`, those in which the last look found no table: not there, empty, or not for this user to read',
    ),
  sinkNamespacePrefix: z.object({ system: z.string(), instance: z.string() }).nullable(),
  tables: z.number(),
  state: z.enum(['ok', 'failing']).describe('What the last refresh found'),
  error: errorSchema.nullable(),
  server: z.record(z.string(), z.unknown()).nullable().describe('Version, collation and time zone of the server'),
  refreshedAt: time.nullable(),
  createdAt: time,
  createdBy: z.string(),
});

export type MountRequest = z.output<typeof mountRequestSchema>;
export type MountView = z.output<typeof mountSchema>;
