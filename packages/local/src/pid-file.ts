/** Remembers a running server in a file, so that a later start can find and stop what a killed one left behind. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { killTree, processExists, processStart, signalProcess, signalTree } from './process-tree.ts';

export interface RememberedProcess {
  pid: number;
  /** See `processStart`. */
  start: string;
  stopSignal: NodeJS.Signals;
}

/** Writes the file for a process that was just started. */
export function writePidFile(file: string, pid: number, stopSignal: NodeJS.Signals): void {
  const start = processStart(pid);
  if (start === undefined) return;
  writeFileSync(file, JSON.stringify({ pid, start, stopSignal } satisfies RememberedProcess));
}

/** The process of a file, if it is still the one that was remembered; undefined when it is gone. */
export function readPidFile(file: string): RememberedProcess | undefined {
  if (!existsSync(file)) return undefined;
  let remembered: RememberedProcess;
  try {
    remembered = JSON.parse(readFileSync(file, 'utf8')) as RememberedProcess;
  } catch {
    // Cut short by a crash while it was written: nothing can be known from it.
    return undefined;
  }
  return processStart(remembered.pid) === remembered.start ? remembered : undefined;
}

/** Stops the process of a file in order, after `milliseconds` by SIGKILL, and removes the file. True if there was one. */
export async function stopByPidFile(file: string, milliseconds: number): Promise<boolean> {
  const remembered = readPidFile(file);
  if (remembered !== undefined) {
    signalTree(remembered.pid, 'SIGCONT');
    signalProcess(remembered.pid, remembered.stopSignal);
    const deadline = Date.now() + milliseconds;
    while (processExists(remembered.pid) && Date.now() < deadline) await sleep(50);
    if (processExists(remembered.pid)) await killTree(remembered.pid, milliseconds);
  }
  rmSync(file, { force: true });
  return remembered !== undefined;
}
