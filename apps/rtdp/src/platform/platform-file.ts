/** Writes and reads the description of a running platform, by which other commands find it. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startOn } from './command-line-of.ts';
import type { PlatformDescription } from './contract.ts';
import { platformError } from './error-codes.ts';
import { readPartStates } from './part-states.ts';
import { folderHolder } from './running-lock.ts';

const PLATFORM_FILE = 'platform.json';

export async function writePlatformFile(description: PlatformDescription): Promise<void> {
  const file = join(description.dataFolder, PLATFORM_FILE);
  await writeFile(`${file}.new`, `${JSON.stringify(description, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function removePlatformFile(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, PLATFORM_FILE), { force: true });
}

/** The platform that runs on the folder; throws `RTDP_NOT_RUNNING`, `RTDP_STILL_STARTING`. */
export async function readPlatformFile(dataFolder: string): Promise<PlatformDescription> {
  const holder = await folderHolder(dataFolder);
  const text = await readFile(join(dataFolder, PLATFORM_FILE), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    return undefined;
  });
  const description = text === undefined ? undefined : (JSON.parse(text) as PlatformDescription);
  if (description?.supervisor === null) return description;
  if (holder === undefined) {
    throw platformError('RTDP_NOT_RUNNING', {
      detail: `No process has ${dataFolder}.`,
      next: `Start it with ${startOn(resolve(dataFolder))}, or name the folder of another with --data or RTDP_DATA.`,
      facts: { dataFolder },
    });
  }
  if (description === undefined) {
    const parts = await readPartStates(dataFolder);
    const said = Object.entries(parts).map(([name, state]) => `${name} ${state}`);
    throw platformError('RTDP_STILL_STARTING', {
      detail: said.length === 0 ? `Process ${holder.pid} is at it.` : `So far: ${said.join(', ')}.`,
      next: 'Wait until npm start says that it is ready.',
      facts: { dataFolder, pid: holder.pid, parts },
    });
  }
  return description;
}
