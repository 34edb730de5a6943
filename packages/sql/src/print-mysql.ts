/** Prints conditions for MySQL and MariaDB: only those that give the same rows there, or provably no fewer, are printed at all. */
import type { Node, SubLink } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { isFixed, isInteger, isMoment, type PgType } from './pg-type.ts';
import {
  isMysqlText,
  type MysqlConstants,
  mysqlLiteralFor,
  mysqlLiteralOf,
  quoteMysqlText,
} from './print-mysql-literal.ts';
import { checkedCondition } from './print-mysql-zero-date.ts';

export interface MysqlColumn {
  /** Quoted, with its table. */
  readonly sql: string;
  readonly type: PgType;
  /** Comparing at the source means what Postgres means by it. */
  readonly exact: boolean;
  /** The column with a collation written to it that compares bytes; absent where it needs none, or none is known. */
  readonly byBytes?: string;
  /** false where it is never NULL; what is not told may be. */
  readonly nullable?: boolean;
  /** A date of a table, which may be none; see `print-mysql-zero-date.ts`. */
  readonly mayBeZero?: boolean;
  /** A text that may be longer than what the source puts in order. */
  readonly isLong?: boolean;
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

export interface MysqlNames extends MysqlConstants {
  /** The column a reference means; null where it is none of the table's. */
  column(reference: object): MysqlColumn | null;
  /** The value of another expression; absent where only columns are compared. */
  readonly value?: (node: Node) => MysqlColumn | null;
  /** A condition that asks a subquery; absent where none is sent. */
  readonly subquery?: (link: SubLink) => MysqlCondition | null;
}

/** The condition in MySQL's dialect; null where nothing is proven about it. */
export function printMysqlCondition(node: Node, names: MysqlNames): MysqlCondition | null {
  if ('BoolExpr' in node) return boolean(node.BoolExpr, names);
  if ('NullTest' in node) {
    const column = columnOf(node.NullTest.arg, names);
    if (column === null) return null;
    if (node.NullTest.nulltesttype === 'IS_NOT_NULL') return { sql: `${column.sql} IS NOT NULL`, exact: true };
    // Of a date that is declared NOT NULL, MySQL lets IS NULL find the zero dates.
    return { sql: isMoment(column.type) ? `(${column.sql} <=> NULL)` : `${column.sql} IS NULL`, exact: true };
  }
  if ('A_Const' in node && node.A_Const.boolval !== undefined)
    return { sql: node.A_Const.boolval.boolval === true ? 'TRUE' : 'FALSE', exact: true };
  if ('SubLink' in node) return names.subquery?.(node.SubLink) ?? null;
  if (!('A_Expr' in node)) return null;
  const { kind, lexpr, rexpr, name } = node.A_Expr;
  const operator = namesOf(name).join('.');
  switch (kind) {
    case 'AEXPR_OP':
      return comparison(operator, lexpr, rexpr, names);
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT':
      return distinction(kind === 'AEXPR_DISTINCT', lexpr, rexpr, names);
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
      const pattern = mysqlLiteralOf(rexpr, names);
      if (
        (operator !== '~~' && operator !== '!~~') ||
        column === null ||
        typeof pattern !== 'string' ||
        !isMysqlText(column.type)
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
  if (node === undefined) return null;
  return 'ColumnRef' in node ? names.column(node.ColumnRef) : (names.value?.(node) ?? null);
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
    const pair = comparablePair(a, b);
    return pair === null ? null : { sql: checkedCondition(`${pair[0]} ${operator} ${pair[1]}`, [a, b]), exact: true };
  }
  if (a === null) return b === null ? null : comparison(MIRRORED[operator]!, right, left, names);
  const value = mysqlLiteralOf(right, names);
  if (typeof value !== 'string') return null;
  const literal = mysqlLiteralFor(a.type, value);
  if (literal === null) return null;
  if (isMysqlText(a.type)) return textCondition(a, (sql) => `${sql} ${operator} ${literal}`, operator === '=');
  return a.exact ? { sql: checkedCondition(`${a.sql} ${operator} ${literal}`, [a]), exact: true } : null;
}

/** Both sides as they may be compared with each other; null where nothing is proven. */
export function comparablePair(a: MysqlColumn, b: MysqlColumn): readonly [string, string] | null {
  if (isMysqlText(a.type) && isMysqlText(b.type)) {
    if (a.byBytes === undefined || b.byBytes === undefined) return null;
    // Two columns that compare bytes by themselves have one collation: their indexes help.
    return a.exact && b.exact ? [a.sql, b.sql] : [a.byBytes, b.byBytes];
  }
  const comparable = (isNumeric(a.type) && isNumeric(b.type)) || (a.type.name === b.type.name && isMoment(a.type));
  return comparable && a.exact && b.exact ? [a.sql, b.sql] : null;
}

function distinction(
  isDistinct: boolean,
  left: Node | undefined,
  right: Node | undefined,
  names: MysqlNames,
): MysqlCondition | null {
  const [a, b] = [columnOf(left, names), columnOf(right, names)];
  if (a === null) return b === null ? null : distinction(isDistinct, right, left, names);
  // Of NULL, a failing check says something else than this.
  if (a.mayBeZero === true || b?.mayBeZero === true) return null;
  const print = (x: string, y: string): MysqlCondition => ({
    sql: isDistinct ? `NOT (${x} <=> ${y})` : `(${x} <=> ${y})`,
    exact: true,
  });
  if (b !== null) {
    const pair = comparablePair(a, b);
    return pair === null ? null : print(...pair);
  }
  const value = mysqlLiteralOf(right, names);
  const literal = typeof value === 'string' ? mysqlLiteralFor(a.type, value) : null;
  const sql = exactMysqlColumn(a);
  return literal === null || sql === null ? null : print(sql, literal);
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
    const value = mysqlLiteralOf(item, names);
    return typeof value === 'string' ? mysqlLiteralFor(column.type, value) : null;
  });
  if (literals.some((literal) => literal === null)) return null;
  const print = (sql: string): string => `${sql} ${operator === '=' ? 'IN' : 'NOT IN'} (${literals.join(', ')})`;
  if (isMysqlText(column.type)) return textCondition(column, print, operator === '=');
  return column.exact ? { sql: checkedCondition(print(column.sql), [column]), exact: true } : null;
}
