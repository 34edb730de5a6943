/** Shows the verbs on flows over the real services: what is told of a slip of the pen, and of figures that begin anew. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDbusClient } from '@rtdp/dbus/client';
import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import { createWormholeClient } from '@rtdp/wormhole/client';
import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { liveFlows } from '../demo/live-view.ts';
import type { Session } from '../session/session.ts';
import { flowCommands } from './flow.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a flow over a mistyped table is told so when it is deployed, and no figure that begins anew is taken for a total', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using shop = await testPostgres();
  await using sink = await testPostgres();
  await shop.query('CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (1), (2)');
  await using services = await serviceSet({ brokers, metadataUrl: metadata.url });
  const wormholeProcess = services.service('wormhole', { RTDP_WORMHOLE_GROUP: uniqueName('group') });
  await Promise.all([services.service('dbus').start(), wormholeProcess.start()]);
  const dbus = createDbusClient({ baseUrl: services.baseUrls.dbus, token: services.token });
  const wormhole = createWormholeClient({ baseUrl: services.baseUrls.wormhole, token: services.token });
  const typed = async (...words: string[]): Promise<string> => {
    const printed: string[] = [];
    const session = { dbus, wormhole, json: false, print: (text: string) => printed.push(text) } as unknown as Session;
    const program = new Command().exitOverride();
    flowCommands(program, (work) => work(session));
    await program.parseAsync(['flow', ...words], { from: 'user' });
    return printed.join('');
  };
  const name = uniqueName('s');
  await dbus.registerSource({ name, kind: 'postgres', connection: connectionOf(shop.url), tables: 'all' });
  const folder = mkdtempSync(join(tmpdir(), 'rtdp-flow-'));
  try {
    const file = join(folder, 'flow.yaml');
    const deploy = async (table: string): Promise<string> => {
      const source = { namespace: `postgresql.${name}.public.${table}` };
      // JSON is YAML, too.
      writeFileSync(
        file,
        JSON.stringify({ name: table, source, sink: { store: 'postgres', connection: connectionOf(sink.url) } }),
      );
      return typed('deploy', file);
    };
    expect(await deploy('orders')).toMatch(/^Flow orders is deployed and \w+\.\n/);
    const show = await eventually(
      () => typed('show', 'orders'),
      (shown) => shown.includes('public.orders'),
    );
    expect(show).toContain('counted since Wormhole last took the flow up');
    expect(liveFlows([await wormhole.status('orders')])).toMatch(/ {2}rows since start {2}.* {2}dead letters/);
    await typed('pause-table', 'orders', 'public', 'orders');
    expect(await typed('list')).toMatch(/\norders +running, 1 table paused .* public\.orders: \S/);
    const stillPaused = /\nIts table public\.orders .* flow resume-table orders public orders\n$/;
    expect(await typed('resume', 'orders')).toMatch(stillPaused);
    await typed('pause', 'orders');
    expect(await typed('resume', 'orders')).toMatch(stillPaused);
    expect(await deploy('ordres')).toContain(
      `note: No source captures postgresql.${name}.public.ordres yet: the flow waits for one that does. Did you mean postgresql.${name}.public.orders?\n`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
