/** Makes a dashboard of thirty widgets over a table of many rows, and measures how long a browser takes until all are painted. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WidgetInput } from '@rtdp/davinci-api/client';
import type { WholePlatform } from '@rtdp/testing/whole-platform';
import type { Browser } from 'playwright-core';
import { type PixelPipeline, SINK_SCHEMA } from './pixel-pipeline.ts';

type Question = NonNullable<WidgetInput['query']>;

const WIDGETS = 30;
const CONNECTIONS_ALONE = 6;
const PAINT_MILLISECONDS = 60_000;
const ALL_PAINTED = `document.querySelectorAll('[data-widget-id]:is([data-state="full"], [data-state="error"])').length === ${WIDGETS}
  && document.querySelectorAll('.widget-body :is(canvas, table, [role="grid"], [data-value])').length >= ${WIDGETS}`;

/** Fills the table of sales in the warehouse; gives the dashboard's id. */
export async function thirtyWidgets(pipeline: PixelPipeline, rows: number): Promise<string> {
  const { sink, moonbox, davinci, dataSourceId } = pipeline;
  await sink.query(`create table ${SINK_SCHEMA}.sales (
    id bigint primary key, sold_at timestamptz not null, region text not null, category text not null,
    channel text not null, quantity integer not null, amount numeric(12,2) not null)`);
  await sink.query(
    `insert into ${SINK_SCHEMA}.sales
     select n, timestamptz '2026-01-01' + n * interval '31 seconds',
            'region ' || n % 12, 'category ' || n * 7 % 20, (array['web', 'shop', 'phone'])[n % 3 + 1],
            1 + n % 9, round((n::bigint * 7919 % 100000) / 100.0, 2)
     from generate_series(1, $1::int) n`,
    [rows],
  );
  await sink.query(`analyze ${SINK_SCHEMA}.sales`);
  await moonbox.refreshMount('warehouse');
  const view = await davinci.views.create({
    name: 'Sales',
    sourceId: dataSourceId,
    sql: 'select sold_at, region, category, channel, quantity, amount from warehouse.sales',
    model: [
      { column: 'sold_at', type: 'instant', role: 'dimension', label: 'Sold' },
      { column: 'region', type: 'text', role: 'dimension', label: 'Region' },
      { column: 'category', type: 'text', role: 'dimension', label: 'Category' },
      { column: 'channel', type: 'text', role: 'dimension', label: 'Channel' },
      { column: 'quantity', type: 'number', role: 'measure', label: 'Pieces', aggregation: 'sum' },
      { column: 'amount', type: 'number', role: 'measure', label: 'Amount', aggregation: 'sum' },
    ],
  });
  const items = [];
  for (let number = 0; number < WIDGETS; number++) {
    const { kind, query } = widgetNumber(number);
    const widget = await davinci.widgets.create({ name: `Widget ${number + 1}`, viewId: view.id, kind, query });
    // All of them in sight at once: six in a row, five rows.
    items.push({
      id: `w${number}`,
      kind: 'widget' as const,
      widgetId: widget.id,
      x: (number % 6) * 4,
      y: Math.floor(number / 6) * 5,
      w: 4,
      h: 5,
    });
  }
  const { id } = await davinci.dashboards.create({ name: 'Thirty', tabs: [{ id: 'all', name: 'All', items }] });
  return id;
}

/** Six shapes of questions, each with another measure or filter: no two of the thirty are the same. */
function widgetNumber(number: number) {
  const column = number % 2 === 0 ? 'amount' : 'quantity';
  const measures = [{ column, aggregation: (['sum', 'avg', 'max', 'min', 'count'] as const)[Math.floor(number / 6)]! }];
  const shapes: (Pick<WidgetInput, 'kind'> & { query: Question })[] = [
    { kind: 'scorecard', query: { measures } },
    { kind: 'bar', query: { dimensions: [{ column: 'category' }], measures } },
    { kind: 'line', query: { dimensions: [{ column: 'sold_at', grain: 'week' as const }], measures, limit: 200 } },
    { kind: 'pie', query: { dimensions: [{ column: 'channel' }], measures } },
    {
      kind: 'heat-map',
      query: { dimensions: [{ column: 'region' }, { column: 'channel' }], series: ['channel'], measures },
    },
    { kind: 'table', query: { dimensions: [{ column: 'region' }, { column: 'category' }], measures, limit: 100 } },
  ];
  return shapes[number % shapes.length]!;
}

/** What the database alone takes for the same thirty questions, each asked by itself over six connections: what a dashboard's server that knows nothing better would wait for, in milliseconds. */
export async function timeOfStoreAlone({ sink }: PixelPipeline): Promise<number> {
  const waiting = Array.from({ length: WIDGETS }, (_, number) => questionByHand(widgetNumber(number).query));
  const began = Date.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS_ALONE }, async () => {
      for (let text = waiting.shift(); text !== undefined; text = waiting.shift()) await sink.query(text);
    }),
  );
  return Date.now() - began;
}

function questionByHand({ dimensions = [], measures = [], limit }: Question): string {
  const groups = dimensions.map(({ column, grain }) =>
    grain === undefined ? column : `date_trunc('${grain}', ${column})`,
  );
  const values = measures.map(({ column, aggregation }) => `${aggregation}(${column})`);
  const places = groups.map((_, index) => index + 1).join(', ');
  return [
    `select ${[...groups, ...values].join(', ')} from ${SINK_SCHEMA}.sales`,
    ...(groups.length === 0 ? [] : [`group by ${places}`]),
    ...(limit === undefined ? [] : [`order by ${places} limit ${limit}`]),
  ].join(' ');
}

export interface Painted {
  /** Milliseconds from the navigation to the last of the thirty on the screen. */
  all: number;
  failed: number;
}

/** Opens it in a browser that has signed in and holds the application in its cache, as everybody's second look does. */
export async function timeToPaint(browser: Browser, platform: WholePlatform, dashboardId: string): Promise<Painted> {
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1900, height: 1500 } });
  try {
    const page = await context.newPage();
    await page.goto(await platform.loginAddress('/dashboards'));
    await page.getByRole('link', { name: /Thirty/ }).waitFor({ timeout: PAINT_MILLISECONDS });
    // Away from the page and back: the whole application is loaded anew, only the files come from the cache.
    await page.goto('about:blank');
    const began = Date.now();
    await page.goto(new URL(`/dashboards/${dashboardId}`, platform.addresses.web.url).href, { waitUntil: 'commit' });
    // Asked from outside: the page's own policy lets no text become a program.
    while (!(await page.evaluate<boolean>(ALL_PAINTED))) {
      if (Date.now() - began > PAINT_MILLISECONDS) throw new Error('the thirty widgets were not painted in time');
      await sleep(10);
    }
    const all = Date.now() - began;
    return { all, failed: await page.locator('[data-widget-id][data-state="error"]').count() };
  } finally {
    await context.close();
  }
}
