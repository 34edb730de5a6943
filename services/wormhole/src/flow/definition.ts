/** Decides what a flow is: the one shape that REST, a YAML file and the metadata share, its defaults and what is refused. */
import { RtdpError } from '@rtdp/ums/error';
import { z } from 'zod';

const flowNameSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    'must be 1 to 63 lower-case letters, digits, dashes or underscores, and start with a letter',
  );

const offsetText = z.union([z.string().regex(/^\d{1,18}$/, 'must be an offset: digits only'), z.int().min(0)]);

/** Parts of a namespace that a sink name may be made of. */
const PLACEHOLDERS = ['system', 'instance', 'database', 'table', 'dbPartition', 'tablePartition'] as const;
export type NamePlaceholder = (typeof PLACEHOLDERS)[number];

const nameTemplate = z
  .string()
  .min(1)
  .max(200)
  .superRefine((text, context) => {
    for (const [, name] of text.matchAll(/\{([^}]*)\}/g)) {
      if (!(PLACEHOLDERS as readonly string[]).includes(name ?? '')) {
        context.addIssue({
          code: 'custom',
          message: `{${name}} is not one of ${PLACEHOLDERS.map((p) => `{${p}}`).join(', ')}`,
        });
      }
    }
  });

const postgresConnectionSchema = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535).default(5432),
  database: z.string().min(1),
  user: z.string().min(1),
  password: z.string().default('').describe('Sealed before it is stored; never returned and never logged'),
  ssl: z.enum(['disable', 'require', 'verify-full']).default('disable'),
});

const postgresSinkSchema = z.strictObject({
  store: z.literal('postgres'),
  connection: postgresConnectionSchema,
  schema: nameTemplate
    .default('public')
    .describe('Schema of the sink tables; may hold placeholders such as {database}'),
  table: nameTemplate
    .default('{table}')
    .describe('Name of the sink table; {table} and the other parts of the source namespace may be used'),
  deletes: z
    .enum(['physical', 'tombstone', 'history'])
    .default('physical')
    .describe(
      'physical: the table looks like the source; tombstone: kept and marked, with a live view; history: every change is a row',
    ),
  keyHoldsSource: z
    .boolean()
    .optional()
    .describe(
      'Whether the key of the sink table holds the source namespace, which is needed where several source tables meet in one',
    ),
  connections: z.int().min(1).max(32).default(4).describe('Connections that write at the same time'),
});

const limitsSchema = z.strictObject({
  rows: z.int().min(1).max(1_000_000).default(20_000).describe('Most rows of one store transaction'),
  bytes: z.int().min(1_000).default(16_000_000).describe('Most message bytes of one store transaction'),
  lingerMs: z
    .number()
    .min(0)
    .max(60_000)
    .default(0)
    .describe('How long a batch waits for more rows when nothing is being stored'),
});

const retrySchema = z.strictObject({
  firstMs: z.int().min(1).default(200),
  maximumMs: z.int().min(1).default(5_000),
});

/** As a caller writes it: name, source and sink are needed, the rest has defaults. */
export const flowDefinitionSchema = z
  .strictObject({
    name: flowNameSchema,
    description: z.string().max(2_000).default(''),
    stream: flowNameSchema.default('default').describe('Flows of one stream share one Kafka consumer group'),
    source: z.strictObject({
      namespace: z
        .string()
        .min(1)
        .describe('Pattern of four to seven parts, * for any: postgresql.shop.public.*; parts left out are *'),
      topic: z
        .string()
        .regex(/^[a-zA-Z0-9._-]{1,200}$/)
        .optional()
        .describe('<system>.<instance> when left out'),
    }),
    from: z
      .union([
        z.literal('pull'),
        z.literal('earliest'),
        z.strictObject({ offset: z.union([offsetText, z.record(z.string().regex(/^\d+$/), offsetText)]) }),
      ])
      .default('pull')
      .describe(
        'pull: now, and a full pull is asked for; earliest: all the topic still holds; offset: one for all partitions, or one for each',
      ),
    sql: z.string().min(1).optional().describe('One SELECT in the dialect of Postgres over the source table'),
    steps: z
      .array(z.strictObject({ name: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/), sql: z.string().min(1) }))
      .min(1)
      .max(50)
      .optional()
      .describe('Named SELECTs; each may use the source table and any earlier step, the last one goes to the sink'),
    sink: z.discriminatedUnion('store', [postgresSinkSchema]),
    onIncompatible: z
      .enum(['pause', 'follow'])
      .default('pause')
      .describe(
        'pause: the table waits for you, with the difference shown; follow: the sink follows as far as it can, rows that do not fit go to the dead letter',
      ),
    limits: limitsSchema.prefault({}),
    retry: retrySchema.prefault({}),
    deadLetterLimit: z
      .int()
      .min(0)
      .default(1_000)
      .describe('Rows in a row that may fail before the table stops by itself'),
    autoStart: z.boolean().default(true).describe('Start it as soon as it is deployed'),
  })
  .superRefine((flow, context) => {
    if (flow.sql !== undefined && flow.steps !== undefined) {
      context.addIssue({ code: 'custom', path: ['steps'], message: 'give either sql or steps, not both' });
    }
    const names = (flow.steps ?? []).map((step) => step.name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      context.addIssue({ code: 'custom', path: ['steps'], message: `two steps are called ${twice}` });
    const parts = flow.source.namespace.split('.');
    if (parts.length < 4 || parts.length > 7 || parts.some((part) => part === '')) {
      context.addIssue({
        code: 'custom',
        path: ['source', 'namespace'],
        message: 'must have four to seven parts with nothing empty between the dots',
      });
    } else if (flow.source.topic === undefined && parts.slice(0, 2).some((part) => part.includes('*'))) {
      context.addIssue({
        code: 'custom',
        path: ['source', 'topic'],
        message: 'must be given when system or instance is a pattern',
      });
    }
  });

export type FlowDefinitionInput = z.input<typeof flowDefinitionSchema>;
export type PostgresSink = z.output<typeof postgresSinkSchema>;

/** A definition with every default filled in: the pattern has seven parts, the topic and the steps are there. */
export type FlowDefinition = Omit<z.output<typeof flowDefinitionSchema>, 'sql' | 'steps' | 'source'> & {
  source: { namespace: string; topic: string };
  /** Empty for a flow that only synchronises. */
  steps: { name: string; sql: string }[];
};

/** The name of the step that `sql` stands for. */
export const SINGLE_STEP = 'result';

/** Reads a definition as a caller wrote it. @throws RtdpError WORMHOLE_FLOW_INVALID naming each path and problem. */
export function readFlowDefinition(input: unknown): FlowDefinition {
  const given = flowDefinitionSchema.safeParse(input);
  if (!given.success) {
    const problems = given.error.issues.map((issue) => ({ field: issue.path.join('.'), problem: issue.message }));
    throw new RtdpError({
      code: 'WORMHOLE_FLOW_INVALID',
      message: problems.map(({ field, problem }) => `${field === '' ? 'flow' : field}: ${problem}`).join('; '),
      next: 'Correct the named fields.',
      facts: { problems },
    });
  }
  const { sql, steps, source, ...rest } = given.data;
  const parts = source.namespace.split('.');
  return {
    ...rest,
    source: {
      namespace: [...parts, ...Array<string>(7 - parts.length).fill('*')].join('.'),
      topic: source.topic ?? topicOf(source.namespace),
    },
    steps: steps ?? (sql === undefined ? [] : [{ name: SINGLE_STEP, sql }]),
  };
}

/** Where the changes of a namespace, or of a pattern of some, are where nothing else is said: the topic of its source. */
export function topicOf(namespace: string): string {
  return namespace.split('.').slice(0, 2).join('.');
}

/** The same definition in the form a caller would write, with the password left out: what is shown. */
export function withoutSecrets(flow: FlowDefinition): FlowDefinition {
  return { ...flow, sink: { ...flow.sink, connection: { ...flow.sink.connection, password: '' } } };
}
