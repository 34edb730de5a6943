/** Decides how the command line of a platform, and its start, is called, for hints that are pasted: with its data folder where that is not the usual one. */
import type { PlatformDescription } from './contract.ts';
import { defaultDataFolder } from './data-folder.ts';

export function commandLineOn(dataFolder: string): string {
  return `npm run -s rtdp -- ${dataOption(dataFolder)}`.trimEnd();
}

/** What starts the platform on this folder. */
export function startOn(dataFolder: string): string {
  const option = dataOption(dataFolder);
  return option === '' ? 'npm start' : `npm start -- ${option}`;
}

function dataOption(dataFolder: string): string {
  // Another shell may not have RTDP_DATA.
  if (dataFolder === defaultDataFolder({})) return '';
  const quoted = /^[\w@%+=:,./-]+$/.test(dataFolder) ? dataFolder : `'${dataFolder.replaceAll("'", "'\\''")}'`;
  return `--data ${quoted}`;
}

export function commandLineOf({ supervisor, dataFolder }: PlatformDescription): string {
  return supervisor === null ? 'docker compose exec demo rtdp' : commandLineOn(dataFolder);
}
