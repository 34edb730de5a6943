/** Decides how much CPU and memory a process has used, from what Linux tells of it. */
import { readFileSync } from 'node:fs';

/** Linux counts CPU time in hundredths of a second for user space. */
const TICKS_PER_SECOND = 100;

/** CPU seconds of a process since it began; 0 if it is gone. */
export function cpuSeconds(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

/** Resident bytes right now. */
export function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Watches the greatest resident size until it is stopped. */
export function watchResident(pid: number): { stop(): number } {
  let greatest = residentBytes(pid);
  const timer = setInterval(() => {
    greatest = Math.max(greatest, residentBytes(pid));
  }, 100);
  return {
    stop() {
      clearInterval(timer);
      return Math.max(greatest, residentBytes(pid));
    },
  };
}
