/** Decides what GROUP BY leaves: its keys, the aggregates over each group, and the columns that a grouped key determines. */
import type { GroupingFunc, GroupingSet, Node, SelectStmt } from 'libpg-query';
import type { Grouping, QueryExpressionBinder } from './bind-query-expression.ts';
import { computed, type Expression } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { INT4, type PgType, sameType, TEXT } from './pg-type.ts';
import type { QueryContext, ResolvedColumn } from './query-context.ts';
import { isPlainKey, keySql } from './query-keys.ts';
import type { QueryScope } from './query-scope.ts';

interface Key {
  readonly expression: Expression;
  readonly key: string;
}

export class Groups implements Grouping {
  readonly rows: QueryExpressionBinder;
  readonly #context: QueryContext;
  readonly #scope: QueryScope;
  readonly #name: string;
  readonly #keys: Key[] = [];
  readonly #aggregates: Expression[] = [];
  readonly #select: SelectStmt;
  /** Indexes of keys, one list for each grouping set; null without GROUPING SETS. */
  #sets: number[][] | null = null;

  constructor(context: QueryContext, select: SelectStmt, scope: QueryScope, rows: QueryExpressionBinder) {
    this.#context = context;
    this.#select = select;
    this.#scope = scope;
    this.rows = rows;
    this.#name = context.name('g');
  }

  /** Adds the items of GROUP BY; `resolve` turns a position or a name of the result into its expression. */
  group(nodes: readonly Node[], resolve: (node: Node) => Node): void {
    if (!nodes.some((node) => 'GroupingSet' in node)) {
      for (const node of nodes) this.#addKey(this.rows.bind(resolve(node)));
      return;
    }
    let sets: number[][] = [[]];
    for (const node of nodes) {
      const own = 'GroupingSet' in node ? this.#setsOf(node.GroupingSet, resolve) : [[this.#plainKey(resolve(node))]];
      sets = sets.flatMap((before) => own.map((set) => [...before, ...set]));
    }
    this.#sets = sets.map((set) => [...new Set(set)]);
  }

  #setsOf(set: GroupingSet, resolve: (node: Node) => Node): number[][] {
    const content = set.content ?? [];
    const listed = (node: Node): number[] =>
      'RowExpr' in node
        ? (node.RowExpr.args ?? []).map((part) => this.#plainKey(resolve(part)))
        : [this.#plainKey(resolve(node))];
    switch (set.kind) {
      case 'GROUPING_SET_EMPTY':
        return [[]];
      case 'GROUPING_SET_SIMPLE':
        return [content.flatMap(listed)];
      case 'GROUPING_SET_ROLLUP': {
        const lists = content.map(listed);
        return Array.from({ length: lists.length + 1 }, (_, cut) => lists.slice(0, lists.length - cut).flat());
      }
      case 'GROUPING_SET_CUBE': {
        const lists = content.map(listed);
        if (lists.length > 8) throw this.#unsupported('CUBE of more than 8 columns');
        return Array.from({ length: 2 ** lists.length }, (_, bits) =>
          lists.filter((_list, index) => (bits & (1 << index)) === 0).flat(),
        );
      }
      case 'GROUPING_SET_SETS':
        return content.flatMap((node) =>
          'GroupingSet' in node ? this.#setsOf(node.GroupingSet, resolve) : [listed(node)],
        );
      default:
        throw this.#unsupported('This kind of GROUP BY');
    }
  }

  #unsupported(what: string): Error {
    return this.#context.statement.refuse(
      'SQL_UNSUPPORTED',
      `${what} is not proven.`,
      'Use UNION ALL of simpler groups.',
      undefined,
    );
  }

  #plainKey(node: Node): number {
    const expression = this.rows.bind(node);
    if (!isPlainKey(expression.type)) throw this.#unsupported('A grouping set over this type');
    return this.#addKey(expression);
  }

  #addKey(given: Expression): number {
    const { statement } = this.#context;
    const expression = given.type.name === 'unknown' ? coerceLiteral(statement, given, TEXT) : given;
    const known = this.#keys.findIndex(
      (key) => key.expression.sql === expression.sql && sameType(key.expression.type, expression.type),
    );
    if (known >= 0) return known;
    this.#keys.push({ expression, key: keySql(statement, expression, 'Grouping') });
    return this.#keys.length - 1;
  }

  #held(column: string, of: Expression): Expression {
    return {
      ...computed(of.type, `${this.#name}.${column}`, []),
      sources: new Set([this.#name]),
      location: of.location,
    };
  }

  findKey(sql: string, type: PgType): Expression | null {
    const index = this.#keys.findIndex(({ expression }) => expression.sql === sql && sameType(expression.type, type));
    return index < 0 ? null : this.#held(`k${index}`, this.#keys[index]!.expression);
  }

  findDependent(column: ResolvedColumn): Expression | null {
    if (this.#sets !== null) return null;
    const table = this.#scope.tables.find(({ columns }) =>
      columns.some(({ expression }) => expression.sql === column.sql),
    );
    if (table === undefined || table.primaryKey.length === 0) return null;
    const grouped = table.primaryKey.every((name) => {
      const key = table.columns.find((known) => known.name === name);
      return key !== undefined && this.findKey(key.expression.sql, key.expression.type) !== null;
    });
    if (!grouped) return null;
    if (column.origin !== undefined) this.#context.facts.addDependent(this.#select, column.origin);
    // Within a group it has one value.
    return this.addAggregate(computed(column.type, `any_value(${column.sql})`, [column]));
  }

  /** GROUPING: a bit for each argument, set where the grouping set leaves it out. */
  findGrouping({ args, location }: GroupingFunc): Expression {
    const { statement } = this.#context;
    const keys = (args ?? []).map((node) => {
      const row = this.rows.bind(node);
      const index = this.#keys.findIndex(
        ({ expression }) => expression.sql === row.sql && sameType(expression.type, row.type),
      );
      if (index >= 0) return this.#keys[index]!.key;
      throw statement.refuse(
        'SQL_NOT_GROUPED',
        'An argument of GROUPING is not in GROUP BY.',
        'Name what GROUP BY names.',
        location,
      );
    });
    const sql = this.#sets === null ? 'any_value(0)' : `CAST(grouping(${keys.join(', ')}) AS INTEGER)`;
    return { ...this.addAggregate(computed(INT4, sql, [])), location };
  }

  addAggregate(aggregate: Expression): Expression {
    let index = this.#aggregates.findIndex(({ sql }) => sql === aggregate.sql);
    if (index < 0) {
      index = this.#aggregates.length;
      this.#aggregates.push(aggregate);
    }
    return this.#held(`a${index}`, aggregate);
  }

  /** The engine's table of the groups, for FROM: columns k0 … and a0 … */
  print(from: string): string {
    const columns = [
      ...this.#keys.map(({ expression }, index) =>
        isPlainKey(expression.type) ? `${expression.sql} AS k${index}` : `any_value(${expression.sql}) AS k${index}`,
      ),
      ...this.#aggregates.map(({ sql }, index) => `${sql} AS a${index}`),
    ];
    // Without a key there is one group, even of no rows; it needs a column to be one.
    if (columns.length === 0) columns.push('count(*) AS a0');
    const keys = this.#keys.map(({ key }) => key);
    let group = '';
    if (this.#sets !== null) {
      group = ` GROUP BY GROUPING SETS (${this.#sets.map((set) => `(${set.map((index) => keys[index]).join(', ')})`).join(', ')})`;
    } else if (keys.length > 0) group = ` GROUP BY ${keys.join(', ')}`;
    return `(SELECT ${columns.join(', ')}${from}${group}) AS ${this.#name}`;
  }
}
