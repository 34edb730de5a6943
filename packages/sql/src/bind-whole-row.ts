/** Binds the json of a whole row: of a table by its name, or of ROW(…). */
import type { FuncCall, Node } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { partsOfRow } from './bind-query-rows.ts';
import { computed, type Expression, quote, type Statement } from './expression.ts';
import { jsonOf } from './json-building.ts';
import { JSON_TYPE, JSONB } from './pg-type.ts';
import type { QueryFacts, QueryNames, WholeRow } from './query-context.ts';

const FUNCTIONS = new Set(['row_to_json', 'to_json', 'to_jsonb']);

export interface RowBinder {
  readonly statement: Statement;
  readonly facts: QueryFacts;
  readonly names: QueryNames;
  readonly isGrouped: boolean;
  readonly bind: (node: Node) => Expression;
}

/** Null where the call is no such function, or its argument no row. */
export function bindRowJson(binder: RowBinder, call: FuncCall, name: string): Expression | null {
  const [row, more] = call.args ?? [];
  if (!FUNCTIONS.has(name) || row === undefined || more !== undefined) return null;
  const made = rowOf(binder, row);
  if (made === null) return null;
  const { statement } = binder;
  const members = made.columns.map(({ name: key, value }) => {
    const json = jsonOf(statement, value);
    return { json, sql: `${quote(`${JSON.stringify(key)}:`)} || coalesce(${json.sql}, 'null')` };
  });
  const parts = members.map(({ json }) => json);
  const object = `'{' || ${members.map(({ sql }) => sql).join(` || ',' || `)} || '}'`;
  const json = name === 'to_jsonb' ? `rtdp_jsonb_read(${object})` : `(${object})`;
  // A row that an outer join has filled up is NULL itself.
  const sql = made.isThere === null ? json : `CASE WHEN ${made.isThere} THEN ${json} END`;
  return computed(name === 'to_jsonb' ? JSONB : JSON_TYPE, sql, parts, {
    fallible: name === 'to_jsonb',
    location: call.location,
  });
}

interface Row {
  readonly columns: readonly { readonly name: string; readonly value: Expression }[];
  /** Null where it always is. */
  readonly isThere: string | null;
}

function rowOf(binder: RowBinder, node: Node): Row | null {
  const parts = partsOfRow(node);
  if (parts !== null)
    return {
      columns: parts.map((part, index) => ({ name: `f${index + 1}`, value: binder.bind(part) })),
      isThere: null,
    };
  if (!('ColumnRef' in node)) return null;
  const [alias, more] = namesOf(node.ColumnRef.fields);
  const row = alias === undefined || more !== undefined ? null : (binder.names.row?.(alias) ?? null);
  if (row === null) return null;
  const { statement, facts } = binder;
  const isThere = presenceOf(row);
  if (binder.isGrouped || isThere === undefined || row.columns.length === 0) {
    const why = binder.isGrouped
      ? 'A whole row beside groups'
      : 'A whole row without a key, which an outer join may fill up,';
    throw statement.refuse('SQL_UNSUPPORTED', `${why} is not proven.`, 'Name its columns.', node.ColumnRef.location);
  }
  facts.rows.set(
    node.ColumnRef,
    row.columns.map(({ origin }) => origin),
  );
  for (const { origin } of row.columns) if (origin.table !== null) facts.use(origin.table, origin.index);
  return { columns: row.columns.map(({ name, value }) => ({ name, value })), isThere };
}

/** Undefined where nothing tells a row that is filled up from one of NULLs. */
function presenceOf({ columns, primaryKey, filledUp }: WholeRow): string | null | undefined {
  if (!filledUp) return null;
  const key = columns.find(({ name }) => name === primaryKey[0]);
  return key === undefined ? undefined : `${key.value.sql} IS NOT NULL`;
}
