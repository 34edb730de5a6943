/** Binds a SELECT: its tables, conditions and result columns, and prints the engine's SQL for it. */
import type { Node, SelectStmt } from 'libpg-query';
import { ExpressionBinder, namesOf } from './bind-expression.ts';
import { type BoundFrom, bindFrom, type FindRelation, type FromScope, locationOf } from './bind-from.ts';
import { castToCommon, commonType } from './casts.ts';
import { type Expression, Refusal, type Statement, TooComplex } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { sameType, TEXT } from './pg-type.ts';
import { SqlError, type SqlProblem } from './problem.ts';
import type { Relation, RelationColumn } from './relation.ts';

interface Target {
  readonly name: string;
  readonly expression: Expression;
  readonly nullable: boolean;
}

/** A SELECT without UNION, before its columns have their final types. */
interface Branch {
  readonly targets: readonly Target[];
  readonly paths: readonly string[];
  readonly body: string;
  readonly explodes: boolean;
  readonly filterSources: ReadonlySet<string>;
  readonly filtered: boolean;
}

/** Binds a SELECT to the tables `find` knows. Throws SqlError with every problem that was found. */
export function bindSelect(statement: Statement, select: SelectStmt, find: FindRelation): Relation {
  try {
    return bindAny(statement, select, find);
  } catch (error) {
    if (error instanceof Refusal) throw new SqlError([error.problem]);
    if (isTooComplex(error)) throw new SqlError([tooComplex(statement, undefined)]);
    throw error;
  }
}

/** Nested deeper than the stack, or grown beyond what the engine is given. */
function isTooComplex(error: unknown): boolean {
  return error instanceof TooComplex || (error instanceof RangeError && /call stack/.test(error.message));
}

/** The refusal of an expression that is too large; a step of its own is computed once, however often it is named. */
export function tooComplex(statement: Statement, location: number | undefined): SqlProblem {
  return statement.problem(
    'SQL_UNSUPPORTED',
    'The expression is too complex.',
    'Compute a part of it in an earlier step.',
    location,
  );
}

function bindAny(statement: Statement, select: SelectStmt, outerFind: FindRelation): Relation {
  const local = new Map<string, Relation>();
  const find: FindRelation = (name, location) => local.get(name) ?? outerFind(name, location);
  for (const node of select.withClause?.ctes ?? []) {
    if (!('CommonTableExpr' in node)) continue;
    const { ctename, ctequery, aliascolnames, location } = node.CommonTableExpr;
    if (ctequery === undefined || !('SelectStmt' in ctequery)) {
      throw statement.refuse('SQL_UNSUPPORTED', `WITH ${ctename} is not a SELECT.`, 'Write a SELECT.', location);
    }
    local.set(ctename!, renamed(bindAny(statement, ctequery.SelectStmt, find), namesOf(aliascolnames)));
  }
  const branches = unionBranches(select).map((branch) => bindBranch(statement, branch, find));
  return branches.length === 1 ? printBranch(statement, branches[0]!) : printUnion(statement, branches);
}

function renamed(relation: Relation, names: readonly string[]): Relation {
  if (names.length === 0) return relation;
  return {
    ...relation,
    columns: relation.columns.map((column, index) => ({ ...column, name: names[index] ?? column.name })),
  };
}

function unionBranches(select: SelectStmt): SelectStmt[] {
  if (select.op !== 'SETOP_UNION' || select.larg === undefined || select.rarg === undefined) return [select];
  return [...unionBranches(select.larg), ...unionBranches(select.rarg)];
}

function bindBranch(statement: Statement, select: SelectStmt, outerFind: FindRelation): Branch {
  const from = bindFrom(statement, select.fromClause ?? [], outerFind, (node) => {
    if (!('SelectStmt' in node))
      throw statement.refuse('SQL_UNSUPPORTED', 'This subselect is not proven.', 'Write a SELECT.', undefined);
    return bindAny(statement, node.SelectStmt, outerFind);
  });
  const problems: SqlProblem[] = [];
  const collect = <T>(node: Node, bind: () => T, failed: T): T => {
    try {
      return bind();
    } catch (error) {
      if (error instanceof Refusal) problems.push(error.problem);
      else if (isTooComplex(error)) problems.push(tooComplex(statement, locationOf(node)));
      else throw error;
      return failed;
    }
  };
  const binder = new ExpressionBinder(statement, from.scope);
  const conditions: Expression[] = [...from.conditions];
  for (const node of conjuncts(select.whereClause)) {
    const condition = collect(node, () => binder.bindCondition(node, 'The condition of WHERE'), null);
    if (condition !== null) conditions.push(condition);
  }
  const targets: Target[] = [];
  for (const node of select.targetList ?? []) {
    targets.push(...collect(node, () => bindTarget(statement, binder, from, node), []));
  }
  const seen = new Set<string>();
  for (const { name, expression } of targets) {
    if (seen.has(name)) {
      problems.push(
        statement.problem(
          'SQL_DUPLICATE_COLUMN',
          `The result has two columns ${name}.`,
          'Rename one with AS.',
          expression.location,
        ),
      );
    } else if (/^ums_.*_$/.test(name)) {
      problems.push(
        statement.problem(
          'SQL_DUPLICATE_COLUMN',
          `${name} is a name of the platform.`,
          'Rename it with AS.',
          expression.location,
        ),
      );
    }
    seen.add(name);
  }
  if (problems.length > 0) throw new SqlError(problems);
  return {
    targets,
    paths: [
      ...Array.from({ length: from.relation.paths }, (_, index) => `p${index}`),
      ...from.laterals.map((_, index) => `coalesce(o${index}, 0)`),
    ],
    body: printBody(from, conditions),
    explodes: from.relation.explodes || from.laterals.length > 0,
    filtered: from.relation.filtered || conditions.length > 0 || from.laterals.length > 0,
    filterSources: new Set([
      ...from.relation.filterSources,
      ...from.laterals.flatMap(({ sources }) => [...sources]),
      ...conditions.flatMap(({ sources }) => [...sources]),
    ]),
  };
}

function conjuncts(node: Node | undefined): Node[] {
  if (node === undefined) return [];
  if ('BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR') return (node.BoolExpr.args ?? []).flatMap(conjuncts);
  return [node];
}

function bindTarget(statement: Statement, binder: ExpressionBinder, from: BoundFrom, node: Node): Target[] {
  if (!('ResTarget' in node))
    throw statement.refuse('SQL_UNSUPPORTED', 'This result column is not proven.', 'Write an expression.', undefined);
  const { name, val, location } = node.ResTarget;
  const nullable = (expression: Expression): boolean =>
    expression.copied === undefined ||
    (from.relation.columns.find((column) => column.copied === expression.copied)?.nullable ?? true);
  if (val !== undefined && 'ColumnRef' in val && (val.ColumnRef.fields ?? []).some((field) => 'A_Star' in field)) {
    const path = namesOf(val.ColumnRef.fields);
    return (from.scope satisfies FromScope).star(path.length > 1 ? path.at(-2) : undefined, location).map((column) => ({
      ...column,
      nullable: nullable(column.expression),
    }));
  }
  const expression = binder.bind(val);
  const chosen = name ?? inferredName(val);
  if (chosen === null) {
    throw statement.refuse('SQL_UNSUPPORTED', 'A computed column has no name.', 'Name it with AS.', location);
  }
  if (expression.interval !== undefined || expression.type.name === 'interval') {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      'An interval as a result is not proven.',
      'Add it to a moment.',
      location,
    );
  }
  return [{ name: chosen, expression, nullable: nullable(expression) }];
}

/** The name Postgres gives; null where it would be `?column?`. */
function inferredName(node: Node | undefined): string | null {
  if (node === undefined) return null;
  if ('ColumnRef' in node) return namesOf(node.ColumnRef.fields).at(-1) ?? null;
  if ('FuncCall' in node) return namesOf(node.FuncCall.funcname).at(-1) ?? null;
  if ('TypeCast' in node)
    return inferredName(node.TypeCast.arg) ?? namesOf(node.TypeCast.typeName?.names).at(-1) ?? null;
  if ('CollateClause' in node) return inferredName(node.CollateClause.arg);
  if ('CoalesceExpr' in node) return 'coalesce';
  if ('MinMaxExpr' in node) return node.MinMaxExpr.op === 'IS_LEAST' ? 'least' : 'greatest';
  if ('CaseExpr' in node) return inferredName(node.CaseExpr.defresult) ?? 'case';
  if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_NULLIF') return 'nullif';
  return null;
}

/** Table, conditions that need only it, exploded values, all other conditions; each level is one SELECT. */
function printBody(from: BoundFrom, conditions: readonly Expression[]): string {
  const early = conditions.filter((condition) => !condition.lateral);
  const late = conditions.filter((condition) => condition.lateral);
  let body = `(${from.relation.sql})`;
  if (early.length > 0) body = `(SELECT * FROM ${body} WHERE ${printConditions(early)})`;
  for (const [index, { list, outer }] of from.laterals.entries()) {
    const lists = `SELECT *, ${list} AS l${index} FROM ${body}`;
    const values = outer ? `coalesce(l${index}, [NULL])` : `l${index}`;
    const numbers = `range(1, len(l${index}) + 1)`;
    const ordinals = outer ? `coalesce(${numbers}, [CAST(NULL AS BIGINT)])` : numbers;
    body = `(SELECT * EXCLUDE (l${index}), unnest(${values}) AS v${index}, unnest(${ordinals}) AS o${index} FROM (${lists}))`;
  }
  return late.length > 0 ? `${body} WHERE ${printConditions(late)}` : body;
}

/** All hold, judged from left to right: a later one that may fail is only computed where the earlier ones hold. */
function printConditions(conditions: readonly Expression[]): string {
  let last = conditions.length - 1;
  while (last > 0 && !conditions[last]!.fallible) last -= 1;
  let sql = `(${conditions
    .slice(last)
    .map((condition) => condition.sql)
    .join(' AND ')})`;
  for (const condition of conditions.slice(0, last).reverse()) {
    sql = `CASE WHEN ${condition.sql} THEN ${sql} ELSE false END`;
  }
  return sql;
}

function finished(statement: Statement, target: Target): Target {
  const { expression } = target;
  return expression.type.name === 'unknown'
    ? { ...target, expression: coerceLiteral(statement, expression, TEXT) }
    : target;
}

function columnOf({ name, expression, nullable }: Target): RelationColumn {
  const { copied, sources, type } = expression;
  return { name, type, nullable, sources, ...(copied === undefined ? {} : { copied }) };
}

function printBranch(statement: Statement, branch: Branch): Relation {
  const targets = branch.targets.map((target) => finished(statement, target));
  return {
    columns: targets.map(columnOf),
    sql: printSelect(branch.paths, targets, branch.body),
    paths: branch.paths.length,
    explodes: branch.explodes,
    filtered: branch.filtered,
    filterSources: branch.filterSources,
  };
}

function printSelect(paths: readonly string[], targets: readonly Target[], body: string): string {
  const columns = [
    'r',
    ...paths.map((path, index) => `${path} AS p${index}`),
    ...targets.map(({ expression }, index) => `${expression.sql} AS c${index}`),
  ];
  return `SELECT ${columns.join(', ')} FROM ${body}`;
}

function printUnion(statement: Statement, branches: readonly Branch[]): Relation {
  const [first] = branches;
  for (const branch of branches) {
    if (branch.targets.length !== first!.targets.length) {
      throw statement.refuse(
        'SQL_TYPE_MISMATCH',
        `The branches of UNION ALL have ${first!.targets.length} and ${branch.targets.length} columns.`,
        'Give them the same columns.',
        branch.targets[0]?.expression.location,
      );
    }
  }
  const types = first!.targets.map((_, index) =>
    commonType(
      statement,
      branches.map((branch) => branch.targets[index]!.expression),
      'UNION ALL',
    ),
  );
  const depth = Math.max(...branches.map((branch) => branch.paths.length));
  const printed = branches.map((branch, number) => {
    const targets = branch.targets.map((target, index) => ({
      ...target,
      expression: castToCommon(statement, target.expression, types[index]!),
    }));
    const own = Array.from({ length: depth }, (_, index) => branch.paths[index] ?? '0');
    const paths = [String(number), ...own].map((path) => `CAST(${path} AS BIGINT)`);
    return { targets, sql: printSelect(paths, targets, branch.body) };
  });
  const columns = types.map((type, index): RelationColumn => {
    const all = printed.map(({ targets }) => targets[index]!);
    const copied = all[0]!.expression.copied;
    const same =
      copied !== undefined &&
      all.every(({ expression }) => expression.copied === copied && sameType(expression.type, type));
    return {
      name: first!.targets[index]!.name,
      type,
      nullable: all.some(({ nullable }) => nullable),
      sources: new Set(all.flatMap(({ expression }) => [...expression.sources])),
      ...(same ? { copied } : {}),
    };
  });
  return {
    columns,
    sql: printed.map(({ sql }) => sql).join(' UNION ALL '),
    paths: depth + 1,
    explodes: true,
    filtered: true,
    filterSources: new Set(branches.flatMap(({ filterSources }) => [...filterSources])),
  };
}
