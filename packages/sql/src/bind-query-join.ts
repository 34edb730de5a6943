/** Binds the joins of FROM, with ON, USING and NATURAL. */
import type { JoinExpr } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { locationOf } from './bind-from.ts';
import { askBeforeJoin } from './bind-query-on.ts';
import { castToCommon, commonType } from './casts.ts';
import { compare } from './comparison.ts';
import { computed } from './expression.ts';
import type { ColumnOrigin } from './query-context.ts';
import {
  type BindItem,
  checkAlias,
  type FromItem,
  type FromOptions,
  namesSoFar,
  type VisibleColumn,
  type VisibleTable,
} from './query-scope.ts';

const JOIN_WORDS: Record<string, string> = {
  JOIN_INNER: 'JOIN',
  JOIN_LEFT: 'LEFT JOIN',
  JOIN_RIGHT: 'RIGHT JOIN',
  JOIN_FULL: 'FULL JOIN',
};

export function bindJoin(
  options: FromOptions,
  node: JoinExpr,
  before: readonly FromItem[],
  joined: Map<object, string>,
  bindItem: BindItem,
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
  for (const table of right.tables) checkAlias(context, table, [left], place);
  const tables = tablesOf(word, left, right);
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
  const scope = namesSoFar(context, options.outer, [{ sql: '', columns, tables }]);
  if (word === 'JOIN') return { sql: sqlOf(options.bindCondition(node.quals, scope).sql), columns, tables };
  const asked = askBeforeJoin(options, node.quals, left, right, scope);
  const condition = options.bindCondition(node.quals, scope, asked.known);
  return { sql: `(${asked.left} ${word} ${asked.right} ON ${condition.sql})`, columns, tables };
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
    tables: tablesOf(word, left, right),
  };
}

function tablesOf(word: string, left: FromItem, right: FromItem): VisibleTable[] {
  const filled = (item: FromItem, isFilled: boolean): VisibleTable[] =>
    item.tables.map((table) => (isFilled ? { ...table, filledUp: true } : table));
  return [
    ...filled(left, word === 'RIGHT JOIN' || word === 'FULL JOIN'),
    ...filled(right, word === 'LEFT JOIN' || word === 'FULL JOIN'),
  ];
}
