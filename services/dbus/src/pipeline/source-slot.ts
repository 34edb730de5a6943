/** Decides whether the slot and the position in Kafka fit together, and where the log is read from. */
import { RtdpError } from '@rtdp/ums/error';
import { formatLsn, parseLsn } from './lsn.ts';

export interface SlotSession {
  query<Row extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/**
 * Where to begin: the position, or for a new source where the slot begins.
 * @throws DBUS_SLOT_LOST, DBUS_SLOT_AHEAD: going on would leave a gap
 */
export async function startingLsn(session: SlotSession, slot: string, position: bigint | undefined): Promise<bigint> {
  const [row] = await session.query<{ confirmed: string | null; status: string | null }>(
    `select confirmed_flush_lsn::text as confirmed, wal_status as status
       from pg_catalog.pg_replication_slots where slot_name = $1`,
    [slot],
  );
  const next =
    'Stop the source, remove and register it again (which makes a new slot), and pull its tables: what was written since is not in the stream.';
  if (row === undefined || row.confirmed === null || row.status === 'lost') {
    throw new RtdpError({
      code: 'DBUS_SLOT_LOST',
      message: row === undefined ? `There is no slot ${slot}.` : `The server has removed log that slot ${slot} needed.`,
      next,
      facts: { slot, status: row?.status ?? null },
    });
  }
  const confirmed = parseLsn(row.confirmed);
  if (position === undefined) return confirmed;
  if (confirmed > position) {
    throw new RtdpError({
      code: 'DBUS_SLOT_AHEAD',
      message: `The slot ${slot} begins at ${formatLsn(confirmed)}, after the position ${formatLsn(position)} in Kafka.`,
      next,
      facts: { slot, confirmed: formatLsn(confirmed), position: formatLsn(position) },
    });
  }
  return position;
}
