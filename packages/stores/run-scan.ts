/** Runs a scan on a session of a reader's pool, whatever the store: it waits for one, ends with what went wrong, and gives the session back. */
import type { RtdpError } from '@rtdp/ums/error';
import type { ScanRun } from './scan-run.ts';
import type { PooledSession, SessionPool } from './session-pool.ts';

interface PausableSession extends PooledSession {
  pause(): void;
  resume(): void;
}

export interface ScanWork<Session extends PausableSession> {
  readonly pool: SessionPool<Session>;
  /** Hands all rows to the run. */
  read(session: Session): Promise<void>;
  /** Asks the server, on another connection, to end the statement of the session. */
  cancel(session: Session): Promise<void>;
  toError(error: unknown): RtdpError;
}

/** Never rejects: the run tells its reader how it ended. */
export async function runScan<Session extends PausableSession>(run: ScanRun, work: ScanWork<Session>): Promise<void> {
  const { pool, toError } = work;
  let session: Session;
  try {
    session = await pool.acquire(run.waiting);
  } catch (error) {
    await run.finish(toError(error));
    return;
  }
  try {
    run.begin({
      pause: () => session.pause(),
      resume: () => session.resume(),
      cancel: () => work.cancel(session),
      end: () => session.end(),
    });
    await work.read(session);
    await run.finish();
  } catch (error) {
    await run.finish(toError(error));
  } finally {
    pool.release(session);
  }
}
