/** Builds the statements that mean a whole table: truncate, the marks of a pull, and the detection of deletes at its end. */
import { listColumns } from './dialect.ts';
import type { Statement } from './statement.ts';
import type { TableShape } from './table-shape.ts';
import { ACTIVE, ID, OPERATION, SOURCE, TIMESTAMP } from './table-shape.ts';

/** Each copy of a truncate deletes what is older, and raises the floor, also if the floor stands already. */
export function truncateStatements(shape: TableShape, source: string, id: bigint): Statement[] {
  const parameters = [source, String(id)];
  return [
    scanTables(true),
    { text: removeBelow(shape, '$2::bigint', '$2::bigint', ''), parameters, countedAs: 'truncated' },
    scanTables(false),
    raiseFloor(shape, '$2::bigint', parameters),
  ];
}

export interface PullMark {
  readonly source: string;
  readonly pullId: string;
  readonly firstId: bigint;
  readonly partitions: number;
  readonly mark: 'start' | 'end';
  readonly topic: string;
  readonly partition: number;
}

export function markPull(shape: TableShape, mark: PullMark): Statement[] {
  const pull = [mark.source, mark.pullId, String(mark.firstId), String(mark.partitions)];
  return [
    {
      text: `INSERT INTO rtdp.sink_pulls (sink_id, source, pull_id, first_id, partitions)
        VALUES (${shape.sinkId}, $1, $2, $3, $4) ON CONFLICT DO NOTHING`,
      parameters: pull,
      countedAs: 'nothing',
    },
    {
      text: `INSERT INTO rtdp.sink_pull_marks (sink_id, source, pull_id, mark, topic, partition)
        VALUES (${shape.sinkId}, $1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      parameters: [mark.source, mark.pullId, mark.mark, mark.topic, String(mark.partition)],
      countedAs: 'nothing',
    },
  ];
}

/** A pull that will not end: no copy of its marks that is still to come makes it one that is under way again for long. */
export function cancelPull(shape: TableShape, source: string, pullId: string): Statement {
  const text = `DELETE FROM rtdp.sink_pulls
    WHERE sink_id = ${shape.sinkId} AND source = $1 AND pull_id = $2 AND closed_at IS NULL`;
  return { text, parameters: [source, pullId], countedAs: 'nothing' };
}

/** The marks of pulls that are under way are no promise any more that all their rows were given. */
export function forgetPulls(sinkId: number): Statement {
  const text = `DELETE FROM rtdp.sink_pulls WHERE sink_id = ${sinkId} AND closed_at IS NULL`;
  return { text, parameters: [], countedAs: 'nothing' };
}

/** The newest pull that began in the partition of the progress row, if it has not ended there. */
export function openPullOf(progress: string): string {
  const marked = (mark: string) => `SELECT 1 FROM rtdp.sink_pull_marks m
    WHERE m.sink_id = u.sink_id AND m.source = u.source AND m.pull_id = u.pull_id AND m.mark = '${mark}'
      AND m.topic = ${progress}.topic AND m.partition = ${progress}.partition`;
  return `(SELECT CASE WHEN EXISTS (${marked('end')}) THEN NULL ELSE u.pull_id END FROM rtdp.sink_pulls u
    WHERE u.sink_id = ${progress}.sink_id AND u.closed_at IS NULL AND EXISTS (${marked('start')})
    ORDER BY u.first_id DESC LIMIT 1)`;
}

/** A pull p whose end has come from every partition and of which no dead letter is open; it is waited for no longer. */
function isOver(shape: TableShape): string {
  return `p.sink_id = ${shape.sinkId} AND p.source = $1::text AND p.closed_at IS NULL
    AND ${countMarks('end')} >= p.partitions
    AND NOT EXISTS (SELECT 1 FROM rtdp.sink_dead_letters l
      WHERE l.sink_id = p.sink_id AND l.source = p.source AND l.pull_id = p.pull_id)`;
}

function countMarks(mark: 'start' | 'end'): string {
  return `(SELECT count(*) FROM rtdp.sink_pull_marks m
    WHERE m.sink_id = p.sink_id AND m.source = p.source AND m.pull_id = p.pull_id AND m.mark = '${mark}')`;
}

/** The first id of the newest pull that is over and whose start was applied everywhere; NULL if there is none. */
function due(shape: TableShape): string {
  return `due AS (SELECT max(p.first_id) AS first_id FROM rtdp.sink_pulls p WHERE ${isOver(shape)} AND ${countMarks('start')} >= p.partitions)`;
}

/**
 * Once per pull: removes, and remembers, rows that the pull did not find. Does nothing while a pull is not over. A pull whose start this
 * sink did not see is closed without detection, an older one together with the newer.
 */
export function detectDeletes(shape: TableShape, source: string): Statement[] {
  const parameters = [source];
  const first = '(SELECT first_id FROM due)';
  const statements: Statement[] = [
    scanTables(true),
    { text: removeBelow(shape, first, `${first} - 1`, due(shape)), parameters, countedAs: 'detected' },
  ];
  if (shape.mode === 'replaced') {
    statements.push({
      text: `WITH ${due(shape)} UPDATE ${shape.side} t SET ${ID} = ${first} - 1 WHERE t.${ID} < ${first} ${ofSource(shape)}`,
      parameters,
      countedAs: 'nothing',
    });
  }
  if (shape.mode === 'keyless') {
    const floor = raiseFloor(shape, `coalesce(${first} - 1, 0)`, parameters);
    statements.push({ ...floor, text: `WITH ${due(shape)} ${floor.text}` });
  }
  statements.push(scanTables(false), {
    text: `WITH ${due(shape)} UPDATE rtdp.sink_pulls p SET closed_at = now()
      WHERE p.sink_id = ${shape.sinkId} AND p.source = $1::text AND p.closed_at IS NULL AND (p.first_id <= ${first} OR (${isOver(shape)}))`,
    parameters,
    countedAs: 'nothing',
  });
  return statements;
}

/** Whole-table statements scan; see the settings of the connection. Ends with the transaction at the latest. */
function scanTables(allowed: boolean): Statement {
  return {
    text: `SELECT set_config('enable_seqscan', $1, true), set_config('enable_hashjoin', $1, true)`,
    parameters: [allowed ? 'on' : 'off'],
    countedAs: 'nothing',
  };
}

function raiseFloor(shape: TableShape, floor: string, parameters: readonly string[]): Statement {
  return {
    text: `UPDATE rtdp.sink_floors SET floor = greatest(floor, ${floor}) WHERE sink_id = ${shape.sinkId} AND source = $1::text`,
    parameters,
    countedAs: 'nothing',
  };
}

/** Removes live rows with an id below `below` in the way the table deletes; `remembered` = the id their key is remembered with. */
function removeBelow(shape: TableShape, below: string, remembered: string, common: string): string {
  const older = `t.${ID} < ${below} ${ofSource(shape)}`;
  const head = common === '' ? '' : `WITH ${common} `;
  if (shape.mode === 'history') {
    const key = listColumns(shape.rowKey);
    return `${head}INSERT INTO ${shape.table} (${key}, ${ID}, ${TIMESTAMP}, ${OPERATION})
      SELECT ${key}, ${remembered}, ${TIMESTAMP}, 'd' FROM (
        SELECT DISTINCT ON (${key}) * FROM ${shape.table} t WHERE ${sourceCondition(shape)} ORDER BY ${key}, ${ID} DESC) t
      WHERE t.${ID} < ${below} AND t.${OPERATION} <> 'd' ON CONFLICT DO NOTHING`;
  }
  if (shape.tombstone) {
    return `${head}UPDATE ${shape.table} t SET ${ACTIVE} = 0, ${ID} = ${remembered} WHERE ${older} AND t.${ACTIVE} = 1`;
  }
  // After a truncate the floor remembers for all keys; so it does for rows without a key.
  if (common === '' || shape.mode !== 'keyed') return `${head}DELETE FROM ${shape.table} t WHERE ${older}`;
  return `WITH ${common}, gone AS (DELETE FROM ${shape.table} t WHERE ${older} RETURNING ${listColumns(shape.rowKey, 't.')})
    INSERT INTO ${shape.side} AS d (${listColumns(shape.rowKey)}, ${ID})
    SELECT ${listColumns(shape.rowKey)}, ${remembered} FROM gone ORDER BY ${listColumns(shape.rowKey)}
    ON CONFLICT (${listColumns(shape.rowKey)}) DO UPDATE SET ${ID} = greatest(d.${ID}, excluded.${ID})`;
}

function ofSource(shape: TableShape): string {
  return `AND ${sourceCondition(shape)}`;
}

function sourceCondition(shape: TableShape): string {
  return shape.sourceInKey ? `t.${SOURCE} = $1::text` : '$1::text IS NOT NULL';
}
