/** Decides where downloaded artifacts are kept between runs. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder of downloaded artifacts: `RTDP_CACHE`, else `~/.cache/rtdp`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.RTDP_CACHE || join(homedir(), '.cache', 'rtdp');
}
