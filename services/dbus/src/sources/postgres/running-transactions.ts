/**
 * Decides when a table that was just added may first be read: after every transaction that was running at the change of
 * the publication (or at the making of the slot) has ended. Changes those made before are in no stream, so a snapshot must see them.
 */
import type { SourceSession } from './connection.ts';

/** Transactions below this number were, or may have been, running when it was taken; it is a 64-bit id as text. */
export type TransactionBarrier = string;

/** Stands for a barrier that is still to be taken: no transaction has so great a number, so nothing passes it. */
export const BARRIER_TO_TAKE: TransactionBarrier = '18446744073709551615';

/** Takes a transaction id of its own: whatever was running had a smaller one (a snapshot's xmax would not do, see its definition). */
export async function takeBarrier(session: SourceSession): Promise<TransactionBarrier> {
  const [row] = await session.query<{ barrier: string }>('SELECT pg_current_xact_id()::text AS barrier');
  return row!.barrier;
}

export interface WaitingTransaction {
  pid: number;
  user: string;
  state: string;
  startedAt: string;
}

/** The transactions that still hold the barrier; empty once it has been passed. */
export async function transactionsBefore(
  session: SourceSession,
  barrier: TransactionBarrier,
): Promise<{ passed: boolean; waitingFor: WaitingTransaction[] }> {
  const [row] = await session.query<{ passed: boolean }>(
    `SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 AS passed`,
    [barrier],
  );
  if (row!.passed) return { passed: true, waitingFor: [] };
  const waitingFor = await session.query<{ pid: number; user: string; state: string; started: string }>(
    `SELECT pid, coalesce(usename::text, '') AS "user", coalesce(state, '') AS state, xact_start::text AS started
       FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() ORDER BY xact_start LIMIT 5`,
  );
  return {
    passed: false,
    waitingFor: waitingFor.map(({ pid, user, state, started }) => ({ pid, user, state, startedAt: started })),
  };
}
