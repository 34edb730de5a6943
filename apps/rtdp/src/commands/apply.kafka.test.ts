/** Shows what `apply` tells over the real services: slips of the pen in sources and flows, what was done before a failure, and what it would remove. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDbusClient } from '@rtdp/dbus/client';
import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import { createWormholeClient } from '@rtdp/wormhole/client';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { errorText } from '../output/print-error.ts';
import { applyPipeline } from '../pipeline/apply-pipeline.ts';
import { missingTables } from '../pipeline/missing-tables.ts';
import { parsePipeline } from '../pipeline/pipeline-file.ts';
import { planPipeline } from '../pipeline/plan-pipeline.ts';
import type { Clients } from '../session/open-session.ts';
import type { Session } from '../session/session.ts';
import { applyCommand } from './apply.ts';

test('slips of the pen are told, a source that cannot be made ends it before its flows, and only kinds that the file speaks of are pruned', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using shop = await testPostgres();
  await using sink = await testPostgres();
  await shop.query('CREATE TABLE orders (id int PRIMARY KEY)');
  await using services = await serviceSet({ brokers, metadataUrl: metadata.url });
  const group = { RTDP_WORMHOLE_GROUP: uniqueName('group') };
  await Promise.all([services.service('dbus').start(), services.service('wormhole', group).start()]);
  // As where taking its lease takes a while.
  await metadata.query(`
    CREATE FUNCTION begin_late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2); RETURN NEW; END';
    CREATE TRIGGER begin_late BEFORE UPDATE ON dbus.sources
      FOR EACH ROW WHEN (NEW.state = 'starting') EXECUTE FUNCTION begin_late()`);
  const dbus = createDbusClient({ baseUrl: services.baseUrls.dbus, token: services.token });
  const wormhole = createWormholeClient({ baseUrl: services.baseUrls.wormhole, token: services.token });
  const clients = { dbus, wormhole } as Clients;
  const folder = mkdtempSync(join(tmpdir(), 'rtdp-apply-'));
  const exitCodeBefore = process.exitCode;
  const file = join(folder, 'pipeline.yaml');
  /** What is told after the plan. */
  const apply = async (pipeline: object, ...options: string[]): Promise<string[]> => {
    const printed: string[] = [];
    const session = { ...clients, json: false, print: (text: string) => printed.push(text) } as Session;
    const program = new Command().exitOverride();
    applyCommand(program, (work) => work(session));
    // JSON is YAML, too.
    writeFileSync(file, JSON.stringify(pipeline));
    await program.parseAsync(['apply', file, ...options], { from: 'user' });
    return printed;
  };
  const name = uniqueName('s');
  const source = { name, kind: 'postgres', connection: connectionOf(shop.url), tables: 'all' };
  const flow = (table: string) => ({
    name: table,
    source: { namespace: `postgresql.${name}.public.${table}` },
    sink: { store: 'postgres', connection: connectionOf(sink.url), table },
  });
  const pipeline = { sources: [source], flows: [flow('ordres'), flow('orders')] };
  try {
    const missing = `flow ordres: No source captures postgresql.${name}.public.ordres yet: the flow waits for one that does. Did you mean postgresql.${name}.public.orders?\n`;
    expect((await apply(pipeline)).slice(1)).toEqual([
      `Created flow ordres\nCreated flow orders\nCreated source ${name}\n`,
      missing,
    ]);

    // Nor is the slip gone because it is in force.
    expect((await apply(pipeline)).slice(1)).toEqual(['Nothing to do.\n', missing]);
    // Who cannot be asked then is no failure: what was asked for is done.
    const kept = await planPipeline(parsePipeline(JSON.stringify({ flows: [flow('orders')] }), {}), clients, {
      prune: false,
    });
    const away = { dbus, wormhole: createWormholeClient({ baseUrl: 'http://127.0.0.1:1', token: services.token }) };
    expect(await missingTables(kept, away)).toEqual([expect.stringMatching(/^Not checked: tables of flow orders: /)]);
    // Of a source it is told too, whether it is new, changed or as it was.
    const mistyped = { ...source, name: uniqueName('m'), tables: ['public.ordrs'] };
    const noTable = `source ${mistyped.name}: There is no table public.ordrs, which tables asks for. Did you mean public.orders? One that is made later is captured.\n`;
    for (const [tables, done, told] of [
      [['public.ordrs'], `Created source ${mistyped.name}\n`, [noTable]],
      [['public.ordrs'], 'Nothing to do.\n', [noTable]],
      [['public.orders'], `Changed source ${mistyped.name}\n`, []],
      [['public.ordrs'], `Changed source ${mistyped.name}\n`, [noTable]],
    ] as const) {
      expect((await apply({ sources: [{ ...mistyped, tables }] })).slice(1)).toEqual([done, ...told]);
    }
    await dbus.removeSource(mistyped.name);

    // Its flow would be made before it, and be left without it.
    const refused = { ...source, name: uniqueName('r'), connection: { ...source.connection, password: 'another' } };
    const unready = { ...source, name: uniqueName('n'), connection: { ...source.connection, database: 'nowhere' } };
    const more = { sources: [refused, unready], flows: [flow('others')] };
    await expect(apply(more)).rejects.toMatchObject({
      code: 'RTDP_PIPELINE_INVALID',
      message: `${file} has what cannot run, so nothing was done`,
      facts: {
        problems: [
          { message: expect.stringMatching(new RegExp(`^source ${refused.name}: .*password authentication failed`)) },
          { message: expect.stringMatching(new RegExp(`^source ${unready.name}: .*nowhere`)) },
        ],
      },
    });
    const flows = async () => (await wormhole.listFlows()).map((each) => each.name).sort();
    expect(await flows()).toEqual(['orders', 'ordres']);
    // What a check cannot foresee.
    const plan = await planPipeline(parsePipeline(JSON.stringify(more), {}), clients, { prune: false });
    const halfDone = await applyPipeline(plan, clients).catch(errorText);
    expect(halfDone).toMatch(/^DBUS_SOURCE_REFUSED: .*password authentication failed/);
    expect(halfDone).toContain(
      `\nDone before it: Created flow others.\nNot done: create source ${refused.name}; create source ${unready.name}.\n`,
    );
    await wormhole.remove('others');

    const removals = async (sections: object): Promise<string[]> =>
      (await apply(sections, '--plan', '--prune'))
        .join('')
        .match(/^remove .*$/gm)
        ?.map((line) => line.split(/ +/).slice(0, 3).join(' ')) ?? [];
    expect(await removals({})).toEqual([]);
    expect(await removals({ sources: [source] })).toEqual([]);
    expect(await removals({ flows: [flow('orders')] })).toEqual(['remove flow ordres']);
    expect(await removals({ sources: [] })).toEqual([`remove source ${name}`]);
  } finally {
    process.exitCode = exitCodeBefore;
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
