/** Says of any single statement what it reads, without knowing the tables: tables, columns, placeholders, and where result columns come from. */
import type { Node, SelectStmt } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { walk } from './check-stateless.ts';
import { parseStatement } from './parse.ts';
import { type Position, positionOfByte } from './position.ts';

export interface TableUse {
  /** As written: `orders` or `shop.orders`. */
  readonly name: string;
  readonly alias: string | null;
  readonly position: Position;
}

export interface ColumnUse {
  /** The table's name or alias as written; null where the column stands alone. */
  readonly table: string | null;
  /** `*` for all columns. */
  readonly column: string;
  readonly position: Position;
}

export interface ResultColumnUse {
  /** The name it gets; null for `*` and for what Postgres would call `?column?`. */
  readonly name: string | null;
  /** Columns its expression reads, as written. */
  readonly columns: readonly ColumnUse[];
}

export interface Analysis {
  readonly kind: 'select' | 'other';
  /** Tables of the database: names that WITH defines are left out. */
  readonly tables: readonly TableUse[];
  readonly columns: readonly ColumnUse[];
  /** Numbers of `$1`, `$2`, …, each once, rising. */
  readonly placeholders: readonly number[];
  readonly functions: readonly string[];
  /** Of the outermost SELECT; of a union, of its first branch. Empty for other statements. */
  readonly results: readonly ResultColumnUse[];
}

/** Throws SQL_SYNTAX. */
export function analyse(text: string): Analysis {
  const statement = parseStatement(text);
  const defined = namesOfWith(statement);
  const tables: TableUse[] = [];
  const placeholders = new Set<number>();
  const functions = new Set<string>();
  walk(statement, (kind, body) => {
    if (kind === 'RangeVar') {
      if (defined.has(body)) return;
      const { relname, schemaname, alias, location } = body as RangeVar;
      tables.push({
        name: schemaname === undefined ? relname : `${schemaname}.${relname}`,
        alias: alias?.aliasname ?? null,
        position: positionOfByte(text, location),
      });
    } else if (kind === 'ParamRef') {
      placeholders.add((body as { number?: number }).number ?? 0);
    } else if (kind === 'FuncCall') {
      functions.add(namesOf((body as { funcname?: Node[] }).funcname).join('.'));
    }
  });
  const select = 'SelectStmt' in statement ? statement.SelectStmt : null;
  return {
    kind: select === null ? 'other' : 'select',
    tables: inOrder(tables),
    columns: inOrder(columnsIn(text, statement)),
    placeholders: [...placeholders].sort((a, b) => a - b),
    functions: [...functions].sort(),
    results: select === null ? [] : resultsOf(text, firstBranch(select)),
  };
}

interface RangeVar {
  relname: string;
  schemaname?: string;
  alias?: { aliasname?: string };
  location?: number;
}

interface WithClause {
  recursive?: boolean;
  ctes?: { CommonTableExpr?: { ctename?: string } }[];
}

/**
 * The places of FROM that name an expression of WITH, not a table. Such a name is in sight of the statement that WITH belongs to and of the
 * expressions after it; of itself and of those before it only where WITH is RECURSIVE: `with orders as (select * from orders)` reads the table.
 */
function namesOfWith(statement: unknown): ReadonlySet<unknown> {
  const found = new Set<unknown>();
  const visit = (tree: unknown, inSight: ReadonlySet<string>): void => {
    if (typeof tree !== 'object' || tree === null) return;
    const { withClause, relname, schemaname } = tree as { withClause?: WithClause } & Partial<RangeVar>;
    if (relname !== undefined && schemaname === undefined && inSight.has(relname)) found.add(tree);
    const names = new Set(inSight);
    const expressions = (withClause?.ctes ?? []).flatMap(({ CommonTableExpr: each }) => each ?? []);
    if (withClause?.recursive === true) for (const { ctename = '' } of expressions) names.add(ctename);
    for (const expression of expressions) {
      visit(expression, names);
      names.add(expression.ctename ?? '');
    }
    for (const [field, value] of Object.entries(tree)) {
      // What a statement writes to is always a table.
      if (field !== 'withClause') visit(value, field === 'relation' ? new Set() : names);
    }
  };
  visit(statement, new Set());
  return found;
}

function firstBranch(select: SelectStmt): SelectStmt {
  return select.larg === undefined ? select : firstBranch(select.larg);
}

function resultsOf(text: string, select: SelectStmt): ResultColumnUse[] {
  return (select.targetList ?? []).flatMap((node) => {
    if (!('ResTarget' in node)) return [];
    const { name, val } = node.ResTarget;
    const columns = inOrder(columnsIn(text, val));
    const carried = val !== undefined && 'ColumnRef' in val ? (columns[0]?.column ?? null) : null;
    return [{ name: name ?? (carried === '*' ? null : carried), columns }];
  });
}

function columnsIn(text: string, tree: unknown): ColumnUse[] {
  const columns: ColumnUse[] = [];
  walk(tree, (kind, body) => {
    if (kind !== 'ColumnRef') return;
    const path = namesOf((body as { fields?: Node[] }).fields);
    columns.push({
      table: path.length > 1 ? path.slice(0, -1).join('.') : null,
      column: path.at(-1)!,
      position: positionOfByte(text, body.location),
    });
  });
  return columns;
}

function inOrder<T extends { position: Position }>(uses: T[]): T[] {
  return uses.sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
}
