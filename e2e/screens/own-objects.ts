/** Makes what the pictures need and the demo lacks (a widget of each kind, a long table, a dashboard with every filter), and takes it away again. */
import type { DashboardInput, DavinciClient, WidgetInput } from '@rtdp/davinci-api/client';

export interface OwnObjects extends AsyncDisposable {
  viewId: string;
  dashboardId: string;
  /** Kind of widget → id; `long-table` has 100,000 rows. */
  widgets: ReadonlyMap<string, string>;
}

/** The same figures every day: 1,200 sales in 12 regions over 300 days. */
const SALES = `with d as (
  select 0 as n union all select 1 union all select 2 union all select 3 union all select 4
  union all select 5 union all select 6 union all select 7 union all select 8 union all select 9
),
many as (select a.n + 10 * b.n + 100 * c.n as n from d a cross join d b cross join d c)
select n as sale, date '2026-01-01' + (n % 300) as day,
  case n % 12 when 0 then 'North Rhine-Westphalia' when 1 then 'Bavaria' when 2 then 'Hesse' when 3 then 'Saxony'
    when 4 then 'Berlin' when 5 then 'Hamburg' when 6 then 'Bremen' when 7 then '浙江省' when 8 then 'Lower Saxony'
    when 9 then 'Thuringia' when 10 then 'Saarland' else null end as region,
  case n % 3 when 0 then 'web' when 1 then 'shop' else 'phone' end as channel,
  (n * 7919 % 1009) * (1 + n % 12) / 7.0 as revenue, 1 + n % 9 as pieces
from many`;

const LONG = `with d as (
  select 0 as n union all select 1 union all select 2 union all select 3 union all select 4
  union all select 5 union all select 6 union all select 7 union all select 8 union all select 9
)
select a.n + 10 * b.n + 100 * c.n + 1000 * e.n + 10000 * f.n as number,
  'customer ' || cast(a.n * 7 + b.n as text) as customer, (a.n * 1999 + f.n * 37 + c.n) / 3.0 as amount
from d a cross join d b cross join d c cross join d e cross join d f`;

const MARK = '[screens]';

/** `client` gives one whose token still holds, however long the pictures take. */
export async function ownObjects(client: () => Promise<DavinciClient>): Promise<OwnObjects> {
  const davinci = await client();
  const sources = await davinci.sources.list();
  const gateway = sources.find(({ kind }) => kind === 'moonbox');
  if (gateway === undefined) throw new Error('the platform has no source that is the gateway');
  const stack = new AsyncDisposableStack();
  try {
    await removeLeftOvers(davinci);
    await askOnce(davinci, gateway.id);
    const sales = await davinci.views.create({
      name: `${MARK} Sales`,
      sourceId: gateway.id,
      sql: SALES,
      model: [
        { column: 'sale', type: 'number', role: 'dimension', label: 'Sale' },
        { column: 'day', type: 'date', role: 'dimension', label: 'Day' },
        { column: 'region', type: 'text', role: 'dimension', label: 'Region' },
        { column: 'channel', type: 'text', role: 'dimension', label: 'Channel' },
        { column: 'revenue', type: 'number', role: 'measure', label: 'Revenue', format: 'currency:EUR' },
        { column: 'pieces', type: 'number', role: 'measure', label: 'Pieces' },
      ],
    });
    stack.defer(async () => (await client()).views.remove(sales.id));
    const long = await davinci.views.create({
      name: `${MARK} Long`,
      sourceId: gateway.id,
      sql: LONG,
      model: [
        { column: 'number', type: 'number', role: 'dimension', label: 'Number' },
        { column: 'customer', type: 'text', role: 'dimension', label: 'Customer' },
        { column: 'amount', type: 'number', role: 'measure', label: 'Amount', format: 'currency:EUR' },
      ],
    });
    stack.defer(async () => (await client()).views.remove(long.id));
    const widgets = new Map<string, string>();
    const make = async (input: WidgetInput, key: string = input.kind) => {
      const { id } = await davinci.widgets.create({ ...input, name: `${MARK} ${input.name}` });
      stack.defer(async () => (await client()).widgets.remove(id));
      widgets.set(key, id);
    };
    const revenue = { column: 'revenue', aggregation: 'sum' as const };
    const pieces = { column: 'pieces', aggregation: 'sum' as const };
    const region = { column: 'region' };
    const channel = { column: 'channel' };
    const month = { column: 'day', grain: 'month' as const };
    const viewId = sales.id;
    const by = (dimensions: object[], measures: object[], rest: object = {}) =>
      ({ dimensions, measures, ...rest }) as WidgetInput['query'];
    await make({ name: 'Table', viewId, kind: 'table', query: by([region, channel], [revenue, pieces]) });
    await make({
      name: 'Pivot',
      viewId,
      kind: 'pivot',
      query: by([region, channel], [revenue, pieces], { series: ['channel'] }),
    });
    await make({ name: 'Line', viewId, kind: 'line', query: by([month, region], [revenue]) });
    await make({ name: 'Area', viewId, kind: 'area', query: by([month, channel], [revenue]) });
    await make({
      name: 'Bar',
      viewId,
      kind: 'bar',
      query: by([region], [revenue], { sort: [{ by: 'sum(revenue)', direction: 'desc' }] }),
    });
    await make({ name: 'Pie', viewId, kind: 'pie', query: by([region], [revenue]) });
    await make({
      name: 'Scatter',
      viewId,
      kind: 'scatter',
      query: by([region, channel], [pieces, revenue], { series: ['channel'] }),
    });
    await make({ name: 'Scorecard', viewId, kind: 'scorecard', query: by([month], [revenue]) });
    await make({
      name: 'Gauge',
      viewId,
      kind: 'gauge',
      query: by([], [revenue]),
      settings: { maximum: 1_000_000, warnAt: 700_000, badAt: 900_000 },
    });
    await make({ name: 'Heat map', viewId, kind: 'heat-map', query: by([month, region], [revenue]) });
    await make(
      {
        name: 'Long table',
        viewId: long.id,
        kind: 'table',
        query: by([{ column: 'number' }, { column: 'customer' }], [{ column: 'amount', aggregation: 'sum' }], {
          limit: 100_000,
        }),
      },
      'long-table',
    );
    const dashboard = await davinci.dashboards.create({
      name: `${MARK} Every kind`,
      controllers: controllers(viewId),
      tabs: [{ id: 'main', name: 'Every kind', items: items(widgets) }],
    });
    stack.defer(async () => (await client()).dashboards.remove(dashboard.id));
    return { viewId, dashboardId: dashboard.id, widgets, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** A run that was cut left its own behind. */
async function removeLeftOvers(davinci: DavinciClient): Promise<void> {
  for (const { id, name } of await davinci.dashboards.list())
    if (name.startsWith(MARK)) await davinci.dashboards.remove(id);
  for (const { id, name } of await davinci.widgets.list()) if (name.startsWith(MARK)) await davinci.widgets.remove(id);
  for (const { id, name } of await davinci.views.list()) if (name.startsWith(MARK)) await davinci.views.remove(id);
}

/** A platform that nobody has asked yet has no query whose page and plan could be seen. */
async function askOnce(davinci: DavinciClient, sourceId: string): Promise<void> {
  const view = (await davinci.views.list()).find((each) => each.sourceId === sourceId);
  const field = view?.model.find(({ role }) => role === 'dimension');
  if (view === undefined || field === undefined) throw new Error('the platform has no view that could be asked');
  await davinci.query({ viewId: view.id, dimensions: [{ column: field.column }], limit: 10 });
}

function controllers(viewId: string): DashboardInput['controllers'] {
  return [
    {
      id: 'region',
      kind: 'select',
      label: 'Region',
      multiple: true,
      targets: [{ viewId, column: 'region' }],
      options: { from: 'view', viewId, column: 'region' },
    },
    { id: 'text', kind: 'text', label: 'Channel', targets: [{ viewId, column: 'channel' }] },
    { id: 'pieces', kind: 'number-range', label: 'Pieces', targets: [{ viewId, column: 'pieces' }] },
    { id: 'day', kind: 'date-range', label: 'Day', targets: [{ viewId, column: 'day' }] },
  ];
}

/** What a reader might have chosen in them, as the address has it. */
export const CHOSEN = new URLSearchParams({
  'f.region': JSON.stringify({ values: ['Bavaria', 'Hesse', 'Saxony', 'Berlin'] }),
  'f.pieces': JSON.stringify({ from: 2, to: 8 }),
}).toString();

const PLACES: readonly [key: string, x: number, y: number, w: number, h: number][] = [
  ['scorecard', 0, 0, 6, 9],
  ['gauge', 6, 0, 6, 9],
  ['bar', 12, 0, 12, 9],
  ['line', 0, 9, 12, 9],
  ['area', 12, 9, 12, 9],
  ['pie', 0, 18, 8, 9],
  ['scatter', 8, 18, 16, 9],
  ['heat-map', 0, 27, 12, 10],
  ['table', 12, 27, 12, 10],
  ['pivot', 0, 37, 24, 10],
];

function items(widgets: ReadonlyMap<string, string>): DashboardInput['tabs'][number]['items'] {
  return PLACES.map(([key, x, y, w, h]) => ({ id: key, kind: 'widget', widgetId: widgets.get(key)!, x, y, w, h }));
}
