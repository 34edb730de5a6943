/**
 * Decides what the sink remembers beside its tables, in schema `rtdp` of the same database: owners, positions, floors, pulls,
 * open dead letters, re-reads; and the fence every transaction begins with.
 */

import { requireBookkeepingRights } from './bookkeeping-rights.ts';
import type { Session } from './connect.ts';
import { FENCED_STATE } from './errors.ts';

/** Raised whenever BOOKKEEPING changes; written last, so that a half-made schema is made again. */
const VERSION = 1;

const BOOKKEEPING = `
CREATE SCHEMA IF NOT EXISTS rtdp;
CREATE TABLE IF NOT EXISTS rtdp.sink_bookkeeping (version integer PRIMARY KEY);

CREATE TABLE IF NOT EXISTS rtdp.sink_tables (
  sink_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schema_name text NOT NULL,
  table_name text NOT NULL,
  flow text NOT NULL,
  deletes text NOT NULL,
  source_in_key boolean NOT NULL,
  ordinal_column text,
  source_system text NOT NULL,
  fields jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (schema_name, table_name)
);

-- One row per partition; locked FOR UPDATE first by everything that writes for that partition.
CREATE TABLE IF NOT EXISTS rtdp.sink_progress (
  sink_id integer NOT NULL REFERENCES rtdp.sink_tables ON DELETE CASCADE,
  topic text NOT NULL,
  partition integer NOT NULL,
  epoch bigint NOT NULL,
  worker text NOT NULL,
  next_offset bigint,
  last_id bigint,
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sink_id, topic, partition)
) WITH (fillfactor = 50);

-- Rows at or below the floor never apply. source '' unless several source tables feed the sink.
CREATE TABLE IF NOT EXISTS rtdp.sink_floors (
  sink_id integer NOT NULL REFERENCES rtdp.sink_tables ON DELETE CASCADE,
  source text NOT NULL,
  floor bigint NOT NULL,
  PRIMARY KEY (sink_id, source)
) WITH (fillfactor = 50);

-- The newest schema version of each source table that the sink has been altered for.
CREATE TABLE IF NOT EXISTS rtdp.sink_versions (
  sink_id integer NOT NULL REFERENCES rtdp.sink_tables ON DELETE CASCADE,
  source text NOT NULL,
  version bigint NOT NULL,
  PRIMARY KEY (sink_id, source)
);

CREATE TABLE IF NOT EXISTS rtdp.sink_pulls (
  sink_id integer NOT NULL REFERENCES rtdp.sink_tables ON DELETE CASCADE,
  source text NOT NULL,
  pull_id text NOT NULL,
  first_id bigint NOT NULL,
  partitions integer NOT NULL,
  closed_at timestamptz,
  PRIMARY KEY (sink_id, source, pull_id)
);

CREATE TABLE IF NOT EXISTS rtdp.sink_pull_marks (
  sink_id integer NOT NULL,
  source text NOT NULL,
  pull_id text NOT NULL,
  mark text NOT NULL CHECK (mark IN ('start', 'end')),
  topic text NOT NULL,
  partition integer NOT NULL,
  PRIMARY KEY (sink_id, source, pull_id, mark, topic, partition),
  FOREIGN KEY (sink_id, source, pull_id) REFERENCES rtdp.sink_pulls ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS rtdp.sink_dead_letters (
  sink_id integer NOT NULL REFERENCES rtdp.sink_tables ON DELETE CASCADE,
  source text NOT NULL,
  ums_id_ bigint NOT NULL,
  pull_id text,
  opened_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sink_id, source, ums_id_)
);

CREATE TABLE IF NOT EXISTS rtdp.rereads (
  request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sink_id integer NOT NULL REFERENCES rtdp.sink_tables ON DELETE CASCADE,
  namespace text NOT NULL,
  key jsonb NOT NULL,
  reason text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now()
);

-- Raises, because behind an UPDATE of no row the unanswered rest of the transaction would still be committed.
CREATE OR REPLACE FUNCTION rtdp.sink_fence(
  the_sink integer, the_topic text, the_partition integer, the_epoch bigint, expected bigint, check_position boolean,
  sources text[], exclusive boolean
) RETURNS void LANGUAGE plpgsql AS $fence$
DECLARE
  held rtdp.sink_progress;
  the_source text;
BEGIN
  SELECT * INTO held FROM rtdp.sink_progress p
    WHERE p.sink_id = the_sink AND p.topic = the_topic AND p.partition = the_partition FOR UPDATE;
  IF check_position THEN
    IF NOT FOUND THEN
      RAISE EXCEPTION 'partition % of % has not been claimed for this sink', the_partition, the_topic USING ERRCODE = '${FENCED_STATE}';
    END IF;
    IF held.epoch <> the_epoch THEN
      RAISE EXCEPTION 'partition % of % belongs to worker % since epoch %, this one has epoch %',
        the_partition, the_topic, held.worker, held.epoch, the_epoch USING ERRCODE = '${FENCED_STATE}';
    END IF;
    IF held.next_offset IS DISTINCT FROM expected THEN
      RAISE EXCEPTION 'partition % of % stands at offset %, not at %',
        the_partition, the_topic, held.next_offset, expected USING ERRCODE = '${FENCED_STATE}';
    END IF;
  END IF;
  -- Row locks of the weaker kind overtake a waiting stronger one; the advisory lock in front of the floor row is granted in turn.
  IF exclusive THEN
    PERFORM pg_advisory_xact_lock(1381253200, the_sink);
  ELSE
    PERFORM pg_advisory_xact_lock_shared(1381253200, the_sink);
  END IF;
  FOREACH the_source IN ARRAY sources LOOP
    IF exclusive THEN
      PERFORM 1 FROM rtdp.sink_floors f WHERE f.sink_id = the_sink AND f.source = the_source FOR UPDATE;
    ELSE
      PERFORM 1 FROM rtdp.sink_floors f WHERE f.sink_id = the_sink AND f.source = the_source FOR SHARE;
    END IF;
    IF NOT FOUND THEN
      INSERT INTO rtdp.sink_floors (sink_id, source, floor) VALUES (the_sink, the_source, 0) ON CONFLICT DO NOTHING;
      PERFORM 1 FROM rtdp.sink_floors f WHERE f.sink_id = the_sink AND f.source = the_source FOR UPDATE;
    END IF;
  END LOOP;
END
$fence$;
`;

/** Makes the bookkeeping once; must run inside a transaction. Two workers that begin together take turns. @throws RtdpError STORE_REFUSED */
export async function ensureBookkeeping(session: Session): Promise<void> {
  await requireBookkeepingRights(session);
  await session.query('SELECT pg_advisory_xact_lock(1381253200, 0)');
  const [found] = await session.query<{ present: boolean }>(
    `SELECT to_regclass('rtdp.sink_bookkeeping') IS NOT NULL AS present`,
  );
  if (found?.present) {
    const [version] = await session.query<{ version: number }>(
      'SELECT max(version) AS version FROM rtdp.sink_bookkeeping',
    );
    if ((version?.version ?? 0) >= VERSION) return;
  }
  await session.query(BOOKKEEPING);
  await session.query('INSERT INTO rtdp.sink_bookkeeping (version) VALUES ($1) ON CONFLICT DO NOTHING', [VERSION]);
}
