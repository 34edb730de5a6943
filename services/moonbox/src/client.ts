/** Decides what other services may know of Moonbox: the shapes of its requests and answers, and a thin client. Nothing else. */
import { ROLES } from '@rtdp/identity/roles';
import { createServiceClient, type ServiceClientOptions } from '@rtdp/service/client';
import { z } from 'zod';

const time = z.string().describe('ISO 8601');

export const MOUNT_KINDS = ['postgres', 'mysql'] as const;

/** A list of things, with how many there are in all. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), total: z.number() });
}

export const parameterSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const queryRequestSchema = z.strictObject({
  sql: z.string().min(1),
  parameters: z.array(parameterSchema).max(1_000).optional().describe('Values of $1, $2, …'),
  database: z.string().optional().describe('Where unqualified table names are looked up'),
  format: z.enum(['json', 'ndjson', 'csv']).default('json'),
  maximumRows: z.number().int().min(0).optional().describe('More rows than that are left out; json: 10,000 unless set'),
  timeoutMs: z.number().int().min(1).optional(),
  label: z
    .string()
    .max(2_400)
    .optional()
    .describe('Kept in the audit; several, with a space between, when it is run for several'),
});

export const tableReadSchema = z.object({
  database: z.string(),
  table: z.string(),
  sinkNamespace: z.string().nullable().describe('When a flow writes the table'),
});

const through = z.string().optional().describe('The view, database.view, by which it is read; told to administrators');

export const columnSchema = z.object({ name: z.string(), type: z.string().describe("Postgres' name of the type") });

/** int2, int4, float4, float8 as numbers (NaN and infinities as text), bool as true and false, all else as Postgres' text. */
export const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const queryResultSchema = z.object({
  id: z.string(),
  columns: z.array(columnSchema),
  rows: z.array(z.array(cellSchema)),
  rowCount: z.number(),
  truncated: z.boolean(),
  milliseconds: z.number(),
  tables: z.array(tableReadSchema),
  tag: z.string().describe('SELECT, MOUNT DATABASE, …'),
});

export const explainRequestSchema = queryRequestSchema
  .pick({ sql: true, parameters: true, database: true, timeoutMs: true, label: true })
  .extend({ analyze: z.boolean().default(false).describe('Also run it, for rows and times') });

const measured = { rows: z.number().optional(), milliseconds: z.number().optional() };

export const explanationSchema = z.object({
  columns: z.array(columnSchema),
  whole: z.object({ store: z.string(), sql: z.string(), ...measured }).nullable(),
  parts: z.array(
    z.object({
      store: z.string().describe('Name of the mount'),
      table: z.string(),
      sql: z.string().describe('As sent to the store'),
      estimate: z.number().nullable(),
      ...measured,
    }),
  ),
  local: z.object({ sql: z.string(), ...measured }).nullable(),
  decisions: z.array(z.object({ what: z.string(), where: z.enum(['pushed', 'local']), why: z.string() })),
  tables: z.array(tableReadSchema.extend({ columns: z.array(z.string()) })),
  milliseconds: z.number(),
});

export const QUERY_STATES = ['queued', 'running', 'done', 'failed', 'cancelled', 'refused'] as const;

export const errorSchema = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  facts: z.record(z.string(), z.unknown()).optional(),
});

/** One statement in the audit, or one that runs. */
export const queryRecordSchema = z.object({
  id: z.string(),
  subject: z.string(),
  via: z.enum(['rest', 'wire']),
  kind: z.string().describe('SELECT, EXPLAIN, MOUNT DATABASE, …'),
  sql: z.string(),
  database: z.string().nullable(),
  label: z.string().nullable(),
  tables: z.array(tableReadSchema.extend({ columns: z.array(z.string()), through })),
  decision: z.enum(['allowed', 'refused']),
  state: z.enum(QUERY_STATES),
  rows: z.number(),
  milliseconds: z.number(),
  queuedMilliseconds: z.number(),
  startedAt: time,
  error: errorSchema.nullable(),
});

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
  sinkNamespacePrefix: z.object({ system: z.string(), instance: z.string() }).nullable(),
  tables: z.number(),
  state: z.enum(['ok', 'failing']).describe('What the last refresh found'),
  error: errorSchema.nullable(),
  server: z.record(z.string(), z.unknown()).nullable().describe('Version, collation and time zone of the server'),
  refreshedAt: time.nullable(),
  createdAt: time,
  createdBy: z.string(),
});

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

/** Postgres clients see it as a relation; a point in it would read as another level. */
const viewNameSchema = z
  .string()
  .min(1)
  .max(63)
  .refine((name) => !/[."\0]/.test(name), 'no point and no quotes');

const viewDefinition = {
  sql: z.string().min(1).describe('One SELECT, over any tables and views that the caller may read'),
  columns: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Names of its columns; those of the SELECT unless set'),
  database: z.string().optional().describe('Where names in the SELECT that stand alone are looked up'),
};

export const viewRequestSchema = z.strictObject({ name: viewNameSchema, ...viewDefinition });
export const viewChangeSchema = z.strictObject(viewDefinition);

export const mountedTableRequestSchema = z.strictObject({
  name: viewNameSchema,
  source: z.strictObject({ database: z.string().min(1), table: z.string().min(1) }),
  columns: z.array(z.string().min(1)).min(1).optional().describe('All that there are now unless set'),
});

export const viewSchema = z.object({
  database: z.string(),
  name: z.string(),
  kind: z.enum(['view', 'table']).describe('table: one table under another name'),
  owner: z.string().describe('With whose rights it reads'),
  state: z.enum(['ok', 'broken']),
  error: errorSchema.nullable().describe('Why it cannot be read; in full for administrators'),
  columns: z.array(columnSchema).describe('That the caller may read'),
  sql: z.string().nullable().describe('null for those who may not read its tables'),
  tables: z
    .array(z.object({ database: z.string(), table: z.string(), columns: z.array(z.string()) }))
    .nullable()
    .describe('What it reads; null for those who may not read that'),
  createdAt: time,
  changedAt: time,
});

export const ownerRolesSchema = z.strictObject({ roles: z.array(z.enum(ROLES)) });
export const ownedViewsSchema = z.object({ views: z.number().describe('That run with these roles from now on') });
export const rightsSchema = z.object({
  version: z.string().describe('Another one whenever somebody may have got to read something else than before'),
});

const grantee = { subject: z.string().min(1).optional(), role: z.enum(ROLES).optional() };

export const grantRequestSchema = z
  .strictObject({
    ...grantee,
    database: z.string().min(1),
    table: z.string().min(1).optional().describe('Every table, also later ones, unless set'),
    columns: z.array(z.string().min(1)).min(1).optional().describe('All columns, also later ones, unless set'),
    privilege: z.literal('select').default('select'),
  })
  .refine(({ subject, role }) => (subject === undefined) !== (role === undefined), 'name either a subject or a role')
  .refine(({ table, columns }) => columns === undefined || table !== undefined, 'columns need a table');

export const grantSchema = z.object({
  subject: z.string().nullable(),
  role: z.enum(ROLES).nullable(),
  database: z.string(),
  table: z.string().nullable(),
  columns: z.array(z.string()).nullable(),
  privilege: z.literal('select'),
  grantedBy: z.string(),
  grantedAt: time,
});

export const lineageRequestSchema = queryRequestSchema.pick({ sql: true, database: true });

export const lineageSchema = z.object({
  tables: z.array(tableReadSchema.extend({ columns: z.array(z.string()) })),
});

export const describeRequestSchema = lineageRequestSchema;

export const descriptionSchema = z.object({
  columns: z.array(columnSchema),
  parameterTypes: z.array(z.string()).describe('Of $1, $2, …'),
});

export const passwordSchema = z.object({
  user: z.string().describe('To log in with, over the Postgres protocol'),
  password: z.string().describe('Shown this once'),
  createdAt: time,
});

export const passwordHolderSchema = z.object({
  user: z.string(),
  roles: z.array(z.enum(ROLES)).describe('Those that it logs in with: as they were when the password was made'),
  createdAt: time,
});

export const wireSchema = z.object({
  port: z.number().nullable().describe('Of Postgres clients, as seen from outside; null where none are taken'),
});

export const doneSchema = z.object({ done: z.literal(true) });
export const cancelledSchema = z.object({ cancelled: z.boolean() });

export type QueryResultView = z.output<typeof queryResultSchema>;
export type ExplanationView = z.output<typeof explanationSchema>;
export type QueryRecordView = z.output<typeof queryRecordSchema>;
export type MountRequest = z.output<typeof mountRequestSchema>;
export type MountView = z.output<typeof mountSchema>;
export type DatabaseView = z.output<typeof databaseSchema>;
export type TableView = z.output<typeof tableSchema>;
export type TableDetailView = z.output<typeof tableDetailSchema>;
export type ViewView = z.output<typeof viewSchema>;
export type GrantRequest = z.output<typeof grantRequestSchema>;
export type GrantView = z.output<typeof grantSchema>;
export type DescriptionView = z.output<typeof descriptionSchema>;
export type LineageView = z.output<typeof lineageSchema>;
export type WireView = z.output<typeof wireSchema>;
export type Cell = z.output<typeof cellSchema>;

interface List<Item> {
  items: Item[];
  total: number;
}

/** Each method throws RtdpError with Moonbox' own code. Streams (`ndjson`, `csv`) are read from `POST /query` directly. */
export interface MoonboxClient {
  query(request: Omit<z.input<typeof queryRequestSchema>, 'format'>): Promise<QueryResultView>;
  explain(request: z.input<typeof explainRequestSchema>): Promise<ExplanationView>;
  cancel(id: string): Promise<boolean>;
  /** Running ones first, then the newest of the audit. `before` = the `startedAt` of the last one seen. */
  listQueries(filter?: {
    limit?: number;
    state?: (typeof QUERY_STATES)[number];
    subject?: string;
    label?: string;
    before?: string;
  }): Promise<List<QueryRecordView>>;
  lineage(request: z.input<typeof lineageRequestSchema>): Promise<LineageView>;
  describe(request: z.input<typeof describeRequestSchema>): Promise<DescriptionView>;
  listMounts(): Promise<List<MountView>>;
  getMount(name: string): Promise<MountView>;
  mount(request: z.input<typeof mountRequestSchema>): Promise<MountView>;
  unmount(name: string): Promise<void>;
  refreshMount(name: string): Promise<MountView>;
  listDatabases(): Promise<List<DatabaseView>>;
  listTables(database: string): Promise<List<TableView>>;
  getTable(database: string, table: string): Promise<TableDetailView>;
  createDatabase(name: string): Promise<void>;
  /** With `cascade` what is defined in it goes along. */
  dropDatabase(name: string, cascade?: boolean): Promise<void>;
  listViews(database: string): Promise<List<ViewView>>;
  getView(database: string, view: string): Promise<ViewView>;
  createView(database: string, request: z.input<typeof viewRequestSchema>): Promise<ViewView>;
  /** Also makes it where it is not there. */
  replaceView(database: string, view: string, request: z.input<typeof viewChangeSchema>): Promise<ViewView>;
  dropView(database: string, view: string): Promise<void>;
  mountTable(database: string, request: z.input<typeof mountedTableRequestSchema>): Promise<ViewView>;
  unmountTable(database: string, table: string): Promise<void>;
  /** The views of a user run with these roles from now on; with none they stop. For an admin. */
  setOwnerRoles(owner: string, roles: z.input<typeof ownerRolesSchema>['roles']): Promise<number>;
  rightsVersion(): Promise<string>;
  listGrants(): Promise<List<GrantView>>;
  grant(request: z.input<typeof grantRequestSchema>): Promise<GrantView>;
  revoke(request: z.input<typeof grantRequestSchema>): Promise<void>;
  /** Users who can log in over the Postgres protocol; for an admin. */
  listPasswords(): Promise<List<z.output<typeof passwordHolderSchema>>>;
  /** Where Postgres clients connect. */
  wire(): Promise<WireView>;
  createPassword(): Promise<z.output<typeof passwordSchema>>;
  /** One's own, or anybody's for an admin. */
  removePassword(user: string): Promise<void>;
}

export function createMoonboxClient(options: ServiceClientOptions): MoonboxClient {
  const { request } = createServiceClient(options);
  const part = encodeURIComponent;
  return {
    query: (body) => request('POST', '/query', queryResultSchema, { ...body, format: 'json' }),
    explain: (body) => request('POST', '/explain', explanationSchema, body),
    cancel: async (id) => (await request('POST', `/queries/${part(id)}/cancel`, cancelledSchema)).cancelled,
    listQueries: (filter = {}) => {
      const query = new URLSearchParams(
        Object.entries(filter).map(([key, value]): [string, string] => [key, String(value)]),
      );
      return request('GET', `/queries?${query}`, listOf(queryRecordSchema));
    },
    lineage: (body) => request('POST', '/lineage', lineageSchema, body),
    describe: (body) => request('POST', '/describe', descriptionSchema, body),
    listMounts: () => request('GET', '/mounts', listOf(mountSchema)),
    getMount: (name) => request('GET', `/mounts/${part(name)}`, mountSchema),
    mount: (body) => request('POST', '/mounts', mountSchema, body),
    unmount: async (name) => void (await request('DELETE', `/mounts/${part(name)}`, doneSchema)),
    refreshMount: (name) => request('POST', `/mounts/${part(name)}/refresh`, mountSchema),
    listDatabases: () => request('GET', '/databases', listOf(databaseSchema)),
    listTables: (database) => request('GET', `/databases/${part(database)}/tables`, listOf(tableSchema)),
    getTable: (database, table) => request('GET', `/tables/${part(database)}/${part(table)}`, tableDetailSchema),
    createDatabase: async (name) => void (await request('POST', '/databases', doneSchema, { name })),
    dropDatabase: async (name, cascade = false) =>
      void (await request('DELETE', `/databases/${part(name)}?cascade=${cascade}`, doneSchema)),
    listViews: (database) => request('GET', `/databases/${part(database)}/views`, listOf(viewSchema)),
    getView: (database, view) => request('GET', `/databases/${part(database)}/views/${part(view)}`, viewSchema),
    createView: (database, body) => request('POST', `/databases/${part(database)}/views`, viewSchema, body),
    replaceView: (database, view, body) =>
      request('PUT', `/databases/${part(database)}/views/${part(view)}`, viewSchema, body),
    dropView: async (database, view) =>
      void (await request('DELETE', `/databases/${part(database)}/views/${part(view)}`, doneSchema)),
    mountTable: (database, body) => request('POST', `/databases/${part(database)}/tables`, viewSchema, body),
    unmountTable: async (database, table) =>
      void (await request('DELETE', `/databases/${part(database)}/tables/${part(table)}`, doneSchema)),
    setOwnerRoles: async (owner, roles) =>
      (await request('PUT', `/owners/${part(owner)}/roles`, ownedViewsSchema, { roles })).views,
    rightsVersion: async () => (await request('GET', '/rights', rightsSchema)).version,
    listGrants: () => request('GET', '/grants', listOf(grantSchema)),
    grant: (body) => request('POST', '/grants', grantSchema, body),
    revoke: async (body) => void (await request('DELETE', '/grants', doneSchema, body)),
    listPasswords: () => request('GET', '/passwords', listOf(passwordHolderSchema)),
    removePassword: async (user) => void (await request('DELETE', `/passwords/${part(user)}`, doneSchema)),
    wire: () => request('GET', '/wire', wireSchema),
    createPassword: () => request('POST', '/passwords', passwordSchema),
  };
}
