/**
 * Decides what a dashboard's live stream goes by: its widgets and their views as they are now. Read again at each push; what another instance
 * changes may be a second old.
 */
import type { View } from '../client/views.ts';
import type { DashboardContents, DashboardService } from '../dashboards/dashboard-service.ts';
import type { DocumentChanges } from '../documents/document-changes.ts';
import type { Author } from '../documents/document-store.ts';
import type { Viewer } from '../identity/accounts.ts';
import type { OnBehalf } from '../sources/data-source.ts';
import type { SourceService } from '../sources/source-service.ts';
import { modelFor } from '../views/view-service.ts';
import type { Lineage } from './lineage.ts';
import { namespacesOf } from './lineage.ts';
import type { WidgetLineage } from './refresh-policy.ts';

export interface DashboardLineage {
  widgets: WidgetLineage[];
  /** Widgets whose tables could not be found out, and why. */
  unknown: { widgetId: string; error: unknown }[];
}

export interface DashboardPlansOptions {
  dashboards: DashboardService;
  sources: SourceService;
  lineage: Lineage;
  changes: DocumentChanges;
  now: () => number;
}

const REMEMBERED_MS = 1_000;

export class DashboardPlans {
  readonly #options: DashboardPlansOptions;
  readonly #remembered = new Map<string, { at: number; plan: Promise<DashboardContents> }>();

  constructor(options: DashboardPlansOptions) {
    this.#options = options;
    options.changes.listen((organisationId) => {
      for (const key of this.#remembered.keys()) {
        if (key.startsWith(`${organisationId} `)) this.#remembered.delete(key);
      }
    });
  }

  /** @throws RtdpError DAVINCI_NOT_FOUND */
  of(author: Author, dashboardId: string): Promise<DashboardContents> {
    const key = `${author.organisationId} ${dashboardId}`;
    const known = this.#remembered.get(key);
    const now = this.#options.now();
    if (known !== undefined && now - known.at < REMEMBERED_MS) return known.plan;
    for (const [other, { at }] of this.#remembered) if (now - at >= REMEMBERED_MS) this.#remembered.delete(other);
    const plan = this.#options.dashboards.contents(author, dashboardId);
    this.#remembered.set(key, { at: now, plan });
    plan.catch(() => this.#remembered.delete(key));
    return plan;
  }

  /** Only of widgets whose view the viewer may use: of the others not even the id is told. */
  async lineageOf(
    { widgets, views }: DashboardContents,
    viewer: Viewer,
    onBehalf: OnBehalf,
  ): Promise<DashboardLineage> {
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
