/** Shows a committed row on the screen: a real source, every part of the platform, and a real browser; also after each part was killed. */
import { type TestBrowser, testBrowser } from '@rtdp/testing/browser';
import { type WholePlatform, wholePlatform } from '@rtdp/testing/whole-platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitPixel, type PixelPipeline, pixelPipeline } from './pixel-pipeline.ts';
import { type WatchedPage, watchedPage } from './watched-page.ts';

let platform: WholePlatform;
let pipeline: PixelPipeline;
let chromium: TestBrowser;
let watched: WatchedPage;

beforeAll(async () => {
  platform = await wholePlatform();
  pipeline = await pixelPipeline(platform);
  chromium = await testBrowser();
  watched = await watchedPage(chromium.browser, await platform.loginAddress(`/dashboards/${pipeline.dashboardId}`));
}, 300_000);

afterAll(async () => {
  await watched?.[Symbol.asyncDispose]();
  await chromium?.close();
  await pipeline?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
}, 90_000);

describe('a row and its pixel', () => {
  it('is on the screen when the dashboard opens', async () => {
    expect((await watched.untilPainted(1, 30_000)).number).toBe(1);
  }, 60_000);

  it('moves the number when it is committed, without anybody asking', async () => {
    const sent = await commitPixel(pipeline.source, 2);
    const { paintedAt, number } = await watched.untilPainted(2, 20_000);
    console.log(`commit → pixel ${Math.round(paintedAt - sent)} ms`);
    expect(number).toBe(2);
    const asked = (await watched.queries()).length;
    // Nothing is polled: as long as nothing is committed in the table, nothing is asked.
    await pipeline.source.query('insert into others select n, n from generate_series(1, 50) n');
    await expect
      .poll(async () => (await pipeline.sink.query('select from pixel.others')).rowCount, { timeout: 20_000 })
      .toBe(51);
    await commitPixel(pipeline.source, 3);
    await watched.untilPainted(3, 20_000);
    expect((await watched.queries()).length).toBe(asked + 1);
  }, 60_000);

  it.each(['wormhole', 'davinci-api', 'moonbox', 'dbus', 'kafka', 'warehouse', 'metadata'] as const)(
    'arrives although %s is killed under it and started again',
    async (part) => {
      const base =
        100 * (1 + ['wormhole', 'davinci-api', 'moonbox', 'dbus', 'kafka', 'warehouse', 'metadata'].indexOf(part));
      await commitPixel(pipeline.source, base);
      const killed = platform.killPart(part);
      await commitPixel(pipeline.source, base + 1);
      await killed;
      const sent = await commitPixel(pipeline.source, base + 2);
      const { paintedAt, number } = await watched.untilPainted(base + 2, 90_000);
      console.log(
        `${part} killed: a row committed when it was started again is on the screen ${Math.round(paintedAt - sent)} ms later`,
      );
      expect(number).toBe(base + 2);
    },
    150_000,
  );
});
