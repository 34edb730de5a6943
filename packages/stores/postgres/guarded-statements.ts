/**
 * Builds the guarded statements of keyed and keyless tables: whole rows, partial updates, deletes, and the requests to read a row again.
 * A row applies only if its id is greater than the one stored for its key, the one remembered for a deleted key, and the floor.
 */
import type { Part } from '../plan-batch.ts';
import { listColumns, quoteIdentifier, quoteLiteral } from './dialect.ts';
import type { RowSource } from './row-source.ts';
import type { GuardRules, Statement } from './statement.ts';
import { floorOf, isNewerThanRemembered, sameKey, selectKeys } from './statement.ts';
import type { TableShape } from './table-shape.ts';
import { ACTIVE, ID, SOURCE, TIMESTAMP } from './table-shape.ts';

export interface BatchContext {
  readonly shape: TableShape;
  readonly rows: RowSource;
  /** Columns of the batch that the table has, without the source column. */
  readonly columns: readonly string[];
  /** Escaped namespace of the batch's table, with version. */
  readonly namespace: string;
  /** '' or the table's identity, as floors and keys hold it. */
  readonly source: string;
  readonly keyFrom: Readonly<Record<string, string>>;
  readonly rules: GuardRules;
}

export function partStatements(context: BatchContext, part: Part, untold: readonly string[]): Statement[] {
  if (context.shape.mode === 'keyless') return [appendRows(context, part)];
  switch (part.kind) {
    case 'upsert':
      return [upsertRows(context, part, 1)];
    case 'incomplete':
      return [upsertRows(context, part, 1), askForIncomplete(context, part)];
    case 'partial':
      return [updateRows(context, part, untold), askForMissing(context, part)];
    case 'delete':
      return [context.shape.tombstone ? upsertRows(context, part, 0) : deleteRows(context, part)];
  }
}

/** What an INSERT of the batch's rows writes into which columns, in the same order. */
export function insertedColumns({ shape, rows, columns }: BatchContext): { targets: string[]; values: string[] } {
  return {
    targets: [...(shape.sourceInKey ? [SOURCE] : []), ...columns, ID, TIMESTAMP],
    values: [
      ...(shape.sourceInKey ? ['$1::text'] : []),
      ...columns.map((name) => rows.column(name)),
      `s.${ID}`,
      `s.${TIMESTAMP}`,
    ],
  };
}

function upsertRows(context: BatchContext, part: Part, active: 0 | 1): Statement {
  const { shape, rows, columns, rules } = context;
  const { targets, values } = insertedColumns(context);
  if (shape.tombstone) {
    targets.push(ACTIVE);
    values.push(String(active));
  }
  const remembered =
    shape.tombstone || !rules.sideTable ? '' : `AND ${isNewerThanRemembered(shape, (name) => rows.column(name))}`;
  const text = `INSERT INTO ${shape.table} AS t (${listColumns(targets)})
    SELECT ${values.join(', ')} FROM ${rows.from(columns)}
    WHERE ${rows.ofPart} AND s.${ID} > ${floorOf(shape, rules)} ${remembered}
    ORDER BY ${selectKeys(shape.primaryKey, (name) => rows.column(name))}
    ON CONFLICT (${listColumns(shape.primaryKey)}) DO UPDATE SET ${assignExcluded(context, targets)}
    ${rules.idGuard ? `WHERE t.${ID} < excluded.${ID}` : ''}`;
  const countedAs = active === 1 ? 'applied' : 'deleted';
  return { text, parameters: rows.parameters(context.source, part, columns), countedAs };
}

/** A live column that the batch does not know (it is of an older version) has no value in these rows: `excluded` holds NULL for it. */
function assignExcluded({ shape, columns }: BatchContext, targets: readonly string[]): string {
  const unknown = shape.fields
    .filter((field) => !field.dropped && !columns.includes(field.name))
    .map((field) => field.name);
  return [...targets, ...unknown]
    .filter((name) => !shape.primaryKey.includes(name))
    .map((name) => `${quoteIdentifier(name)} = excluded.${quoteIdentifier(name)}`)
    .join(', ');
}

function updateRows(context: BatchContext, part: Part, untold: readonly string[]): Statement {
  const { shape, rows, rules } = context;
  const told = context.columns.filter((name) => !untold.includes(name));
  const assignments = told
    .filter((name) => !shape.primaryKey.includes(name))
    .map((name) => `${quoteIdentifier(name)} = ${rows.column(name)}`);
  const text = `UPDATE ${shape.table} t SET ${[...assignments, `${ID} = s.${ID}`, `${TIMESTAMP} = s.${TIMESTAMP}`].join(', ')}
    FROM ${rows.from(told)}
    WHERE ${rows.ofPart} AND ${sameKey('t', shape.primaryKey, (name) => rows.column(name))}
    ${rules.idGuard ? `AND t.${ID} < s.${ID}` : ''} AND s.${ID} > ${floorOf(shape, rules)} ${shape.tombstone ? `AND t.${ACTIVE} = 1` : ''}`;
  return { text, parameters: rows.parameters(context.source, part, told), countedAs: 'applied' };
}

function deleteRows(context: BatchContext, part: Part): Statement {
  const { shape, rows, rules } = context;
  const key = keyColumns(context);
  const column = (name: string) => rows.column(name);
  const isNewer = `s.${ID} > ${floorOf(shape, rules)}`;
  const guard = rules.idGuard ? `AND t.${ID} < s.${ID}` : '';
  const remove = `DELETE FROM ${shape.table} t USING ${rows.from(key)}
    WHERE ${rows.ofPart} AND ${sameKey('t', shape.primaryKey, column)} ${guard} AND ${isNewer}`;
  const parameters = rows.parameters(context.source, part, key);
  if (!rules.recordDeletes) return { text: remove, parameters, countedAs: 'deleted' };
  const stored = `coalesce((SELECT t.${ID} FROM ${shape.table} t WHERE ${sameKey('t', shape.primaryKey, column)}), 0)`;
  const text = `WITH gone AS (${remove})
    INSERT INTO ${shape.side} AS d (${listColumns(shape.rowKey)}, ${ID})
    SELECT ${selectKeys(shape.rowKey, column)}, s.${ID} FROM ${rows.from(key)}
    WHERE ${rows.ofPart} AND ${isNewer} AND ${stored} < s.${ID}
    ORDER BY ${selectKeys(shape.rowKey, column)}
    ON CONFLICT (${listColumns(shape.rowKey)}) DO UPDATE SET ${ID} = excluded.${ID} WHERE d.${ID} < excluded.${ID}`;
  return { text, parameters, countedAs: 'deleted' };
}

/** Rows without a key are only ever added. */
function appendRows(context: BatchContext, part: Part): Statement {
  const { shape, rows, columns, rules } = context;
  const { targets, values } = insertedColumns(context);
  const text = `INSERT INTO ${shape.table} (${listColumns(targets)})
    SELECT ${values.join(', ')} FROM ${rows.from(columns)}
    WHERE ${rows.ofPart} AND s.${ID} > ${floorOf(shape, rules)} ORDER BY s.${ID}
    ON CONFLICT (${listColumns(shape.primaryKey)}) DO NOTHING`;
  return { text, parameters: rows.parameters(context.source, part, columns), countedAs: 'applied' };
}

/** A partial update whose row is not held (and is not older than what removed it) inserts nothing; it is read again. */
function askForMissing(context: BatchContext, part: Part): Statement {
  const { shape, rows, rules } = context;
  const column = (name: string) => rows.column(name);
  const held = `SELECT ${shape.tombstone ? `CASE WHEN t.${ACTIVE} = 1 OR t.${ID} >= s.${ID} THEN 1 END` : '1'} FROM ${shape.table} t
    WHERE ${sameKey('t', shape.primaryKey, column)}`;
  const remembered = shape.tombstone || !rules.sideTable ? '' : `AND ${isNewerThanRemembered(shape, column)}`;
  const condition = `s.${ID} > ${floorOf(shape, rules)} ${remembered} AND (${held}) IS NULL`;
  return askAgain(context, part, condition, 'an update left columns untold and the row is not held', 'asked');
}

function askForIncomplete(context: BatchContext, part: Part): Statement {
  const { shape, rows } = context;
  const stored = `(SELECT t.${ID} FROM ${shape.table} t WHERE ${sameKey('t', shape.primaryKey, (name) => rows.column(name))})`;
  const condition = `${stored} = s.${ID} AND $1::text IS NOT NULL`;
  return askAgain(context, part, condition, 'a whole row left columns untold', 'asked-again');
}

/**
 * For a replayed dead letter whose key has moved on: a later update may have kept a column that this row would have told, so the row is read
 * again. A key that was deleted meanwhile needs nothing.
 */
export function askForMovedOn(context: BatchContext, part: Part): Statement {
  const { shape, rows } = context;
  const live = shape.tombstone ? `AND t.${ACTIVE} = 1` : '';
  const newest = `(SELECT max(t.${ID}) FROM ${shape.table} t WHERE ${sameKey('t', shape.rowKey, (name) => rows.column(name))} ${live})`;
  const condition = `${newest} > s.${ID} AND $1::text IS NOT NULL`;
  return askAgain(context, part, condition, 'a dead letter was replayed after its key had moved on', 'asked-again');
}

export function askAgain(
  context: BatchContext,
  part: Part,
  condition: string,
  reason: string,
  countedAs: 'asked' | 'asked-again',
): Statement {
  const { shape, rows, keyFrom, namespace } = context;
  const key = keyColumns(context);
  const pairs = key.map((name) => `${quoteLiteral(keyFrom[name] ?? name)}, ${rows.column(name)}::text`);
  const text = `INSERT INTO rtdp.rereads (sink_id, namespace, key, reason)
    SELECT DISTINCT ${shape.sinkId}, ${quoteLiteral(namespace)}, jsonb_build_object(${pairs.join(', ')}), ${quoteLiteral(reason)}
    FROM ${rows.from(key)} WHERE ${rows.ofPart} AND ${condition}`;
  return { text, parameters: rows.parameters(context.source, part, key), countedAs };
}

/** The source row's key as columns of the batch. */
function keyColumns({ shape }: BatchContext): string[] {
  return shape.rowKey.filter((name) => name !== SOURCE);
}
