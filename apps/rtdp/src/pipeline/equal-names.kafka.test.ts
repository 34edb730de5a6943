/** Proves that a file which names what several are called is refused, and nothing of them is changed: the dashboard itself, and what it names. */

import { createDavinciClient } from '@rtdp/davinci-api/client';
import { createDbusClient } from '@rtdp/dbus/client';
import { testKafka } from '@rtdp/testing/kafka';
import { testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import { createWormholeClient } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import type { Clients } from '../session/open-session.ts';
import { applyPipeline } from './apply-pipeline.ts';
import { checkPlan } from './check-plan.ts';
import { parsePipeline } from './pipeline-file.ts';
import { planPipeline } from './plan-pipeline.ts';

const FILE = `
dashboards:
  - name: Mine
    description: as the file says
    tabs:
      - id: one
        name: One
        items: [{ id: count, kind: widget, widget: Count, x: 0, y: 0, w: 24, h: 10 }]
`;

test('a name that two have is refused with a sentence, whether it is what changes or what that names', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using services = await serviceSet({ brokers, metadataUrl: metadata.url });
  await Promise.all((['davinci-api', 'wormhole', 'dbus'] as const).map((name) => services.service(name).start()));
  const clientOf = (name: 'davinci-api' | 'wormhole' | 'dbus') => ({
    baseUrl: services.baseUrls[name],
    token: services.token,
  });
  const davinci = createDavinciClient(clientOf('davinci-api'));
  const clients = {
    davinci,
    wormhole: createWormholeClient(clientOf('wormhole')),
    dbus: createDbusClient(clientOf('dbus')),
  } as Clients;
  const { id: sourceId } = await davinci.sources.create({ name: 'Gateway', kind: 'moonbox' });
  const { id: viewId } = await davinci.views.create({ name: 'Mine', sourceId, sql: 'select 1 as a' });
  await davinci.widgets.create({ name: 'Count', viewId, kind: 'scorecard' });
  const apply = async () => {
    const plan = await planPipeline(parsePipeline(FILE, {}), clients, { prune: false });
    await checkPlan('my.yaml', plan, clients);
    return applyPipeline(plan, clients);
  };
  const refused = (message: string) => ({ code: 'RTDP_NAME_AMBIGUOUS', message });
  expect(await apply()).toEqual(['Created dashboard Mine']);
  expect(await apply()).toEqual([]);

  const tabs = [{ id: 'one', name: 'One', items: [] }];
  const other = await davinci.dashboards.create({ name: 'Other', tabs });
  // As two could be made before.
  await metadata.query(`update davinci.dashboards set name = 'Mine' where id = $1`, [other.id]);
  const two = '2 dashboards are called "Mine", so the file does not say which one it means';
  await expect(apply()).rejects.toMatchObject(refused(two));
  expect(await davinci.dashboards.get(other.id)).toMatchObject({ version: 1, description: '' });
  await davinci.dashboards.remove(other.id);
  expect(await apply()).toEqual([]);

  const { id } = await davinci.widgets.create({ name: 'Count', viewId, kind: 'table' });
  // It shows what the file names, and stays as it is.
  expect(await apply()).toEqual([]);
  const [mine] = await davinci.dashboards.list();
  const kept = await davinci.dashboards.get(mine!.id);
  await davinci.dashboards.replace(kept.id, { name: 'Mine', description: 'by hand', tabs, version: kept.version });
  const both = '2 widgets are called "Count", so the file does not say which one it means';
  await expect(apply()).rejects.toMatchObject(refused(both));
  await davinci.widgets.remove(id);
  expect(await apply()).toEqual(['Changed dashboard Mine']);
});
