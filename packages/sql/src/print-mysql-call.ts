/** Prints calls of functions of one row for MySQL and MariaDB: of texts by characters and bytes, and of moments; what is not proven throws. */
import type { Node } from 'libpg-query';
import { type MysqlValue, mostBytes, NotProven, ofLength } from './mysql-value.ts';
import { INT4, isMoment, type PgType } from './pg-type.ts';
import { isMysqlText } from './print-mysql-literal.ts';
import { printMysqlMoment } from './print-mysql-moment.ts';
import { checkedDate } from './print-mysql-zero-date.ts';

export interface MysqlCallLevel {
  /** Throws NotProven. */
  readonly print: (node: Node | undefined) => MysqlValue;
  /** A text of utf8mb4 with this SQL. Throws NotProven. */
  readonly text: (sql: string) => MysqlValue;
}

const LENGTHS: Record<string, string> = {
  length: 'CHAR_LENGTH',
  char_length: 'CHAR_LENGTH',
  character_length: 'CHAR_LENGTH',
  octet_length: 'LENGTH',
};
const TRIMS: Record<string, string> = { btrim: 'TRIM', ltrim: 'LTRIM', rtrim: 'RTRIM' };

/** `type`: what Postgres gives the call. */
export function printMysqlCall(level: MysqlCallLevel, name: string, args: readonly Node[], type: PgType): MysqlValue {
  const [first, second, third] = args;
  const refuse = (): NotProven => new NotProven(`${name} is not proven to mean the same there`);
  if (name === 'date_trunc' || name === 'extract') {
    if (third !== undefined) throw refuse();
    const value = level.print(second);
    const unit = first !== undefined && 'A_Const' in first ? first.A_Const.sval?.sval?.toLowerCase() : undefined;
    const printed = value.exact && isMoment(value.type) ? printMysqlMoment(name, unit, checkedDate(value)) : null;
    if (printed === null) throw new NotProven(`${name} of this is not proven to mean the same there`);
    return { sql: printed, type, exact: true, nullable: value.nullable !== false };
  }
  if (name === 'concat' && args.length > 0) return printMysqlConcat(level, args, true);
  const count = args.length;
  const length = count === 1 ? LENGTHS[name] : undefined;
  if (length !== undefined) {
    const { sql, nullable } = textArgument(level, first);
    const bounds = [0n, 2n ** 31n - 1n] as const;
    return { sql: `${length}(${sql})`, type: INT4, exact: true, signed: true, bounds, nullable };
  }
  const trim = count === 1 ? TRIMS[name] : undefined;
  if (trim !== undefined) return ofText(level, textArgument(level, first), (sql) => `${trim}(${sql})`);
  if ((name === 'left' || name === 'right') && count === 2) {
    const taken = wholeFrom(0, second, refuse);
    return ofText(level, textArgument(level, first), (sql) => `${name.toUpperCase()}(${sql}, ${taken})`, taken);
  }
  if ((name === 'substring' || name === 'substr') && (count === 2 || count === 3)) {
    const start = wholeFrom(1, second, refuse);
    const taken = count === 2 ? undefined : wholeFrom(0, third, refuse);
    const length = taken === undefined ? '' : `, ${taken}`;
    return ofText(level, textArgument(level, first), (sql) => `SUBSTRING(${sql}, ${start}${length})`, taken);
  }
  throw refuse();
}

/** `skipsNull`: a part that is NULL is left out, as concat has it; else the whole is NULL, as `||` has it. */
export function printMysqlConcat(level: MysqlCallLevel, args: readonly Node[], skipsNull: boolean): MysqlValue {
  const parts = args.map((node) => textArgument(level, node));
  const list = parts.map(({ sql, nullable }) => (skipsNull && nullable ? `COALESCE(${sql}, '')` : sql));
  const nullable = !skipsNull && parts.some((part) => part.nullable);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  return { ...ofLength(level.text(`CONCAT(${list.join(', ')})`), bytes), nullable };
}

interface TextArgument {
  readonly sql: string;
  readonly nullable: boolean;
  readonly bytes: number;
}

/** Far fewer than an answer of any server may have. */
const MOST_BYTES = 2 ** 20;

/** Of utf8mb4, under the collation of bytes, and not so long that what is made of it may be longer than an answer. */
function textArgument(level: MysqlCallLevel, node: Node | undefined): TextArgument {
  const value = level.print(node);
  const { type, byBytes, nullable, fallible } = value;
  const bytes = mostBytes(value);
  if (!isMysqlText(type) || byBytes === undefined || bytes === undefined || bytes > MOST_BYTES || fallible === true)
    throw new NotProven('a function of other texts than those of utf8mb4 is not proven there');
  return { sql: byBytes, nullable: nullable !== false, bytes };
}

/** `characters`: the most that are taken of the text. */
function ofText(
  level: MysqlCallLevel,
  { sql, nullable, bytes }: TextArgument,
  print: (sql: string) => string,
  characters?: number,
): MysqlValue {
  return { ...ofLength(level.text(print(sql)), bytes, characters), nullable };
}

/** A constant from `least`. */
function wholeFrom(least: number, node: Node | undefined, refuse: () => Error): number {
  const constant = node !== undefined && 'A_Const' in node ? node.A_Const.ival : undefined;
  const value = constant === undefined ? null : (constant.ival ?? 0);
  if (value === null || value < least) throw refuse();
  return value;
}
