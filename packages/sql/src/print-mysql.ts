/** Prints conditions for MySQL and MariaDB: only those that give the same rows there, or provably no fewer, are printed at all. */
import type { Node, TypeCast } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { intervalWithUnit } from './bind-query-expression.ts';
import { foldMoment } from './fold-moment.ts';
import { readDateText, readIntervalText, readNumericLiteral, readTimestampText } from './literals.ts';
import { isFixed, isInteger, isString, type PgType } from './pg-type.ts';

export interface MysqlColumn {
  /** Quoted, with its table. */
  readonly sql: string;
  readonly type: PgType;
  /** Comparing at the source means what Postgres means by it. */
  readonly exact: boolean;
  /** The column with a collation written to it that compares bytes; absent where it needs none, or none is known. */
  readonly byBytes?: string;
}

/** The column as it may be compared, grouped and ordered; null where nothing is proven. */
export function exactMysqlColumn(column: MysqlColumn): string | null {
  return column.exact ? column.sql : (column.byBytes ?? null);
}

export interface MysqlCondition {
  readonly sql: string;
  /** false: it lets through all the rows Postgres would, and perhaps more, so it must be judged again. */
  readonly exact: boolean;
}

export interface MysqlNames {
  /** The column a reference means; null where it is none of the table's. */
  column(reference: object): MysqlColumn | null;
  /** The value of a parameter; undefined where there is none. */
  parameter(number: number): string | null | undefined;
  /** The time of the statement. */
  readonly now: Date;
}

export function quoteMysqlName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A text literal that reads the same whatever `sql_mode` says about backslashes and quotes. */
export function quoteMysqlText(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !/['"\\`]/.test(text)) return `'${text}'`;
  return text === '' ? `''` : `_utf8mb4 x'${Buffer.from(text, 'utf8').toString('hex')}'`;
}

/** The condition in MySQL's dialect; null where nothing is proven about it. */
export function printMysqlCondition(node: Node, names: MysqlNames): MysqlCondition | null {
  if ('BoolExpr' in node) return boolean(node.BoolExpr, names);
  if ('NullTest' in node) {
    const column = columnOf(node.NullTest.arg, names);
    if (column === null) return null;
    return { sql: `${column.sql} IS ${node.NullTest.nulltesttype === 'IS_NOT_NULL' ? 'NOT ' : ''}NULL`, exact: true };
  }
  if (!('A_Expr' in node)) return null;
  const { kind, lexpr, rexpr, name } = node.A_Expr;
  const operator = namesOf(name).join('.');
  switch (kind) {
    case 'AEXPR_OP':
      return comparison(operator, lexpr, rexpr, names);
    case 'AEXPR_IN':
    case 'AEXPR_OP_ANY':
      return list(operator, kind, lexpr, rexpr, names);
    case 'AEXPR_BETWEEN': {
      if (rexpr === undefined || !('List' in rexpr)) return null;
      const [least, greatest] = rexpr.List.items ?? [];
      return both(comparison('>=', lexpr, least, names), comparison('<=', lexpr, greatest, names));
    }
    case 'AEXPR_LIKE': {
      const column = columnOf(lexpr, names);
      const pattern = literalOf(rexpr, names);
      if (
        (operator !== '~~' && operator !== '!~~') ||
        column === null ||
        typeof pattern !== 'string' ||
        !isText(column.type)
      )
        return null;
      // A pattern that ends in its escape is an error in Postgres.
      if (/(?:^|[^\\])(?:\\\\)*\\$/.test(pattern)) return null;
      const like = (sql: string): string =>
        `${sql} ${operator === '~~' ? 'LIKE' : 'NOT LIKE'} ${quoteMysqlText(pattern)} ESCAPE ${quoteMysqlText('\\')}`;
      return textCondition(column, like, operator === '~~');
    }
    default:
      return null;
  }
}

/**
 * A condition on a text. What holds for equal bytes holds in every collation (`widens`): then the plain column narrows, with its index, and the
 * bytes decide.
 */
function textCondition(column: MysqlColumn, print: (sql: string) => string, widens: boolean): MysqlCondition | null {
  if (column.exact) return { sql: print(column.sql), exact: true };
  if (column.byBytes === undefined) return widens ? { sql: print(column.sql), exact: false } : null;
  const byBytes = print(column.byBytes);
  return { sql: widens ? `(${print(column.sql)} AND ${byBytes})` : byBytes, exact: true };
}

function both(a: MysqlCondition | null, b: MysqlCondition | null): MysqlCondition | null {
  if (a === null || b === null) return null;
  return { sql: `(${a.sql} AND ${b.sql})`, exact: a.exact && b.exact };
}

function boolean(node: { boolop?: string; args?: Node[] }, names: MysqlNames): MysqlCondition | null {
  const parts = (node.args ?? []).map((part) => printMysqlCondition(part, names));
  if (node.boolop === 'NOT_EXPR') {
    const [only] = parts;
    return only?.exact === true ? { sql: `NOT (${only.sql})`, exact: true } : null;
  }
  const known = parts.filter((part) => part !== null);
  if (node.boolop === 'AND_EXPR') {
    // Leaving a part of AND out only lets more rows through.
    if (known.length === 0) return null;
    return {
      sql: `(${known.map(({ sql }) => sql).join(' AND ')})`,
      exact: known.length === parts.length && known.every(({ exact }) => exact),
    };
  }
  if (known.length < parts.length) return null;
  return { sql: `(${known.map(({ sql }) => sql).join(' OR ')})`, exact: known.every(({ exact }) => exact) };
}

function columnOf(node: Node | undefined, names: MysqlNames): MysqlColumn | null {
  return node !== undefined && 'ColumnRef' in node ? names.column(node.ColumnRef) : null;
}

/** The text of a literal or parameter, null for NULL, undefined where it is neither. */
function literalOf(node: Node | undefined, names: MysqlNames): string | null | undefined {
  if (node === undefined) return undefined;
  if ('ParamRef' in node) return names.parameter(node.ParamRef.number ?? 0);
  if ('SQLValueFunction' in node) return timeOf(node.SQLValueFunction.op ?? '', names.now);
  if ('FuncCall' in node && namesOf(node.FuncCall.funcname).join() === 'now')
    return timeOf('SVFOP_CURRENT_TIMESTAMP', names.now);
  const moved = movedMoment(node, names);
  if (moved !== undefined) return moved;
  if ('TypeCast' in node) return castOf(node.TypeCast, names);
  if (!('A_Const' in node)) {
    const negative =
      'A_Expr' in node &&
      node.A_Expr.kind === 'AEXPR_OP' &&
      node.A_Expr.lexpr === undefined &&
      namesOf(node.A_Expr.name)[0] === '-';
    const value = negative && 'A_Expr' in node ? literalOf(node.A_Expr.rexpr, names) : undefined;
    return typeof value === 'string' && /^[\d.]+$/.test(value) ? `-${value}` : undefined;
  }
  const constant = node.A_Const as {
    ival?: { ival?: number };
    fval?: { fval?: string };
    sval?: { sval?: string };
    isnull?: boolean;
  };
  if (constant.isnull === true) return null;
  if (constant.ival !== undefined) return String(constant.ival.ival ?? 0);
  if (constant.fval !== undefined) return constant.fval.fval ?? '0';
  return constant.sval === undefined ? undefined : (constant.sval.sval ?? '');
}

/**
 * The text of a constant cast to a type of values, as that type prints it; undefined where the cast does more than give a text its type. What is
 * cast is a text, a parameter, or a whole number made an integer: any other cast computes, as `1.6::int4` does.
 */
function castOf({ arg, typeName }: TypeCast, names: MysqlNames): string | null | undefined {
  if (arg === undefined || typeName === undefined || typeName.typmods !== undefined) return undefined;
  if ((typeName.arrayBounds ?? []).length > 0) return undefined;
  const type = namesOf(typeName.names).join('.');
  const constant = 'A_Const' in arg ? arg.A_Const : undefined;
  const isGiven = 'ParamRef' in arg || constant?.sval !== undefined || constant?.isnull === true;
  const range = INTEGER_BITS[type];
  if (!isGiven && !(constant?.ival !== undefined && range !== undefined)) return undefined;
  const value = literalOf(arg, names);
  if (typeof value !== 'string') return value;
  if (range !== undefined) {
    const whole = /^\s*[+-]?\d{1,19}\s*$/.test(value) ? BigInt(value.trim().replace(/^\+/, '')) : undefined;
    return whole === undefined || BigInt.asIntN(range, whole) !== whole ? undefined : String(whole);
  }
  switch (type) {
    case 'text':
    case 'numeric':
      return value;
    case 'date':
      return readDateText(value) ?? undefined;
    case 'timestamp':
    case 'timestamptz':
      return readTimestampText(value, type === 'timestamptz') ?? undefined;
    default:
      return undefined;
  }
}

const INTEGER_BITS: Record<string, number> = { int2: 16, int4: 32, int8: 64 };

function timeOf(operation: string, now: Date): string | undefined {
  const text = now.toISOString().replace('T', ' ').replace('Z', '');
  if (operation === 'SVFOP_CURRENT_DATE') return text.slice(0, 10);
  return operation === 'SVFOP_CURRENT_TIMESTAMP' || operation === 'SVFOP_LOCALTIMESTAMP' ? text : undefined;
}

/** A constant moment moved by a constant interval. */
function movedMoment(node: Node, names: MysqlNames): string | undefined {
  if (!('A_Expr' in node) || node.A_Expr.kind !== 'AEXPR_OP') return undefined;
  const { lexpr, rexpr, name } = node.A_Expr;
  const operator = namesOf(name).join('.');
  const isTyped =
    lexpr !== undefined &&
    ('TypeCast' in lexpr || 'SQLValueFunction' in lexpr || 'FuncCall' in lexpr || 'A_Expr' in lexpr);
  if ((operator !== '+' && operator !== '-') || !isTyped || rexpr === undefined || !('TypeCast' in rexpr))
    return undefined;
  if (namesOf(rexpr.TypeCast.typeName?.names).join('.') !== 'interval') return undefined;
  const plain = intervalWithUnit(rexpr) ?? rexpr;
  const text =
    'TypeCast' in plain && plain.TypeCast.arg !== undefined && 'A_Const' in plain.TypeCast.arg
      ? plain.TypeCast.arg.A_Const.sval?.sval
      : undefined;
  const interval =
    text === undefined || ('TypeCast' in plain && plain.TypeCast.typeName?.typmods !== undefined)
      ? null
      : readIntervalText(text);
  const moment = literalOf(lexpr, names);
  if (interval === null || typeof moment !== 'string') return undefined;
  const isZoned = 'TypeCast' in lexpr && namesOf(lexpr.TypeCast.typeName?.names).join('.') === 'timestamptz';
  const wall = readTimestampText(moment, isZoned);
  return wall === null ? undefined : (foldMoment(wall, interval, operator === '+' ? 1 : -1) ?? undefined);
}

function isText(type: PgType): boolean {
  return isString(type) && type.name !== 'bpchar';
}

/** The literal as MySQL reads a value of the column's type; null where it has no such form. */
function literalFor(type: PgType, text: string): string | null {
  if (isInteger(type) || isFixed(type)) {
    const number = readNumericLiteral(text);
    return number === null || number.digits.length > 60 || /e/i.test(text) ? null : text.trim().replace(/^\+/, '');
  }
  if (isText(type)) return quoteMysqlText(text);
  if (type.name === 'date') {
    // A moment at midnight is compared as the date is.
    const date = readDateText(text.replace(/ 00:00:00$/, ''));
    return date === null || !/^\d{4}-/.test(date) ? null : `'${date}'`;
  }
  // The sessions of the reader are in UTC.
  if (type.name === 'timestamp' || type.name === 'timestamptz') {
    const moment = readTimestampText(text, type.name === 'timestamptz');
    return moment === null || !/^\d{4}-/.test(moment) ? null : `'${moment}'`;
  }
  return null;
}

const MIRRORED: Record<string, string> = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function comparison(
  given: string,
  left: Node | undefined,
  right: Node | undefined,
  names: MysqlNames,
): MysqlCondition | null {
  const operator = given === '!=' ? '<>' : given;
  if (!Object.hasOwn(MIRRORED, operator)) return null;
  const [a, b] = [columnOf(left, names), columnOf(right, names)];
  if (a !== null && b !== null) {
    const comparable =
      (isInteger(a.type) && isInteger(b.type)) ||
      (isNumeric(a.type) && isNumeric(b.type)) ||
      (a.type.name === b.type.name && ['date', 'timestamp', 'timestamptz'].includes(a.type.name));
    return comparable && a.exact && b.exact ? { sql: `${a.sql} ${operator} ${b.sql}`, exact: true } : null;
  }
  if (a === null) return b === null ? null : comparison(MIRRORED[operator]!, right, left, names);
  const value = literalOf(right, names);
  if (typeof value !== 'string') return null;
  const literal = literalFor(a.type, value);
  if (literal === null) return null;
  if (isText(a.type)) return textCondition(a, (sql) => `${sql} ${operator} ${literal}`, operator === '=');
  return a.exact ? { sql: `${a.sql} ${operator} ${literal}`, exact: true } : null;
}

function isNumeric(type: PgType): boolean {
  return isInteger(type) || isFixed(type);
}

function list(
  operator: string,
  kind: string,
  left: Node | undefined,
  right: Node | undefined,
  names: MysqlNames,
): MysqlCondition | null {
  const column = columnOf(left, names);
  if (
    column === null ||
    right === undefined ||
    (operator !== '=' && operator !== '<>') ||
    (kind === 'AEXPR_OP_ANY' && operator !== '=')
  )
    return null;
  const items = 'List' in right ? right.List.items : 'A_ArrayExpr' in right ? right.A_ArrayExpr.elements : undefined;
  if (items === undefined || items.length === 0) return null;
  const literals = items.map((item) => {
    const value = literalOf(item, names);
    return typeof value === 'string' ? literalFor(column.type, value) : null;
  });
  if (literals.some((literal) => literal === null)) return null;
  const print = (sql: string): string => `${sql} ${operator === '=' ? 'IN' : 'NOT IN'} (${literals.join(', ')})`;
  if (isText(column.type)) return textCondition(column, print, operator === '=');
  return column.exact ? { sql: print(column.sql), exact: true } : null;
}
