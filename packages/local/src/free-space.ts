/** Decides whether the disk of a folder has room enough, before a server finds out in the middle of a write. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { localError } from './errors.ts';

const MEGABYTE = 1024 * 1024;

/** Free bytes for `folder` (or its nearest existing parent), as an unprivileged process may use them. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const stats = await statfs(folder);
    return stats.bavail * stats.bsize;
  } catch (cause) {
    const parent = dirname(folder);
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT' || parent === folder) throw cause;
    return freeBytes(parent);
  }
}

/** Throws `LOCAL_DISK_FULL` when fewer than `neededMegabytes` are free for `folder`; `option` is how to choose another. */
export async function requireFreeSpace(folder: string, neededMegabytes: number, option: string): Promise<void> {
  const free = Math.floor((await freeBytes(folder)) / MEGABYTE);
  if (free >= neededMegabytes) return;
  throw localError('LOCAL_DISK_FULL', {
    detail: `${folder} has ${free} MB free; ${neededMegabytes} MB are needed.`,
    next: `Free at least ${neededMegabytes - free} MB there, or choose another folder with ${option}.`,
    facts: { folder, freeMegabytes: free, neededMegabytes },
  });
}
