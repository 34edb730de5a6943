/** Builds the statements of history tables: every change is one more row, its id makes a repeated copy of it harmless. */
import type { Part } from '../plan-batch.ts';
import { listColumns, quoteIdentifier } from './dialect.ts';
import type { BatchContext } from './guarded-statements.ts';
import { askAgain } from './guarded-statements.ts';
import type { Statement } from './statement.ts';
import { floorOf, sameKey, selectKeys } from './statement.ts';
import { ID, OPERATION, SOURCE, TIMESTAMP } from './table-shape.ts';

export function historyStatements(context: BatchContext, part: Part, untold: readonly string[]): Statement[] {
  if (part.kind !== 'partial') {
    const append = appendRows(context, part, []);
    if (part.kind !== 'incomplete') return [append];
    return [
      append,
      askAgain(
        context,
        part,
        `s.${ID} > ${floorOf(context.shape, context.rules)}`,
        'a whole row left columns untold',
        'asked-again',
      ),
    ];
  }
  return [appendRows(context, part, untold), askForMissing(context, part)];
}

/** Untold columns take the value of the newest older row, if the key lived then; else the row is not written, and is read again. */
function appendRows(context: BatchContext, part: Part, untold: readonly string[]): Statement {
  const { shape, rows, columns, rules } = context;
  const targets = [...(shape.sourceInKey ? [SOURCE] : []), ...columns, ID, TIMESTAMP, OPERATION];
  const values = [
    ...(shape.sourceInKey ? ['$1::text'] : []),
    ...columns.map((name) => (untold.includes(name) ? `p.${quoteIdentifier(name)}` : rows.column(name))),
    `s.${ID}`,
    `s.${TIMESTAMP}`,
    rows.column(OPERATION),
  ];
  const read = [...columns, OPERATION];
  const inherit = untold.length === 0 ? '' : `JOIN LATERAL (${previousRow(context)}) p ON p.${OPERATION} <> 'd'`;
  const text = `INSERT INTO ${shape.table} (${listColumns(targets)})
    SELECT ${values.join(', ')} FROM ${rows.from(read)} ${inherit}
    WHERE ${rows.ofPart} AND s.${ID} > ${floorOf(shape, rules)}
    ORDER BY ${selectKeys(shape.primaryKey, (name) => (name === ID ? `s.${ID}` : rows.column(name)))}
    ON CONFLICT (${listColumns(shape.primaryKey)}) DO NOTHING`;
  const countedAs = part.kind === 'delete' ? 'deleted' : 'applied';
  return { text, parameters: rows.parameters(context.source, part, read), countedAs };
}

function askForMissing(context: BatchContext, part: Part): Statement {
  const { shape, rows, rules } = context;
  const written = `SELECT 1 FROM ${shape.table} t WHERE ${sameKey('t', shape.rowKey, (name) => rows.column(name))} AND t.${ID} = s.${ID}`;
  const condition = `s.${ID} > ${floorOf(shape, rules)} AND (${written}) IS NULL`;
  return askAgain(context, part, condition, 'an update left columns untold and the row is not held', 'asked');
}

function previousRow({ shape, rows }: BatchContext): string {
  return `SELECT * FROM ${shape.table} t WHERE ${sameKey('t', shape.rowKey, (name) => rows.column(name))} AND t.${ID} < s.${ID}
    ORDER BY t.${ID} DESC LIMIT 1`;
}
