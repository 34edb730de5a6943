/** Decides what other services may know of Wormhole: the shapes of its answers, and a thin client that asks for them. Nothing else. */
import { doneSchema } from '@rtdp/service/answer-shapes';
import { createServiceClient, type ServiceClientOptions } from '@rtdp/service/client';
import { z } from 'zod';
import { DEAD_LETTER_STATUSES } from './dead-letter/dead-letter-status.ts';
import { BATCH_KIND, FEEDBACK_TOPIC, NOTICE_KIND } from './feedback/records.ts';
import { flowDefinitionSchema } from './flow/definition.ts';
import { FLOW_STATES } from './flow/flow-state.ts';
import {
  type VerificationView,
  type verificationInputSchema,
  verificationSchema,
} from './verify/verification-shapes.ts';

/** A flow as a caller writes it. */
export const flowInputSchema = flowDefinitionSchema;

/** Where commits and batches are told, and the kinds of message that tell one; their fields are in `feedback/records.ts`. */
export const FEEDBACK = { topic: FEEDBACK_TOPIC, batchKind: BATCH_KIND, noticeKind: NOTICE_KIND } as const;

const time = z.string().describe('ISO 8601');

export const reasonSchema = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  facts: z.record(z.string(), z.unknown()).optional(),
});

export const fieldSchema = z.object({
  name: z.string(),
  type: z.string(),
  nullable: z.boolean(),
  encoded: z.boolean(),
  sourceType: z.string().optional(),
  key: z.boolean().optional(),
});

export const flowSchema = z.object({
  name: z.string(),
  description: z.string(),
  stream: z.string(),
  state: z.enum(FLOW_STATES),
  wanted: z.enum(['running', 'paused', 'stopped']),
  reason: reasonSchema.nullable(),
  origin: z.string(),
  revision: z.number(),
  pull: z
    .object({
      state: z
        .enum(['waiting', 'requested'])
        .describe('waiting: DBus was not asked yet; requested: it was, and tells how far each pull is'),
      waitsFor: z.string().nullable().describe('While it waits; null once DBus was asked'),
      tables: z.record(z.string(), z.string()).describe('Table → id of its pull at DBus'),
    })
    .nullable()
    .describe('What became of `from: pull`'),
  definition: z.unknown().describe('As deployed, without the password'),
  createdAt: time,
  updatedAt: time,
});

export const deployedFlowSchema = flowSchema.extend({
  notes: z.array(z.string()).describe('What is worth knowing of it, such as a table that no source captures yet'),
});

export const latencySchema = z.object({
  source: z.number().nullable(),
  kafka: z.number().nullable(),
  transform: z.number(),
  sink: z.number(),
  total: z.number().nullable(),
});

export const tableStatusSchema = z.object({
  schema: z.string(),
  table: z.string(),
  sinkNamespace: z.string(),
  sources: z.array(z.string()).describe('Source namespaces with the version adopted last'),
  state: z.enum(['starting', 'running', 'retrying', 'paused', 'stopped']),
  reason: reasonSchema.nullable(),
  /** Messages of the topic that are not yet stored or passed. */
  lag: z.number(),
  watermark: z.string().nullable().describe('Source time (UTC) up to which the table is complete; null while loading'),
  freshnessMs: z.number().nullable().describe('Age of the watermark'),
  loading: z.boolean().describe('A pull has begun and not ended: rows may be missing'),
  loadFailed: z
    .boolean()
    .describe('The pull gave up, the reason says why; the table stays incomplete until it is resumed'),
  commitNumber: z.string(),
  rowsPerSecond: z.number(),
  rowsIn: z.number(),
  applied: z.number(),
  stale: z.number(),
  deleted: z.number(),
  dead: z.number().describe('Rows that went to the dead letter since the worker took the flow up'),
  openDeadLetters: z.number().describe('Dead letters of this table that wait for somebody'),
  onlyInserts: z
    .boolean()
    .describe(
      'A source table has no key: of a database, its inserts and truncates arrive, its updates and deletes do not',
    ),
  latency: latencySchema.nullable(),
  partitions: z.array(
    z.object({
      partition: z.number(),
      state: z.string(),
      storedOffset: z.string().nullable(),
      doneOffset: z.string(),
      highWatermark: z.string().nullable(),
      epoch: z.string(),
      reason: reasonSchema.nullable(),
    }),
  ),
});

export const flowStatusSchema = flowSchema.extend({
  worker: z.string(),
  rowsPerSecond: z.number(),
  lag: z.number(),
  openDeadLetters: z
    .number()
    .describe('Dead letters that wait for somebody, also of tables that the flow no longer writes'),
  tables: z.array(tableStatusSchema),
});

export const planProblemSchema = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  step: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
  table: z.string().optional(),
});

export const planSchema = z.object({
  problems: z.array(planProblemSchema),
  notes: z.array(z.string()),
  missingTable: z
    .string()
    .nullable()
    .describe('The one of the notes that says that sources capture tables, but none of the pattern'),
  tables: z.array(
    z.object({
      source: z.string(),
      sink: z.object({ schema: z.string(), table: z.string() }),
      fields: z.array(fieldSchema),
      explodes: z.boolean(),
    }),
  ),
});

export const dryRunSchema = z.object({
  notes: z.array(z.string()),
  tables: z.array(
    z.object({
      source: z.string(),
      rows: z.number(),
      steps: z.array(
        z.object({
          name: z.string(),
          fields: z.array(fieldSchema),
          rows: z.array(z.object({ sourceRow: z.number(), values: z.array(z.string().nullable()) })),
        }),
      ),
      failed: z.array(z.object({ row: z.number(), reason: reasonSchema })),
    }),
  ),
});

export const deadLetterSchema = z.object({
  id: z.string(),
  schema: z.string(),
  table: z.string(),
  namespace: z.string(),
  kind: z.string(),
  topic: z.string(),
  partition: z.number(),
  offset: z.string(),
  rowNumber: z.number(),
  umsId: z.string(),
  operation: z.string(),
  step: z.string(),
  reason: reasonSchema,
  tuple: z.array(z.unknown()).nullable(),
  edited: z.array(z.unknown()).nullable(),
  status: z.enum(DEAD_LETTER_STATUSES),
  attempts: z.number(),
  createdAt: time,
  changedAt: time,
  changedBy: z.string().nullable(),
});

export const deadLetterDetailSchema = deadLetterSchema.extend({
  fields: z.array(fieldSchema).nullable().describe('Of the tuple'),
  raw: z.string().describe('Base64 of the whole message as it was read'),
});

export const replaySchema = z.object({
  results: z.array(z.object({ id: z.string(), status: z.enum(DEAD_LETTER_STATUSES), reason: reasonSchema.nullable() })),
});

/** A sample every `everySeconds`, kept for `keptHours`; a figure that nobody knew at that time is null. */
export const pastFiguresSchema = z.object({
  everySeconds: z.number(),
  keptHours: z.number(),
  figures: z.array(z.object({ at: time, values: z.record(z.string(), z.number().nullable()) })),
});

/** Which batches took a message: one for each flow and sink table, more where it was read again. */
export const traceSchema = z.object({
  batches: z.array(
    z.object({
      flow: z.string(),
      sinkNamespace: z.string(),
      worker: z.string(),
      firstOffset: z.string(),
      nextOffset: z.string(),
      rowsIn: z.number(),
      rowsApplied: z.number(),
      rowsStale: z.number(),
      rowsDeleted: z.number(),
      rowsDead: z.number(),
      commitNumber: z.string(),
      consumedAt: time,
      storedAt: time,
      latency: latencySchema,
    }),
  ),
  isComplete: z.boolean().describe('False when the feedback was longer than may be looked through at once'),
});

export type { TableVerification, VerificationView } from './verify/verification-shapes.ts';
export type FlowView = z.output<typeof flowSchema>;
export type DeployedFlowView = z.output<typeof deployedFlowSchema>;
export type FlowStatus = z.output<typeof flowStatusSchema>;
export type TableStatus = z.output<typeof tableStatusSchema>;
export type FlowPlanView = z.output<typeof planSchema>;
export type DryRunView = z.output<typeof dryRunSchema>;
export type PastFiguresView = z.output<typeof pastFiguresSchema>;
export type TraceView = z.output<typeof traceSchema>;
export type DeadLetterView = z.output<typeof deadLetterSchema>;

const newestVerificationSchema = z.object({ verification: verificationSchema.nullable() });

export interface WormholeClient {
  /** What a flow would do: problems with step, line and column; tables with their result columns. Nothing is deployed. */
  check(definition: z.input<typeof flowDefinitionSchema>): Promise<FlowPlanView>;
  /** Runs it over the newest messages of the topic without writing anything. */
  dryRun(definition: z.input<typeof flowDefinitionSchema>, rows?: number): Promise<DryRunView>;
  listFlows(): Promise<FlowView[]>;
  getFlow(name: string): Promise<FlowView>;
  deploy(definition: z.input<typeof flowDefinitionSchema>): Promise<DeployedFlowView>;
  replace(name: string, definition: z.input<typeof flowDefinitionSchema>): Promise<DeployedFlowView>;
  /** The sink tables stay. */
  remove(name: string): Promise<void>;
  command(name: string, command: 'start' | 'pause' | 'resume' | 'stop' | 'pull'): Promise<FlowView>;
  /** Begins anew, from a pull unless told otherwise; what lies between is not read. */
  restart(name: string, from?: z.input<typeof flowDefinitionSchema>['from']): Promise<FlowView>;
  status(name: string): Promise<FlowStatus>;
  commandTable(
    name: string,
    table: { schema: string; table: string },
    command: 'pause' | 'resume',
  ): Promise<FlowStatus>;
  /** Begins to compare source and sink; {@link newestVerification} tells how far it is. */
  verify(name: string, asked?: z.input<typeof verificationInputSchema>): Promise<VerificationView>;
  /** Null where none was begun since the service started. */
  newestVerification(name: string): Promise<VerificationView | null>;
  cancelVerification(name: string): Promise<VerificationView | null>;
  listDeadLetters(
    name: string,
    filter?: { status?: (typeof DEAD_LETTER_STATUSES)[number]; table?: string; before?: string; limit?: number },
  ): Promise<DeadLetterView[]>;
  getDeadLetter(name: string, id: string): Promise<z.output<typeof deadLetterDetailSchema>>;
  /** Replaces the tuple that a replay uses; null takes the edit back. */
  editDeadLetter(name: string, id: string, tuple: unknown[] | null): Promise<DeadLetterView>;
  replay(name: string, ids: string[] | 'all'): Promise<z.output<typeof replaySchema>>;
  discard(name: string, ids: string[]): Promise<z.output<typeof replaySchema>>;
  pastFigures(name: string, hours?: number): Promise<PastFiguresView>;
  /** Where a message of a topic went; `at` is its time in Kafka, ISO 8601. */
  trace(message: { topic: string; partition: number; offset: string; at: string }): Promise<TraceView>;
}

export function createWormholeClient(options: ServiceClientOptions): WormholeClient {
  const { request } = createServiceClient(options);
  const at = (name: string, rest = ''): string => `/flows/${encodeURIComponent(name)}${rest}`;
  return {
    check: (definition) => request('POST', '/flows/check', planSchema, definition),
    dryRun: (definition, rows = 100) => request('POST', `/flows/dry-run?rows=${rows}`, dryRunSchema, definition),
    listFlows: () => request('GET', '/flows', z.array(flowSchema)),
    getFlow: (name) => request('GET', at(name), flowSchema),
    deploy: (definition) => request('POST', '/flows', deployedFlowSchema, definition),
    replace: (name, definition) => request('PUT', at(name), deployedFlowSchema, definition),
    remove: async (name) => void (await request('DELETE', at(name), doneSchema)),
    command: (name, command) => request('POST', at(name, `/${command}`), flowSchema),
    restart: (name, from) => request('POST', at(name, '/restart'), flowSchema, from === undefined ? {} : { from }),
    status: (name) => request('GET', at(name, '/status'), flowStatusSchema),
    commandTable: (name, { schema, table }, command) =>
      request(
        'POST',
        at(name, `/tables/${encodeURIComponent(schema)}/${encodeURIComponent(table)}/${command}`),
        flowStatusSchema,
      ),
    verify: (name, asked = {}) => request('POST', at(name, '/verification'), verificationSchema, asked),
    newestVerification: async (name) =>
      (await request('GET', at(name, '/verification'), newestVerificationSchema)).verification,
    cancelVerification: async (name) =>
      (await request('POST', at(name, '/verification/cancel'), newestVerificationSchema)).verification,
    listDeadLetters: (name, filter = {}) => {
      const query = new URLSearchParams(
        Object.entries(filter).map(([key, value]): [string, string] => [key, String(value)]),
      );
      return request('GET', at(name, `/dead-letters?${query}`), z.array(deadLetterSchema));
    },
    getDeadLetter: (name, id) => request('GET', at(name, `/dead-letters/${id}`), deadLetterDetailSchema),
    editDeadLetter: (name, id, tuple) => request('PATCH', at(name, `/dead-letters/${id}`), deadLetterSchema, { tuple }),
    replay: (name, ids) => request('POST', at(name, '/dead-letters/replay'), replaySchema, { ids }),
    pastFigures: (name, hours = 1) => request('GET', at(name, `/figures?hours=${hours}`), pastFiguresSchema),
    trace: ({ topic, partition, offset, at: time }) => {
      const query = new URLSearchParams({ topic, partition: String(partition), offset, at: time });
      return request('GET', `/trace?${query}`, traceSchema);
    },
    discard: (name, ids) => request('POST', at(name, '/dead-letters/discard'), replaySchema, { ids }),
  };
}
