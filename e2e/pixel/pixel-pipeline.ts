/** Sets up the way from one table of a source to one number on a dashboard, by the platform's own interfaces. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createDavinciClient, type DavinciClient } from '@rtdp/davinci-api/client';
import { createDbusClient, type DbusClient } from '@rtdp/dbus/client';
import { createMoonboxClient, type MoonboxClient } from '@rtdp/moonbox/client';
import { connectionOf } from '@rtdp/testing/connection';
import type { WholePlatform } from '@rtdp/testing/whole-platform';
import { createWormholeClient, type WormholeClient } from '@rtdp/wormhole/client';
import pg from 'pg';

export interface PixelPipeline extends AsyncDisposable {
  readonly source: pg.Pool;
  readonly sink: pg.Pool;
  readonly dbus: DbusClient;
  readonly wormhole: WormholeClient;
  readonly moonbox: MoonboxClient;
  readonly davinci: DavinciClient;
  readonly dataSourceId: string;
  /** Shows the greatest id of the table `pixels`. */
  readonly dashboardId: string;
  readonly widgetId: string;
}

export const FLOW = 'pixels';
export const SINK_SCHEMA = 'pixel';
const ARRIVAL_MILLISECONDS = 60_000;

/** Resolves when the first row is in the sink and can be asked for through the gateway. */
export async function pixelPipeline({ addresses, token }: WholePlatform): Promise<PixelPipeline> {
  const { services, warehouse } = addresses;
  const stack = new AsyncDisposableStack();
  const source = stack.adopt(poolOf(addresses.shop.superuser.url), (pool) => pool.end());
  const sink = stack.adopt(poolOf(warehouse.superuser.url), (pool) => pool.end());
  const dbus = createDbusClient({ baseUrl: services.dbus.url, token });
  const wormhole = createWormholeClient({ baseUrl: services.wormhole.url, token });
  const moonbox = createMoonboxClient({ baseUrl: services.moonbox.url, token });
  const davinci = createDavinciClient({ baseUrl: services['davinci-api'].url, token });
  try {
    await source.query('create table pixels (id bigint primary key, words text not null)');
    await source.query('create table others (id bigint primary key, n int not null)');
    await source.query("insert into pixels values (1, 'the first'); insert into others values (0, 0)");
    await dbus.registerSource({
      name: 'pixel',
      kind: 'postgres',
      connection: connectionOf(addresses.shop.superuser.url),
      tables: ['public.*'],
    });
    const { host, port, database, user, password } = warehouse.writer;
    await wormhole.deploy({
      name: FLOW,
      source: { namespace: 'postgresql.pixel.public.*' },
      sink: { store: 'postgres', connection: { host, port, database, user, password }, schema: SINK_SCHEMA },
    });
    await untilStored(sink, 1);
    const { user: reader, password: readerPassword } = warehouse.gateway;
    await moonbox.mount({
      name: 'warehouse',
      kind: 'postgres',
      connection: { host, port, database, user: reader, password: readerPassword },
      schemas: [SINK_SCHEMA],
      readableBy: ['viewer'],
    });
    const dataSource = await davinci.sources.create({ name: 'Gateway', kind: 'moonbox' });
    const view = await davinci.views.create({
      name: 'Pixels',
      sourceId: dataSource.id,
      sql: 'select id, words from warehouse.pixels',
      model: [
        { column: 'id', type: 'number', role: 'measure', label: 'Pixel', aggregation: 'max' },
        { column: 'words', type: 'text', role: 'dimension' },
      ],
    });
    const widget = await davinci.widgets.create({
      name: 'Newest pixel',
      viewId: view.id,
      kind: 'scorecard',
      query: { dimensions: [], measures: [{ column: 'id', aggregation: 'max', alias: 'Newest' }] },
    });
    const dashboard = await davinci.dashboards.create({
      name: 'Pixel',
      tabs: [
        {
          id: 'one',
          name: 'One',
          items: [{ id: 'newest', kind: 'widget', widgetId: widget.id, x: 0, y: 0, w: 8, h: 6 }],
        },
      ],
    });
    const held = stack.move();
    return {
      source,
      sink,
      dbus,
      wormhole,
      moonbox,
      davinci,
      dataSourceId: dataSource.id,
      dashboardId: dashboard.id,
      widgetId: widget.id,
      [Symbol.asyncDispose]: () => held.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** A row of the source; while the server is being started again it is tried until it is taken. Returns when it was sent. */
export async function commitPixel(source: pg.Pool, id: number): Promise<number> {
  const sent = Date.now();
  for (let attempt = 1; ; attempt++) {
    try {
      await source.query({
        name: 'pixel',
        text: "insert into pixels values ($1, 'a pixel') on conflict do nothing",
        values: [id],
      });
      return sent;
    } catch (error) {
      if (attempt === 900) throw error;
      await sleep(100);
    }
  }
}

async function untilStored(sink: pg.Pool, id: number): Promise<void> {
  const deadline = Date.now() + ARRIVAL_MILLISECONDS;
  let last = 'nothing was asked';
  while (Date.now() < deadline) {
    try {
      const { rowCount } = await sink.query(`select from ${SINK_SCHEMA}.pixels where id = $1`, [id]);
      if (rowCount === 1) return;
      last = 'the table is there, the row is not';
    } catch (error) {
      last = (error as Error).message;
    }
    await sleep(50);
  }
  throw new Error(`row ${id} is not in the sink after ${ARRIVAL_MILLISECONDS / 1000} s: ${last}`);
}

function poolOf(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 8 });
  // A server that is killed ends its sessions; the next query opens a new one.
  pool.on('error', () => undefined);
  return pool;
}
