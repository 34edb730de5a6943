/** Prints FROM for MySQL and MariaDB, and keeps which columns its names mean, as Postgres finds them. */
import type { ColumnRef, JoinExpr, Node, RangeVar, SelectStmt } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { conjunctsOf } from './conjunctions.ts';
import { type MysqlValue, NotProven } from './mysql-value.ts';
import { comparablePair } from './print-mysql.ts';
import { checkedCondition } from './print-mysql-zero-date.ts';

interface VisibleColumn {
  readonly name: string;
  readonly value: MysqlValue;
}

interface VisibleTable {
  readonly alias: string;
  readonly schema: string | undefined;
  readonly columns: readonly VisibleColumn[];
}

interface FromItem {
  readonly sql: string;
  /** In the order of `*`. */
  readonly columns: readonly VisibleColumn[];
  readonly tables: readonly VisibleTable[];
}

/** The names of one level; what it does not know is asked of the level around it. */
export class MysqlScope {
  readonly #outer: MysqlScope | null;
  items: readonly FromItem[] = [];

  constructor(outer: MysqlScope | null, items: readonly FromItem[] = []) {
    this.#outer = outer;
    this.items = items;
  }

  /** Throws NotProven. */
  find(reference: ColumnRef): { value: MysqlValue; own: boolean } {
    const path = namesOf(reference.fields);
    const name = path.at(-1);
    const [table, schema] = [path.at(-2), path.at(-3)];
    const found =
      table === undefined
        ? this.items.flatMap(({ columns }) => columns.filter((column) => column.name === name))
        : this.items
            .flatMap(({ tables }) => tables)
            .filter((known) => known.alias === table && (schema === undefined || known.schema === schema))
            .flatMap(({ columns }) => columns.filter((column) => column.name === name));
    const [only] = found;
    if (only !== undefined && found.length === 1) return { value: only.value, own: true };
    if (found.length > 1 || this.#outer === null)
      throw new NotProven(`the column ${path.join('.')} is not one of the source`);
    return { ...this.#outer.find(reference), own: false };
  }

  /** Columns of `*`, or of `alias.*`. */
  star(alias: string | undefined): readonly VisibleColumn[] {
    if (alias === undefined) return this.items.flatMap(({ columns }) => columns);
    return this.items
      .flatMap(({ tables }) => tables)
      .filter((table) => table.alias === alias)
      .flatMap(({ columns }) => columns);
  }
}

/** Where every name is a column of a table around the part: for a subquery of a condition that goes with a part. */
export class MysqlTableScope extends MysqlScope {
  readonly #column: (reference: ColumnRef) => MysqlValue | null;

  constructor(column: (reference: ColumnRef) => MysqlValue | null) {
    super(null);
    this.#column = column;
  }

  override find(reference: ColumnRef): { value: MysqlValue; own: boolean } {
    const value = this.#column(reference);
    const path = namesOf(reference.fields);
    if (value === null) throw new NotProven(`the column ${path.join('.')} is not one of the source`);
    return { value, own: true };
  }
}

export interface MysqlFromOptions {
  readonly outer: MysqlScope | null;
  /** A table or a query of WITH, with its alias in `sql`. */
  readonly table: (node: RangeVar) => { sql: string; alias: string; columns: readonly VisibleColumn[] };
  readonly derived: (select: SelectStmt) => string;
  /** Of the derived table that was printed, under its alias; by place. */
  readonly derivedColumns: (select: SelectStmt, alias: string) => readonly MysqlValue[];
  readonly derivedAlias: () => string;
  readonly resultNames: (select: SelectStmt) => readonly string[];
  readonly condition: (node: Node, scope: MysqlScope) => string;
}

/** FROM without the word, empty where there is none; its names are in `scope` afterwards. Throws NotProven. */
export function printMysqlFrom(options: MysqlFromOptions, nodes: readonly Node[], scope: MysqlScope): string {
  const items = nodes.map((node) => item(options, node));
  scope.items = items;
  return items.map(({ sql }) => sql).join(', ');
}

function item(options: MysqlFromOptions, node: Node): FromItem {
  if ('RangeVar' in node) {
    const { sql, columns } = options.table(node.RangeVar);
    const { alias, relname, schemaname } = node.RangeVar;
    const names = namesOf(alias?.colnames);
    const shown = columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
    const schema = alias === undefined ? schemaname : undefined;
    return { sql, columns: shown, tables: [{ alias: alias?.aliasname ?? relname!, schema, columns: shown }] };
  }
  if ('RangeSubselect' in node) {
    const { subquery, lateral, alias } = node.RangeSubselect;
    if (subquery === undefined || !('SelectStmt' in subquery) || lateral === true)
      throw new NotProven('LATERAL is not proven there');
    const sql = options.derived(subquery.SelectStmt);
    const name = options.derivedAlias();
    const names = namesOf(alias?.colnames);
    const own = options.resultNames(subquery.SelectStmt);
    const columns = options
      .derivedColumns(subquery.SelectStmt, name)
      .map((value, index) => ({ name: names[index] ?? own[index]!, value }));
    return {
      sql: `(${sql}) AS \`${name}\``,
      columns,
      tables: [{ alias: alias?.aliasname ?? '', schema: undefined, columns }],
    };
  }
  if ('JoinExpr' in node) return join(options, node.JoinExpr);
  throw new NotProven('an item of FROM is not proven there');
}

const JOIN_WORDS: Record<string, string> = { JOIN_INNER: 'JOIN', JOIN_LEFT: 'LEFT JOIN', JOIN_RIGHT: 'RIGHT JOIN' };

function join(options: MysqlFromOptions, node: JoinExpr): FromItem {
  const word = JOIN_WORDS[node.jointype ?? ''];
  if (word === undefined || node.alias !== undefined || node.join_using_alias !== undefined)
    throw new NotProven('FULL JOIN is not proven there');
  const [left, right] = [
    filledUp(item(options, node.larg!), word === 'RIGHT JOIN'),
    filledUp(item(options, node.rarg!), word === 'LEFT JOIN'),
  ];
  const tables = [...left.tables, ...right.tables];
  const shared =
    node.isNatural === true
      ? left.columns.map(({ name }) => name).filter((name) => right.columns.some((column) => column.name === name))
      : namesOf(node.usingClause);
  if (shared.length > 0) return joinUsing(word, left, right, shared);
  const columns = [...left.columns, ...right.columns];
  if (node.quals === undefined) {
    if (word !== 'JOIN') throw new NotProven('an outer join without a condition is not proven there');
    return { sql: `(${left.sql} CROSS JOIN ${right.sql})`, columns, tables };
  }
  const scope = new MysqlScope(options.outer, [{ sql: '', columns, tables }]);
  const conditions = conjunctsOf(node.quals).map((part) => options.condition(part, scope));
  return { sql: `(${left.sql} ${word} ${right.sql} ON ${conditions.join(' AND ')})`, columns, tables };
}

/** Its rows may be filled up with NULLs. */
function filledUp(given: FromItem, mayBe: boolean): FromItem {
  if (!mayBe) return given;
  const columnOf = (column: VisibleColumn): VisibleColumn => ({
    ...column,
    value: { ...column.value, nullable: true },
  });
  return {
    sql: given.sql,
    columns: given.columns.map(columnOf),
    tables: given.tables.map((table) => ({ ...table, columns: table.columns.map(columnOf) })),
  };
}

function joinUsing(word: string, left: FromItem, right: FromItem, shared: readonly string[]): FromItem {
  const pick = (side: FromItem, name: string): MysqlValue => {
    const found = side.columns.filter((column) => column.name === name);
    if (found.length !== 1) throw new NotProven('USING is not proven there');
    return found[0]!.value;
  };
  const pairs = shared.map((name) => ({ name, left: pick(left, name), right: pick(right, name) }));
  const on = pairs.map((pair) => {
    const compared = comparablePair(pair.left, pair.right);
    if (compared === null) throw new NotProven('it does not compare the columns of USING as Postgres does');
    return checkedCondition(`${compared[0]} = ${compared[1]}`, [pair.left, pair.right]);
  });
  const merged = pairs.map((pair) => ({ name: pair.name, value: word === 'RIGHT JOIN' ? pair.right : pair.left }));
  const rest = (side: FromItem): VisibleColumn[] => side.columns.filter(({ name }) => !shared.includes(name));
  return {
    sql: `(${left.sql} ${word} ${right.sql} ON ${on.join(' AND ')})`,
    columns: [...merged, ...rest(left), ...rest(right)],
    tables: [...left.tables, ...right.tables],
  };
}
