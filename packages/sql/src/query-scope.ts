/** Decides what a name in a query means: the columns that the FROM of one level shows, and the level around it. */
import type { Alias, Node, SubLink } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import type { Expression } from './expression.ts';
import { didYouMean } from './nearest-name.ts';
import type { PgType } from './pg-type.ts';
import type {
  ColumnOrigin,
  CommonTables,
  QueryColumn,
  QueryContext,
  QueryNames,
  ResolvedColumn,
  WholeRow,
} from './query-context.ts';

/** What binding an item of FROM is given. */
export interface FromOptions {
  readonly context: QueryContext;
  readonly scope: QueryScope;
  readonly outer: QueryNames | null;
  readonly commonTables: CommonTables;
  /** Binds the condition of ON in a scope of the tables joined so far. `known`: subqueries that were asked already. */
  readonly bindCondition: (node: Node, names: QueryNames, known?: ReadonlyMap<SubLink, Expression>) => Expression;
  /** Binds a value that ON reads. */
  readonly bindValue: (node: Node, names: QueryNames) => Expression;
}

/** Binds an item of FROM beside those before it; `joined`: engine tables that are read already, by what they hold joined. */
export type BindItem = (
  options: FromOptions,
  node: Node,
  before: readonly FromItem[],
  joined: Map<object, string>,
) => FromItem;

export interface VisibleColumn {
  readonly name: string;
  readonly alias: string;
  readonly expression: ResolvedColumn & { origin: ColumnOrigin };
}

export interface VisibleTable {
  readonly alias: string;
  readonly schema: string | undefined;
  readonly columns: readonly VisibleColumn[];
  /** Names of the key's columns. */
  readonly primaryKey: readonly string[];
  /** An outer join may fill its rows up with NULLs. */
  readonly filledUp?: boolean;
}

/** What an item of FROM gives: its columns in the order of `*`, and the engine's SQL. */
export interface FromItem {
  readonly sql: string;
  readonly columns: readonly VisibleColumn[];
  readonly tables: readonly VisibleTable[];
}

/** The names that the FROM of one level makes visible; what it does not know is asked of the level around it. */
export class QueryScope implements QueryNames {
  readonly #context: QueryContext;
  readonly #outer: QueryNames | null;
  #items: readonly FromItem[] = [];

  constructor(context: QueryContext, outer: QueryNames | null) {
    this.#context = context;
    this.#outer = outer;
  }

  get tables(): readonly VisibleTable[] {
    return this.#items.flatMap(({ tables }) => tables);
  }

  show(items: readonly FromItem[]): void {
    this.#items = items;
  }

  get items(): readonly FromItem[] {
    return this.#items;
  }

  readonly resolve = (path: readonly string[], location: number | undefined): ResolvedColumn => {
    const { statement, facts } = this.#context;
    const name = path.at(-1)!;
    const found = this.#find(path);
    if (found.length > 1) {
      throw statement.refuse(
        'SQL_AMBIGUOUS_COLUMN',
        `The column ${path.join('.')} is in more than one table.`,
        'Write alias.column.',
        location,
      );
    }
    const [only] = found;
    if (only !== undefined) {
      const { origin } = only.expression;
      if (origin.table !== null && !origin.merged) facts.use(origin.table, origin.index);
      return { ...only.expression, location, depth: 0 };
    }
    if (this.#outer !== null) {
      try {
        const outer = this.#outer.resolve(path, location);
        return { ...outer, depth: (outer.depth ?? 0) + 1 };
      } catch (error) {
        // The error of the innermost level names the columns that are nearest.
        if (this.#items.length === 0) throw error;
      }
    }
    const table = path.at(-2);
    const tables = this.tables.filter(({ alias }) => table === undefined || alias === table);
    const known = [...new Set(tables.flatMap(({ columns }) => columns.map((column) => column.name)))];
    if (table !== undefined && tables.length === 0) {
      throw statement.refuse(
        'SQL_UNKNOWN_TABLE',
        `There is no table ${table} in FROM.`,
        `Use one of: ${this.tables.map(({ alias }) => alias).join(', ') || 'a table of FROM'}.`,
        location,
      );
    }
    throw statement.refuse(
      'SQL_UNKNOWN_COLUMN',
      `There is no column ${path.join('.')}, or you may not read it.`,
      didYouMean(name, known) ??
        (known.length === 0 ? 'Name a table in FROM.' : `Known columns: ${known.slice(0, 40).join(', ')}.`),
      location,
    );
  };

  readonly row = (alias: string): WholeRow | null => {
    const [table, other] = this.tables.filter((known) => known.alias === alias);
    if (table === undefined || other !== undefined || this.#find([alias]).length > 0) return null;
    const columns = table.columns.map(({ name, expression }) => ({
      name,
      value: expression,
      origin: expression.origin,
    }));
    return { columns, primaryKey: table.primaryKey, filledUp: table.filledUp === true };
  };

  #find(path: readonly string[]): readonly VisibleColumn[] {
    const name = path.at(-1)!;
    if (path.length === 1)
      return this.#items.flatMap(({ columns }) => columns.filter((column) => column.name === name));
    if (path.length > 3) return [];
    const [table, schema] = [path.at(-2)!, path.at(-3)];
    return this.tables
      .filter((known) => known.alias === table && (schema === undefined || known.schema === schema))
      .flatMap(({ columns }) => columns.filter((column) => column.name === name));
  }

  /** Columns of `*` or `alias.*`. */
  star(path: readonly string[], location: number | undefined): readonly VisibleColumn[] {
    const alias = path.at(-1);
    const columns =
      alias === undefined
        ? this.#items.flatMap((item) => item.columns)
        : this.tables.filter((table) => table.alias === alias).flatMap((table) => table.columns);
    if (alias !== undefined && !this.tables.some((table) => table.alias === alias)) {
      throw this.#context.statement.refuse(
        'SQL_UNKNOWN_TABLE',
        `There is no table ${alias} in FROM.`,
        `Use one of: ${this.tables.map((table) => table.alias).join(', ')}.`,
        location,
      );
    }
    for (const { expression } of columns) {
      const { origin } = expression;
      if (origin.table !== null && !origin.merged) this.#context.facts.use(origin.table, origin.index);
    }
    return columns;
  }
}

/** A column of an item of FROM; `sql` reads it in the engine. */
export function visible(name: string, alias: string, type: PgType, sql: string, origin: ColumnOrigin): VisibleColumn {
  const item = sql.split('.')[0]!;
  return {
    name,
    alias,
    expression: { type, sql, fallible: false, sources: new Set([item]), lateral: false, location: undefined, origin },
  };
}

/** Throws where the alias stands for another item already. */
export function checkAlias(
  context: QueryContext,
  table: VisibleTable,
  items: readonly FromItem[],
  location: number | undefined,
): void {
  if (table.alias !== '' && items.some(({ tables }) => tables.some(({ alias }) => alias === table.alias))) {
    throw context.statement.refuse(
      'SQL_AMBIGUOUS_TABLE',
      `The table name ${table.alias} is used more than once in FROM.`,
      'Give one of them another alias with AS.',
      location,
    );
  }
}

/** What is visible to a LATERAL subquery or to ON: the items so far, and the level around. */
export function namesSoFar(context: QueryContext, outer: QueryNames | null, items: readonly FromItem[]): QueryScope {
  const scope = new QueryScope(context, outer);
  scope.show(items);
  return scope;
}

/** An item of FROM that computes its columns, which the engine calls c0, c1, … behind `name`. */
export function derivedItem(
  context: QueryContext,
  sql: string,
  name: string,
  given: readonly QueryColumn[],
  alias: Alias | undefined,
  defaultAlias: string,
): FromItem {
  const names = namesOf(alias?.colnames);
  if (names.length > given.length) {
    throw context.statement.refuse(
      'SQL_TYPE_MISMATCH',
      `${alias?.aliasname} has ${given.length} columns, but ${names.length} are named.`,
      'Name as many columns as it has.',
      undefined,
    );
  }
  const shown = alias?.aliasname ?? defaultAlias;
  const columns = given.map((column, index) =>
    visible(names[index] ?? column.name, shown, column.type, `${name}.c${index}`, {
      table: null,
      index,
      merged: false,
    }),
  );
  return { sql, columns, tables: [{ alias: shown, schema: undefined, columns, primaryKey: [] }] };
}
