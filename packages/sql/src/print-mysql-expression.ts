/** Prints expressions for MySQL and MariaDB that have the same value there: columns, exact arithmetic of decimals, parts of moments. */
import type { Node } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { INT4, INT8, isFixed, isInteger, type PgType } from './pg-type.ts';
import { exactMysqlColumn, type MysqlNames } from './print-mysql.ts';

export interface MysqlExpression {
  readonly sql: string;
  readonly type: PgType;
}

/** The start of the unit a moment is in; all of them keep the wall clock of UTC, in which the reader's sessions are. */
const UNIT_START: Record<string, (moment: string) => string> = {
  minute: (moment) => `DATE_FORMAT(${moment}, '%Y-%m-%d %H:%i:00')`,
  hour: (moment) => `DATE_FORMAT(${moment}, '%Y-%m-%d %H:00:00')`,
  day: (moment) => `DATE(${moment})`,
  week: (moment) => `DATE_SUB(DATE(${moment}), INTERVAL WEEKDAY(${moment}) DAY)`,
  month: (moment) => `DATE_FORMAT(${moment}, '%Y-%m-01')`,
  quarter: (moment) => `DATE_ADD(MAKEDATE(YEAR(${moment}), 1), INTERVAL QUARTER(${moment}) - 1 QUARTER)`,
  year: (moment) => `MAKEDATE(YEAR(${moment}), 1)`,
};

const FIELDS = new Set(['year', 'quarter', 'month', 'day', 'hour', 'minute']);

/** `typeOf`: the type Postgres gives a node. Null where nothing is proven. */
export function printMysqlExpression(
  node: Node | undefined,
  names: MysqlNames,
  typeOf: (node: Node) => PgType | undefined,
): MysqlExpression | null {
  if (node === undefined) return null;
  if ('ColumnRef' in node) return column(names.column(node.ColumnRef));
  if ('A_Const' in node) return numberConstant(node.A_Const as { ival?: { ival?: number }; fval?: { fval?: string } });
  const type = typeOf(node);
  if (type === undefined) return null;
  if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_OP') {
    const operator = namesOf(node.A_Expr.name).join('.');
    const [left, right] = [node.A_Expr.lexpr, node.A_Expr.rexpr].map((side) =>
      printMysqlExpression(side, names, typeOf),
    );
    if (left == null || right == null || !['+', '-', '*'].includes(operator)) return null;
    const areNumbers = [left.type, right.type].every((one) => isInteger(one) || isFixed(one));
    // Integers would not fail there where they leave their type; a decimal of at most 38 digits is exact in both.
    return areNumbers && isFixed(type) ? { sql: `(${asDecimal(left)} ${operator} ${asDecimal(right)})`, type } : null;
  }
  if (!('FuncCall' in node)) return null;
  const name = namesOf(node.FuncCall.funcname).join('.');
  const [unitNode, momentNode, third] = node.FuncCall.args ?? [];
  if ((name !== 'date_trunc' && name !== 'extract') || third !== undefined) return null;
  const unit = unitNode !== undefined && 'A_Const' in unitNode ? unitNode.A_Const.sval?.sval?.toLowerCase() : undefined;
  const moment = printMysqlExpression(momentNode, names, typeOf);
  if (unit === undefined || moment === null || !['date', 'timestamp', 'timestamptz'].includes(moment.type.name))
    return null;
  if (name === 'extract') return FIELDS.has(unit) ? { sql: `${unit.toUpperCase()}(${moment.sql})`, type } : null;
  const start = Object.hasOwn(UNIT_START, unit) ? UNIT_START[unit] : undefined;
  return start === undefined ? null : { sql: `CAST(${start(moment.sql)} AS DATETIME)`, type };
}

/** An unsigned bigint counts as numeric(20,0) here; its own arithmetic fails below zero. */
function asDecimal({ sql, type }: MysqlExpression): string {
  return isFixed(type) && type.scale === 0 ? `CAST(${sql} AS DECIMAL(${type.precision},0))` : sql;
}

function column(known: ReturnType<MysqlNames['column']>): MysqlExpression | null {
  const sql = known === null ? null : exactMysqlColumn(known);
  if (known === null || sql === null) return null;
  const { type } = known;
  const comparable =
    isInteger(type) || isFixed(type) || ['text', 'varchar', 'date', 'timestamp', 'timestamptz'].includes(type.name);
  return comparable ? { sql, type } : null;
}

function numberConstant({
  ival,
  fval,
}: {
  ival?: { ival?: number };
  fval?: { fval?: string };
}): MysqlExpression | null {
  if (ival !== undefined) return { sql: String(ival.ival ?? 0), type: INT4 };
  const text = fval?.fval ?? '';
  if (/^\d{1,18}$/.test(text)) return { sql: text, type: INT8 };
  const decimal = /^(\d{1,18})\.(\d{1,10})$/.exec(text);
  return decimal === null
    ? null
    : {
        sql: text,
        type: { name: 'numeric', precision: decimal[1]!.length + decimal[2]!.length, scale: decimal[2]!.length },
      };
}
