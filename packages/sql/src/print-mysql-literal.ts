/** Decides how constants, parameters and the time of the statement are written for MySQL and MariaDB, as values of a column's type. */
import type { Node, TypeCast } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { intervalWithUnit } from './bind-query-moment.ts';
import { foldMoment } from './fold-moment.ts';
import { readDateText, readIntervalText, readNumericLiteral, readTimestampText } from './literals.ts';
import { isFixed, isInteger, isString, type PgType } from './pg-type.ts';

/** What stands for the values that are not written in the statement. */
export interface MysqlConstants {
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

/** The text of a literal or parameter, null for NULL, undefined where it is neither. */
export function mysqlLiteralOf(node: Node | undefined, values: MysqlConstants): string | null | undefined {
  if (node === undefined) return undefined;
  if ('ParamRef' in node) return values.parameter(node.ParamRef.number ?? 0);
  if ('SQLValueFunction' in node) return timeOf(node.SQLValueFunction.op ?? '', values.now);
  if ('FuncCall' in node && namesOf(node.FuncCall.funcname).join() === 'now')
    return timeOf('SVFOP_CURRENT_TIMESTAMP', values.now);
  const moved = movedMoment(node, values);
  if (moved !== undefined) return moved;
  if ('TypeCast' in node) return castOf(node.TypeCast, values);
  if (!('A_Const' in node)) {
    const negative =
      'A_Expr' in node &&
      node.A_Expr.kind === 'AEXPR_OP' &&
      node.A_Expr.lexpr === undefined &&
      namesOf(node.A_Expr.name)[0] === '-';
    const value = negative && 'A_Expr' in node ? mysqlLiteralOf(node.A_Expr.rexpr, values) : undefined;
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
function castOf({ arg, typeName }: TypeCast, values: MysqlConstants): string | null | undefined {
  if (arg === undefined || typeName === undefined || typeName.typmods !== undefined) return undefined;
  if ((typeName.arrayBounds ?? []).length > 0) return undefined;
  const type = namesOf(typeName.names).join('.');
  const constant = 'A_Const' in arg ? arg.A_Const : undefined;
  const isGiven = 'ParamRef' in arg || constant?.sval !== undefined || constant?.isnull === true;
  const range = INTEGER_BITS[type];
  if (!isGiven && !(constant?.ival !== undefined && range !== undefined)) return undefined;
  const value = mysqlLiteralOf(arg, values);
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
function movedMoment(node: Node, values: MysqlConstants): string | undefined {
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
  const moment = mysqlLiteralOf(lexpr, values);
  if (interval === null || typeof moment !== 'string') return undefined;
  const isZoned = 'TypeCast' in lexpr && namesOf(lexpr.TypeCast.typeName?.names).join('.') === 'timestamptz';
  const wall = readTimestampText(moment, isZoned);
  return wall === null ? undefined : (foldMoment(wall, interval, operator === '+' ? 1 : -1) ?? undefined);
}

export function isMysqlText(type: PgType): boolean {
  return isString(type) && type.name !== 'bpchar';
}

/** The literal as MySQL reads a value of the column's type; null where it has no such form. */
export function mysqlLiteralFor(type: PgType, text: string): string | null {
  if (isInteger(type) || isFixed(type)) {
    const number = readNumericLiteral(text);
    return number === null || number.digits.length > 60 || /e/i.test(text) ? null : text.trim().replace(/^\+/, '');
  }
  if (isMysqlText(type)) return quoteMysqlText(text);
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
