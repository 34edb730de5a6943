/** Decides what becomes of the folder that statements spill into: made at the start, and emptied of what a killed gateway left there. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** As the engine names the folder of each database. */
const LEFTOVER = /^query-/;

/** @param folder of this gateway alone; '' for none */
export function prepareSpillFolder(folder: string): { spillFolder?: string } {
  if (folder === '') return {};
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (LEFTOVER.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
  return { spillFolder: folder };
}
