/**
 * Decides which views and widgets could be asked right now, and why the others could not: the SQL, the model and the fields are held against what
 * the source has. Nothing is run for it. As the one who asks, so that nobody learns of tables that are not theirs.
 */
import { requireRole } from '@rtdp/identity/roles';
import { listOf } from '@rtdp/service/answer-shapes';
import { type HttpApplication, identityOf } from '@rtdp/service/http';
import { analyse } from '@rtdp/sql/analyse';
import { SqlError } from '@rtdp/sql/problem';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { type View, type ViewState, viewStateSchema } from '../client/views.ts';
import type { Widget } from '../client/widgets.ts';
import type { DashboardService } from '../dashboards/dashboard-service.ts';
import { checkModel } from '../data/prove-view.ts';
import type { Viewer } from '../identity/accounts.ts';
import type { Lineage } from '../live/lineage.ts';
import type { OnBehalf, TableUse } from '../sources/data-source.ts';
import { onBehalfOf } from '../sources/source-routes.ts';
import type { SourceService } from '../sources/source-service.ts';
import { type Moment, Parameters } from '../views/bind-value.ts';
import { bindVariables, withoutSemicolon } from '../views/bind-variables.ts';
import { compileView, openView } from '../views/compile-view.ts';
import type { ViewService } from '../views/view-service.ts';
import type { WidgetService } from '../widgets/widget-service.ts';

/** Tables change without our hearing of it: so old an answer still serves. */
const FRESH_MS = 30_000;
/** What is broken may have been mended at the source. */
const FAILED_MS = 5_000;
const MOST_REMEMBERED = 5_000;
/** Views that are looked at at the same time. */
const SIDE_BY_SIDE = 8;

export interface ViewStatesOptions {
  views: ViewService;
  widgets: WidgetService;
  dashboards: DashboardService;
  sources: SourceService;
  lineage: Lineage;
  now: () => number;
}

interface Proof {
  tables: readonly TableUse[];
  error: RtdpError | undefined;
}

interface Remembered {
  at: number;
  freshMs: number;
  proof: Promise<Proof>;
}

export class ViewStates {
  readonly #options: ViewStatesOptions;
  readonly #remembered = new Map<string, Remembered>();

  constructor(options: ViewStatesOptions) {
    this.#options = options;
  }

  /** One of each view of the organisation. */
  async list(viewer: Viewer, onBehalf: OnBehalf): Promise<ViewState[]> {
    const { views, widgets, dashboards, sources } = this.#options;
    const [all, drawn] = await Promise.all([views.list(viewer), widgets.list(viewer)]);
    const versions = await sources.versions(viewer.organisationId, [...new Set(all.map(({ sourceId }) => sourceId))]);
    const proofs = new Map<string, Proof>();
    const waiting = [...all];
    const work = async (): Promise<void> => {
      for (let view = waiting.shift(); view !== undefined; view = waiting.shift()) {
        proofs.set(view.id, await this.#proofOf(view, versions.get(view.sourceId), viewer, onBehalf));
      }
    };
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work));
    const found = all.map((view) => {
      const { tables, error } = proofs.get(view.id)!;
      const own = drawn.filter(({ viewId }) => viewId === view.id);
      // Behind a view that cannot be asked no widget can: that is told once.
      return { view, tables, error, own, broken: error === undefined ? this.#broken(view, own, viewer) : [] };
    });
    const isWhole = found.every(({ error, broken }) => error === undefined && broken.length === 0);
    const shownOn = isWhole ? new Map<string, never>() : await dashboards.shownOn(viewer);
    const dashboardsOf = (of: readonly Pick<Widget, 'id'>[]): ViewState['dashboards'] => {
      const shown = of.flatMap(({ id }) => shownOn.get(id) ?? []);
      return [...new Map(shown.map((each) => [each.id, each])).values()];
    };
    return found.map(({ view, tables, error, own, broken }) => ({
      viewId: view.id,
      version: view.version,
      tables: [...tables],
      error: error?.toJSON() ?? null,
      dashboards: error === undefined ? [] : dashboardsOf(own),
      widgets: broken.map(({ widget, error: why }) => ({
        id: widget.id,
        name: widget.name,
        error: why.toJSON(),
        dashboards: dashboardsOf([widget]),
      })),
    }));
  }

  #proofOf(view: View, sourceVersion: number | undefined, viewer: Viewer, onBehalf: OnBehalf): Promise<Proof> {
    const { now } = this.#options;
    const key = JSON.stringify([view.id, view.version, view.sourceId, sourceVersion, viewer.roles, viewer.subject]);
    const known = this.#remembered.get(key);
    if (known !== undefined && now() - known.at < known.freshMs) return known.proof;
    if (this.#remembered.size >= MOST_REMEMBERED) this.#remembered.clear();
    // Held from the moment it is asked: all who look at the same time share it.
    const entry: Remembered = { at: now(), freshMs: FRESH_MS, proof: this.#prove(view, viewer, onBehalf) };
    this.#remembered.set(key, entry);
    entry.proof.then(
      ({ error }) => {
        if (error !== undefined) entry.freshMs = FAILED_MS;
      },
      () => this.#remembered.delete(key),
    );
    return entry.proof;
  }

  async #prove(view: View, viewer: Viewer, onBehalf: OnBehalf): Promise<Proof> {
    const { sources, lineage, now } = this.#options;
    const asker = { ...viewer, now: now(), timeZone: 'UTC' };
    try {
      const { source, version } = await sources.open(viewer.organisationId, view.sourceId);
      const tables = await lineage.of({ view, source, sourceVersion: version, onBehalf, asker });
      const { from, parameters } = openView(view, {}, asker);
      const given = await source.prove(`select *\n${from.sql}\nlimit 0`, parameters.values, onBehalf);
      checkModel(view.model, given);
      return { tables, error: undefined };
    } catch (error) {
      return { tables: tablesNamed(view, asker), error: told(error) };
    }
  }

  /** Widgets that ask for what their view does not have. */
  #broken(view: View, widgets: readonly Widget[], viewer: Viewer): { widget: Widget; error: RtdpError }[] {
    const asker = { ...viewer, now: this.#options.now(), timeZone: 'UTC' };
    return widgets.flatMap((widget) => {
      const { dimensions, measures, filters, having, sort, limit } = widget.query;
      // One that was never finished asks for nothing yet.
      if (dimensions.length + measures.length === 0) return [];
      try {
        compileView(view, { dimensions, measures, filters, having, sort, limit }, {}, asker);
        return [];
      } catch (error) {
        if (!isRtdpError(error)) throw error;
        return [{ widget, error }];
      }
    });
  }
}

/** What the text itself names with its database: where a view belongs that its source refuses. */
function tablesNamed({ sql, variables }: View, moment: Moment): TableUse[] {
  const context = { variables, values: {}, moment, viewer: { user_id: '', user_email: '', user_role: '' } };
  try {
    const bound = bindVariables(withoutSemicolon(sql), new Parameters(), context);
    const names = new Set(analyse(bound.sql).tables.map(({ name }) => name));
    return [...names].flatMap((name) => {
      const [database, table] = name.split('.');
      return database === undefined || table === undefined ? [] : [{ database, table, sinkNamespace: null }];
    });
  } catch (error) {
    told(error);
    // What cannot be read names nothing.
    return [];
  }
}

/** What is to be told of a view; throws what is no fault of it. */
function told(error: unknown): RtdpError {
  if (isRtdpError(error)) return error;
  if (!(error instanceof SqlError)) throw error;
  const { code, message, next, facts } = error;
  return new RtdpError({ code, message, next, facts, cause: error });
}

export function viewStateRoutes(application: HttpApplication, states: ViewStates): void {
  application.get(
    '/api/views/states',
    {
      schema: {
        tags: ['views'],
        summary: 'Which tables each view reads, and why it or a widget of it could not be asked now; nothing is run',
        response: { 200: listOf(viewStateSchema) },
      },
    },
    async (request) => {
      // The verifier of this service gives viewers.
      const viewer = identityOf(request) as Viewer;
      requireRole(viewer, 'editor');
      const items = await states.list(viewer, onBehalfOf(request));
      return { items, total: items.length };
    },
  );
}
