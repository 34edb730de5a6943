/** Shows a committed row on the screen: a real source, every part of the platform, and a real browser; also after each part was killed. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestBrowser, testBrowser } from '@rtdp/testing/browser';
import { type WholePlatform, wholePlatform } from '@rtdp/testing/whole-platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitPixel, type PixelPipeline, pixelPipeline } from './pixel-pipeline.ts';
import { type WatchedPage, watchedPage } from './watched-page.ts';

/** All that a row passes, or that one of those keeps what it knows in. */
const PARTS = [
  ...(['wormhole', 'davinci-api', 'moonbox', 'dbus'] as const),
  ...(['kafka', 'registry', 'shop', 'warehouse', 'metadata', 'shadow'] as const),
];

/** Milliseconds; the kills have more. */
const PATIENCE = 60_000;

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
    expect((await watched.untilPainted(1, PATIENCE)).number).toBe(1);
  }, 240_000);

  it('moves the number when it is committed, without anybody asking', async () => {
    const sent = await commitPixel(pipeline.source, 2);
    const { paintedAt, number } = await watched.untilPainted(2, PATIENCE);
    console.log(`commit → pixel ${Math.round(paintedAt - sent)} ms`);
    expect(number).toBe(2);
    const asked = (await watched.queries()).length;
    // Nothing is polled: as long as nothing is committed in the table, nothing is asked.
    await pipeline.source.query('insert into others select n, n from generate_series(1, 50) n');
    await expect
      .poll(async () => (await pipeline.sink.query('select from pixel.others')).rowCount, { timeout: PATIENCE })
      .toBe(51);
    await commitPixel(pipeline.source, 3);
    await watched.untilPainted(3, PATIENCE);
    expect((await watched.queries()).length).toBe(asked + 1);
  }, 240_000);

  it('stands in a file that can be applied again and again, and taken away', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rtdp-apply-'));
    const file = join(folder, 'more.yaml');
    const write = (name: string, widgets: string) =>
      writeFile(
        file,
        `views:
  - { name: Words, source: Gateway, sql: 'select id, words from warehouse.pixels', model: [{ column: words, type: text, role: dimension }] }
widgets: ${widgets}
dashboards:
  - { name: ${name}, tabs: [{ id: one, name: One, items: [{ id: words, kind: widget, widget: All words, x: 0, y: 0, w: 12, h: 8 }] }] }
`,
      );
    const widget = '[{ name: All words, view: Words, kind: table, query: { dimensions: [{ column: words }] } }]';
    try {
      await write('From a file', widget);
      expect(await platform.commandLine('apply', file, '--plan')).toMatchObject({ code: 2, errors: '' });
      expect((await platform.commandLine('apply', file)).output).toContain('Created dashboard From a file');
      expect((await platform.commandLine('apply', file)).output).toContain('Nothing to do.');
      await write('From a file', widget.replace('kind: table', 'kind: pivot'));
      expect((await platform.commandLine('apply', file)).output).toMatch(/Changed widget All words\n$/);
      await write('From another file', widget.replace('kind: table', 'kind: tabel'));
      const misspelt = await platform.commandLine('apply', file);
      expect(misspelt).toMatchObject({ code: 1, output: '' });
      expect(misspelt.errors).toContain('widget All words: kind: there is no "tabel" here; did you mean "table"?');
      await writeFile(
        file,
        "views: [{ name: Words, source: Gateway, sql: 'select id, wrods from warehouse.pixels' }]\n",
      );
      const unanswered = await platform.commandLine('apply', file);
      expect(unanswered.code).toBe(1);
      expect(unanswered.errors).toMatch(/view Words: line 1, column 12 of its SQL: .*wrods.* Did you mean words\?/);
      await write('From a file', '[]');
      const dangling = await platform.commandLine('apply', file);
      expect(dangling.output).toContain('Nothing to do.');
      await writeFile(file, 'dashboards: []\n');
      // What the file does not speak of is left alone.
      const plan = await platform.commandLine('apply', file, '--plan', '--json', '--prune');
      const removed = (JSON.parse(plan.output) as { plan: { action: string; kind: string; name: string }[] }).plan
        .filter(({ action }) => action === 'remove')
        .map(({ kind, name }) => `${kind} ${name}`);
      expect(removed).toContain('dashboard From a file');
      expect(removed.every((each) => each.startsWith('dashboard '))).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 240_000);

  it.each(PARTS)(
    'arrives although %s is killed under it and started again',
    async (part) => {
      const base = 100 * (1 + PARTS.indexOf(part));
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
    300_000,
  );
});
