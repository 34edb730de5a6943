/** Decides what the heartbeat's table in the source looks like; the set-up makes it, the heartbeat writes it, the stream knows it again. */

/** Run by the set-up as the role that streams (or grant it INSERT, UPDATE and SELECT). It belongs into the keyed publication. */
export const HEARTBEAT_TABLE_SQL = [
  'create schema if not exists rtdp',
  `create table if not exists rtdp.heartbeat (
    source text primary key,
    sequence bigint not null,
    written_at timestamptz not null default clock_timestamp()
  )`,
] as const;

/** Parameters: source, sequence. */
export const HEARTBEAT_WRITE_SQL = `insert into rtdp.heartbeat as stored (source, sequence, written_at)
  values ($1, $2, clock_timestamp())
  on conflict (source) do update set sequence = excluded.sequence, written_at = excluded.written_at`;
