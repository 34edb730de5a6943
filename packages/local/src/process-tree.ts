/** Sends signals to a process and to all that descend from it (Postgres' backends leave their parent's group). */
import { setTimeout as sleep } from 'node:timers/promises';
import { allProcesses, oneProcess, type ProcessFacts } from './process-table.ts';

/** Ids of all processes below `root`, nearest first. */
export function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const { pid, parent } of allProcesses()) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const found: number[] = [];
  let layer = children.get(root) ?? [];
  while (layer.length > 0) {
    found.push(...layer);
    layer = layer.flatMap((pid) => children.get(pid) ?? []);
  }
  return found;
}

/** Signals `root` first, so that it cannot replace what ends below it, then everything below. */
export function signalTree(root: number, signal: NodeJS.Signals): void {
  const below = descendants(root);
  signalProcess(root, signal);
  for (const pid of below) signalProcess(pid, signal);
}

/**
 * Stops `root` and everything below it, and resolves when all of them stand still. One after the other, from the root: who is just
 * starting another process waits for that one to begin, and would wait for ever if it were stopped before.
 */
export async function freezeTree(root: number): Promise<void> {
  const frozen = new Set<number>();
  for (let going = [root]; going.length > 0; going = descendants(root).filter((pid) => !frozen.has(pid))) {
    for (const pid of going) {
      await freezeProcess(pid, Number.POSITIVE_INFINITY);
      frozen.add(pid);
    }
  }
}

/** Resolves when it stands still, at the latest at `deadline`: on a busy machine it goes on for a moment. */
async function freezeProcess(pid: number, deadline: number): Promise<void> {
  signalProcess(pid, 'SIGSTOP');
  while (isRunning(oneProcess(pid)) && Date.now() < deadline) await sleep(1);
}

function isRunning(facts: ProcessFacts | undefined): boolean {
  return facts !== undefined && !facts.ended && !facts.stopped;
}

/**
 * Kills `root` and everything below it, and resolves when all of them are gone, at most after `withinMilliseconds`.
 * A backend of Postgres that still ends holds its server's shared memory, and no new server starts on that data.
 */
export async function killTree(root: number, withinMilliseconds: number): Promise<void> {
  const deadline = Date.now() + withinMilliseconds;
  // Frozen, it cannot start another process between the look at what is below it and its end.
  await freezeProcess(root, Date.now() + withinMilliseconds / 2);
  const all = [root, ...descendants(root)];
  for (const pid of all) signalProcess(pid, 'SIGKILL');
  while (all.some(processExists) && Date.now() < deadline) await sleep(5);
}

export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (cause) {
    // ESRCH: it is gone already, which is what every caller wants.
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause;
  }
}

/** True while a process with this id runs; one that has ended and only waits for its parent does not. */
export function processExists(pid: number): boolean {
  return oneProcess(pid)?.ended === false;
}

/**
 * When a process was started, as text to compare: together with its id it names the process for good, while the id
 * alone may be given to another one. Undefined when it does not run.
 */
export function processStart(pid: number): string | undefined {
  const facts = oneProcess(pid);
  return facts === undefined || facts.ended ? undefined : facts.start;
}
