/** Shows that a slip of the pen in a flow is told when the same file makes its source, whose tables nobody knew before. */
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
import type { Session } from '../session/session.ts';
import { applyCommand } from './apply.ts';

test('a flow over a mistyped table of a source of the same file is told so, one over a table that is there is not', async () => {
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
  const printed: string[] = [];
  const session = { dbus, wormhole, json: false, print: (text: string) => printed.push(text) } as unknown as Session;
  const program = new Command().exitOverride();
  applyCommand(program, (work) => work(session));
  const name = uniqueName('s');
  const flow = (table: string) => ({
    name: table,
    source: { namespace: `postgresql.${name}.public.${table}` },
    sink: { store: 'postgres', connection: connectionOf(sink.url), table },
  });
  const folder = mkdtempSync(join(tmpdir(), 'rtdp-apply-'));
  try {
    const file = join(folder, 'pipeline.yaml');
    const source = { name, kind: 'postgres', connection: connectionOf(shop.url), tables: 'all' };
    // JSON is YAML, too.
    writeFileSync(file, JSON.stringify({ sources: [source], flows: [flow('ordres'), flow('orders')] }));
    await program.parseAsync(['apply', file], { from: 'user' });
    expect(printed.slice(1)).toEqual([
      `Created flow ordres\nCreated flow orders\nCreated source ${name}\n`,
      `flow ordres: No source captures postgresql.${name}.public.ordres yet: the flow waits for one that does. Did you mean postgresql.${name}.public.orders?\n`,
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
