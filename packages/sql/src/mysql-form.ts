/** Decides in which form a column comes out of a SELECT of MySQL or MariaDB: compared by bytes, and with the text that Postgres gives its type. */
import { comparableMysql, type MysqlValue, NotProven } from './mysql-value.ts';
import { isFixed, isInteger, isMoment, type PgType } from './pg-type.ts';
import { isMysqlText } from './print-mysql-literal.ts';
import { checkedDate } from './print-mysql-zero-date.ts';

/** Texts by their bytes; `each`: every value is compared. */
export function comparedForm(value: MysqlValue, each: boolean): string {
  if (each) return comparableMysql(value);
  return isMysqlText(value.type) ? (value.byBytes ?? value.sql) : checkedDate(value);
}

/** Values whose text there is Postgres' text of the type that Postgres gives them. */
export function checkedForm(column: MysqlValue, type: PgType): MysqlValue {
  const own = column.type;
  const fits =
    isInteger(type) === isInteger(own) &&
    (type.name !== 'numeric' ||
      (own.name === 'numeric' && (!isFixed(own) || !isFixed(type) || own.scale === type.scale))) &&
    (type.name === own.name || isInteger(type) || type.name === 'numeric' || (isMysqlText(type) && isMysqlText(own)));
  if (!fits) throw new NotProven('a column has another form there');
  return column.type === type ? column : { ...column, type };
}

export function haveOneForm(a: MysqlValue, b: MysqlValue, type: PgType): boolean {
  if (isInteger(type)) return isInteger(a.type) && isInteger(b.type);
  if (isFixed(type)) return [a, b].every((side) => isFixed(side.type) && side.type.scale === type.scale);
  if (isMysqlText(type)) return [a, b].every((side) => isMysqlText(side.type) && side.byBytes !== undefined);
  return isMoment(type) && [a, b].every((side) => side.type.name === type.name && side.exact);
}
