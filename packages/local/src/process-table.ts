/**
 * Reads which processes there are: from /proc on Linux, so that no helper program is needed that a Ctrl-C meant for
 * all of us could end, and from `ps` elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessFacts {
  pid: number;
  parent: number;
  /** Ended, and only waits for its parent to take notice. */
  ended: boolean;
  /** Stopped by a signal, until it is told to go on. */
  stopped: boolean;
  /** Text to compare: with the id it names a process for good. */
  start: string;
}

const HAS_PROC = process.platform === 'linux';

/** All processes that can be seen. */
export function allProcesses(): ProcessFacts[] {
  if (!HAS_PROC) return fromPs(['-A']);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => fromProc(Number(name)))
    .filter((facts) => facts !== undefined);
}

/** One process, or undefined when there is none with this id. */
export function oneProcess(pid: number): ProcessFacts | undefined {
  return HAS_PROC ? fromProc(pid) : fromPs(['-p', String(pid)])[0];
}

function fromProc(pid: number): ProcessFacts | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The program's name comes second, in parentheses, and may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const [state, parent] = fields;
  return {
    pid,
    parent: Number(parent),
    ended: state === 'Z' || state === 'X',
    stopped: state === 'T',
    start: fields[19] ?? '',
  };
}

function fromPs(which: string[]): ProcessFacts[] {
  let table: string;
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    table = execFileSync('ps', [...which, '-o', 'pid=,ppid=,stat=,lstart='], { encoding: 'utf8', env });
  } catch (cause) {
    // ps ends with 1 when no process matches.
    if ((cause as { status?: number }).status === 1) return [];
    throw cause;
  }
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const [pid, parent, state = '', ...start] = line.trim().split(/\s+/);
      return {
        pid: Number(pid),
        parent: Number(parent),
        ended: state.startsWith('Z'),
        stopped: state.startsWith('T'),
        start: start.join(' '),
      };
    });
}
