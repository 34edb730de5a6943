/** Decides whether a tree may be sent to a Postgres source at all: only known kinds of nodes, functions and types; everything else is refused. */
import type { FuncCall, Node, SelectStmt, TypeName } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { walk } from './check-stateless.ts';
import { constructName } from './construct-name.ts';
import type { Statement } from './expression.ts';
import { misspeltFunction } from './misspelt-function.ts';
import type { SqlProblem } from './problem.ts';
import { SOURCE_FUNCTIONS, SOURCE_TYPES, VOLATILE_FUNCTIONS } from './source-functions.ts';

const KINDS = new Set(
  `SelectStmt ResTarget ColumnRef A_Star String Integer Float A_Const A_Expr BoolExpr NullTest BooleanTest FuncCall TypeCast TypeName CaseExpr
  CaseWhen CoalesceExpr MinMaxExpr SubLink RangeVar RangeSubselect RangeFunction JoinExpr List SortBy CommonTableExpr WindowDef GroupingSet
  GroupingFunc A_ArrayExpr A_Indirection A_Indices RowExpr ParamRef SQLValueFunction CollateClause NamedArgExpr RangeTableSample JsonFormat
  JsonReturning JsonValueExpr JsonKeyValue JsonObjectConstructor JsonArrayConstructor JsonIsPredicate`.split(/\s+/),
);

const TIMES = new Set(
  'SVFOP_CURRENT_DATE SVFOP_CURRENT_TIME SVFOP_CURRENT_TIME_N SVFOP_CURRENT_TIMESTAMP SVFOP_CURRENT_TIMESTAMP_N SVFOP_LOCALTIME SVFOP_LOCALTIME_N SVFOP_LOCALTIMESTAMP SVFOP_LOCALTIMESTAMP_N'.split(
    ' ',
  ),
);

const OPERATOR = /^[+\-*/<>=~!@#%^&|`?]+$/;

/** What forbids sending the statement to a source, in the order of the text. */
export function checkSourceQuery(statement: Statement, select: SelectStmt): SqlProblem[] {
  const problems: SqlProblem[] = [];
  const refuse = (code: SqlProblem['code'], message: string, next: string, location: number | undefined): void => {
    problems.push(statement.problem(code, message, next, location));
  };
  const refuseKind = (name: string, location: number | undefined): void =>
    refuse('SQL_UNSUPPORTED', `${name} is not sent to a source.`, 'Write a plain SELECT.', location);
  let hasUnknownPart = false;
  visitAll({ SelectStmt: select } as Node, (kind, body) => {
    if (!KINDS.has(kind)) {
      // A part without a name of its own belongs to one that is told.
      if (/^[A-Z]/.test(kind)) refuseKind(constructName(kind), body.location);
      else hasUnknownPart = true;
      return;
    }
    switch (kind) {
      case 'SelectStmt': {
        const { intoClause, lockingClause } = body as SelectStmt;
        if (intoClause !== undefined)
          refuse('SQL_UNSUPPORTED', 'SELECT INTO makes a table.', 'Remove INTO.', undefined);
        if (lockingClause !== undefined)
          refuse('SQL_UNSUPPORTED', 'FOR UPDATE and FOR SHARE lock rows of a source.', 'Remove it.', undefined);
        break;
      }
      case 'FuncCall':
        checkFunction(statement, body as FuncCall, problems, refuse);
        break;
      case 'TypeName':
        checkType(body as TypeName, refuse);
        break;
      case 'SQLValueFunction':
        if (!TIMES.has((body as { op?: string }).op ?? '')) {
          refuse(
            'SQL_FUNCTION_FORBIDDEN',
            'Who is connected to a source is not told.',
            'Use current_date or current_timestamp.',
            body.location,
          );
        }
        break;
      case 'A_Expr': {
        const names = namesOf((body as { name?: Node[] }).name);
        const word = (body as { kind?: string }).kind;
        const plain = word === 'AEXPR_OP' || word === 'AEXPR_OP_ANY' || word === 'AEXPR_OP_ALL';
        if (names.length !== 1 || (plain && !OPERATOR.test(names[0]!))) {
          refuse(
            'SQL_UNKNOWN_OPERATOR',
            `The operator ${names.join('.')} is not sent to a source.`,
            'Use an operator of Postgres itself.',
            body.location,
          );
        }
        break;
      }
      case 'CollateClause':
        if (namesOf((body as { collname?: Node[] }).collname).length !== 1) {
          refuse(
            'SQL_UNSUPPORTED',
            'A collation of a schema is not sent to a source.',
            'Use COLLATE "C".',
            body.location,
          );
        }
        break;
      default:
    }
  });
  if (hasUnknownPart && problems.length === 0) refuseKind('A part of the statement', undefined);
  return problems.sort((a, b) => a.line - b.line || a.column - b.column);
}

type Refuse = (code: SqlProblem['code'], message: string, next: string, location: number | undefined) => void;

function checkFunction(statement: Statement, call: FuncCall, problems: SqlProblem[], refuse: Refuse): void {
  const names = namesOf(call.funcname);
  const name = names.join('.');
  if (names.length === 1 && SOURCE_FUNCTIONS.has(name)) return;
  const misspelt = names.length === 1 ? misspeltFunction(statement, name, call.location) : undefined;
  if (misspelt !== undefined) {
    problems.push(misspelt);
    return;
  }
  refuse(
    'SQL_FUNCTION_FORBIDDEN',
    `${name} is not on the list of functions that are sent to a source.`,
    'Use functions of Postgres that compute from their arguments only; functions of your own, of extensions, and those that reach files, sessions or settings are never called.',
    call.location,
  );
}

function checkType(type: TypeName, refuse: Refuse): void {
  const name = namesOf(type.names).join('.');
  if (SOURCE_TYPES.has(name) && type.setof !== true && type.pct_type !== true) return;
  refuse(
    'SQL_UNKNOWN_TYPE',
    `${name} is not a type that values are cast to here.`,
    "Use one of Postgres' own types of values, such as text.",
    type.location,
  );
}

/** Parts that stand in the tree without the name of their kind, and that name; any other such part is refused. */
const BARE = new Map(
  Object.entries({
    larg: 'SelectStmt',
    rarg: 'SelectStmt',
    typeName: 'TypeName',
    over: 'WindowDef',
    alias: 'Alias',
    join_using_alias: 'Alias',
    withClause: 'WithClause',
    search_clause: 'CTESearchClause',
    cycle_clause: 'CTECycleClause',
    ival: 'Value',
    fval: 'Value',
    sval: 'Value',
    boolval: 'Value',
    intoClause: 'IntoClause',
    format: 'JsonFormat',
    returning: 'JsonReturning',
  }),
);

const PARTS = new Set(['Alias', 'WithClause', 'CTESearchClause', 'CTECycleClause', 'Value', 'IntoClause']);

/** Visits every part of the tree, named or bare: what is not visited could not be refused. */
function visitAll(tree: unknown, visit: (kind: string, body: { location?: number }) => void): void {
  if (Array.isArray(tree)) for (const item of tree) visitAll(item, visit);
  else if (typeof tree === 'object' && tree !== null) {
    for (const [key, value] of Object.entries(tree)) {
      if (typeof value !== 'object' || value === null) continue;
      const isNamed = /^[A-Z]/.test(key);
      const holdsNamed = Object.keys(value).length === 1 && /^[A-Z]/.test(Object.keys(value)[0]!);
      if (isNamed) visit(key, value as { location?: number });
      else if (!Array.isArray(value) && !holdsNamed) {
        const kind = BARE.get(key) ?? key;
        if (!PARTS.has(kind)) visit(kind, value as { location?: number });
      }
      visitAll(value, visit);
    }
  }
}

/** Whether it gives the same whenever and wherever it is computed. */
export function isStable(tree: unknown, isReplaced: (call: FuncCall) => boolean = () => false): boolean {
  let stable = true;
  walk(tree, (kind, body) => {
    if (kind === 'FuncCall' && isReplaced(body as FuncCall)) return;
    if (kind === 'FuncCall' && VOLATILE_FUNCTIONS.has(namesOf((body as FuncCall).funcname).join('.'))) stable = false;
    if (kind === 'RangeTableSample') stable = false;
  });
  return stable;
}
