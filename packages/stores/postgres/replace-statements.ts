/**
 * Builds the statements of exploded tables, where one source row gives several: the side table holds every source key's greatest id,
 * and what the row of that id gives replaces what the source key gave before.
 */
import type { Part } from '../plan-batch.ts';
import { listColumns, quoteIdentifier } from './dialect.ts';
import type { BatchContext } from './guarded-statements.ts';
import { askAgain, insertedColumns } from './guarded-statements.ts';
import type { Statement } from './statement.ts';
import { floorOf, keyOf, sameKey, selectKeys } from './statement.ts';
import { ID, SOURCE } from './table-shape.ts';

/** Part kinds: `upsert`, `incomplete` = rows of living source keys, `delete` = source keys that give nothing now. */
export function replaceStatements(context: BatchContext, parts: readonly Part[]): Statement[] {
  const statements: Statement[] = [];
  for (const part of parts) statements.push(rememberId(context, part));
  for (const part of parts) statements.push(removeOlder(context, part));
  for (const part of parts) {
    if (part.kind === 'delete') continue;
    statements.push(insertRows(context, part));
    if (part.kind === 'incomplete') {
      statements.push(
        askAgain(context, part, isCurrent(context), 'an exploded row left columns untold', 'asked-again'),
      );
    }
  }
  return statements;
}

function rememberId(context: BatchContext, part: Part): Statement {
  const { shape, rows, rules } = context;
  const key = shape.rowKey.filter((name) => name !== SOURCE);
  const column = (name: string) => rows.column(name);
  const text = `INSERT INTO ${shape.side} AS d (${listColumns(shape.rowKey)}, ${ID})
    SELECT ${selectKeys(shape.rowKey, column)}, max(s.${ID}) FROM ${rows.from(key)}
    WHERE ${rows.ofPart} AND s.${ID} > ${floorOf(shape, rules)}
    GROUP BY ${selectKeys(key, column)} ORDER BY ${selectKeys(key, column)}
    ON CONFLICT (${listColumns(shape.rowKey)}) DO UPDATE SET ${ID} = excluded.${ID} WHERE d.${ID} < excluded.${ID}`;
  const countedAs = part.kind === 'delete' ? 'deleted' : 'nothing';
  return { text, parameters: rows.parameters(context.source, part, key), countedAs };
}

function removeOlder(context: BatchContext, part: Part): Statement {
  const { shape, rows } = context;
  const key = shape.rowKey.filter((name) => name !== SOURCE);
  const values = shape.rowKey.map((name) => `${keyOf(name, (each) => rows.column(each))} AS ${quoteIdentifier(name)}`);
  const onKey = (alias: string) =>
    sameKey(alias, shape.rowKey, (name) => `k.${quoteIdentifier(name)}`).replaceAll('$1::text', `k.${SOURCE}`);
  const text = `DELETE FROM ${shape.table} t
    USING (SELECT DISTINCT ${values.join(', ')} FROM ${rows.from(key)} WHERE ${rows.ofPart} AND $1::text IS NOT NULL) k, ${shape.side} d
    WHERE ${onKey('d')} AND ${onKey('t')} AND t.${ID} < d.${ID}`;
  return { text, parameters: rows.parameters(context.source, part, key), countedAs: 'nothing' };
}

function insertRows(context: BatchContext, part: Part): Statement {
  const { shape, rows, columns } = context;
  const { targets, values } = insertedColumns(context);
  const text = `INSERT INTO ${shape.table} (${listColumns(targets)})
    SELECT ${values.join(', ')} FROM ${rows.from(columns)} WHERE ${rows.ofPart} AND ${isCurrent(context)}
    ORDER BY ${selectKeys(shape.primaryKey, (name) => rows.column(name))}
    ON CONFLICT (${listColumns(shape.primaryKey)}) DO NOTHING`;
  return { text, parameters: rows.parameters(context.source, part, columns), countedAs: 'applied' };
}

/** The id is the one its source key stands at: also true for a repeated copy of rows that are there, which the conflict then skips. */
function isCurrent({ shape, rows, rules }: BatchContext): string {
  const current = `(SELECT d.${ID} FROM ${shape.side} d WHERE ${sameKey('d', shape.rowKey, (name) => rows.column(name))})`;
  return `s.${ID} > ${floorOf(shape, rules)} AND ${current} = s.${ID}`;
}
