/** Sends signals to a process and to all that descend from it (Postgres' backends leave their parent's group). */
import { execFileSync } from 'node:child_process';

/** Ids of all processes below `root`, nearest first. */
export function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const line of execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')) {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  for (
    let layer = children.get(root) ?? [];
    layer.length > 0;
    layer = layer.flatMap((pid) => children.get(pid) ?? [])
  ) {
    found.push(...layer);
  }
  return found;
}

/** Signals `root` first, so that it cannot replace what ends below it, then everything below. */
export function signalTree(root: number, signal: NodeJS.Signals): void {
  const below = descendants(root);
  signalProcess(root, signal);
  for (const pid of below) signalProcess(pid, signal);
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
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return (
      execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
        .trim()
        .startsWith('Z') === false
    );
  } catch {
    return false;
  }
}

/** The command line of a process, or undefined when there is none. */
export function commandOf(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-ww', '-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
