/** Binds one SELECT of a query with all its clauses, set operations and VALUES, and prints the engine's SQL for it. */
import type { Node, SelectStmt } from 'libpg-query';
import { isAggregate } from './bind-aggregate.ts';
import { namesOf } from './bind-expression.ts';
import { QueryExpressionBinder } from './bind-query-expression.ts';
import { bindQueryFrom, QueryScope } from './bind-query-from.ts';
import { Groups } from './bind-query-groups.ts';
import type { WindowClause } from './bind-window.ts';
import { cast, castToCommon, commonType } from './casts.ts';
import { conjunctsOf, printConjunction } from './conjunctions.ts';
import { computed, type Expression } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { describeType, INT8, isInteger, type PgType, sameType, TEXT, UNKNOWN } from './pg-type.ts';
import type { BoundSelect, CommonTable, CommonTables, QueryColumn, QueryContext, QueryNames } from './query-context.ts';
import { isCollated, isPlainKey, keySql } from './query-keys.ts';
import { resultName } from './result-names.ts';

interface Target {
  readonly name: string;
  readonly expression: Expression;
  /** Absent for the columns of `*`. */
  readonly node?: Node;
}

/** Binds a SELECT whose outer level is `outer`. `keepUnknown`: a literal without a type stays one, for a set operation to decide. */
export function bindSelectStatement(
  context: QueryContext,
  select: SelectStmt,
  outerLevel: QueryNames | null,
  known: CommonTables,
  keepUnknown = false,
): BoundSelect {
  const { statement, facts } = context;
  const refuse = (what: string, next: string): Error => statement.refuse('SQL_UNSUPPORTED', what, next, undefined);
  if (select.intoClause !== undefined) throw refuse('SELECT INTO makes a table.', 'Remove INTO.');
  if (select.lockingClause !== undefined) throw refuse('FOR UPDATE and FOR SHARE lock rows of a source.', 'Remove it.');
  if (select.limitOption === 'LIMIT_OPTION_WITH_TIES')
    throw refuse('WITH TIES is not proven.', 'Use rank() in a subquery.');
  const around: QueryNames | null =
    outerLevel === null
      ? null
      : {
          resolve: (path, location) => {
            const found = outerLevel.resolve(path, location);
            facts.correlated.add(select);
            return found;
          },
        };
  const { commonTables, printed } = bindCommonTables(context, select, around, known);
  const bound =
    select.op !== undefined && select.op !== 'SETOP_NONE'
      ? bindSetOperation(context, select, around, commonTables, keepUnknown)
      : select.valuesLists !== undefined
        ? bindValues(context, select, around, commonTables)
        : bindCore(context, select, around, commonTables, keepUnknown);
  facts.results.set(select, bound.columns);
  return printed === '' ? bound : { ...bound, sql: `WITH ${printed} ${bound.sql}` };
}

function bindCommonTables(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  known: CommonTables,
): { commonTables: CommonTables; printed: string } {
  const { statement } = context;
  if (select.withClause === undefined) return { commonTables: known, printed: '' };
  if (select.withClause.recursive === true) {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      'WITH RECURSIVE is only computed where one Postgres source holds every table of the query.',
      'Write it without RECURSIVE.',
      select.withClause.location,
    );
  }
  const commonTables = new Map<string, CommonTable>(known);
  const printed: string[] = [];
  for (const node of select.withClause.ctes ?? []) {
    if (!('CommonTableExpr' in node)) continue;
    const { ctename, ctequery, aliascolnames, location } = node.CommonTableExpr;
    if (ctequery === undefined || !('SelectStmt' in ctequery)) {
      throw statement.refuse('SQL_UNSUPPORTED', `WITH ${ctename} is not a SELECT.`, 'Write a SELECT.', location);
    }
    const bound = bindSelectStatement(context, ctequery.SelectStmt, outer, commonTables);
    const names = namesOf(aliascolnames);
    const engineName = context.name('w');
    printed.push(`${engineName} AS (${bound.sql})`);
    const columns = bound.columns.map((column, index) => ({ ...column, name: names[index] ?? column.name }));
    commonTables.set(ctename!, { engineName, columns, node: node.CommonTableExpr });
  }
  return { commonTables, printed: printed.join(', ') };
}

function bindCore(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  commonTables: CommonTables,
  keepUnknown: boolean,
): BoundSelect {
  const { statement } = context;
  const scope = new QueryScope(context, outer);
  const binderFor = (names: QueryNames, place: string): QueryExpressionBinder =>
    new QueryExpressionBinder({ context, names, commonTables, place });
  const from = bindQueryFrom(
    {
      context,
      scope,
      outer,
      commonTables,
      bindCondition: (node, names) => {
        const parts = conjunctsOf(node).map((part) =>
          binderFor(names, 'ON').bindCondition(part, 'The condition of ON'),
        );
        return computed({ name: 'bool' }, printConjunction(parts), parts);
      },
    },
    select.fromClause ?? [],
  );
  const whereBinder = binderFor(scope, 'WHERE');
  const conditions = conjunctsOf(select.whereClause).map((node) =>
    whereBinder.bindCondition(node, 'The condition of WHERE'),
  );
  const body = `${from === '' ? '' : ` FROM ${from}`}${conditions.length === 0 ? '' : ` WHERE ${printConjunction(conditions)}`}`;

  const targetNodes = select.targetList ?? [];
  const grouped =
    select.groupClause !== undefined ||
    select.havingClause !== undefined ||
    [targetNodes, select.sortClause ?? []].some(containsAggregate);
  const groups = grouped
    ? new Groups(context, select, scope, binderFor(scope, 'GROUP BY and the arguments of an aggregate'))
    : null;
  const windows = new Map<string, WindowClause>();
  for (const node of select.windowClause ?? []) {
    if ('WindowDef' in node) windows.set(node.WindowDef.name ?? '', node.WindowDef);
  }
  groups?.group(select.groupClause ?? [], (node) => groupExpression(context, node, targetNodes, scope));
  const grouping = groups === null ? {} : { grouping: groups };
  const output = new QueryExpressionBinder({
    context,
    names: scope,
    commonTables,
    place: 'this place',
    windows,
    ...grouping,
  });
  const targets = targetNodes.flatMap((node) => bindTarget(context, output, scope, node));
  const having = conjunctsOf(select.havingClause).map((node) =>
    new QueryExpressionBinder({ context, names: scope, commonTables, place: 'HAVING', ...grouping }).bindCondition(
      node,
      'The condition of HAVING',
    ),
  );
  const finished = targets.map((target) => finishTarget(context, target));
  const columns = finished.map(({ name, expression }, index): QueryColumn => {
    const unknown = keepUnknown && targets[index]!.expression.type.name === 'unknown';
    return { name, type: unknown ? UNKNOWN : expression.type };
  });
  const list = finished.map(({ expression }, index) => `${expression.sql} AS c${index}`).join(', ') || '1 AS c0';
  const tail = limits(context, select, outer, commonTables);

  const distinct = select.distinctClause;
  const isOn = distinct?.some((node) => Object.keys(node).length > 0) === true;
  const resolved = (select.sortClause ?? []).map((node) => {
    if (!('SortBy' in node))
      throw statement.refuse('SQL_UNSUPPORTED', 'This order is not proven.', 'Use ASC or DESC.', undefined);
    return { sort: node.SortBy, target: findTarget(statement, node.SortBy.node, finished, scope) };
  });
  const orderOf = (inner: (target: number) => Expression): string => {
    const keys = resolved.map(({ sort, target }) => {
      if (target !== null) return output.sortKey(sort, inner(target));
      if (distinct !== undefined && !isOn) {
        const bound = output.bind(sort.node);
        const same = finished.findIndex(({ expression }) => expression.sql === bound.sql);
        if (same >= 0) return output.sortKey(sort, inner(same));
        throw statement.refuse(
          'SQL_UNSUPPORTED',
          'With DISTINCT, rows can only be ordered by result columns.',
          'Select the expression too.',
          sort.location,
        );
      }
      return output.sortKey(sort, output.bind(sort.node));
    });
    return keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`;
  };
  const sourceOf = (): string => {
    const filter = having.length === 0 ? '' : ` WHERE ${printConjunction(having)}`;
    return groups === null ? body : ` FROM ${groups.print(body)}${filter}`;
  };
  if (distinct === undefined || isOn) {
    const on = isOn
      ? `DISTINCT ON (${distinct
          .map((node) => {
            const target = findTarget(statement, node, finished, scope);
            return keySql(statement, target === null ? output.bind(node) : finished[target]!.expression, 'DISTINCT');
          })
          .join(', ')}) `
      : '';
    const order = orderOf((target) => finished[target]!.expression);
    // Ordering may add aggregates: the groups are printed last.
    return { columns, sql: `SELECT ${on}${list}${sourceOf()}${order}${tail}` };
  }
  const plain = finished.every(({ expression }) => isPlainKey(expression.type));
  const keys = finished.map(({ expression }) => keySql(statement, expression, 'DISTINCT'));
  const inner = context.name('q');
  const order = orderOf((target) => ({ ...computed(finished[target]!.expression.type, `${inner}.c${target}`, []) }));
  const sql = `SELECT DISTINCT ${plain ? '' : `ON (${keys.join(', ')}) `}${list}${sourceOf()}`;
  return order === '' && tail === ''
    ? { columns, sql }
    : { columns, sql: `SELECT ${inner}.* FROM (${sql}) AS ${inner}${order}${tail}` };
}

function containsAggregate(tree: unknown): boolean {
  if (Array.isArray(tree)) return tree.some(containsAggregate);
  if (typeof tree !== 'object' || tree === null) return false;
  return Object.entries(tree).some(([key, value]) => {
    if (key === 'SubLink') return containsAggregate((value as { testexpr?: Node }).testexpr);
    if (key === 'FuncCall') {
      const call = value as { funcname?: Node[]; over?: unknown };
      if (call.over === undefined && isAggregate(namesOf(call.funcname).join('.'))) return true;
    }
    return containsAggregate(value);
  });
}

function positionOf(node: Node | undefined): number | null {
  if (node === undefined || !('A_Const' in node) || node.A_Const.ival === undefined) return null;
  return node.A_Const.ival.ival ?? 0;
}

/** The column of the result that ORDER BY or DISTINCT ON means: by position, or by its name, which wins over the name of a table's column. */
function findTarget(
  statement: QueryContext['statement'],
  node: Node | undefined,
  targets: readonly Target[],
  scope: QueryScope,
): number | null {
  const position = positionOf(node);
  if (position !== null) {
    if (position >= 1 && position <= targets.length) return position - 1;
    throw statement.refuse(
      'SQL_UNKNOWN_COLUMN',
      `There is no result column ${position}.`,
      `The result has ${targets.length} columns.`,
      undefined,
    );
  }
  if (node === undefined || !('ColumnRef' in node)) return null;
  const path = namesOf(node.ColumnRef.fields);
  if (path.length !== 1) return null;
  const found = targets.flatMap((target, index) => (target.name === path[0] ? [index] : []));
  if (found.length > 1) {
    const same = found.every((index) => targets[index]!.expression.sql === targets[found[0]!]!.expression.sql);
    if (!same) {
      throw statement.refuse(
        'SQL_AMBIGUOUS_COLUMN',
        `More than one result column is called ${path[0]}.`,
        'Write alias.column or its position.',
        node.ColumnRef.location,
      );
    }
  }
  void scope;
  return found[0] ?? null;
}

/** GROUP BY takes a position, a column of a table, or else the name of a result column. */
function groupExpression(context: QueryContext, node: Node, targets: readonly Node[], scope: QueryScope): Node {
  const { statement, facts } = context;
  const expressionOf = (target: Node | undefined): Node | undefined =>
    target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  const position = positionOf(node);
  if (position !== null) {
    const value = expressionOf(targets[position - 1]);
    if (value !== undefined) return value;
    throw statement.refuse(
      'SQL_UNKNOWN_COLUMN',
      `There is no result column ${position}.`,
      'Use the number of a result column.',
      undefined,
    );
  }
  if (!('ColumnRef' in node)) return node;
  const path = namesOf(node.ColumnRef.fields);
  if (path.length !== 1 || scope.items.some(({ columns }) => columns.some(({ name }) => name === path[0]))) return node;
  const named = targets.find((target) => 'ResTarget' in target && target.ResTarget.name === path[0]);
  const value = expressionOf(named);
  if (value !== undefined) facts.groupNames.set(node.ColumnRef, value);
  return value ?? node;
}

function bindTarget(context: QueryContext, binder: QueryExpressionBinder, scope: QueryScope, node: Node): Target[] {
  if (!('ResTarget' in node))
    throw context.statement.refuse(
      'SQL_UNSUPPORTED',
      'This result column is not proven.',
      'Write an expression.',
      undefined,
    );
  const { name, val, location } = node.ResTarget;
  if (val !== undefined && 'ColumnRef' in val && (val.ColumnRef.fields ?? []).some((field) => 'A_Star' in field)) {
    const path = namesOf(val.ColumnRef.fields).slice(0, -1);
    const columns = scope.star(path, location);
    context.facts.stars.set(
      node.ResTarget,
      columns.map((column) => ({ name: column.name, origin: column.expression.origin, alias: column.alias })),
    );
    return columns.map((column) => ({
      name: column.name,
      expression: binder.options.grouping === undefined ? column.expression : groupedStar(binder, column.expression),
    }));
  }
  const expression = binder.bind(val);
  if (expression.interval !== undefined || expression.type.name === 'interval') {
    throw context.statement.refuse(
      'SQL_UNSUPPORTED',
      'An interval as a result is not proven.',
      'Add it to a moment.',
      location,
    );
  }
  return [{ name: name ?? resultName(val), expression, ...(val === undefined ? {} : { node: val }) }];
}

function groupedStar(binder: QueryExpressionBinder, column: Expression): Expression {
  const { grouping } = binder.options;
  const held = grouping?.findKey(column.sql, column.type) ?? grouping?.findDependent({ ...column });
  if (held !== null && held !== undefined) return held;
  throw binder.statement.refuse(
    'SQL_NOT_GROUPED',
    '* has columns that are not in GROUP BY.',
    'Name the columns.',
    column.location,
  );
}

function finishTarget(context: QueryContext, target: Target): Target {
  const { expression } = target;
  return expression.type.name === 'unknown'
    ? { ...target, expression: coerceLiteral(context.statement, expression, TEXT) }
    : target;
}

function limits(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  commonTables: CommonTables,
): string {
  const { statement } = context;
  const count = (node: Node | undefined, word: string): string => {
    if (node === undefined || ('A_Const' in node && node.A_Const.isnull === true)) return '';
    const names: QueryNames = outer ?? new QueryScope(context, null);
    const value = new QueryExpressionBinder({ context, names, commonTables, place: word }).bind(node);
    const whole = value.type.name === 'unknown' ? coerceLiteral(statement, value, INT8) : value;
    if (whole.literal === null) return '';
    if (!isInteger(whole.type) || typeof whole.literal !== 'string') {
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        `${word} is not a constant number.`,
        'Write a number or a parameter.',
        value.location,
      );
    }
    if (whole.literal.startsWith('-')) {
      throw statement.refuse(
        'SQL_INVALID_VALUE',
        `${word} must not be negative.`,
        'Write a number from 0.',
        value.location,
      );
    }
    return ` ${word} ${whole.literal}`;
  };
  return count(select.limitCount, 'LIMIT') + count(select.limitOffset, 'OFFSET');
}

/** A column of a branch as an expression; what had no type comes as text and is read as the common type. */
function branchColumn(column: QueryColumn, sql: string): Expression {
  return computed(column.type, sql, []);
}

function toCommon(context: QueryContext, column: Expression, type: PgType): Expression {
  if (column.type.name !== 'unknown') return castToCommon(context.statement, column, type);
  return sameType(type, TEXT)
    ? { ...column, type }
    : cast(context.statement, { ...column, type: TEXT }, type, 'explicit');
}

function bindSetOperation(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  commonTables: CommonTables,
  keepUnknown: boolean,
): BoundSelect {
  const { statement } = context;
  const word = (select.op ?? '').replace('SETOP_', '');
  const sides = [select.larg!, select.rarg!].map((side) =>
    bindSelectStatement(context, side, outer, commonTables, true),
  );
  const [left, right] = sides as [BoundSelect, BoundSelect];
  if (left.columns.length !== right.columns.length) {
    throw statement.refuse(
      'SQL_TYPE_MISMATCH',
      `The sides of ${word} have ${left.columns.length} and ${right.columns.length} columns.`,
      'Give them the same columns.',
      undefined,
    );
  }
  const names = [context.name('q'), context.name('q')];
  const types = left.columns.map((column, index) => {
    const pair = [column, right.columns[index]!];
    if (pair.every(({ type }) => type.name === 'unknown')) return keepUnknown ? UNKNOWN : TEXT;
    return commonType(
      statement,
      pair.map((one) => branchColumn(one, '')),
      word,
    );
  });
  const keyed = select.all !== true && types.some((one) => one.name !== 'unknown' && !isPlainKey(one));
  if (keyed && word !== 'UNION') {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      `${word} of ${types.map(describeType).join(', ')} without ALL is not proven.`,
      'Cast to text or numeric(p,s).',
      undefined,
    );
  }
  const printed = sides.map((side, number) => {
    const list = side.columns.map((column, index) => {
      const held = branchColumn(column, `${names[number]}.c${index}`);
      const type = types[index]!;
      return `${type.name === 'unknown' ? held.sql : toCommon(context, held, type).sql} AS c${index}`;
    });
    return `(SELECT ${list.join(', ')} FROM (${side.sql}) AS ${names[number]})`;
  });
  const columns = types.map((type, index) => ({ name: left.columns[index]!.name, type }));
  const isAll = select.all === true || keyed;
  let united = `${printed[0]} ${word}${isAll ? ' ALL' : ''} ${printed[1]}`;
  if (keyed) {
    // Values that are equal in different forms are one: they are told apart by their keys.
    const name = context.name('q');
    const keys = types.map((type, index) =>
      keySql(statement, branchColumn({ name: '', type }, `${name}.c${index}`), word),
    );
    united = `SELECT DISTINCT ON (${keys.join(', ')}) ${name}.* FROM (${united}) AS ${name}`;
  }
  return orderWhole(context, select, outer, commonTables, { columns, sql: united });
}

/** ORDER BY and LIMIT over a set operation or VALUES: only by result columns. */
function orderWhole(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  commonTables: CommonTables,
  whole: BoundSelect,
): BoundSelect {
  const tail = limits(context, select, outer, commonTables);
  if (select.sortClause === undefined && tail === '') return whole;
  const { statement } = context;
  const name = context.name('q');
  const scope = new QueryScope(context, null);
  const targets = whole.columns.map(
    (column, index): Target => ({ name: column.name, expression: computed(column.type, `${name}.c${index}`, []) }),
  );
  const binder = new QueryExpressionBinder({ context, names: scope, commonTables, place: 'ORDER BY' });
  const keys = (select.sortClause ?? []).map((node) => {
    const target = 'SortBy' in node ? findTarget(statement, node.SortBy.node, targets, scope) : null;
    if (!('SortBy' in node) || target === null) {
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        'A union can only be ordered by its result columns.',
        'Name a result column, or its position.',
        undefined,
      );
    }
    const { expression } = targets[target]!;
    if (isCollated(expression.type)) context.facts.ordersText = true;
    return binder.sortKey(node.SortBy, expression.type.name === 'unknown' ? { ...expression, type: TEXT } : expression);
  });
  const order = keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`;
  return { columns: whole.columns, sql: `SELECT ${name}.* FROM (${whole.sql}) AS ${name}${order}${tail}` };
}

function bindValues(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  commonTables: CommonTables,
): BoundSelect {
  const { statement } = context;
  const binder = new QueryExpressionBinder({
    context,
    names: new QueryScope(context, outer),
    commonTables,
    place: 'VALUES',
  });
  const rows = (select.valuesLists ?? []).map((node) =>
    ('List' in node ? (node.List.items ?? []) : []).map((item) => binder.bind(item)),
  );
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) {
    throw statement.refuse(
      'SQL_TYPE_MISMATCH',
      'The rows of VALUES have different lengths.',
      'Give each row the same columns.',
      undefined,
    );
  }
  const types = Array.from({ length: width }, (_, index) =>
    commonType(
      statement,
      rows.map((row) => row[index]!),
      'VALUES',
    ),
  );
  const sql = rows
    .map(
      (row) =>
        `(SELECT ${row.map((value, index) => `${castToCommon(statement, value, types[index]!).sql} AS c${index}`).join(', ')})`,
    )
    .join(' UNION ALL ');
  const columns = types.map((type, index) => ({ name: `column${index + 1}`, type }));
  return orderWhole(context, select, outer, commonTables, { columns, sql });
}
