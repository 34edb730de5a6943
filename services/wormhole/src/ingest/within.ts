/** Decides how long an ending is waited for that may hang: a sink that is frozen answers nothing, not even that it is gone. */
import { setTimeout as sleep } from 'node:timers/promises';

/** True when the work ended in time; its failure is passed on. What did not end goes on by itself. */
export async function within(work: Promise<unknown> | undefined, milliseconds: number): Promise<boolean> {
  const giveUp = new AbortController();
  // It rejects only when the work was quicker, and then nobody waits for it.
  const late = sleep(milliseconds, false, { signal: giveUp.signal }).catch(() => false);
  try {
    return await Promise.race([Promise.resolve(work).then(() => true), late]);
  } finally {
    giveUp.abort();
  }
}
