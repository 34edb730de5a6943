/**
 * Decides what readers are told of a widget or a dashboard that stands on columns they may not see: which columns, and none of the values that
 * its author chose by them. Editors are told all, as they may read the views themselves.
 */
import { hasRole } from '@rtdp/identity/roles';
import type { Controller, Dashboard } from '../client/dashboards.ts';
import type { View } from '../client/views.ts';
import type { Widget } from '../client/widgets.ts';
import { modelFor } from '../views/view-service.ts';
import { resultNames } from './check-widget.ts';

type Views = ReadonlyMap<string, View>;

/** Views by their id, as the other functions want them. */
export function viewsById(views: readonly View[]): Views {
  return new Map(views.map((view) => [view.id, view]));
}

/** The question stays as it was asked, so that it is refused and not answered as another one. */
export function widgetFor(widget: Widget, views: Views, roles: readonly string[]): Widget {
  if (hasRole({ roles }, 'editor')) return widget;
  const { query } = widget;
  const visible = visibleColumns(views.get(widget.viewId), roles);
  const asked = [...query.dimensions, ...query.measures, ...query.filters];
  if (asked.every(({ column }) => column === '*' || visible.has(column)))
    return { ...widget, settings: settingsFor(widget, visible) };
  const filters = query.filters.map((filter) => (visible.has(filter.column) ? filter : { ...filter, values: [] }));
  // Rules, colours and names of values are of an answer that this reader never gets.
  return { ...widget, query: { ...query, filters, having: [] }, settings: {} };
}

/** A field that was taken off the widget leaves behind the colours of its values and the rules for them. */
function settingsFor({ query, settings }: Widget, visible: ReadonlySet<string>): Widget['settings'] {
  const { dimensions, measures } = resultNames(query);
  const answered = new Set<unknown>([...dimensions, ...measures]);
  const told = { ...settings };
  if ('valueColours' in told) {
    const colours = Object.entries(told.valueColours ?? {});
    told.valueColours = Object.fromEntries(colours.filter(([column]) => visible.has(column)));
  }
  if ('rules' in told) {
    const rules = [told.rules].flat() as ({ column?: unknown } | null)[];
    told.rules = rules.filter((rule) => answered.has(rule?.column));
  }
  return told;
}

export function dashboardFor(dashboard: Dashboard, views: Views, roles: readonly string[]): Dashboard {
  if (hasRole({ roles }, 'editor')) return dashboard;
  const controllers = dashboard.controllers.map((controller) =>
    setsSomethingVisible(controller, views, roles)
      ? controller
      : { ...controller, default: undefined, options: { values: [] } },
  );
  return { ...dashboard, controllers };
}

function setsSomethingVisible({ targets }: Controller, views: Views, roles: readonly string[]): boolean {
  const isVisible = (target: Controller['targets'][number]): boolean => {
    const view = views.get(target.viewId);
    if ('column' in target) return visibleColumns(view, roles).has(target.column);
    return view !== undefined && modelFor(view, roles)?.variables.some(({ name }) => name === target.variable) === true;
  };
  return targets.length === 0 || targets.some(isVisible);
}

function visibleColumns(view: View | undefined, roles: readonly string[]): ReadonlySet<string> {
  const model = view === undefined ? undefined : modelFor(view, roles)?.model;
  return new Set(model?.map(({ column }) => column));
}
