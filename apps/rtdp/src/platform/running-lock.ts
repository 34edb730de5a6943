/** Lets one supervisor at a time use a data folder, and cleans up behind one that was killed. */
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stopByPidFile } from '@rtdp/local/pid-file';
import { processStart } from '@rtdp/local/process-tree';
import { commandLineOn } from './command-line-of.ts';
import { PART_NAMES, type PartName } from './contract.ts';
import { platformError } from './error-codes.ts';
import { pidFileOf } from './part-files.ts';

const LOCK_FILE = 'running.json';
const LEFTOVER_STOP_MILLISECONDS = 20_000;
/** What was started last ends first. */
const STOP_ORDER: readonly PartName[] = [...PART_NAMES].reverse();

interface Holder {
  pid: number;
  /** See `processStart`: an id alone may belong to another process by now. */
  start: string;
  since: string;
}

/** Takes the folder for this process; throws `RTDP_ALREADY_RUNNING` naming the process that has it. Returns the release. */
export async function takeFolder(dataFolder: string): Promise<() => Promise<void>> {
  const file = join(dataFolder, LOCK_FILE);
  for (;;) {
    try {
      const handle = await open(file, 'wx', 0o644);
      const holder: Holder = {
        pid: process.pid,
        start: processStart(process.pid) ?? '',
        since: new Date().toISOString(),
      };
      await handle.writeFile(JSON.stringify(holder));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    }
    const holder = await folderHolder(dataFolder);
    if (holder !== undefined) {
      throw platformError('RTDP_ALREADY_RUNNING', {
        detail: `Process ${holder.pid} has had ${dataFolder} since ${holder.since}.`,
        next: `Use that one (${commandLineOn(dataFolder)} status), stop it (Ctrl-C, or kill ${holder.pid}), or choose another folder with --data or RTDP_DATA.`,
        facts: { dataFolder, ...holder },
      });
    }
    await rm(file, { force: true });
  }
}

/** The supervisor that has the folder now; undefined when none runs. */
export async function folderHolder(dataFolder: string): Promise<Holder | undefined> {
  try {
    const holder = JSON.parse(await readFile(join(dataFolder, LOCK_FILE), 'utf8')) as Holder;
    return processStart(holder.pid) === holder.start ? holder : undefined;
  } catch {
    // Missing, or cut short by a crash: nobody has it.
    return undefined;
  }
}

/** Stops the parts that a killed supervisor left running; tells which. */
export async function stopLeftovers(dataFolder: string, onFound: (part: PartName) => void): Promise<PartName[]> {
  const stopped: PartName[] = [];
  for (const part of STOP_ORDER) {
    if (await stopByPidFile(pidFileOf(dataFolder, part), LEFTOVER_STOP_MILLISECONDS)) {
      stopped.push(part);
      onFound(part);
    }
  }
  return stopped;
}
