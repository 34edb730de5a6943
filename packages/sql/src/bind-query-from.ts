/** Binds the FROM of a query: tables, subqueries, CTEs and joins of every kind, and the names they make visible. */
import type { Alias, JoinExpr, Node, RangeSubselect, RangeVar } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { locationOf } from './bind-from.ts';
import { castToCommon, commonType } from './casts.ts';
import { walk } from './check-stateless.ts';
import { compare } from './comparison.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import type { PgType } from './pg-type.ts';
import type {
  ColumnOrigin,
  CommonTables,
  QueryColumn,
  QueryContext,
  QueryNames,
  ResolvedColumn,
} from './query-context.ts';

interface VisibleColumn {
  readonly name: string;
  readonly alias: string;
  readonly expression: ResolvedColumn & { origin: ColumnOrigin };
}

interface VisibleTable {
  readonly alias: string;
  readonly schema: string | undefined;
  readonly columns: readonly VisibleColumn[];
  /** Names of the key's columns. */
  readonly primaryKey: readonly string[];
}

/** What an item of FROM gives: its columns in the order of `*`, and the engine's SQL. */
interface FromItem {
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
    const near = nearest(name, known);
    throw statement.refuse(
      'SQL_UNKNOWN_COLUMN',
      `There is no column ${path.join('.')}, or you may not read it.`,
      near !== null
        ? `Did you mean ${near}?`
        : known.length === 0
          ? 'Name a table in FROM.'
          : `Known columns: ${known.slice(0, 40).join(', ')}.`,
      location,
    );
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

/** The name in the list that differs by at most two letters, or null. */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.min(3, Math.ceil(name.length / 2));
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 3) return 4;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    previous = row;
  }
  return previous[b.length]!;
}

export interface FromOptions {
  readonly context: QueryContext;
  readonly scope: QueryScope;
  readonly outer: QueryNames | null;
  readonly commonTables: CommonTables;
  /** Binds the condition of ON in a scope of the tables joined so far. */
  readonly bindCondition: (node: Node, names: QueryNames) => Expression;
}

/** The engine's SQL of FROM, without the word; empty where there is none. Its names are visible in `scope` afterwards. */
export function bindQueryFrom(options: FromOptions, nodes: readonly Node[]): string {
  const items: FromItem[] = [];
  const joined = new Map<object, string>();
  for (const node of nodes) {
    const item = bindItem(options, node, items, joined);
    for (const table of item.tables) checkAlias(options, table, items, node);
    items.push(item);
  }
  options.scope.show(items);
  return items
    .map(({ sql }) => sql)
    .filter((sql) => sql !== '')
    .join(', ');
}

function checkAlias(options: FromOptions, table: VisibleTable, items: readonly FromItem[], node: Node): void {
  if (table.alias !== '' && items.some(({ tables }) => tables.some(({ alias }) => alias === table.alias))) {
    throw options.context.statement.refuse(
      'SQL_AMBIGUOUS_TABLE',
      `The table name ${table.alias} is used more than once in FROM.`,
      'Give one of them another alias with AS.',
      locationOf(node),
    );
  }
}

function bindItem(
  options: FromOptions,
  node: Node,
  before: readonly FromItem[],
  joined: Map<object, string>,
): FromItem {
  if ('RangeVar' in node) return bindTable(options, node.RangeVar, joined);
  if ('RangeSubselect' in node) return bindSubselect(options, node.RangeSubselect, before);
  if ('JoinExpr' in node) return bindJoin(options, node.JoinExpr, before, joined);
  throw options.context.statement.refuse(
    'SQL_UNSUPPORTED',
    `${Object.keys(node)[0]!
      .replace(/^Range/, '')
      .toUpperCase()} in FROM is only computed where one Postgres source holds every table of the query.`,
    'Read a table, a subquery or a WITH query.',
    locationOf(node),
  );
}

function bindTable(options: FromOptions, node: RangeVar, joined: Map<object, string>): FromItem {
  const { context, commonTables } = options;
  const common = node.schemaname === undefined ? commonTables.get(node.relname!) : undefined;
  if (common !== undefined) {
    context.facts.cteUses.set(node, common.node);
    const name = context.name('q');
    return derivedItem(context, `${common.engineName} AS ${name}`, name, common.columns, node.alias, node.relname!);
  }
  const table = context.options.findTable(node);
  context.facts.tables.set(node, table);
  const known = table.joined === undefined ? undefined : joined.get(table.joined);
  const name = known ?? context.name('q');
  if (table.joined !== undefined) joined.set(table.joined, name);
  const alias = node.alias?.aliasname ?? node.relname!;
  const names = namesOf(node.alias?.colnames);
  const columns = table.columns.map((column, index) =>
    visible(names[index] ?? column.name, alias, column.type, `${name}.${column.held}`, {
      table: node,
      index,
      merged: false,
    }),
  );
  const renamed = new Map(table.columns.map((column, index) => [column.name, names[index] ?? column.name]));
  return {
    sql: known === undefined ? `${table.engineTable} AS ${name}` : '',
    columns,
    tables: [
      {
        alias,
        schema: node.alias === undefined ? node.schemaname : undefined,
        columns,
        primaryKey: table.primaryKey.map((column) => renamed.get(column)!),
      },
    ],
  };
}

function visible(name: string, alias: string, type: PgType, sql: string, origin: ColumnOrigin): VisibleColumn {
  const item = sql.split('.')[0]!;
  return {
    name,
    alias,
    expression: { type, sql, fallible: false, sources: new Set([item]), lateral: false, location: undefined, origin },
  };
}

function derivedItem(
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

/** What is visible to a LATERAL subquery or to ON: the items so far, and the level around. */
function namesSoFar(options: FromOptions, items: readonly FromItem[]): QueryScope {
  const scope = new QueryScope(options.context, options.outer);
  scope.show(items);
  return scope;
}

function bindSubselect(options: FromOptions, node: RangeSubselect, before: readonly FromItem[]): FromItem {
  const { context, commonTables } = options;
  const { subquery, lateral, alias } = node;
  if (subquery === undefined || !('SelectStmt' in subquery)) {
    throw context.statement.refuse('SQL_UNSUPPORTED', 'This subquery is not a SELECT.', 'Write a SELECT.', undefined);
  }
  // The level of the items so far is not that of the statement: its own depth must not count.
  const outer = lateral === true ? namesSoFar(options, before) : options.outer;
  const bound = context.bindSelect(subquery.SelectStmt, outer, commonTables);
  const name = context.name('q');
  const sql = `${lateral === true ? 'LATERAL ' : ''}(${bound.sql}) AS ${name}`;
  return derivedItem(context, sql, name, bound.columns, alias, '');
}

const JOIN_WORDS: Record<string, string> = {
  JOIN_INNER: 'JOIN',
  JOIN_LEFT: 'LEFT JOIN',
  JOIN_RIGHT: 'RIGHT JOIN',
  JOIN_FULL: 'FULL JOIN',
};

function bindJoin(
  options: FromOptions,
  node: JoinExpr,
  before: readonly FromItem[],
  joined: Map<object, string>,
): FromItem {
  const { context } = options;
  const { statement } = context;
  const word = JOIN_WORDS[node.jointype ?? ''];
  const place = locationOf(node.rarg!);
  if (word === undefined || node.alias !== undefined || node.join_using_alias !== undefined) {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      'This form of JOIN is not proven.',
      'Write JOIN without an alias.',
      place,
    );
  }
  const left = bindItem(options, node.larg!, before, joined);
  const right = bindItem(options, node.rarg!, [...before, left], joined);
  for (const table of right.tables) checkAlias(options, table, [left], node.rarg!);
  const tables = [...left.tables, ...right.tables];
  const shared =
    node.isNatural === true
      ? left.columns.map(({ name }) => name).filter((name) => right.columns.some((column) => column.name === name))
      : namesOf(node.usingClause);
  if (shared.length > 0) return bindUsing(options, node, word, left, right, shared);
  const sqlOf = (on: string): string => `(${left.sql} ${word} ${right.sql} ON ${on})`;
  const columns = [...left.columns, ...right.columns];
  if (node.quals === undefined) {
    if (left.sql === '' || right.sql === '') return { sql: left.sql + right.sql, columns, tables };
    return { sql: word === 'JOIN' ? `(${left.sql} CROSS JOIN ${right.sql})` : sqlOf('true'), columns, tables };
  }
  if (word !== 'JOIN') refuseSubqueries(statement, node.quals);
  const scope = namesSoFar(options, [{ sql: '', columns, tables }]);
  const condition = options.bindCondition(node.quals, scope);
  return { sql: sqlOf(condition.sql), columns, tables };
}

/** The engine cannot ask a subquery which rows an outer join leaves alone. */
function refuseSubqueries(statement: Statement, condition: Node): void {
  walk(condition, (kind, body) => {
    if (kind !== 'SubLink') return;
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      'A subquery in the ON of an outer join is only computed where one Postgres source holds every table of the query.',
      'Join a subquery in FROM instead.',
      body.location,
    );
  });
}

/** USING and NATURAL: equal columns become one, which for FULL is the first that is there. */
function bindUsing(
  options: FromOptions,
  node: JoinExpr,
  word: string,
  left: FromItem,
  right: FromItem,
  shared: readonly string[],
): FromItem {
  const { statement, facts } = options.context;
  const place = locationOf(node.rarg!);
  const pick = (item: FromItem, name: string): VisibleColumn => {
    const found = item.columns.filter((column) => column.name === name);
    if (found.length === 1) {
      const { origin } = found[0]!.expression;
      if (origin.table !== null) {
        if (!origin.merged) facts.use(origin.table, origin.index);
        facts.compared.set(origin.table, (facts.compared.get(origin.table) ?? new Set()).add(origin.index));
      }
      return found[0]!;
    }
    throw statement.refuse(
      found.length === 0 ? 'SQL_UNKNOWN_COLUMN' : 'SQL_AMBIGUOUS_COLUMN',
      `USING names ${name}, which ${found.length === 0 ? 'one side does not have' : 'one side has more than once'}.`,
      'Write ON with aliases.',
      place,
    );
  };
  const pairs = shared.map((name) => ({
    name,
    left: pick(left, name).expression,
    right: pick(right, name).expression,
  }));
  const on = pairs.map((pair) => compare(statement, '=', pair.left, pair.right, place).sql).join(' AND ');
  const merged = pairs.map((pair): VisibleColumn => {
    const type = commonType(statement, [pair.left, pair.right], 'USING');
    const [a, b] = [castToCommon(statement, pair.left, type), castToCommon(statement, pair.right, type)];
    const chosen =
      word === 'FULL JOIN' ? computed(type, `coalesce(${a.sql}, ${b.sql})`, [a, b]) : word === 'RIGHT JOIN' ? b : a;
    const origin: ColumnOrigin = { ...pair.left.origin, merged: true };
    return { name: pair.name, alias: '', expression: { ...chosen, origin } };
  });
  const rest = (item: FromItem): VisibleColumn[] => item.columns.filter(({ name }) => !shared.includes(name));
  return {
    sql: `(${left.sql} ${word} ${right.sql} ON ${on})`,
    columns: [...merged, ...rest(left), ...rest(right)],
    tables: [...left.tables, ...right.tables],
  };
}
