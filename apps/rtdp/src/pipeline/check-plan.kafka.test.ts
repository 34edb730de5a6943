/** Proves what a plan is refused for before anything of it is done, and what is only noted, over the gateway and a real table. */

import { createDavinciClient } from '@rtdp/davinci-api/client';
import { createMoonboxClient } from '@rtdp/moonbox/client';
import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import type { RtdpError } from '@rtdp/ums/error';
import { createWormholeClient } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import type { Clients } from '../session/open-session.ts';
import { applyPipeline } from './apply-pipeline.ts';
import { checkPlan } from './check-plan.ts';
import { parsePipeline, parsePlacedPipeline } from './pipeline-file.ts';
import { SECTION_NAMES, SECTIONS } from './pipeline-kinds.ts';
import type { PlannedStep } from './plan-pipeline.ts';

const view = (sql: string, model = '[]') => `
views:
  - { name: Mine, source: Gateway, sql: ${JSON.stringify(sql)}, model: ${model} }
`;
const DATA_SOURCE = 'dataSources: [{ name: Gateway, kind: moonbox, connection: { database: store } }]\n';
const CONNECTION = 'connection: { host: h, port: 1, database: d, user: u }';

/** Everything that the file names, as if nothing of it were there; `changed` is there and would be another one. */
function planOf(text: string, changed: readonly string[] = []): PlannedStep[] {
  const pipeline = parsePipeline(text, {});
  return SECTION_NAMES.flatMap((section) =>
    (pipeline[section] ?? []).map((definition) => {
      const action = changed.includes(definition.name) ? ('change' as const) : ('create' as const);
      return { action, kind: SECTIONS[section], name: definition.name, differences: [], definition };
    }),
  );
}

test('a view that cannot be answered is refused before anything is done; one whose tables may yet come is noted', async () => {
  const { brokers } = await testKafka();
  const instance = `plan_${Date.now()}`;
  await using metadata = await testPostgres();
  await using sink = await testPostgres();
  await using services = await serviceSet({ brokers, metadataUrl: metadata.url });
  const [moonbox, api, flows] = (['moonbox', 'davinci-api', 'wormhole'] as const).map((name) => services.service(name));
  await Promise.all([moonbox!.start(), api!.start(), flows!.start()]);
  await sink.query('create table orders (id int primary key, total numeric(10,2))');
  const gateway = createMoonboxClient({ baseUrl: services.baseUrls.moonbox, token: services.token });
  await gateway.mount({
    name: 'store',
    kind: 'postgres',
    connection: connectionOf(sink.url),
    readableBy: ['viewer'],
  });
  const davinci = createDavinciClient({ baseUrl: services.baseUrls['davinci-api'], token: services.token });
  const wormhole = createWormholeClient({ baseUrl: services.baseUrls.wormhole, token: services.token });
  const clients = { davinci, wormhole, moonbox: gateway } as Clients;
  const sinkConnection = JSON.stringify(connectionOf(sink.url));
  const flow = (table: string, sql = 'select * from things') => `
flows:
  - name: all
    source: { namespace: 'postgresql.${instance}.public.things' }
    sql: ${sql}
    sink: { store: postgres, connection: ${sinkConnection}${table} }
`;
  const check = (text: string, changed?: string[]) => checkPlan('my.yaml', planOf(text, changed), clients);
  const refused = async (text: string, changed?: string[]) => {
    const error = (await check(text, changed).catch((thrown: unknown) => thrown)) as RtdpError;
    expect(error).toMatchObject({ code: expect.stringMatching(/^RTDP_/) });
    return [error.message, ...((error.facts.problems ?? []) as { message: string }[]).map(({ message }) => message)];
  };

  const misspelt = view('select o.id,\n\n  o.totl from store.orders o');
  // The data source is one of the file itself, and is not kept for the question.
  expect(await refused(DATA_SOURCE + misspelt)).toEqual([
    'my.yaml has what cannot run, so nothing was done',
    expect.stringMatching(/^view Mine: line 3, column 5 of its SQL: .*totl.* Did you mean total\?$/),
  ]);
  expect(await davinci.sources.list()).toEqual([]);
  await davinci.sources.create({ name: 'Gateway', kind: 'moonbox' });
  expect(await check(view('select id, total from store.orders'))).toEqual([]);
  expect(await refused(view('select id from store.ordres'))).toContainEqual(
    expect.stringMatching(/^view Mine: .*The database store has no table ordres\. Did you mean store\.orders\?$/),
  );
  const model = '[{ column: totl, type: number, role: measure }]';
  expect(await refused(view('select id, total from store.orders', model))).toContainEqual(
    'view Mine: the model has totl, which the SQL does not give. Did you mean total?',
  );
  const widget = (query: string) => `widgets: [{ name: w, view: Mine, kind: bar, query: ${query} }]`;
  const right = view('select id, total from store.orders', '[{ column: total, type: number, role: measure }]');
  expect(await check(widget('{ dimensions: [{ column: total }] }') + right)).toEqual([]);
  expect(await refused(widget('{ dimensions: [{ column: totl }] }') + right)).toContainEqual(
    'widget w: query.dimensions[0].column: the view has no column "totl" that you may use. Did you mean total?',
  );
  expect(await refused(`widgets: [{ name: w, view: Mein, kind: bar }]${view('select 1 as a')}`)).toEqual([
    'widget "w" names the view "Mein", which does not exist',
  ]);
  const wrongNames = `\n\ndashboards:\n  - { name: d, tabs: [{ id: t, name: T, items: [\n      { id: i, kind: widget, widget: Misnamed, x: 0, y: 0, w: 6, h: 5 }] }] }\n`;
  const { placeOf } = parsePlacedPipeline(wrongNames, {});
  await expect(checkPlan('my.yaml', planOf(wrongNames), clients, placeOf)).rejects.toMatchObject({
    code: 'RTDP_REFERENCE_UNKNOWN',
    message: 'my.yaml, line 5, column 38: dashboard "d" names the widget "Misnamed", which does not exist',
  });

  // A flow or mount of the same file may make the table, and a flow that is another one from now on its column.
  const mount = `mounts: [{ name: more, kind: postgres, ${CONNECTION} }]\n`;
  const notChecked = async (text: string, changed?: string[]) =>
    (await check(text, changed)).filter((note) => note.startsWith('Not checked'));
  for (const maker of [flow(''), mount]) {
    expect(await notChecked(maker + view('select id from more.things'))).toEqual([
      expect.stringMatching(/^Not checked: view Mine: .*There is no database more\./),
    ]);
  }
  expect(await notChecked(flow(', table: orders') + misspelt)).toHaveLength(1);
  expect(await notChecked(flow('') + misspelt, ['all'])).toHaveLength(1);
  expect(await refused(flow('') + misspelt)).toHaveLength(2);
  expect(await refused(flow(', table: others') + misspelt)).toHaveLength(2);

  // The topic is not there yet, and the columns are not known; the grammar is.
  const waits = `flow all: The topic postgresql.${instance} does not exist yet: the flow waits for it.`;
  expect(await check(flow(''))).toContain(waits);
  expect(await refused(flow('', 'selct * from things'))).toContainEqual(
    expect.stringMatching(/^flow all: step result, line 1, column 1 of its SQL: .*selct.* Did you mean select\?$/),
  );
  expect(await wormhole.listFlows()).toEqual([]);

  // A change that the service would refuse is refused before the source of the same file is touched.
  const [kept] = parsePipeline(flow(', deletes: physical'), {}).flows!;
  await wormhole.deploy({ ...kept, autoStart: false } as unknown as Parameters<typeof wormhole.deploy>[0]);
  const source = `sources: [{ name: ${instance}, kind: postgres, ${CONNECTION} }]\n`;
  // It may be the very one that the flow would wait for.
  expect(await check(source + flow(', deletes: physical'), ['all', instance])).toEqual([]);
  expect(await refused(source + flow(', deletes: tombstone'), ['all', instance])).toContainEqual(
    expect.stringMatching(/^flow all: sink\.deletes of a flow stays as it is: physical, not tombstone\. /),
  );

  // A schema may yet be made, so a mount of it is.
  const early = `mounts: [{ name: early, kind: postgres, connection: ${sinkConnection}, schemas: [public, nowhere] }]`;
  expect(await applyPipeline(planOf(early), clients)).toEqual([
    expect.stringMatching(/^Created mount early: no table was found in nowhere, /),
  ]);
  expect(await applyPipeline(planOf(early, ['early']), clients)).toEqual([
    expect.stringMatching(/^Changed mount early: no table was found in nowhere, /),
  ]);

  await moonbox!.stop();
  expect(await check(view('select id, total from store.orders'))).toEqual([
    expect.stringMatching(/^Not checked: view Mine: .*did not answer/),
  ]);
});
