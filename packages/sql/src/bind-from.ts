/** Binds FROM: exactly one table, and functions that explode a value of its row. */
import type { Node } from 'libpg-query';
import { ExpressionBinder, namesOf, type Scope } from './bind-expression.ts';
import { cast } from './casts.ts';
import { constructName } from './construct-name.ts';
import { ITEM_SEPARATOR } from './engine-functions.ts';
import { computed, type Expression, quote, type Statement } from './expression.ts';
import { describeType, INT8, JSON_TYPE, JSONB, type PgType, TEXT } from './pg-type.ts';
import type { Relation } from './relation.ts';

/** How a name of a table is looked up. Throws SQL_UNKNOWN_TABLE. */
export type FindRelation = (name: string, location: number | undefined) => Relation;
export type BindSubselect = (node: Node) => Relation;

interface VisibleTable {
  readonly alias: string;
  readonly columns: readonly { name: string; expression: Expression }[];
  /** What the bare alias means: the value of a function without ordinality. */
  readonly whole: Expression | null;
}

export interface BoundFrom {
  readonly scope: FromScope;
  readonly relation: Relation;
  readonly laterals: readonly { list: string; outer: boolean; sources: ReadonlySet<string> }[];
  /** Conditions of JOIN … ON, in order. */
  readonly conditions: readonly Expression[];
}

/** The names FROM makes visible. */
export class FromScope implements Scope {
  readonly tables: VisibleTable[] = [];
  readonly #statement: Statement;

  constructor(statement: Statement) {
    this.#statement = statement;
  }

  resolve(path: readonly string[], location: number | undefined): Expression {
    const name = path.at(-1)!;
    const table = path.at(-2);
    if (path.length > 2) {
      throw this.#statement.refuse(
        'SQL_UNKNOWN_COLUMN',
        `${path.join('.')} has too many parts.`,
        'Write column or alias.column.',
        location,
      );
    }
    const tables = table === undefined ? this.tables : this.tables.filter(({ alias }) => alias === table);
    const found = tables.flatMap(({ columns }) => columns.filter((column) => column.name === name));
    if (found.length > 1) {
      throw this.#statement.refuse(
        'SQL_AMBIGUOUS_COLUMN',
        `The column ${name} is in more than one table.`,
        'Write alias.column.',
        location,
      );
    }
    if (found[0] !== undefined) return { ...found[0].expression, location };
    const whole = table === undefined ? this.tables.find(({ alias }) => alias === name)?.whole : undefined;
    if (whole !== undefined && whole !== null) return { ...whole, location };
    const known = tables.flatMap(({ columns }) => columns.map((column) => column.name)).join(', ');
    throw this.#statement.refuse(
      'SQL_UNKNOWN_COLUMN',
      `There is no column ${path.join('.')}.`,
      known === '' ? 'Name a table of FROM.' : `Known columns: ${known}.`,
      location,
    );
  }

  /** Columns of `*` or `alias.*`. */
  star(alias: string | undefined, location: number | undefined): { name: string; expression: Expression }[] {
    const tables = alias === undefined ? this.tables : this.tables.filter((table) => table.alias === alias);
    if (tables.length === 0) {
      throw this.#statement.refuse(
        'SQL_UNKNOWN_TABLE',
        `There is no table ${alias} in FROM.`,
        'Use an alias of FROM.',
        location,
      );
    }
    return tables.flatMap(({ columns }) => [...columns]);
  }
}

const EXPLODING: Record<string, { from: 'json' | 'jsonb' | 'array'; item: 'json' | 'text' }> = {
  jsonb_array_elements: { from: 'jsonb', item: 'json' },
  jsonb_array_elements_text: { from: 'jsonb', item: 'text' },
  json_array_elements: { from: 'json', item: 'json' },
  json_array_elements_text: { from: 'json', item: 'text' },
  unnest: { from: 'array', item: 'json' },
};

export function bindFrom(
  statement: Statement,
  items: readonly Node[],
  find: FindRelation,
  bindSubselect: BindSubselect,
): BoundFrom {
  const scope = new FromScope(statement);
  const binder = new ExpressionBinder(statement, scope);
  const laterals: { list: string; outer: boolean; sources: ReadonlySet<string> }[] = [];
  const conditions: Expression[] = [];
  let relation: Relation | null = null;

  const addRelation = (
    added: Relation,
    alias: string,
    names: readonly string[],
    location: number | undefined,
  ): void => {
    if (relation !== null) {
      throw statement.refuse(
        'SQL_STATEFUL_JOIN',
        'A join of two tables depends on more than one row.',
        'Read one table here, and functions that explode its values; join in a view over the sink tables.',
        location,
      );
    }
    relation = added;
    scope.tables.push({
      alias,
      whole: null,
      columns: added.columns.map((column, index) => ({
        name: names[index] ?? column.name,
        expression: {
          type: column.type,
          sql: `c${index}`,
          fallible: false,
          sources: column.sources,
          ...(column.copied === undefined ? {} : { copied: column.copied }),
          lateral: false,
          location,
        },
      })),
    });
  };

  const addItem = (node: Node, outer: boolean): void => {
    if ('RangeVar' in node) {
      const { relname, schemaname, alias, location } = node.RangeVar;
      const name = schemaname === undefined ? relname! : `${schemaname}.${relname}`;
      const found = find(name, location);
      addRelation(found, alias?.aliasname ?? relname!, namesOf(alias?.colnames), location);
    } else if ('RangeSubselect' in node) {
      const { subquery, alias } = node.RangeSubselect;
      addRelation(bindSubselect(subquery!), alias?.aliasname ?? '', namesOf(alias?.colnames), locationOf(subquery!));
    } else if ('RangeFunction' in node) {
      addFunction(node.RangeFunction, outer);
    } else if ('JoinExpr' in node) {
      addJoin(node.JoinExpr);
    } else {
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        `${constructName(Object.keys(node)[0]!)} in FROM is not proven.`,
        'Read a table, or explode a value.',
        locationOf(node),
      );
    }
  };

  const addJoin = (join: {
    jointype?: string;
    isNatural?: boolean;
    usingClause?: Node[];
    larg?: Node;
    rarg?: Node;
    quals?: Node;
    alias?: unknown;
  }): void => {
    const place = locationOf(join.rarg!);
    addItem(join.larg!, false);
    const right = join.rarg!;
    if (!('RangeFunction' in right)) {
      addItem(right, false);
      return;
    }
    const left = join.jointype === 'JOIN_LEFT';
    if (
      (!left && join.jointype !== 'JOIN_INNER') ||
      join.isNatural === true ||
      join.usingClause !== undefined ||
      join.alias !== undefined
    ) {
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        'This kind of join is not proven.',
        'Use CROSS JOIN LATERAL or LEFT JOIN LATERAL … ON true.',
        place,
      );
    }
    addItem(right, left);
    if (join.quals === undefined) return;
    const condition = binder.bindCondition(join.quals, 'The condition of ON');
    if (condition.literal === 'true') return;
    if (left)
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        'LEFT JOIN LATERAL with a condition is not proven.',
        'Write ON true.',
        condition.location,
      );
    conditions.push({ ...condition, lateral: true });
  };

  const addFunction = (
    node: {
      ordinality?: boolean;
      functions?: Node[];
      alias?: { aliasname?: string; colnames?: Node[] };
      coldeflist?: Node[];
      is_rowsfrom?: boolean;
    },
    outer: boolean,
  ): void => {
    const list = node.functions?.[0];
    const call = list !== undefined && 'List' in list ? list.List.items?.[0] : undefined;
    const place = call === undefined ? undefined : locationOf(call);
    const refuse = (why: string, next: string) => statement.refuse('SQL_UNSUPPORTED', why, next, place);
    if (
      call === undefined ||
      !('FuncCall' in call) ||
      node.functions!.length !== 1 ||
      node.coldeflist !== undefined ||
      node.is_rowsfrom === true
    ) {
      throw refuse('This table function is not proven.', `Use one of: ${Object.keys(EXPLODING).join(', ')}.`);
    }
    const name = namesOf(call.FuncCall.funcname).join('.');
    const known = Object.hasOwn(EXPLODING, name) ? EXPLODING[name]! : undefined;
    if (known === undefined)
      throw refuse(`${name} in FROM is not proven.`, `Use one of: ${Object.keys(EXPLODING).join(', ')}.`);
    if (relation === null)
      throw refuse('A function comes before the table.', 'Write the table first, then CROSS JOIN LATERAL.');
    const given = call.FuncCall.args ?? [];
    if (given.length !== 1) throw refuse(`${name} with ${given.length} arguments is not proven.`, 'Give it one.');
    const argument = binder.bind(given[0]);
    if (argument.type.name !== known.from) {
      throw statement.refuse(
        'SQL_TYPE_MISMATCH',
        `${name} takes ${known.from}, not ${describeType(argument.type)}.`,
        known.from === 'array' ? 'Use it on an array column.' : `Cast it: (…)::${known.from}.`,
        argument.location,
      );
    }
    const index = laterals.length;
    const value = itemOf(statement, name, known, argument, `v${index}`);
    const ordinal: Expression = { ...computed(INT8, `o${index}`, [argument]), fallible: false, lateral: true };
    const columns = namesOf(node.alias?.colnames);
    const alias = node.alias?.aliasname ?? name;
    const valueName = columns[0] ?? (name === 'unnest' ? alias : 'value');
    scope.tables.push({
      alias,
      whole: node.ordinality === true ? null : value,
      columns: [
        { name: valueName, expression: value },
        ...(node.ordinality === true ? [{ name: columns[1] ?? 'ordinality', expression: ordinal }] : []),
      ],
    });
    const items = `string_split(rtdp_json_items(${argument.sql}), ${quote(ITEM_SEPARATOR)})`;
    laterals.push({ list: items, outer, sources: argument.sources });
  };

  for (const item of items) addItem(item, false);
  if (relation === null) {
    throw statement.refuse(
      'SQL_UNKNOWN_TABLE',
      'The statement reads no table.',
      'Write FROM and the name of the source.',
      undefined,
    );
  }
  return { scope, relation, laterals, conditions };
}

/** The value an exploding function gives, from the item's JSON text. */
function itemOf(
  statement: Statement,
  name: string,
  known: { from: string; item: 'json' | 'text' },
  argument: Expression,
  column: string,
): Expression {
  const raw: Expression = { ...computed(TEXT, column, [argument]), fallible: false, lateral: true };
  const asText: Expression = { ...raw, sql: `rtdp_json_text(${column})` };
  if (known.from !== 'array') {
    const type: PgType = known.from === 'json' ? JSON_TYPE : JSONB;
    return known.item === 'json' ? { ...raw, type } : asText;
  }
  const element = argument.type.element!;
  switch (element.name) {
    case 'array':
    case 'opaque':
    case 'bytea':
    case 'bpchar':
    case 'timestamptz':
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        `${name} of ${describeType(argument.type)} is not proven.`,
        'Carry the column unchanged.',
        argument.location,
      );
    case 'text':
    case 'varchar':
      return { ...asText, type: element };
    default:
      return { ...cast(statement, asText, element, 'explicit'), lateral: true };
  }
}

/** The first place that a node or one of its parts carries. */
export function locationOf(node: Node): number | undefined {
  const stack: unknown[] = [node];
  while (stack.length > 0) {
    const next = stack.shift();
    if (typeof next !== 'object' || next === null) continue;
    const { location } = next as { location?: unknown };
    if (typeof location === 'number' && location >= 0) return location;
    stack.push(...Object.values(next));
  }
  return undefined;
}
