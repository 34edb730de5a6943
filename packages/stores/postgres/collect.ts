/**
 * Decides when remembered deletes may be forgotten: only together with raising the floor to X, where X is below every partition's progress,
 * every running pull's first id, every open dead letter, and what the caller knows to be still on its way.
 */
import type { Session } from './connect.ts';
import type { TableShape } from './table-shape.ts';
import { ID, SOURCE } from './table-shape.ts';

/** Inside a transaction. */
export async function collectRemembered(
  session: Session,
  shape: TableShape,
  options: { below: bigint; partitions: readonly { topic: string; count: number }[] },
): Promise<{ floor: bigint; cleared: number }> {
  await session.query('SELECT pg_advisory_xact_lock(1381253200, $1)', [shape.sinkId]);
  const floors = await session.query<{ source: string; floor: string }>(
    'SELECT source, floor FROM rtdp.sink_floors WHERE sink_id = $1 ORDER BY source FOR UPDATE',
    [shape.sinkId],
  );
  let cleared = 0;
  let least: bigint | undefined;
  for (const { source, floor } of floors) {
    const standing = BigInt(floor);
    const safe = await greatestSafeId(session, shape, source, options);
    const next = safe > standing ? safe : standing;
    if (safe > standing) {
      await session.query('UPDATE rtdp.sink_floors SET floor = $3 WHERE sink_id = $1 AND source = $2', [
        shape.sinkId,
        source,
        next,
      ]);
      if (shape.rowKey.length > 0 && shape.mode !== 'history') {
        const gone = await session.query<{ gone: string }>(
          `WITH gone AS (DELETE FROM ${shape.side} d WHERE d.${ID} <= $2 AND ${shape.sourceInKey ? `d.${SOURCE} = $1` : '$1::text IS NOT NULL'} RETURNING 1)
           SELECT count(*) AS gone FROM gone`,
          [source, next],
        );
        cleared += Number(gone[0]?.gone ?? 0);
      }
    }
    if (least === undefined || next < least) least = next;
  }
  return { floor: least ?? 0n, cleared };
}

async function greatestSafeId(
  session: Session,
  shape: TableShape,
  source: string,
  options: { below: bigint; partitions: readonly { topic: string; count: number }[] },
): Promise<bigint> {
  let safe = options.below;
  const lower = (id: bigint) => {
    if (id < safe) safe = id;
  };
  for (const { topic, count } of options.partitions) {
    const [progress] = await session.query<{ known: string; least: string | null }>(
      `SELECT count(last_id) AS known, min(last_id) AS least FROM rtdp.sink_progress WHERE sink_id = $1 AND topic = $2 AND partition < $3`,
      [shape.sinkId, topic, count],
    );
    // A partition that has told no id yet may still bring any.
    if (!progress || Number(progress.known) < count || progress.least === null) return 0n;
    lower(BigInt(progress.least) - 1n);
  }
  const [held] = await session.query<{ pull: string | null; letter: string | null }>(
    `SELECT (SELECT min(first_id) FROM rtdp.sink_pulls WHERE sink_id = $1 AND source = $2 AND closed_at IS NULL) AS pull,
            (SELECT min(ums_id_) FROM rtdp.sink_dead_letters WHERE sink_id = $1 AND source = $2) AS letter`,
    [shape.sinkId, source],
  );
  if (held?.pull) lower(BigInt(held.pull) - 1n);
  if (held?.letter) lower(BigInt(held.letter) - 1n);
  return safe > 0n ? safe : 0n;
}
