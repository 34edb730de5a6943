/** Decides what others may know of the Davinci API: a thin client and the types that it speaks of. The shapes themselves lie by subject in `client/`, for whoever has to check one. */

import { doneSchema, listOf } from '@rtdp/service/answer-shapes';
import { createServiceClient, type ServiceClientOptions } from '@rtdp/service/client';
import type { z } from 'zod';
import {
  type Dashboard,
  type DashboardInput,
  type DashboardSummary,
  dashboardSchema,
  dashboardSummarySchema,
} from './client/dashboards.ts';
import {
  type linkRequestSchema,
  loginLinkSchema,
  type Me,
  meSchema,
  newOrganisationSchema,
  type Organisation,
  type organisationInputSchema,
  organisationSchema,
  type userInputSchema,
  type userPatchSchema,
  userSchema,
} from './client/identity.ts';
import { healthSchema, type PlatformHealth } from './client/platform.ts';
import {
  type QueryRequest,
  type QueryResult,
  queryResultSchema,
  type RunRequest,
  type RunResult,
  runResultSchema,
} from './client/questions.ts';
import { type Source, type SourceInput, sourceSchema } from './client/sources.ts';
import { type View, type ViewInput, type viewCheckRequestSchema, viewCheckSchema, viewSchema } from './client/views.ts';
import { type Widget, type WidgetInput, type widgetCheckRequestSchema, widgetSchema } from './client/widgets.ts';

export type {
  Controller,
  Dashboard,
  DashboardBundle,
  DashboardInput,
  DashboardItem,
  DashboardSummary,
  ItemKind,
} from './client/dashboards.ts';
export type { Me, Organisation, RoleName, Session, User } from './client/identity.ts';
export type { LiveCommit, LiveReady, LiveStale } from './client/live.ts';
export type { AuditEntry, PlatformHealth, SearchResult } from './client/platform.ts';
export type {
  Freshness,
  QueriesLine,
  QueryParts,
  QueryRequest,
  QueryResult,
  RunRequest,
  RunResult,
  valuesRequestSchema,
  valuesResultSchema,
} from './client/questions.ts';
export type { Source, SourceInput, SourceTables, sourceTestSchema } from './client/sources.ts';
export type { Grain, RelativeDate, Variable, VariableValue } from './client/variables.ts';
export type {
  Aggregation,
  ColumnType,
  ModelColumn,
  View,
  ViewInput,
  ViewModel,
  ViewRights,
  ViewState,
} from './client/views.ts';
export type { Widget, WidgetInput, WidgetKind } from './client/widgets.ts';

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
  /** Needs the role admin of the first organisation, as making one does. */
  listOrganisations(): Promise<Organisation[]>;
  createOrganisation(
    organisation: z.input<typeof organisationInputSchema>,
  ): Promise<z.output<typeof newOrganisationSchema>>;
  sources: Collection<Source, SourceInput>;
  views: Collection<View, ViewInput>;
  /**
   * Asks the source whether the SQL of a view that need not be kept can be answered, without a row of it.
   * @throws RtdpError that of the source, with places in the SQL; DAVINCI_VIEW_INVALID where the model names what the SQL does not give
   */
  checkView(request: z.input<typeof viewCheckRequestSchema>): Promise<z.output<typeof viewCheckSchema>>;
  widgets: Collection<Widget, WidgetInput>;
  /**
   * Asks whether a widget that need not be kept names only what its view has; `view` is one that is not kept yet.
   * @throws RtdpError DAVINCI_WIDGET_INVALID with the `field`
   */
  checkWidget(request: z.input<typeof widgetCheckRequestSchema>): Promise<void>;
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
    listOrganisations: async () => (await request('GET', '/api/organisations', listOf(organisationSchema))).items,
    createOrganisation: (organisation) => request('POST', '/api/organisations', newOrganisationSchema, organisation),
    sources: collection('/api/sources', sourceSchema, sourceSchema),
    views: collection('/api/views', viewSchema, viewSchema),
    checkView: (body) => request('POST', '/api/views/check', viewCheckSchema, body),
    widgets: collection('/api/widgets', widgetSchema, widgetSchema),
    checkWidget: async (body) => void (await request('POST', '/api/widgets/check', doneSchema, body)),
    dashboards: collection('/api/dashboards', dashboardSchema, dashboardSummarySchema),
    run: (body) => request('POST', '/api/run', runResultSchema, body),
    query: (body) => request('POST', '/api/query', queryResultSchema, body),
    health: () => request('GET', '/api/health', healthSchema),
  };
}
