/** What the shapes of several subjects are built of: times, errors, columns and the tables that were read. */
import { z } from 'zod';

export const time = z.string().describe('ISO 8601');

export const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  facts: z.record(z.string(), z.unknown()).optional(),
});

export const tableReadSchema = z.object({
  database: z.string(),
  table: z.string(),
  sinkNamespace: z.string().nullable().describe('When a flow writes the table'),
});

export const columnSchema = z.object({ name: z.string(), type: z.string().describe("Postgres' name of the type") });
