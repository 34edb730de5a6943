/** Decides what other services may know of Moonbox: a thin client and the types that it speaks of. The shapes themselves lie by subject in `client/`, for whoever has to check one. */
import { doneSchema, listOf } from '@rtdp/service/answer-shapes';
import { createServiceClient, type ServiceClientOptions } from '@rtdp/service/client';
import type { z } from 'zod';
import {
  type GrantView,
  type grantRequestSchema,
  grantSchema,
  ownedViewsSchema,
  type ownerRolesSchema,
  passwordHolderSchema,
  passwordSchema,
  rightsSchema,
  type WireView,
  wireSchema,
} from './client/access.ts';
import {
  type DatabaseView,
  databaseSchema,
  type TableDetailView,
  type TableView,
  tableDetailSchema,
  tableSchema,
} from './client/databases.ts';
import { type MountView, type mountRequestSchema, mountSchema } from './client/mounts.ts';
import {
  cancelledSchema,
  type DescriptionView,
  type describeRequestSchema,
  descriptionSchema,
  type ExplanationView,
  type explainRequestSchema,
  explanationSchema,
  type LineageView,
  type lineageRequestSchema,
  lineageSchema,
  type QUERY_STATES,
  type QueryRecordView,
  type QueryResultView,
  queryRecordSchema,
  type queryRequestSchema,
  queryResultSchema,
} from './client/queries.ts';
import {
  type mountedTableRequestSchema,
  type ViewView,
  type viewChangeSchema,
  type viewRequestSchema,
  viewSchema,
} from './client/views.ts';

export type { GrantView, WireView } from './client/access.ts';
export type { DatabaseView, TableDetailView, TableView } from './client/databases.ts';
export type { MountView } from './client/mounts.ts';
export type { ExplanationView, QueryRecordView } from './client/queries.ts';
export type { ViewView } from './client/views.ts';

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
