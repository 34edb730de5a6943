/**
 * Decides what a live stream goes by: the widgets that are looked at and their views as they are now. Read again at each push; what another
 * instance changes may be a second old.
 */
import type { View } from '../client/views.ts';
import type { DashboardService } from '../dashboards/dashboard-service.ts';
import type { DocumentChanges } from '../documents/document-changes.ts';
import type { Author } from '../documents/document-store.ts';
import type { Viewer } from '../identity/accounts.ts';
import type { OnBehalf } from '../sources/data-source.ts';
import type { SourceService } from '../sources/source-service.ts';
import { roleOf } from '../views/compile-view.ts';
import { visibleOf } from '../views/view-rights.ts';
import { modelFor, type ViewService } from '../views/view-service.ts';
import type { Lineage } from './lineage.ts';
import { namespacesOf } from './lineage.ts';
import type { WidgetLineage } from './refresh-policy.ts';

/** What somebody looks at: the widgets of a dashboard, or a view that a widget is being made of, which then stands for that widget. */
export interface LookedAt {
  widgets: readonly { id: string; viewId: string }[];
  views: readonly View[];
  /** Another text as soon as any of it is changed. */
  state: string;
}

export interface DashboardLineage {
  widgets: WidgetLineage[];
  /** Widgets whose tables could not be found out, and why. */
  unknown: { widgetId: string; error: unknown }[];
}

export interface DashboardPlansOptions {
  dashboards: DashboardService;
  views: ViewService;
  sources: SourceService;
  lineage: Lineage;
  changes: DocumentChanges;
  now: () => number;
}

const REMEMBERED_MS = 1_000;

export class DashboardPlans {
  readonly #options: DashboardPlansOptions;
  readonly #remembered = new Map<string, { at: number; plan: Promise<LookedAt> }>();

  constructor(options: DashboardPlansOptions) {
    this.#options = options;
    options.changes.listen((organisationId) => {
      for (const key of this.#remembered.keys()) {
        if (key.startsWith(`${organisationId} `)) this.#remembered.delete(key);
      }
    });
  }

  /** `also`: widgets that are about to be put on it; `state` tells nothing of those. @throws RtdpError DAVINCI_NOT_FOUND */
  ofDashboard(author: Author, dashboardId: string, also: readonly string[] = []): Promise<LookedAt> {
    return this.#read(`${author.organisationId} ${[dashboardId, ...also].join()}`, async () => {
      const { dashboards } = this.#options;
      if (also.length === 0) return dashboards.contents(author, dashboardId);
      const [{ widgets, views }, { state }] = await Promise.all([
        dashboards.contents(author, dashboardId, also),
        this.ofDashboard(author, dashboardId),
      ]);
      return { widgets, views, state };
    });
  }

  /** @throws RtdpError DAVINCI_NOT_FOUND, DAVINCI_VIEW_FORBIDDEN */
  async ofView(viewer: Viewer, viewId: string): Promise<LookedAt> {
    const { organisationId } = viewer;
    const lookedAt = await this.#read(`${organisationId} view ${viewId}`, async () => {
      const { views, sources } = this.#options;
      const view = await views.get(viewer, viewId);
      const { version } = await sources.open(organisationId, view.sourceId);
      return {
        widgets: [{ id: viewId, viewId }],
        views: [view],
        state: `${view.version} ${view.updatedAt} ${version}`,
      };
    });
    for (const view of lookedAt.views) visibleOf(view, roleOf(viewer.roles));
    return lookedAt;
  }

  #read(key: string, read: () => Promise<LookedAt>): Promise<LookedAt> {
    const known = this.#remembered.get(key);
    const now = this.#options.now();
    if (known !== undefined && now - known.at < REMEMBERED_MS) return known.plan;
    for (const [other, { at }] of this.#remembered) if (now - at >= REMEMBERED_MS) this.#remembered.delete(other);
    const plan = read();
    this.#remembered.set(key, { at: now, plan });
    plan.catch(() => this.#remembered.delete(key));
    return plan;
  }

  /** Only of widgets whose view the viewer may use: of the others not even the id is told. */
  async lineageOf({ widgets, views }: LookedAt, viewer: Viewer, onBehalf: OnBehalf): Promise<DashboardLineage> {
    const shown = new Set(widgets.map(({ viewId }) => viewId));
    const visible = new Map(
      views
        .filter((view) => shown.has(view.id) && modelFor(view, viewer.roles) !== undefined)
        .map((view) => [view.id, view]),
    );
    const tables = new Map(
      await Promise.all(
        [...visible.values()].map(async (view): Promise<[string, ReadonlySet<string> | { error: unknown }]> => {
          try {
            return [view.id, await this.#namespacesOf(view, viewer, onBehalf)];
          } catch (error) {
            return [view.id, { error }];
          }
        }),
      ),
    );
    const lineage: DashboardLineage = { widgets: [], unknown: [] };
    for (const { id: widgetId, viewId } of widgets) {
      const found = tables.get(viewId);
      if (found === undefined) continue;
      if ('error' in found) lineage.unknown.push({ widgetId, error: found.error });
      else lineage.widgets.push({ widgetId, namespaces: found });
    }
    return lineage;
  }

  async #namespacesOf(view: View, viewer: Viewer, onBehalf: OnBehalf): Promise<ReadonlySet<string>> {
    const { sources, lineage, now } = this.#options;
    const { source, version } = await sources.open(viewer.organisationId, view.sourceId);
    const asker = { ...viewer, now: now(), timeZone: 'UTC' };
    return new Set(namespacesOf(await lineage.of({ view, source, sourceVersion: version, onBehalf, asker })));
  }
}
