/** Reads what is in force already, in the form in which a pipeline file would say it. */
import type { Clients } from '../session/open-session.ts';
import { type KnownIds, withNames } from './name-references.ts';
import type { Pipeline } from './pipeline-file.ts';
import type { Kind, Section } from './pipeline-kinds.ts';

export interface ExistingThing {
  name: string;
  /** Undefined where it is not told. */
  definition?: unknown;
}

export interface Existing {
  things: Record<Section, ExistingThing[]>;
  /** By name, for what Davinci knows by ids. */
  ids: KnownIds;
}

/** Services that the file does not speak of are not asked: they need not run. */
export async function readExisting(pipeline: Pipeline, clients: Clients): Promise<Existing> {
  const { dbus, wormhole, moonbox } = clients;
  const shown = pipeline.dataSources ?? pipeline.views ?? pipeline.widgets ?? pipeline.dashboards;
  const [sources, flows, mounts, davinci] = await Promise.all([
    pipeline.sources === undefined ? [] : dbus.listSources(),
    pipeline.flows === undefined ? [] : wormhole.listFlows(),
    pipeline.mounts === undefined ? [] : moonbox.listMounts().then(({ items }) => items),
    shown === undefined ? NOTHING : readDavinci(clients),
  ]);
  return {
    things: {
      sources,
      flows,
      mounts: mounts.map((mount) => ({ name: mount.name, definition: mount })),
      ...davinci.things,
    },
    ids: davinci.ids,
  };
}

type DavinciThings = Pick<Existing['things'], 'dataSources' | 'views' | 'widgets' | 'dashboards'>;
const NOTHING: { things: DavinciThings; ids: KnownIds } = {
  things: { dataSources: [], views: [], widgets: [], dashboards: [] },
  ids: {},
};

async function readDavinci({ davinci }: Clients): Promise<{ things: DavinciThings; ids: KnownIds }> {
  const [sources, views, widgets, summaries] = await Promise.all([
    davinci.sources.list(),
    davinci.views.list(),
    davinci.widgets.list(),
    davinci.dashboards.list(),
  ]);
  const dashboards = await Promise.all(summaries.map(({ id }) => davinci.dashboards.get(id)));
  const ids: KnownIds = {
    'data source': idsOf(sources),
    view: idsOf(views),
    widget: idsOf(widgets),
    dashboard: idsOf(dashboards),
  };
  const named = (kind: Kind, list: readonly { name: string }[]): ExistingThing[] =>
    list.map((one) => ({ name: one.name, definition: withNames(kind, one as Record<string, unknown>, ids) }));
  return {
    ids,
    things: {
      dataSources: named('data source', sources),
      views: named('view', views),
      widgets: named('widget', widgets),
      dashboards: named('dashboard', dashboards),
    },
  };
}

/** By name, of what a file names: data sources, views, widgets. */
export async function davinciIds({ davinci }: Clients): Promise<KnownIds> {
  const [sources, views, widgets] = await Promise.all([
    davinci.sources.list(),
    davinci.views.list(),
    davinci.widgets.list(),
  ]);
  return { 'data source': idsOf(sources), view: idsOf(views), widget: idsOf(widgets) };
}

function idsOf(list: readonly { id: string; name: string }[]): ReadonlyMap<string, readonly string[]> {
  const byName = Map.groupBy(list, ({ name }) => name);
  return new Map([...byName].map(([name, own]) => [name, own.map(({ id }) => id)]));
}
