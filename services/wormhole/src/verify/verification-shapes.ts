/** Decides how a verification of a flow looks to a caller. */
import { z } from 'zod';

const time = z.string().describe('ISO 8601');
const reasonSchema = z.object({ code: z.string(), message: z.string(), next: z.string() });
const keySchema = z.record(z.string(), z.string());

export const VERDICTS = ['equal', 'partly', 'different', 'undecided', 'not comparable', 'failed'] as const;

const differenceSchema = z.object({
  key: keySchema,
  kind: z.enum(['missing', 'extra', 'different']).describe('Seen from the sink'),
  columns: z.array(z.object({ column: z.string(), source: z.string().nullable(), sink: z.string().nullable() })),
});

export const tableVerificationSchema = z.object({
  source: z.string().describe('Namespace of the source table'),
  sink: z.string().nullable().describe('Null as long as the flow has made none for it'),
  verdict: z
    .enum(VERDICTS)
    .describe(
      'partly: nothing differs, but not every column of the source was compared; failed: `problem` says why nothing can be said',
    ),
  notes: z.array(z.string()).describe('Why it is not comparable, or what was left out'),
  problem: reasonSchema.nullable(),
  comparison: z
    .object({
      sourceRows: z.number(),
      sinkRows: z.number(),
      differences: z.array(differenceSchema),
      undecided: z.array(keySchema).describe('Rows that changed too often to be judged'),
      more: z.boolean().describe('There are more differences than are named'),
    })
    .nullable(),
});

export const verificationSchema = z.object({
  flow: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  reason: reasonSchema.nullable().describe('Why it failed'),
  table: z.string().nullable().describe('The one sink table that was asked for'),
  equal: z.boolean().describe('True only if every table was compared, with all its columns, and is equal'),
  tables: z.array(tableVerificationSchema).describe('Those that are judged so far'),
  progress: z.object({ source: z.string(), rows: z.number(), estimatedRows: z.number() }).nullable(),
  startedAt: time,
  endedAt: time.nullable(),
});

export const verificationInputSchema = z.strictObject({
  table: z.string().min(1).optional().describe('Only this sink table, `table` or `schema.table`'),
  mostDifferences: z.int().min(1).max(1_000).default(20).describe('Name at most this many rows of a table'),
});

export type TableVerification = z.output<typeof tableVerificationSchema>;
export type VerificationView = z.output<typeof verificationSchema>;
