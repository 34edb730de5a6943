/** Decides where the platform keeps its data, and whether what stands there may be used by this version. */
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { platformError } from './error-codes.ts';

/** Moves on when the layout of the folder changes; a step from each older layout has to come with it. */
export const DATA_VERSION = 1;
const VERSION_FILE = 'version.json';

/** `RTDP_DATA`, else `/var/lib/rtdp` for root (Postgres' own user must reach it), else `~/.rtdp`. */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.RTDP_DATA) return resolve(env.RTDP_DATA);
  return process.getuid?.() === 0 ? '/var/lib/rtdp' : join(homedir(), '.rtdp');
}

/**
 * Makes the folder or checks the one there is. Returns true when it is new. Throws `RTDP_DATA_NEWER`,
 * `RTDP_DATA_FOREIGN` or `RTDP_DATA_UNWRITABLE`.
 */
export async function openDataFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    // The parts below keep their own rights; Postgres' user must pass through here.
    await chmod(folder, 0o755);
  } catch (cause) {
    throw platformError('RTDP_DATA_UNWRITABLE', {
      detail: `${folder}: ${(cause as Error).message}.`,
      next: 'Choose a folder that you may write to, with --data or RTDP_DATA.',
      facts: { folder },
      cause,
    });
  }
  const written = await readFile(join(folder, VERSION_FILE), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    return undefined;
  });
  if (written === undefined) {
    await claim(folder);
    return true;
  }
  const version = versionOf(written);
  if (version === undefined) throw foreign(folder, `its ${VERSION_FILE} cannot be read`);
  if (version > DATA_VERSION) {
    throw platformError('RTDP_DATA_NEWER', {
      detail: `${folder} has version ${version}, this program knows up to ${DATA_VERSION}.`,
      next: 'Start it with the newer program, or choose another folder with --data or RTDP_DATA.',
      facts: { folder, version, known: DATA_VERSION },
    });
  }
  return false;
}

async function claim(folder: string): Promise<void> {
  const others = (await readdir(folder)).filter((name) => name !== 'lost+found' && name !== 'running.json');
  if (others.length > 0) throw foreign(folder, `it holds ${others.slice(0, 3).join(', ')}`);
  await writeFile(join(folder, VERSION_FILE), `${JSON.stringify({ version: DATA_VERSION })}\n`);
}

function foreign(folder: string, why: string): Error {
  return platformError('RTDP_DATA_FOREIGN', {
    detail: `${folder} is not empty and ${why}.`,
    next: 'Choose an empty folder with --data or RTDP_DATA.',
    facts: { folder },
  });
}

function versionOf(text: string): number | undefined {
  try {
    const { version } = JSON.parse(text) as { version?: unknown };
    return typeof version === 'number' && Number.isInteger(version) ? version : undefined;
  } catch {
    // Not a version of ours; the caller refuses the folder.
    return undefined;
  }
}
