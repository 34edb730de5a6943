/** Tells what every part does when rows do not arrive: states, positions, slots and sessions, for the person who has to find out why. */
import type pg from 'pg';
import type { Pipeline } from '../../pipeline/start-pipeline.ts';

const SESSIONS = `select pid, application_name, state, wait_event_type, wait_event, age(now(), state_change)::text as since,
  age(now(), xact_start)::text as transaction, pg_blocking_pids(pid) as blocked_by, left(query, 120) as query
  from pg_stat_activity where backend_type in ('client backend', 'walsender') and pid <> pg_backend_pid()`;
const SLOTS = `select slot_name, active_pid, confirmed_flush_lsn::text, restart_lsn::text, pg_current_wal_lsn()::text as now
  from pg_replication_slots`;

/** One line for each thing; never rejects: what cannot be asked is told as well. */
export async function tellStandstill(pipeline: Pipeline, flow: string): Promise<string[]> {
  const { dbus, wormhole, source, sink } = pipeline;
  const asked: [string, () => Promise<unknown>][] = [
    ['sources', () => dbus.listSources()],
    ['flow', () => wormhole.status(flow)],
    ['slots of the source', () => rowsOf(source, SLOTS)],
    ['sessions of the source', () => rowsOf(source, SESSIONS)],
    ['sessions of the sink', () => rowsOf(sink, SESSIONS)],
  ];
  return Promise.all(
    asked.map(async ([what, ask]) => {
      const answer = await withinSeconds(ask).catch((error: unknown) => String(error));
      return `${what}: ${JSON.stringify(answer)}`;
    }),
  );
}

async function rowsOf(pool: pg.Pool, sql: string): Promise<unknown[]> {
  return (await pool.query(sql)).rows;
}

function withinSeconds(ask: () => Promise<unknown>): Promise<unknown> {
  return Promise.race([
    ask(),
    new Promise((_resolve, reject) => setTimeout(() => reject(new Error('no answer within 10 s')), 10_000).unref()),
  ]);
}
