/** Starts a platform of chosen parts on free ports, for tests of how it is started, supervised and stopped. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@rtdp/local/ports';
import { PART_NAMES, type PartName } from '../contract.ts';
import { type PlatformPorts, PORTS, type PortName } from '../ports.ts';
import { stopLeftovers } from '../running-lock.ts';

export interface PlatformFolder extends AsyncDisposable {
  dataFolder: string;
  ports: PlatformPorts;
  without: PartName[];
}

/** A data folder and ports for a platform of `parts`; at its end nothing runs on it any more. */
export async function platformFolder(parts: readonly PartName[]): Promise<PlatformFolder> {
  const parent = await mkdtemp(join(tmpdir(), 'rtdp-platform-'));
  const { chmod } = await import('node:fs/promises');
  await chmod(parent, 0o755);
  const dataFolder = join(parent, 'data');
  const ports = {} as PlatformPorts;
  for (const name of Object.keys(PORTS) as PortName[]) ports[name] = await freePort();
  return {
    dataFolder,
    ports,
    without: PART_NAMES.filter((name) => !parts.includes(name)),
    async [Symbol.asyncDispose]() {
      await stopLeftovers(dataFolder, () => undefined);
      await rm(parent, { recursive: true, force: true });
    },
  };
}
