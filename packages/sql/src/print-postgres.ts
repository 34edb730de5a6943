/** Prints a syntax tree as SQL for a Postgres source, and proves by parsing it again that it says the same. */
import { parseSync } from 'libpg-query';
import deparser from 'pgsql-deparser';
import { printOf } from './conjunctions.ts';
import type { Node, SelectStmt } from './syntax-tree.ts';

/** Throws where the printed text does not read as the same tree: then nothing may be sent. */
export function printPostgres(select: SelectStmt): string {
  const statement = { SelectStmt: select } as Node;
  const sql = deparser.deparseSync(statement as Parameters<typeof deparser.deparseSync>[0], { pretty: false });
  const [again] = parseSync(sql).stmts ?? [];
  if (canonical(again?.stmt) !== canonical(statement)) {
    throw new Error(`the statement could not be printed for Postgres without changing it: ${sql}`);
  }
  return sql;
}

/** What the parser leaves out of a tree that it makes itself, and puts into one that we made. */
function canonical(tree: unknown): string {
  const ordered = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(ordered);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([key, item]) => item !== undefined && !IGNORED.has(key));
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, ordered(item)]));
  };
  return printOf(ordered(tree));
}

/** `inh` and `relpersistence` say only what every plain table has; `limitOption` is the default. */
const IGNORED = new Set(['inh', 'relpersistence', 'limitOption', 'op_location']);
