/** Writes and reads what the supervisor knows of each part, so that another process can tell what is still starting from what is unwell. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartName, PartState, PartStatus } from './contract.ts';

export type PartStates = Partial<Record<PartName, PartState>>;

const STATES_FILE = 'parts.json';

/** At once, so that a later state is never overtaken by an earlier one. */
export function writePartStates(dataFolder: string, parts: Iterable<PartStatus>): void {
  const file = join(dataFolder, STATES_FILE);
  const states = Object.fromEntries([...parts].map(({ name, state }) => [name, state]));
  writeFileSync(`${file}.new`, `${JSON.stringify(states)}\n`);
  renameSync(`${file}.new`, file);
}

export function removePartStates(dataFolder: string): void {
  rmSync(join(dataFolder, STATES_FILE), { force: true });
}

/** Nothing where nobody has written it: containers have no supervisor of ours. */
export async function readPartStates(dataFolder: string): Promise<PartStates> {
  const text = await readFile(join(dataFolder, STATES_FILE), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    return '{}';
  });
  return JSON.parse(text) as PartStates;
}
