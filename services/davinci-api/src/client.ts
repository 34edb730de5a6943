/** Decides what others may know of the Davinci API: the shapes of its requests and answers, and a thin client that asks for them. Nothing else. */
import { createServiceClient, type ServiceClientOptions } from '@rtdp/service/client';
import { z } from 'zod';

const time = z.string().describe('ISO 8601, UTC');
const id = z.uuid();
const name = z.string().trim().min(1).max(200);
const description = z.string().max(4_000).default('');
const version = z.number().int().min(1).describe('Grows with every change; a PUT sends the one it saw');

export const doneSchema = z.object({ done: z.literal(true) });

/** `{items, total}` of every list route. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), total: z.number() });
}

// ── Identity ────────────────────────────────────────────────────────────────────────────────────────────────────────

export const ROLE_NAMES = ['admin', 'editor', 'viewer'] as const;
export const LANGUAGES = ['system', 'en', 'zh'] as const;
export const THEMES = ['system', 'light', 'dark'] as const;
const password = z.string().min(10).max(200);

export const loginSchema = z.strictObject({ email: z.string().max(320), password: z.string().max(200) });
export const linkLoginSchema = z.strictObject({ code: z.string().min(1).max(200) });
export const linkRequestSchema = z.strictObject({
  email: z.string().max(320).optional().describe('Left out: the first administrator'),
  forgetPassword: z
    .boolean()
    .default(false)
    .describe(
      'Also ends the password, every sign-in, earlier links and the login over the Postgres protocol, so that whoever uses the link may set a new one; not for oneself',
    ),
});
export const loginLinkSchema = z.object({ code: z.string().describe('Good once, until it expires'), expiresAt: time });

export const meSchema = z.object({
  id,
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLE_NAMES),
  organisation: z.object({ id, name: z.string() }),
  language: z.enum(LANGUAGES),
  theme: z.enum(THEMES),
  passwordSet: z.boolean().describe('False while the user has only signed in by link'),
});
export const sessionSchema = z.object({ accessToken: z.string(), expiresAt: time, user: meSchema });
export const mePatchSchema = z.strictObject({
  name: name.optional(),
  language: z.enum(LANGUAGES).optional(),
  theme: z.enum(THEMES).optional(),
});
export const passwordChangeSchema = z.strictObject({
  current: z.string().max(200).optional().describe('Needed where a password is set'),
  password,
});

export const userSchema = z.object({
  id,
  email: z.string(),
  name: z.string(),
  role: z.enum(ROLE_NAMES),
  disabled: z.boolean(),
  createdAt: time,
  lastSeenAt: time.nullable(),
});
export const userInputSchema = z.strictObject({
  email: z.email().max(320),
  name,
  role: z.enum(ROLE_NAMES),
  password: password.optional().describe('Left out: the user signs in by a link first'),
});
export const userPatchSchema = z.strictObject({
  name: name.optional(),
  role: z.enum(ROLE_NAMES).optional(),
  disabled: z.boolean().optional(),
});

// ── Sources ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const moonboxConnectionSchema = z.strictObject({
  database: z.string().max(200).default('').describe('Logical database for names without one; empty for none'),
});
export const postgresConnectionSchema = z.strictObject({
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535).default(5432),
  database: z.string().min(1).max(200),
  user: z.string().min(1).max(200),
  password: z.string().max(500).default('').describe('Never given back; empty in a PUT keeps the one there is'),
  tls: z.boolean().default(false),
});
export const sourceInputSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    id: id.optional(),
    name,
    description,
    kind: z.literal('moonbox'),
    connection: moonboxConnectionSchema.default({ database: '' }),
    version: version.optional(),
  }),
  z.strictObject({
    id: id.optional(),
    name,
    description,
    kind: z.literal('postgres'),
    connection: postgresConnectionSchema,
    version: version.optional(),
  }),
]);
export const sourceSchema = z.object({
  id,
  name: z.string(),
  description: z.string(),
  kind: z.enum(['moonbox', 'postgres']),
  connection: z.object({
    host: z.string().optional(),
    port: z.number().optional(),
    database: z.string(),
    user: z.string().optional(),
    tls: z.boolean().optional(),
  }),
  version,
  createdAt: time,
  updatedAt: time,
});
export const sourceTestSchema = z.object({
  ok: z.boolean(),
  message: z.string(),
  next: z.string(),
  milliseconds: z.number(),
});
export const sourceTableSchema = z.object({
  name: z.string(),
  kind: z.enum(['table', 'view']),
  comment: z.string().nullable(),
  rowEstimate: z.number().nullable(),
  sinkNamespace: z.string().nullable().describe('Set where the table is written by a flow, so that it can be live'),
  columns: z.array(
    z.object({ name: z.string(), type: z.string(), nullable: z.boolean(), comment: z.string().nullable() }),
  ),
});
export const sourceSchemaSchema = z.object({
  databases: z
    .array(z.object({ name: z.string(), tables: z.array(sourceTableSchema) }))
    .describe('Logical databases of Moonbox; schemas of a Postgres'),
});

// ── Views ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export const VARIABLE_TYPES = ['text', 'number', 'date', 'datetime', 'boolean', 'list'] as const;
export const COLUMN_TYPES = ['text', 'number', 'boolean', 'date', 'datetime', 'instant', 'other'] as const;
export const AGGREGATIONS = ['sum', 'avg', 'count', 'count_distinct', 'min', 'max'] as const;
export const GRAINS = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export const FILTER_OPERATORS = [
  '=',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'in',
  'not in',
  'between',
  'like',
  'is null',
  'is not null',
  'relative',
] as const;

export const relativeDateSchema = z.strictObject({
  unit: z.enum(GRAINS),
  amount: z
    .number()
    .int()
    .min(-10_000)
    .max(10_000)
    .describe(
      '0: this unit (today). 7 days: the last seven, today included. -1 month: the whole month before this one',
    ),
  edge: z.enum(['start', 'end']).optional().describe('Which end of the span a variable takes; default start'),
});
const scalar = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);
export const variableValueSchema = z.union([
  scalar,
  z.array(z.union([z.string().max(10_000), z.number()])).max(5_000),
  relativeDateSchema,
]);
const identifier = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/, 'letters, digits and _, not starting with a digit');

export const variableSchema = z.strictObject({
  name: identifier,
  label: z.string().max(200).default(''),
  type: z.enum(VARIABLE_TYPES),
  default: variableValueSchema.default(null),
  scope: z
    .enum(['query', 'authorization'])
    .default('query')
    .describe(
      'authorization: only its default and what the platform knows of the viewer count, never what a request says',
    ),
});
export const modelColumnSchema = z.strictObject({
  column: z.string().min(1).max(200),
  type: z.enum(COLUMN_TYPES).describe('datetime: timestamp without time zone; instant: with time zone'),
  role: z.enum(['dimension', 'measure']),
  label: z.string().max(200).default(''),
  format: z.string().max(200).default(''),
  aggregation: z.enum(AGGREGATIONS).default('sum').describe('What a measure does unless told otherwise'),
});
export const viewRightsSchema = z
  .partialRecord(
    z.enum(ROLE_NAMES),
    z.strictObject({
      filter: z
        .string()
        .max(10_000)
        .optional()
        .describe(
          'SQL condition over the columns of the view; may name variables of scope authorization, and :user_id, :user_email, :user_role',
        ),
      hiddenColumns: z.array(z.string().max(200)).default([]),
    }),
  )
  .describe('Empty: everybody sees everything. Else a role without an entry sees nothing');
export const viewInputSchema = z.strictObject({
  id: id.optional(),
  name,
  description,
  sourceId: id,
  sql: z.string().min(1).max(200_000),
  variables: z.array(variableSchema).max(100).default([]),
  model: z.array(modelColumnSchema).max(1_000).default([]),
  rights: viewRightsSchema.default({}),
  version: version.optional(),
});
export const viewSchema = viewInputSchema.extend({ id, version, createdAt: time, updatedAt: time }).strip();
export const viewCheckRequestSchema = z.strictObject({
  view: viewInputSchema,
  source: sourceInputSchema.optional().describe('One that is not kept yet, asked instead of that of the view'),
});

// ── Data ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const resultColumnSchema = z.object({ name: z.string(), type: z.string() });
export const viewCheckSchema = z.object({ columns: z.array(resultColumnSchema).describe('What its SQL gives') });
const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const freshnessSchema = z.object({
  sinkNamespace: z.string(),
  commitNumber: z.string().nullable().describe('Last commit known before the query ran; null when none was heard of'),
  watermark: time.nullable().describe('Source time up to which the table is complete'),
  loading: z.boolean(),
});

export const runRequestSchema = z.strictObject({
  sourceId: id,
  sql: z.string().min(1).max(200_000),
  variables: z.array(variableSchema).max(100).default([]),
  values: z.record(z.string(), variableValueSchema).default({}),
  maximumRows: z.number().int().min(1).max(100_000).default(1_000),
  timeZone: z.string().max(100).default('UTC'),
  runId: z.string().min(1).max(100).describe('Chosen by the caller; DELETE /api/run/:runId cancels by it'),
});
export const runResultSchema = z.object({
  runId: z.string(),
  columns: z.array(resultColumnSchema.extend({ modelType: z.enum(COLUMN_TYPES) })),
  rows: z.array(z.array(cell)),
  rowCount: z.number(),
  truncated: z.boolean(),
  milliseconds: z.number(),
  tables: z.array(z.object({ database: z.string(), table: z.string(), sinkNamespace: z.string().nullable() })),
});

export const dimensionSchema = z.strictObject({
  column: z.string().max(200),
  grain: z.enum(GRAINS).optional(),
  alias: z.string().min(1).max(200).optional(),
});
export const measureSchema = z.strictObject({
  column: z.string().max(200).describe('* counts rows, with the aggregation count'),
  aggregation: z.enum(AGGREGATIONS),
  alias: z.string().min(1).max(200).optional(),
});
export const filterSchema = z.strictObject({
  column: z.string().max(200),
  operator: z.enum(FILTER_OPERATORS),
  values: z
    .array(z.union([scalar, relativeDateSchema]))
    .max(1_000)
    .default([]),
  grain: z
    .enum(GRAINS)
    .optional()
    .describe('Compares the start of the minute, day, … instead: what a mark on a grained axis shows'),
});
export const havingSchema = z.strictObject({
  by: z.string().max(200).describe('Name or alias of a measure of this query'),
  operator: z.enum(['=', '!=', '<', '<=', '>', '>=', 'between', 'is null', 'is not null']),
  values: z.array(scalar).max(2).default([]),
});
export const sortSchema = z.strictObject({
  by: z.string().max(200).describe('Name or alias of a result column'),
  direction: z.enum(['asc', 'desc']),
  nulls: z.enum(['first', 'last']).optional(),
});
/** What a widget asks of its view; the same words as in a stored widget. */
export const queryPartsSchema = z.strictObject({
  dimensions: z.array(dimensionSchema).max(50).default([]),
  measures: z.array(measureSchema).max(50).default([]),
  filters: z.array(filterSchema).max(100).default([]),
  having: z.array(havingSchema).max(20).default([]),
  sort: z.array(sortSchema).max(20).default([]),
  limit: z.number().int().min(1).max(100_000).default(1_000),
});
export const queryRequestSchema = queryPartsSchema.extend({
  viewId: id,
  values: z.record(z.string(), variableValueSchema).default({}).describe('Variable → value'),
  timeZone: z.string().max(100).default('UTC').describe("The viewer's IANA zone: relative dates and grains go by it"),
  widgetId: z.string().max(100).optional(),
});
export const queryColumnSchema = z.object({
  name: z.string().describe("Alias, else the column's name, for a measure aggregation(column)"),
  type: z.string(),
  modelType: z.enum(COLUMN_TYPES),
  role: z.enum(['dimension', 'measure']),
  label: z.string(),
  format: z.string(),
});
export const queryResultSchema = z.object({
  columns: z.array(queryColumnSchema),
  rows: z.array(z.array(cell)),
  rowCount: z.number(),
  truncated: z.boolean(),
  freshness: z.array(freshnessSchema),
  sql: z.string(),
  milliseconds: z.number(),
  cached: z.boolean(),
});
export const queriesRequestSchema = z
  .strictObject({
    questions: z
      .array(z.looseObject({ id: z.string().regex(/^[^,]{1,100}$/) }))
      .min(1)
      .max(200)
      .describe('Each as for /api/query, with an id of the caller, which no other question under way may have'),
  })
  .describe('One that cannot be read gets an error of its own, like one that fails');
/** A line of the answer of `/api/queries`. */
export const queriesLineSchema = z.object({
  id: z.string(),
  result: queryResultSchema.optional(),
  status: z.number().optional().describe('What /api/query would have answered with, beside `error`'),
  error: z
    .object({ code: z.string(), message: z.string(), next: z.string(), facts: z.record(z.string(), z.unknown()) })
    .optional(),
});
export const valuesRequestSchema = z.strictObject({
  viewId: id,
  column: z.string().max(200),
  search: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(10_000).default(200),
  filters: z.array(filterSchema).max(100).default([]),
  values: z.record(z.string(), variableValueSchema).default({}),
  timeZone: z.string().max(100).default('UTC'),
});
export const valuesResultSchema = z.object({ values: z.array(cell), truncated: z.boolean() });

// ── Widgets and dashboards ──────────────────────────────────────────────────────────────────────────────────────────

export const WIDGET_KINDS = [
  'table',
  'pivot',
  'scorecard',
  'line',
  'area',
  'bar',
  'pie',
  'scatter',
  'gauge',
  'heat-map',
] as const;
/** Of all kinds together: a widget that becomes one of another kind keeps what was set for the one before. The last line holds for every kind. */
export const WIDGET_SETTINGS = [
  ...['stack', 'horizontal', 'labels', 'lines', 'smooth', 'points', 'zero', 'ring', 'totals', 'bars', 'rules'],
  ...['value', 'goodWhen', 'warnAt', 'badAt', 'minimum', 'maximum'],
  ...['names', 'formats', 'colours', 'valueColours'],
] as const;
export const ITEM_KINDS = ['widget', 'text', 'demo-rate'] as const;
const widgetQuerySchema = queryPartsSchema.extend({
  series: z
    .array(z.string().max(200))
    .max(50)
    .optional()
    .describe('Names or aliases of the dimensions that lie on the shelf of series'),
});
export const widgetInputSchema = z.strictObject({
  id: id.optional(),
  name,
  description,
  viewId: id,
  kind: z.enum(WIDGET_KINDS),
  query: widgetQuerySchema
    .default({ dimensions: [], measures: [], filters: [], having: [], sort: [], limit: 1_000 })
    .describe('What is asked of the view, and which field lies on which shelf'),
  settings: z
    .strictObject(Object.fromEntries(WIDGET_SETTINGS.map((setting) => [setting, z.unknown().optional()])))
    .default({})
    .describe("The kind's own"),
  version: version.optional(),
});
export const widgetSchema = widgetInputSchema
  .extend({
    id,
    version,
    createdAt: time,
    updatedAt: time,
    // What is kept may be of a version that knew other ones.
    kind: z.string(),
    query: z.looseObject(widgetQuerySchema.shape),
    settings: z.record(z.string(), z.unknown()),
  })
  .strip();

const itemId = z.string().min(1).max(100);
const dashboardItemInputSchema = z.strictObject({
  id: itemId,
  kind: z.enum(ITEM_KINDS),
  widgetId: id.optional(),
  text: z.string().max(20_000).optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  x: z.number().int().min(0).max(1_000),
  y: z.number().int().min(0).max(100_000),
  w: z.number().int().min(1).max(1_000),
  h: z.number().int().min(1).max(1_000),
});
/** As it is kept. */
export const dashboardItemSchema = dashboardItemInputSchema.extend({ kind: z.string() });
const tabsOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.strictObject({ id: itemId, name, items: z.array(item).max(200) }))
    .min(1)
    .max(50);
export const controllerSchema = z.strictObject({
  id: itemId,
  kind: z
    .enum(['select', 'text', 'number', 'number-range', 'date-range'])
    .describe('number: one, as a variable takes; of a column, the number that it must be'),
  label: z.string().max(200).default(''),
  targets: z
    .array(
      z.union([
        z.strictObject({ viewId: id, column: z.string().max(200) }),
        z.strictObject({ viewId: id, variable: z.string().max(200) }),
      ]),
    )
    .max(100)
    .default([]),
  multiple: z.boolean().optional(),
  default: z.unknown().optional(),
  options: z
    .union([
      z.strictObject({ from: z.literal('view'), viewId: id, column: z.string().max(200) }),
      z.strictObject({ values: z.array(scalar).max(5_000) }),
    ])
    .default({ values: [] }),
});
export const dashboardInputSchema = z.strictObject({
  id: id.optional(),
  name,
  folder: z.string().trim().max(400).default('').describe('Parts separated by /; empty for the top'),
  description,
  tabs: tabsOf(dashboardItemInputSchema),
  controllers: z.array(controllerSchema).max(100).default([]),
  crossFilter: z.boolean().default(true),
  refreshed: z.enum(['live', 'manual']).default('live'),
  settings: z.record(z.string(), z.unknown()).default({}),
  version: version.optional(),
});
export const dashboardSchema = dashboardInputSchema
  .extend({ id, version, createdAt: time, updatedAt: time, tabs: tabsOf(dashboardItemSchema) })
  .strip();
export const dashboardSummarySchema = z.object({
  id,
  name: z.string(),
  folder: z.string(),
  description: z.string(),
  widgets: z.number(),
  version,
  createdAt: time,
  updatedAt: time,
  updatedBy: z.string(),
});
/** A view as somebody who may not edit it sees it: what this role may use, without SQL and rights. */
export const viewModelSchema = viewSchema
  .pick({ id: true, name: true, description: true, model: true, version: true })
  .extend({
    variables: z.array(variableSchema).describe('Of scope query'),
  });
const documentProblem = z.object({
  code: z.string(),
  message: z.string(),
  next: z.string(),
  facts: z.record(z.string(), z.unknown()),
});
const shownOn = z.array(z.object({ id, name: z.string() })).describe('Dashboards that suffer from it');
/** Whether a view, and the widgets over it, could be asked right now. */
export const viewStateSchema = z.object({
  viewId: id,
  version,
  tables: z
    .array(z.object({ database: z.string(), table: z.string(), sinkNamespace: z.string().nullable() }))
    .describe('What it reads; where it cannot be asked, what its text names'),
  error: documentProblem.nullable().describe('Why it cannot be asked; null when it can'),
  dashboards: shownOn,
  widgets: z
    .array(z.object({ id, name: z.string(), error: documentProblem, dashboards: shownOn }))
    .describe('Those that ask for what the view does not have'),
});
const dashboardState = z
  .string()
  .describe('Another text as soon as the dashboard, or a widget, view or source that it stands on, is changed');
export const dashboardBundleSchema = z.object({
  dashboard: dashboardSchema,
  widgets: z.array(widgetSchema),
  views: z.array(
    viewModelSchema.extend({
      sourceVersion: z.number().int().describe('Of its source: another one may answer otherwise'),
    }),
  ),
  state: dashboardState,
});

// ── Live ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export const liveReadySchema = z.object({
  at: time,
  state: dashboardState,
  commits: z
    .array(freshnessSchema)
    .describe('Of all tables of the dashboard: an answer of an older commit should be asked for again'),
});
export const liveCommitSchema = z.object({
  widgets: z.array(id).describe('To be asked for again; empty when only freshness moved'),
  commits: z.array(freshnessSchema),
});
export const liveStaleSchema = z.object({
  why: z
    .enum(['token', 'rights', 'slow', 'feedback', 'source', 'changed', 'stopping'])
    .describe(
      'token: sign in again. rights: the dashboard is gone or no longer yours to see. slow: this reader did not keep up. feedback: commits cannot be heard at present; `ready` tells when they can. source: what the widgets read cannot be found out at present. changed: the dashboard, or a widget or view of it, was edited. stopping: the service goes down; connect again',
    ),
  message: z.string(),
});

// ── The platform around ─────────────────────────────────────────────────────────────────────────────────────────────

const healthStatus = z.enum(['ok', 'degraded', 'down']);
export const healthSchema = z.object({
  status: healthStatus,
  at: time,
  services: z.array(
    z.object({
      name: z.enum(['davinci-api', 'dbus', 'wormhole', 'moonbox']),
      status: healthStatus,
      since: time.describe('When it was first seen in this state'),
      detail: z.string(),
      parts: z.array(z.object({ name: z.string(), status: healthStatus, detail: z.string() })),
    }),
  ),
});
export const searchResultSchema = z.object({
  kind: z.enum(['page', 'dashboard', 'widget', 'view', 'source', 'table', 'flow', 'log-source']),
  id: z.string(),
  name: z.string(),
  description: z.string(),
  path: z.string().describe('Where the web application shows it'),
});
export const auditSchema = z.object({
  id: z.string(),
  at: time,
  subject: z.string(),
  who: z.string().describe('E-mail of the user, else the subject'),
  action: z.string().describe('For example view.update'),
  objectKind: z.string(),
  objectId: z.string().nullable(),
  objectName: z.string().nullable(),
  facts: z.record(z.string(), z.unknown()),
});

/** Only where the demo runs. */
export const demoRateSchema = z.object({ actionsPerSecond: z.number() });
export const demoRateInputSchema = z.strictObject({ actionsPerSecond: z.number().min(0).max(5_000) });

export type RoleName = (typeof ROLE_NAMES)[number];
export type Me = z.output<typeof meSchema>;
export type Session = z.output<typeof sessionSchema>;
export type User = z.output<typeof userSchema>;
export type Source = z.output<typeof sourceSchema>;
export type SourceInput = z.input<typeof sourceInputSchema>;
export type SourceTables = z.output<typeof sourceSchemaSchema>;
export type Variable = z.output<typeof variableSchema>;
export type VariableValue = z.output<typeof variableValueSchema>;
export type RelativeDate = z.output<typeof relativeDateSchema>;
export type ModelColumn = z.output<typeof modelColumnSchema>;
export type ColumnType = (typeof COLUMN_TYPES)[number];
export type Aggregation = (typeof AGGREGATIONS)[number];
export type Grain = (typeof GRAINS)[number];
export type ViewRights = z.output<typeof viewRightsSchema>;
export type View = z.output<typeof viewSchema>;
export type ViewInput = z.input<typeof viewInputSchema>;
export type ViewState = z.output<typeof viewStateSchema>;
export type ViewModel = z.output<typeof viewModelSchema>;
export type RunRequest = z.input<typeof runRequestSchema>;
export type RunResult = z.output<typeof runResultSchema>;
export type QueryParts = z.output<typeof queryPartsSchema>;
export type QueryRequest = z.input<typeof queryRequestSchema>;
export type QueriesLine = z.output<typeof queriesLineSchema>;
export type QueryResult = z.output<typeof queryResultSchema>;
export type Freshness = z.output<typeof freshnessSchema>;
export type Widget = z.output<typeof widgetSchema>;
export type WidgetInput = z.input<typeof widgetInputSchema>;
export type WidgetKind = (typeof WIDGET_KINDS)[number];
export type ItemKind = (typeof ITEM_KINDS)[number];
export type Controller = z.output<typeof controllerSchema>;
export type DashboardItem = z.output<typeof dashboardItemSchema>;
export type Dashboard = z.output<typeof dashboardSchema>;
export type DashboardInput = z.input<typeof dashboardInputSchema>;
export type DashboardSummary = z.output<typeof dashboardSummarySchema>;
export type DashboardBundle = z.output<typeof dashboardBundleSchema>;
export type LiveReady = z.output<typeof liveReadySchema>;
export type LiveCommit = z.output<typeof liveCommitSchema>;
export type LiveStale = z.output<typeof liveStaleSchema>;
export type PlatformHealth = z.output<typeof healthSchema>;
export type SearchResult = z.output<typeof searchResultSchema>;
export type AuditEntry = z.output<typeof auditSchema>;

/** List, read, make, replace and remove one kind of thing; `replace` sends the version it saw. */
export interface Collection<Item, Input, Listed = Item> {
  list(): Promise<Listed[]>;
  get(id: string): Promise<Item>;
  create(input: Input): Promise<Item>;
  /** @throws RtdpError DAVINCI_VERSION_CONFLICT when somebody else changed it since */
  replace(id: string, input: Input): Promise<Item>;
  /** @throws RtdpError DAVINCI_IN_USE_CONFLICT with what uses it */
  remove(id: string): Promise<void>;
}

export interface DavinciClient {
  me(): Promise<Me>;
  /** A code that signs somebody in once, within ten minutes: `/login#code=…`. Without e-mail: the first administrator. Needs the role admin. */
  createLoginLink(request?: z.input<typeof linkRequestSchema>): Promise<z.output<typeof loginLinkSchema>>;
  /** Needs the role admin, as changing one does. */
  createUser(user: z.input<typeof userInputSchema>): Promise<z.output<typeof userSchema>>;
  changeUser(id: string, change: z.input<typeof userPatchSchema>): Promise<z.output<typeof userSchema>>;
  sources: Collection<Source, SourceInput>;
  views: Collection<View, ViewInput>;
  /**
   * Asks the source whether the SQL of a view that need not be kept can be answered, without a row of it.
   * @throws RtdpError that of the source, with places in the SQL; DAVINCI_VIEW_INVALID where the model names what the SQL does not give
   */
  checkView(request: z.input<typeof viewCheckRequestSchema>): Promise<z.output<typeof viewCheckSchema>>;
  widgets: Collection<Widget, WidgetInput>;
  dashboards: Collection<Dashboard, DashboardInput, DashboardSummary>;
  run(request: RunRequest): Promise<RunResult>;
  query(request: QueryRequest): Promise<QueryResult>;
  health(): Promise<PlatformHealth>;
}

export function createDavinciClient(options: ServiceClientOptions): DavinciClient {
  const { request } = createServiceClient(options);
  const collection = <Item extends z.ZodType, Listed extends z.ZodType, Input>(
    path: string,
    item: Item,
    listed: Listed,
  ): Collection<z.output<Item>, Input, z.output<Listed>> => ({
    list: async () => (await request('GET', path, listOf(listed))).items,
    get: (one) => request('GET', `${path}/${encodeURIComponent(one)}`, item),
    create: (input) => request('POST', path, item, input),
    replace: (one, input) => request('PUT', `${path}/${encodeURIComponent(one)}`, item, input),
    remove: async (one) => void (await request('DELETE', `${path}/${encodeURIComponent(one)}`, doneSchema)),
  });
  return {
    me: () => request('GET', '/api/me', meSchema),
    createUser: (user) => request('POST', '/api/users', userSchema, user),
    changeUser: (id, change) => request('PATCH', `/api/users/${encodeURIComponent(id)}`, userSchema, change),
    createLoginLink: (body = {}) => request('POST', '/api/session/links', loginLinkSchema, body),
    sources: collection('/api/sources', sourceSchema, sourceSchema),
    views: collection('/api/views', viewSchema, viewSchema),
    checkView: (body) => request('POST', '/api/views/check', viewCheckSchema, body),
    widgets: collection('/api/widgets', widgetSchema, widgetSchema),
    dashboards: collection('/api/dashboards', dashboardSchema, dashboardSummarySchema),
    run: (body) => request('POST', '/api/run', runResultSchema, body),
    query: (body) => request('POST', '/api/query', queryResultSchema, body),
    health: () => request('GET', '/api/health', healthSchema),
  };
}
