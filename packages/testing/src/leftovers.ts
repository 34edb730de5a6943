/** Decides where test servers keep their data, and finds and removes what a killed run left behind. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPidFile } from '@rtdp/local/pid-file';
import { processExists, signalTree } from '@rtdp/local/process-tree';

const PREFIX = 'rtdp-test-';

/** Makes a folder for one server; it belongs to this process and is swept when the process is gone. */
export async function serverFolder(what: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${what}-`));
  // Postgres' own user has to pass through.
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'owner'), String(process.pid));
  return folder;
}

/** Stops the servers and removes the folders whose owner no longer runs, or is `alsoOf`. Returns how many. */
export function sweepLeftovers(alsoOf?: number): number {
  let swept = 0;
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const owner = ownerOf(folder);
    if (owner === undefined || (owner !== alsoOf && processExists(owner))) continue;
    removeServerFolder(folder);
    swept++;
  }
  return swept;
}

/** Kills what runs on the folder and removes it; one that another run has just swept is gone already. */
export function removeServerFolder(folder: string): void {
  for (const name of namesIn(folder)) {
    const remembered = name.endsWith('.pid') ? readPidFile(join(folder, name)) : undefined;
    if (remembered !== undefined) signalTree(remembered.pid, 'SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}

function ownerOf(folder: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, 'owner'), 'utf8'));
  } catch {
    return undefined;
  }
}
