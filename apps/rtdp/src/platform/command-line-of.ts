/** Decides how the command line of a platform is called, for hints that are pasted: with its data folder where that is not the usual one. */
import type { PlatformDescription } from './contract.ts';
import { defaultDataFolder } from './data-folder.ts';

export function commandLineOn(dataFolder: string): string {
  // Another shell may not have RTDP_DATA.
  if (dataFolder === defaultDataFolder({})) return 'npm run -s rtdp --';
  const quoted = /^[\w@%+=:,./-]+$/.test(dataFolder) ? dataFolder : `'${dataFolder.replaceAll("'", "'\\''")}'`;
  return `npm run -s rtdp -- --data ${quoted}`;
}

export function commandLineOf({ supervisor, dataFolder }: PlatformDescription): string {
  return supervisor === null ? 'docker compose exec demo rtdp' : commandLineOn(dataFolder);
}
