/** Decides what other services may know of DBus: the shapes of its answers, and a thin client that asks for them. Nothing else. */
import { createServiceClient, type ServiceClientOptions } from '@rtdp/service/client';
import { sourceQuestionSchema } from '@rtdp/stores/compare-wire';
import { z } from 'zod';
import type { DefinitionChange } from './catalog/change-definition.ts';
import { sourceDefinitionSchema, tablePatternSchema } from './catalog/source-definition.ts';
import { SOURCE_STATES } from './catalog/source-states.ts';
import { PULL_STATES } from './pulls/pull-states.ts';
import {
  type MessageDetail,
  type MessagePage,
  messageDetailSchema,
  messagePageSchema,
  type TopicOwner,
  type TopicView,
  topicOwnerSchema,
  topicSchema,
} from './topics/topic-shapes.ts';

const time = z.string().describe('ISO 8601');
const facts = z.record(z.string(), z.unknown());

export const reasonSchema = z.object({ code: z.string(), message: z.string(), next: z.string(), facts });

export const problemSchema = z.object({
  code: z.string(),
  severity: z.enum(['blocking', 'warning', 'advice']).describe('advice: nothing is missed without it'),
  message: z.string(),
  statement: z.string().nullable().describe('Exactly what to run at the source to mend it'),
});

export const tableNameSchema = z.object({ schema: z.string(), table: z.string() });

export const tableReportSchema = tableNameSchema.extend({
  chosen: z.boolean(),
  excludedBy: z.string().nullable().describe('The pattern of `excludedTables` that leaves it out'),
  capture: z.enum(['all changes', 'inserts and truncates']).nullable(),
  keyColumns: z.array(z.string()),
  replicaIdentity: z.string(),
  partitioned: z.boolean(),
  estimatedRows: z.number(),
  bytes: z.number(),
  problems: z.array(problemSchema),
});

export const checkSchema = z.object({
  ready: z.boolean(),
  serverVersion: z.string(),
  problems: z.array(problemSchema),
  tables: z.array(tableReportSchema),
});

export const streamSchema = z.object({
  state: z.string(),
  attempt: z.number().nullable(),
  lastError: reasonSchema.nullable(),
  rows: z.number(),
  bytes: z.number(),
  sourceTransactions: z.number(),
  kafkaTransactions: z.number(),
  deadLetters: z.number(),
  rereads: z.number(),
  heartbeats: z.number(),
  restarts: z.number(),
  /** Source commit to Kafka commit of the last transaction. */
  lastLatencyMillis: z.number(),
  /** Age of the newest published transaction, heartbeats included; null before the first. */
  lagMillis: z.number().nullable(),
  openBytes: z.number(),
  durableLsn: z.string(),
  nextId: z.string(),
});

export const slotSchema = z.object({
  name: z.string(),
  present: z.boolean(),
  lagBytes: z.number(),
  retainedBytes: z.number(),
  budgetBytes: z.number(),
  overBudget: z.boolean(),
  safeBytes: z.number().nullable(),
  walStatus: z.string(),
  invalidation: z.string(),
  seenAt: time,
});

export const sourceSchema = z.object({
  name: z.string(),
  kind: z.string(),
  source: z.string().describe('<system>.<instance>: how the source is called in Kafka'),
  topic: z.string(),
  partitions: z.number(),
  origin: z.enum(['rest', 'file']),
  wanted: z.string(),
  state: z.enum(SOURCE_STATES),
  reason: reasonSchema.nullable(),
  health: z.object({ status: z.enum(['ok', 'degraded', 'down']), detail: z.string() }),
  stream: streamSchema.nullable(),
  slot: slotSchema.nullable(),
  definition: z.unknown(),
  createdAt: time,
  changedAt: time,
});

export const capturedTableSchema = tableReportSchema.extend({
  /** Whether it is in a publication now. */
  captured: z.boolean(),
  capturedAt: time.nullable(),
  namespace: z.string().nullable().describe('With its version; null before the stream has met the table'),
  version: z.number().nullable(),
  /** A table that stopped by itself after too many rows that failed. */
  stopped: z.boolean(),
  rows: z.number().describe('Changes published since the stream started'),
  deadLetters: z.number(),
  lagMillis: z
    .number()
    .nullable()
    .describe(
      'How far it is behind: age of its newest published change, or of a later one of the source unless it is stopped; null where nothing streams it, and of a stopped one from the start of the stream on',
    ),
});

export const pullSchema = tableNameSchema.extend({
  id: z.string(),
  state: z.enum(PULL_STATES),
  cause: z.string(),
  batchId: z.number().nullable(),
  firstId: z.string().nullable(),
  chunks: z.number(),
  rows: z.number(),
  bytes: z.number(),
  deadLetters: z.number(),
  estimatedRows: z.number(),
  rowsPerSecond: z.number().nullable(),
  remainingSeconds: z.number().nullable(),
  waitsFor: z.string().nullable(),
  reason: reasonSchema.nullable(),
  askedBy: z.string(),
  rerunOf: z.string().nullable(),
  askedAt: time,
  startedAt: time.nullable(),
  progressedAt: time.nullable(),
  endedAt: time.nullable(),
});

export const chunkSchema = z.object({
  number: z.number(),
  firstId: z.string(),
  rows: z.number(),
  bytes: z.number(),
  afterKey: z.array(z.string()).nullable(),
  lastKey: z.array(z.string()).nullable(),
  snapshot: z.string(),
  attempts: z.number(),
  seconds: z.number(),
});

export const schemaVersionSchema = tableNameSchema.extend({
  version: z.number(),
  major: z.number(),
  fields: z.array(z.unknown()),
  diff: z.unknown().nullable(),
  compatible: z.boolean(),
  seenAt: time,
});

export const lagSchema = z.object({
  source: z.string(),
  lagMillis: z.number().nullable(),
  lastLatencyMillis: z.number(),
  slot: slotSchema.nullable(),
  tables: z.array(
    tableNameSchema.extend({ rows: z.number(), lagMillis: z.number().nullable(), deadLetters: z.number() }),
  ),
});

export const deadLetterSchema = z.object({
  offset: z.string(),
  source: z.string(),
  namespace: z.string().nullable(),
  table: tableNameSchema,
  operation: z.string(),
  id: z.string(),
  position: z.string(),
  commitTs: z.string(),
  code: z.string(),
  message: z.string(),
  next: z.string(),
  raw: z.string().describe('Base64 of the bytes as the source sent them'),
  rawBytes: z.number(),
  isRawCut: z.boolean(),
  at: time,
});

export const eventSchema = z.object({ at: time, kind: z.string(), sentence: z.string(), facts, subject: z.string() });

/** A sample every `everySeconds`, kept for `keptHours`; a figure that nobody knew at that time is null. */
export const pastFiguresSchema = z.object({
  everySeconds: z.number(),
  keptHours: z.number(),
  figures: z.array(z.object({ at: time, values: z.record(z.string(), z.number().nullable()) })),
});

export const tableChangeSchema = z.object({
  added: z.array(tableNameSchema),
  removed: z.array(tableNameSchema),
  changed: z.array(tableNameSchema),
});

export const askPullsSchema = z.object({
  tables: z.array(tablePatternSchema).min(1).optional().describe('All captured tables when left out'),
});

export const askRereadsSchema = z.object({
  schema: z.string(),
  table: z.string(),
  keys: z
    .array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])))
    .min(1)
    .max(10_000),
});

export const comparedSchema = z.object({ answer: z.unknown() });
export const compareTableSchema = tableNameSchema.extend({ question: sourceQuestionSchema });

/** Loose on purpose: a schema with defaults would put back what the caller left out; the result is checked as a whole. */
export const changeSchema = z
  .looseObject({ connection: z.looseObject({}).optional() })
  .describe('Only what changes of a definition; name, kind, instance, topic and partitions cannot');

/** A source as a caller writes it. */
export const sourceInputSchema = sourceDefinitionSchema;

export type { MessageDetail, MessagePage, TopicMessage, TopicOwner, TopicView } from './topics/topic-shapes.ts';
export type PastFiguresView = z.output<typeof pastFiguresSchema>;
export type SourceView = z.output<typeof sourceSchema>;
export type PullView = z.output<typeof pullSchema>;
export type CapturedTableView = z.output<typeof capturedTableSchema>;

export interface DbusClient {
  check(definition: z.input<typeof sourceDefinitionSchema>): Promise<z.output<typeof checkSchema>>;
  /** As it is registered, with the password that is kept. */
  checkAgain(name: string): Promise<z.output<typeof checkSchema>>;
  listSources(): Promise<SourceView[]>;
  getSource(name: string): Promise<SourceView>;
  registerSource(definition: z.input<typeof sourceDefinitionSchema>): Promise<SourceView>;
  changeSource(name: string, change: DefinitionChange): Promise<SourceView>;
  /** @returns what could not be taken away at the server, as sentences. */
  removeSource(name: string, options?: { force?: boolean }): Promise<string[]>;
  command(name: string, command: 'start' | 'pause' | 'stop'): Promise<SourceView>;
  listTables(name: string): Promise<CapturedTableView[]>;
  addTables(name: string, tables: string[]): Promise<SourceView>;
  removeTables(name: string, tables: string[]): Promise<SourceView>;
  /** Lets a table go on that stopped by itself. @returns the id of the pull that reads it in full */
  resumeTable(name: string, table: z.input<typeof tableNameSchema>): Promise<{ pull: string }>;
  /** Newest first; at most 1,000. */
  listPulls(name: string, limit?: number): Promise<PullView[]>;
  getPull(name: string, id: string): Promise<PullView>;
  /** Asks for a full pull of these tables (patterns; all captured ones when left out). One that waits already is given again. */
  askPulls(name: string, tables?: string[]): Promise<PullView[]>;
  commandPull(name: string, id: string, command: 'pause' | 'resume' | 'cancel' | 'rerun'): Promise<PullView>;
  listSchemas(name: string): Promise<z.output<typeof schemaVersionSchema>[]>;
  lag(name: string): Promise<z.output<typeof lagSchema>>;
  listDeadLetters(name: string, limit?: number): Promise<z.output<typeof deadLetterSchema>[]>;
  askRereads(name: string, request: z.input<typeof askRereadsSchema>): Promise<{ asked: number }>;
  /** The source's side of a comparison: `@rtdp/stores/postgres/compared-source` reads the answer. Aborting `signal` breaks the connection. */
  compareTable(name: string, asked: z.input<typeof compareTableSchema>, signal?: AbortSignal): Promise<unknown>;
  listEvents(name: string, limit?: number): Promise<z.output<typeof eventSchema>[]>;
  pastFigures(name: string, hours?: number): Promise<PastFiguresView>;
  listTopics(): Promise<TopicView[]>;
  topicOwner(topic: string): Promise<TopicOwner>;
  /** Gives a topic that is nobody's to an organisation; for administrators of the platform. */
  giveTopic(topic: string, organisationId: string): Promise<TopicOwner>;
  /** @param question of `GET /topics/:name/messages` */
  listMessages(topic: string, question?: Record<string, string | number>): Promise<MessagePage>;
  getMessage(topic: string, partition: number, offset: string): Promise<MessageDetail>;
}

export function createDbusClient(options: ServiceClientOptions): DbusClient {
  const { request } = createServiceClient(options);
  const at = (name: string, rest = ''): string => `/sources/${encodeURIComponent(name)}${rest}`;
  return {
    check: (definition) => request('POST', '/sources/check', checkSchema, definition),
    checkAgain: (name) => request('GET', at(name, '/check'), checkSchema),
    listSources: () => request('GET', '/sources', z.array(sourceSchema)),
    getSource: (name) => request('GET', at(name), sourceSchema),
    registerSource: (definition) => request('POST', '/sources', sourceSchema, definition),
    changeSource: (name, change) => request('PATCH', at(name), sourceSchema, change),
    removeSource: async (name, { force = false } = {}) =>
      (await request('DELETE', at(name, `?force=${force}`), z.object({ left: z.array(z.string()) }))).left,
    command: (name, command) => request('POST', at(name, `/${command}`), sourceSchema),
    listTables: (name) => request('GET', at(name, '/tables'), z.array(capturedTableSchema)),
    addTables: (name, tables) => request('POST', at(name, '/tables'), sourceSchema, { tables }),
    removeTables: (name, tables) => request('DELETE', at(name, '/tables'), sourceSchema, { tables }),
    resumeTable: (name, table) => request('POST', at(name, '/tables/resume'), z.object({ pull: z.string() }), table),
    listPulls: (name, limit = 100) => request('GET', at(name, `/pulls?limit=${limit}`), z.array(pullSchema)),
    getPull: (name, id) => request('GET', at(name, `/pulls/${id}`), pullSchema),
    askPulls: (name, tables) =>
      request('POST', at(name, '/pulls'), z.array(pullSchema), tables === undefined ? {} : { tables }),
    commandPull: (name, id, command) => request('POST', at(name, `/pulls/${id}/${command}`), pullSchema),
    listSchemas: (name) => request('GET', at(name, '/schemas'), z.array(schemaVersionSchema)),
    lag: (name) => request('GET', at(name, '/lag'), lagSchema),
    listDeadLetters: (name, limit = 100) =>
      request('GET', at(name, `/dead-letters?limit=${limit}`), z.array(deadLetterSchema)),
    askRereads: (name, body) => request('POST', at(name, '/rereads'), z.object({ asked: z.number() }), body),
    pastFigures: (name, hours = 1) => request('GET', at(name, `/figures?hours=${hours}`), pastFiguresSchema),
    listTopics: () => request('GET', '/topics', z.array(topicSchema)),
    topicOwner: (topic) => request('GET', `/topics/${encodeURIComponent(topic)}/owner`, topicOwnerSchema),
    giveTopic: (topic, organisationId) =>
      request('PUT', `/topics/${encodeURIComponent(topic)}/owner`, topicOwnerSchema, { organisationId }),
    listMessages: (topic, question = {}) => {
      const query = new URLSearchParams(
        Object.entries(question).map(([key, value]): [string, string] => [key, String(value)]),
      );
      return request('GET', `/topics/${encodeURIComponent(topic)}/messages?${query}`, messagePageSchema);
    },
    getMessage: (topic, partition, offset) =>
      request('GET', `/topics/${encodeURIComponent(topic)}/messages/${partition}/${offset}`, messageDetailSchema),
    compareTable: async (name, asked, signal) =>
      (await request('POST', at(name, '/tables/compare'), comparedSchema, asked, signal)).answer,
    listEvents: (name, limit = 100) => request('GET', at(name, `/events?limit=${limit}`), z.array(eventSchema)),
  };
}
