/** Decides what can be done with dashboards: keep them, know which widgets they show, and give all that is needed to paint one at once. */
import { createHash } from 'node:crypto';
import type { Knex } from '@rtdp/service/metadata';
import { RtdpError } from '@rtdp/ums/error';
import type { z } from 'zod';
import type { AuditStore } from '../audit/audit-store.ts';
import type { Dashboard, DashboardBundle, DashboardSummary, dashboardInputSchema } from '../client/dashboards.ts';
import type { View } from '../client/views.ts';
import type { Widget } from '../client/widgets.ts';
import type { Caller, Collection } from '../documents/collection-routes.ts';
import type { DocumentChanges } from '../documents/document-changes.ts';
import { type Author, DocumentStore } from '../documents/document-store.ts';
import type { SourceService } from '../sources/source-service.ts';
import { modelFor, type ViewService } from '../views/view-service.ts';
import { dashboardFor, viewsById, widgetFor } from '../widgets/hide-values.ts';
import type { WidgetService } from '../widgets/widget-service.ts';

type Input = z.output<typeof dashboardInputSchema>;
type Content = Omit<Input, 'id' | 'name' | 'version'>;

export interface DashboardServiceOptions {
  database: Knex;
  audit: AuditStore;
  changes: DocumentChanges;
  widgets: WidgetService;
  views: ViewService;
  sources: SourceService;
}

/** A dashboard with all that it stands on, whoever asks. */
export interface DashboardContents {
  dashboard: Dashboard;
  widgets: Widget[];
  /** Of the widgets and the controllers. */
  views: View[];
  sourceVersions: ReadonlyMap<string, number>;
  /** Another text as soon as any of them is changed. */
  state: string;
}

export class DashboardService implements Collection<Input, Dashboard, DashboardSummary> {
  readonly #store: DocumentStore<Content>;
  readonly #widgets: WidgetService;
  readonly #views: ViewService;
  readonly #sources: SourceService;

  constructor({ database, audit, changes, widgets, views, sources }: DashboardServiceOptions) {
    this.#widgets = widgets;
    this.#views = views;
    this.#sources = sources;
    this.#store = new DocumentStore<Content>({
      database,
      audit,
      changes,
      kind: 'dashboard',
      claimsName: true,
      alsoWrite: keepWidgets,
    });
  }

  async list({ organisationId }: Author): Promise<DashboardSummary[]> {
    return (await this.#store.list(organisationId)).map(({ tabs, ...rest }) => {
      const { id, name, folder, description, version, createdAt, updatedAt, updatedBy } = rest;
      const widgetIds = widgetIdsOf({ tabs });
      const widgets = widgetIds.length;
      return { id, name, folder, description, widgets, widgetIds, version, createdAt, updatedAt, updatedBy };
    });
  }

  /** Widget → the dashboards it stands on. */
  async shownOn({ organisationId }: Author): Promise<Map<string, { id: string; name: string }[]>> {
    const places = (await this.#store.list(organisationId)).flatMap(({ id, name, tabs }) =>
      widgetIdsOf({ tabs }).map((widgetId) => ({ widgetId, id, name })),
    );
    const grouped = Map.groupBy(places, ({ widgetId }) => widgetId);
    return new Map([...grouped].map(([widgetId, own]) => [widgetId, own.map(({ id, name }) => ({ id, name }))]));
  }

  async get(caller: Caller, id: string): Promise<Dashboard> {
    const { dashboard, views } = await this.contents(caller, id);
    return dashboardFor(dashboard, viewsById(views), caller.roles);
  }

  async create(author: Author, input: Input): Promise<Dashboard> {
    checkItems(input);
    return this.#store.create(author, input);
  }

  async replace(author: Author, id: string, input: Input): Promise<Dashboard> {
    checkItems(input);
    return this.#store.replace(author, id, input);
  }

  remove(author: Author, id: string): Promise<void> {
    return this.#store.remove(author, id, async () => []);
  }

  /** `also`: widgets that an editor is about to put on it. */
  async bundle(caller: Caller, id: string, also: readonly string[] = []): Promise<DashboardBundle> {
    const { dashboard, widgets, views, sourceVersions, state } = await this.contents(caller, id, also);
    const { roles } = caller;
    const known = viewsById(views);
    const models = views.flatMap((view) => {
      const model = modelFor(view, roles);
      return model === undefined ? [] : { ...model, sourceVersion: sourceVersions.get(view.sourceId) ?? 0 };
    });
    return {
      dashboard: dashboardFor(dashboard, known, roles),
      widgets: widgets.map((widget) => widgetFor(widget, known, roles)),
      views: models,
      state,
    };
  }

  /** @throws RtdpError DAVINCI_NOT_FOUND */
  async contents(author: Author, id: string, also: readonly string[] = []): Promise<DashboardContents> {
    const { organisationId } = author;
    const dashboard = await this.#store.get(organisationId, id);
    const widgetIds = [...new Set([...widgetIdsOf(dashboard), ...also])];
    const widgets = await this.#widgets.findMany(organisationId, widgetIds);
    const viewIds = new Set(widgets.map(({ viewId }) => viewId));
    for (const { targets, options } of dashboard.controllers) {
      for (const { viewId } of targets) viewIds.add(viewId);
      if ('viewId' in options) viewIds.add(options.viewId);
    }
    const views = await this.#views.findMany(organisationId, [...viewIds]);
    const sourceIds = [...new Set(views.map(({ sourceId }) => sourceId))];
    const sourceVersions = await this.#sources.versions(organisationId, sourceIds);
    const documents = [dashboard, ...widgets, ...views].map(({ id: one, version, updatedAt }) => [
      one,
      version,
      updatedAt,
    ]);
    const parts = [...documents, ...sourceVersions].map(String).sort();
    const state = createHash('sha256').update(parts.join()).digest('base64url').slice(0, 22);
    return { dashboard, widgets, views, sourceVersions, state };
  }
}

/** Each widget once, in the order of the tabs. */
export function widgetIdsOf({ tabs }: Pick<Dashboard, 'tabs'>): string[] {
  const ids = tabs.flatMap(({ items }) => items.map(({ widgetId }) => widgetId));
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function checkItems({ tabs }: Pick<Dashboard, 'tabs'>): void {
  const empty = tabs.flatMap(({ items }) => items).find(({ kind, widgetId }) => kind === 'widget' && !widgetId);
  if (empty === undefined) return;
  throw new RtdpError({
    code: 'DAVINCI_REFERENCE_INVALID',
    message: `the item ${empty.id} is a widget, but does not say which`,
    next: 'Give the item a widgetId.',
    facts: { item: empty.id },
  });
}

async function keepWidgets(database: Knex, { organisationId }: Author, id: string, content: Content): Promise<void> {
  const inDashboard = { organisation_id: organisationId, dashboard_id: id };
  await database('dashboard_widgets').where(inDashboard).delete();
  const rows = widgetIdsOf(content).map((widgetId) => ({ ...inDashboard, widget_id: widgetId }));
  if (rows.length > 0) await database('dashboard_widgets').insert(rows);
}
