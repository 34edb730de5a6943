/** Decides the shapes in which topics and their messages are shown. */
import { z } from 'zod';

const time = z.string().describe('ISO 8601');
const offset = z.string().describe('Of Kafka, as digits');

export const topicSchema = z.object({
  name: z.string(),
  source: z.string().nullable().describe('Name of the source that writes it; null for any other topic'),
  organisationId: z.string().nullable().describe("Whose it is; null while it is nobody's"),
  partitions: z.array(z.object({ partition: z.number(), low: offset, high: offset })),
});

export const topicOwnerSchema = z.object({
  topic: z.string(),
  organisationId: z.string().nullable().describe("null while it is nobody's"),
});

const messageProblemSchema = z.object({ code: z.string(), message: z.string(), next: z.string() });

export const MESSAGE_FORMS = ['ums', 'avro', 'text', 'bytes', 'tombstone'] as const;

export const topicMessageSchema = z.object({
  partition: z.number(),
  offset,
  at: time,
  key: z.string().nullable().describe('As text; null without a key'),
  bytes: z.number().describe('Of the value'),
  form: z.enum(MESSAGE_FORMS),
  kind: z.string().nullable().describe('Of a UMS message'),
  namespace: z.string().nullable(),
  rows: z.number().nullable(),
  firstId: z.string().nullable().describe('Least ums_id_ of its rows'),
  lastId: z.string().nullable(),
  problem: messageProblemSchema.nullable().describe('Why it is shown as text or bytes although it looks like more'),
});

export const messagePageSchema = z.object({
  messages: z.array(topicMessageSchema),
  looked: z.object({ messages: z.number(), bytes: z.number() }).describe('What was read to find them'),
  next: z
    .string()
    .nullable()
    .describe('To go on from here with, as `cursor`; null when there is nothing further in this direction'),
});

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const messageDetailSchema = topicMessageSchema.extend({
  version: z.string().nullable(),
  batchId: z.number().nullable(),
  fields: z.array(
    z.object({ name: z.string(), type: z.string(), sourceType: z.string().optional(), key: z.boolean().optional() }),
  ),
  tuples: z.array(z.array(cell)).describe('The first 500 rows'),
  unchanged: z
    .array(z.array(z.number()))
    .describe('Per row: columns that the source did not send, because they did not change or at all'),
  context: z.record(z.string(), z.unknown()).nullable().describe('Source, position in its log, transactions, times'),
  avro: z
    .unknown()
    .nullable()
    .describe('Decoded by the registry; bytes as \\x and hex, numbers that JSON does not hold as text'),
  headers: z.record(z.string(), z.string()),
  raw: z.string().describe('Base64 of the value, at most its first 256 KiB'),
  isRawCut: z.boolean(),
});

export const messageQuestionSchema = z.object({
  partition: z.coerce.number().int().min(0).optional().describe('All of them when left out'),
  from: z
    .enum(['latest', 'earliest', 'offset', 'time'])
    .default('latest')
    .describe('latest: the newest ones, newest first; the others read forward'),
  offset: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional()
    .describe('For from=offset'),
  time: z.iso.datetime({ offset: true }).optional().describe('For from=time'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  kinds: z.enum(['data', 'all']).default('all').describe('data: without heartbeats and other marks'),
  namespace: z.string().max(500).optional().describe('Part of the namespace, for example a table'),
  id: z
    .string()
    .regex(/^\d{1,19}$/)
    .optional()
    .describe('Only messages that hold a row of this ums_id_'),
  key: z
    .string()
    .max(500)
    .optional()
    .describe('Only those with a row of this key (several columns: with commas), or with this Kafka key'),
  cursor: z.string().max(10_000).optional().describe('`next` of the answer before'),
});

export type TopicOwner = z.output<typeof topicOwnerSchema>;
export type TopicView = z.output<typeof topicSchema>;
export type TopicMessage = z.output<typeof topicMessageSchema>;
export type MessagePage = z.output<typeof messagePageSchema>;
export type MessageDetail = z.output<typeof messageDetailSchema>;
export type MessageQuestion = z.output<typeof messageQuestionSchema>;
