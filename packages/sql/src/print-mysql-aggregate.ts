/** Prints aggregates for MySQL and MariaDB: count, sum, min and max of what is compared there as in Postgres. */
import type { FuncCall } from 'libpg-query';
import { comparableMysql, type MysqlValue, NotProven } from './mysql-value.ts';
import { INT8, isFixed, isInteger, isMoment, type PgType } from './pg-type.ts';
import { isMysqlText } from './print-mysql-literal.ts';
import type { MysqlValues } from './print-mysql-value.ts';

/** An aggregate over rows that `rows` prints; `type` is Postgres'. Throws NotProven. */
export function aggregateOf(rows: MysqlValues, call: FuncCall, name: string, type: PgType): MysqlValue {
  if (call.agg_order !== undefined || call.agg_within_group === true)
    throw new NotProven(`${name} in this form is not proven there`);
  const distinct = call.agg_distinct === true ? 'DISTINCT ' : '';
  const filter = call.agg_filter === undefined ? null : rows.condition(call.agg_filter);
  const counted = (sql: string): string => (filter === null ? sql : `CASE WHEN ${filter} THEN ${sql} END`);
  const count = (sql: string): MysqlValue => ({
    sql: `COUNT(${distinct}${sql})`,
    type: INT8,
    exact: true,
    nullable: false,
  });
  if (call.agg_star === true) return count(filter === null ? '*' : counted('1'));
  const value = rows.print(call.args?.[0]);
  switch (name) {
    case 'count':
      return count(counted(distinct === '' ? value.sql : comparableMysql(value)));
    case 'min':
    case 'max': {
      // The least of all is a zero date if there is one, and fails where it is read; the greatest is right without it.
      const form = isMoment(value.type) && value.exact ? value.sql : comparableMysql(value);
      const sql = `${name.toUpperCase()}(${counted(form)})`;
      if (value.type.name === 'bool') throw new NotProven(`${name} of this is not proven there`);
      if (isMysqlText(value.type))
        return { sql, type, exact: false, byBytes: `${sql} COLLATE ${rows.level.byteCollation}` };
      return { sql, type, exact: true, ...(value.mayBeZero === true ? { mayBeZero: true } : {}) };
    }
    case 'sum':
      if (!isInteger(value.type) && !isFixed(value.type)) throw new NotProven('a sum of this is not proven there');
      if (!isInteger(type) && !isFixed(type)) throw new NotProven('a sum beyond 38 digits is not proven there');
      return { sql: `SUM(${distinct}${counted(value.sql)})`, type, exact: true, summed: true };
    case 'avg':
      throw new NotProven('its averages have other digits: they are divided here');
    default:
      throw new NotProven(`${name} is not proven to mean the same there`);
  }
}
