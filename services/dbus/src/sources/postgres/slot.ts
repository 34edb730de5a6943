/** Decides the life of a source's replication slot: made once, looked at often, dropped with the source. */
import { RtdpError } from '@rtdp/ums/error';
import { type SourceSession, sqlState } from './connection.ts';

export interface SlotFacts {
  active: boolean;
  activePid: number | null;
  /** reserved, extended, unreserved or lost. */
  walStatus: string;
  /** Why the server invalidated it; empty when it is valid. */
  invalidation: string;
  /** `NOT_WHOLE` as long as it is being made. */
  confirmedFlushLsn: string;
  restartLsn: string;
  /** Log that the server keeps for this slot. */
  retainedBytes: number;
  /** Log written after what we confirmed. */
  lagBytes: number;
  /** Bytes that may still be written before the slot is lost; null = no limit. */
  safeBytes: number | null;
}

export const NOT_WHOLE = '0/0';

/** @returns undefined when there is no such slot in this database. */
export async function inspectSlot(session: SourceSession, slot: string): Promise<SlotFacts | undefined> {
  const [row] = await session.query<Record<string, string | number | boolean | null>>(
    `SELECT s.active, s.active_pid, s.wal_status, s.confirmed_flush_lsn::text, s.restart_lsn::text, s.safe_wal_size::text,
            pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::text AS retained,
            pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn)::text AS lag,
            to_jsonb(s)->>'invalidation_reason' AS reason, to_jsonb(s)->>'conflicting' AS conflicting
       FROM pg_replication_slots s WHERE s.slot_name = $1 AND s.database = current_database()`,
    [slot],
  );
  if (row === undefined) return undefined;
  const lost = row.wal_status === 'lost' ? 'the log it needed was removed' : '';
  const conflicting = row.conflicting === 'true' ? 'it conflicts with recovery' : '';
  return {
    active: row.active === true,
    activePid: row.active_pid as number | null,
    walStatus: String(row.wal_status ?? 'unknown'),
    invalidation: String(row.reason ?? '') || lost || conflicting,
    confirmedFlushLsn: String(row.confirmed_flush_lsn ?? NOT_WHOLE),
    restartLsn: String(row.restart_lsn ?? '0/0'),
    retainedBytes: Math.max(0, Number(row.retained ?? 0)),
    lagBytes: Math.max(0, Number(row.lag ?? 0)),
    safeBytes: row.safe_wal_size === null ? null : Number(row.safe_wal_size),
  };
}

/** Makes the slot; waits until the transactions that are running now have ended. @returns where it starts, as text. */
export async function createSlot(session: SourceSession, slot: string): Promise<string> {
  const [row] = await session.query<{ lsn: string }>(
    `SELECT lsn::text FROM pg_create_logical_replication_slot($1, 'pgoutput')`,
    [slot],
  );
  return row!.lsn;
}

const DROP_ATTEMPTS = 50;
const DROP_PAUSE_MS = 100;

/**
 * Drops the slot, ending the walsender that holds it. A slot that is gone already is no error.
 * @throws RtdpError DBUS_SLOT_NOT_DROPPED with the statement to run by hand.
 */
export async function dropSlot(session: SourceSession, slot: string): Promise<void> {
  for (let attempt = 0; attempt < DROP_ATTEMPTS; attempt++) {
    const facts = await inspectSlot(session, slot);
    if (facts === undefined) return;
    try {
      if (facts.activePid !== null) await session.query('SELECT pg_terminate_backend($1)', [facts.activePid]);
      await session.query('SELECT pg_drop_replication_slot($1)', [slot]);
      return;
    } catch (error) {
      // 55006: a walsender still holds it; 42704: another session dropped it in between.
      if (sqlState(error) === '42704') return;
      if (sqlState(error) !== '55006') throw notDropped(slot, error);
      await new Promise((resolve) => setTimeout(resolve, DROP_PAUSE_MS));
    }
  }
  throw notDropped(slot, undefined);
}

function notDropped(slot: string, cause: unknown): RtdpError {
  return new RtdpError({
    code: 'DBUS_SLOT_NOT_DROPPED',
    message: `the replication slot ${slot} could not be dropped${cause instanceof Error ? `: ${cause.message}` : ' because it stays in use'}`,
    next: `Run on the source as a superuser: SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${slot}'; SELECT pg_drop_replication_slot('${slot}'); until then the server keeps its log.`,
    facts: { slot },
    cause,
  });
}
