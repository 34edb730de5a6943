/** Decides what a source is: the one shape that REST, a YAML file and the catalog share, its defaults and what is refused. */
import { z } from 'zod';

/** What a name may be: it becomes part of a slot, a publication, a topic and a transactional id, so nothing needs escaping. */
const nameSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,39}$/,
    'must be 1 to 40 lower-case letters, digits or underscores, and start with a letter',
  );

/**
 * A pattern over tables, `schema.table`: `*` stands for any characters; a part in double quotes is taken as it is
 * (so `"Odd.Name"."Table"` names one table); unquoted parts are compared as written, `public` when the schema is left out.
 */
export const tablePatternSchema = z
  .string()
  .min(1)
  .superRefine((text, context) => {
    if (splitTablePattern(text) === undefined) {
      context.addIssue({
        code: 'custom',
        message: `"${text}" is not schema.table (use * for any characters, double quotes for a name as it is)`,
      });
    }
  });

export const connectionSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .describe('Host name or address of the server that is streamed; snapshots use the very same one'),
  port: z.int().min(1).max(65535).default(5432),
  database: z.string().min(1).describe('A source is one database of one server'),
  user: z.string().min(1).describe('A role with LOGIN and REPLICATION that owns, or may select, the tables'),
  password: z.string().default('').describe('Sealed before it is stored; never returned and never logged'),
  ssl: z
    .enum(['disable', 'require', 'verify-full'])
    .default('disable')
    .describe('require encrypts without checking the certificate; verify-full checks it'),
  sslCertificateAuthority: z
    .string()
    .optional()
    .describe('PEM text; needed by verify-full when the authority is not a public one'),
  connectTimeoutMs: z.int().min(100).default(10_000),
});

/** How much one Kafka transaction may hold, and how long it may wait: the first limit reached ends it (at a commit of the source, but for a huge one). */
export const limitsSchema = z.strictObject({
  rows: z.int().min(1).default(100_000),
  bytes: z.int().min(10_000).default(8_388_608),
  lingerMs: z
    .number()
    .min(0)
    .max(10_000)
    .default(50)
    .describe('The longest wait under load; an idle stream publishes within 2 to 5 ms'),
  rowsPerMessage: z.int().min(1).max(100_000).default(500),
  bytesPerMessage: z
    .int()
    .min(1_000)
    .default(900_000)
    .describe('A message is cut here; one row that is larger travels alone'),
  maximumMessageBytes: z
    .int()
    .min(10_000)
    .default(10_000_000)
    .describe('Must not exceed the broker message.max.bytes; a larger row goes to the dead letter'),
});

export const snapshotSettingsSchema = z.strictObject({
  chunkRows: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(100_000)
    .describe('Rows read in one snapshot; also the ids reserved for it'),
  parallelTables: z.int().min(1).max(16).default(2).describe('Pulls of this source that run at the same time'),
  rowsPerSecond: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('Throttle of each pull; null reads as fast as the source and Kafka allow'),
  initial: z.boolean().default(true).describe('Pull each table once when the source first captures it'),
  statementTimeoutMs: z.int().min(0).default(600_000),
  lockTimeoutMs: z
    .int()
    .min(0)
    .default(30_000)
    .describe('Wait for ACCESS SHARE on a table before a chunk gives up and tries again'),
});

/** Either for every captured table, or for the tables that match one of these patterns. */
const perTableSchema = z.union([z.boolean(), z.array(tablePatternSchema)]);

/** As a caller writes it: everything but kind, name, connection and tables may be left out. */
export const sourceDefinitionSchema = z.strictObject({
  name: nameSchema.describe(
    'Unique; names the slot (rtdp_<name>) and the transactional producers (dbus.<name>, dbus.<name>.second)',
  ),
  kind: z.enum(['postgres']),
  instance: nameSchema.optional().describe('Second part of every namespace; the name when left out'),
  connection: connectionSchema,
  tables: z
    .union([z.literal('all'), z.array(tablePatternSchema).min(1)])
    .describe("'all', or patterns such as public.orders, sales.*"),
  excludedTables: z.array(tablePatternSchema).default([]).describe('Never captured, whatever `tables` says'),
  future: z.boolean().default(true).describe('Whether tables made later that match are captured too'),
  topic: z
    .string()
    .regex(/^[a-zA-Z0-9._-]{1,200}$/)
    .optional()
    .describe('<system>.<instance> when left out'),
  partitions: z.int().min(1).max(256).default(4).describe('Used when the topic is made; never changed afterwards'),
  delivery: z.enum(['exactly-once', 'at-least-once']).default('exactly-once'),
  beforeImages: perTableSchema
    .default(false)
    .describe('Send a `b` row before each `u` (needs REPLICA IDENTITY FULL to be whole)'),
  complete: perTableSchema.default(false).describe('Follow every incomplete row by a re-read of its key'),
  heartbeatMs: z
    .int()
    .min(100)
    .default(1_000)
    .describe('How often a row is written at the source and passed to every partition'),
  reconcileMs: z
    .int()
    .min(500)
    .default(5_000)
    .describe('How often the list of tables is compared with the publications'),
  limits: limitsSchema.prefault({}),
  snapshot: snapshotSettingsSchema.prefault({}),
  slotLagBudgetBytes: z
    .int()
    .min(1_000_000)
    .default(10_737_418_240)
    .describe('Write-ahead log held back by the slot beyond which there is an alarm'),
  deadLetterLimit: z
    .int()
    .min(1)
    .default(1_000)
    .describe('Rows of one table in a row that may fail before the table stops by itself'),
  transactionTimeoutMs: z
    .int()
    .min(1_000)
    .default(60_000)
    .describe('Kafka aborts an unfinished transaction of a dead process after this'),
  autoStart: z
    .boolean()
    .default(true)
    .describe('Start it as soon as it is registered, and again whenever the service starts'),
});

export type SourceDefinitionInput = z.input<typeof sourceDefinitionSchema>;
export type SourceConnection = z.output<typeof connectionSchema>;
export type SourceLimits = z.output<typeof limitsSchema>;

/** A definition with every default filled in and every derived name present: what the stream, the snapshot and the set-up are given. */
export type SourceDefinition = z.output<typeof sourceDefinitionSchema> & {
  /** First part of the namespaces: `postgresql`. */
  system: string;
  instance: string;
  topic: string;
  /** Name of the replication slot, and the prefix of both publications. */
  slot: string;
  /** The source's name in positions, feedback and dead letters: `<system>.<instance>`. */
  source: string;
};

/** The two publications of a source: keyed tables with everything, keyless ones (never published for updates) with insert and truncate only. */
export function publicationNames(definition: Pick<SourceDefinition, 'slot'>): { keyed: string; insertOnly: string } {
  return { keyed: `${definition.slot}_keyed`, insertOnly: `${definition.slot}_insert` };
}

/** The table in the source database that DBus writes a row to at every heartbeat. */
export const HEARTBEAT_TABLE = { schema: 'rtdp', table: 'heartbeat' } as const;

/** Where in Kafka a source's positions, schemas, dead letters and re-read requests are. */
export const DBUS_TOPICS = {
  positions: 'rtdp.dbus.positions',
  deadLetters: 'rtdp.dbus.dead-letters',
  rereads: 'rtdp.rereads',
} as const;

const SYSTEM_OF_KIND = { postgres: 'postgresql' } as const;

/** Reads a definition as a caller wrote it. Throws z.ZodError with a path for each thing that is wrong. */
export function readSourceDefinition(input: unknown): SourceDefinition {
  const given = sourceDefinitionSchema.parse(input);
  const system = SYSTEM_OF_KIND[given.kind];
  const instance = given.instance ?? given.name;
  return {
    ...given,
    system,
    instance,
    topic: given.topic ?? `${system}.${instance}`,
    slot: `rtdp_${given.name}`,
    source: `${system}.${instance}`,
  };
}

/** Whether a switch that holds for all tables or for patterns holds for this one. */
export function holdsForTable(choice: boolean | readonly string[], schema: string, table: string): boolean {
  return typeof choice === 'boolean' ? choice : choice.some((pattern) => matchesTable(pattern, schema, table));
}

/** The first pattern by which a source's definition leaves this table out, whatever else chooses it; null = none. */
export function excludedBy(
  { excludedTables }: Pick<SourceDefinition, 'excludedTables'>,
  schema: string,
  table: string,
): string | null {
  return excludedTables.find((pattern) => matchesTable(pattern, schema, table)) ?? null;
}

/** Whether a source's definition asks for this table (system schemas and our own are never asked for). */
export function choosesTable(
  definition: Pick<SourceDefinition, 'tables' | 'excludedTables'>,
  schema: string,
  table: string,
): boolean {
  if (schema === HEARTBEAT_TABLE.schema || schema === 'information_schema' || schema.startsWith('pg_')) return false;
  if (excludedBy(definition, schema, table) !== null) return false;
  return definition.tables === 'all' || definition.tables.some((pattern) => matchesTable(pattern, schema, table));
}

/** Whether a pattern (see {@link tablePatternSchema}) names this table. A malformed pattern matches nothing. */
export function matchesTable(pattern: string, schema: string, table: string): boolean {
  const parts = splitTablePattern(pattern);
  if (parts === undefined) return false;
  return parts.schema.test(schema) && parts.table.test(table);
}

function splitTablePattern(text: string): { schema: RegExp; table: RegExp } | undefined {
  const part = '("(?:[^"]|"")+"|[^".\\s]+)';
  const found = new RegExp(`^(?:${part}\\.)?${part}$`).exec(text);
  if (found === null) return undefined;
  return { schema: partExpression(found[1] ?? 'public'), table: partExpression(found[2]!) };
}

function partExpression(part: string): RegExp {
  const quoted = part.startsWith('"');
  const text = quoted ? part.slice(1, -1).replaceAll('""', '"') : part;
  const escaped = text.replace(/[\\^$.|?+()[\]{}*]/g, '\\$&');
  return new RegExp(`^${quoted ? escaped : escaped.replaceAll('\\*', '.*')}$`, 's');
}
