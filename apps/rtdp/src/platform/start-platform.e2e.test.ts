/** Starts the whole platform twice: every part becomes healthy, comes back when it is killed, and is gone after the stop. */
import { acceptsConnection } from '@rtdp/local/ports';
import { signalTree } from '@rtdp/local/process-tree';
import { expect, test } from 'vitest';
import { checkParts } from './check-parts.ts';
import { PART_NAMES, type PartName } from './contract.ts';
import { readPlatformFile } from './platform-file.ts';
import { startPlatform } from './start-platform.ts';
import { platformFolder } from './testing/small-platform.ts';

/** What a start may take on two cores that others use too; the figures on quiet ones are a quarter of it. */
const HEALTHY_MILLISECONDS = 120_000;

test('all parts become healthy, survive being killed, and a dead registry only degrades', async () => {
  await using folder = await platformFolder(PART_NAMES);
  const platform = await startPlatform(folder);
  const status = (name: PartName) => platform.parts().find((part) => part.name === name);
  try {
    await platform.allHealthy(HEALTHY_MILLISECONDS);
    const seen = await readPlatformFile(folder.dataFolder);
    for (const check of await checkParts(seen)) expect(check).toMatchObject({ state: 'ok', detail: '' });

    const victims: PartName[] = ['dbus', 'kafka', 'wormhole', 'metadata', 'moonbox', 'davinci-api'];
    for (const victim of victims) signalTree(status(victim)?.pid ?? 0, 'SIGKILL');
    for (const victim of victims)
      await expect.poll(() => status(victim)?.restarts, { timeout: 60_000 }).toBeGreaterThan(0);
    await platform.allHealthy(HEALTHY_MILLISECONDS);

    const registry = status('registry')?.pid ?? 0;
    signalTree(registry, 'SIGSTOP');
    await expect.poll(() => status('registry'), { timeout: 60_000 }).toMatchObject({ state: 'degraded' });
    // Each look gives an answer three seconds, which is little on a busy machine.
    for (const name of ['kafka', 'shop', 'warehouse'] as const)
      await expect.poll(() => status(name)?.state, { timeout: 30_000 }).toBe('ok');
    expect(status('registry')).toMatchObject({ state: 'degraded' });
    signalTree(registry, 'SIGCONT');
    await platform.allHealthy(HEALTHY_MILLISECONDS);
  } finally {
    await platform.stop();
  }
  for (const port of Object.values(folder.ports)) expect(await acceptsConnection(port)).toBe(false);

  const started = Date.now();
  const again = await startPlatform(folder);
  const seconds = (Date.now() - started) / 1000;
  try {
    await again.allHealthy(HEALTHY_MILLISECONDS);
    const healthy = (Date.now() - started) / 1000;
    console.log(
      `second start: services ready after ${seconds.toFixed(1)} s, all healthy after ${healthy.toFixed(1)} s`,
    );
  } finally {
    await again.stop();
  }
}, 600_000);
