/** Prints what GROUP BY leaves of the rows for MySQL and MariaDB: keys and aggregates in place, or as a table that HAVING and windows read. */
import type { Node } from 'libpg-query';
import { comparableMysql, type MysqlValue, NotProven } from './mysql-value.ts';
import { quoteMysqlName } from './print-mysql-literal.ts';
import type { MysqlGrouping, MysqlValues } from './print-mysql-value.ts';

/** The keys and aggregates of one GROUP BY; printed in place, or as a table of groups. */
export class MysqlGroups implements MysqlGrouping {
  readonly rows: MysqlValues;
  readonly #alias: string | null;
  readonly #columnOf: (value: MysqlValue, sql: string) => MysqlValue;
  readonly #keys: { row: string; sql: string; grouped: boolean; value: MysqlValue }[] = [];
  readonly #aggregates: MysqlValue[] = [];

  constructor(rows: MysqlValues, alias: string | null, columnOf: (value: MysqlValue, sql: string) => MysqlValue) {
    this.rows = rows;
    this.#alias = alias;
    this.#columnOf = columnOf;
  }

  addKey(node: Node | undefined): void {
    const value = this.rows.print(node);
    if (value.constant === true) throw new NotProven('a constant as a key is not proven there');
    if (this.#keys.some((key) => key.row === value.sql)) return;
    const { mayBeZero: _checked, ...held } = value;
    this.#add(held, comparableMysql(value), true);
  }

  #add(value: MysqlValue, sql: string, grouped: boolean): MysqlValue {
    const index = this.#keys.length;
    const held =
      this.#alias === null ? { ...value, sql } : this.#columnOf(value, `${quoteMysqlName(this.#alias)}.k${index}`);
    this.#keys.push({ row: value.sql, sql, grouped, value: held });
    return held;
  }

  keyOf(sql: string): MysqlValue | null {
    return this.#keys.find((key) => key.row === sql)?.value ?? null;
  }

  aggregate(value: MysqlValue): MysqlValue {
    if (this.#alias === null) return value;
    let index = this.#aggregates.findIndex(({ sql }) => sql === value.sql);
    if (index < 0) index = this.#aggregates.push(value) - 1;
    return this.#columnOf(value, `${quoteMysqlName(this.#alias)}.a${index}`);
  }

  /** Within a group it has one value, so any row's will do. */
  dependent(value: MysqlValue): MysqlValue {
    return this.#alias === null ? value : this.#add(value, value.sql, false);
  }

  ofRow(value: MysqlValue): MysqlValue {
    return this.keyOf(value.sql) ?? this.dependent(value);
  }

  /** FROM of what comes after grouping; `filter` is that of HAVING. */
  print(body: string, filter: string): string {
    const keys = this.#keys.filter(({ grouped }) => grouped).map(({ sql }) => sql);
    const group = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
    if (this.#alias === null) return `${body}${group}`;
    const list = [
      ...this.#keys.map(({ sql }, index) => `${sql} AS k${index}`),
      ...this.#aggregates.map(({ sql }, index) => `${sql} AS a${index}`),
    ];
    // Without a key there is one group, even of no rows: an aggregate makes it so.
    if (this.#aggregates.length === 0) list.push('COUNT(*) AS n');
    return ` FROM (SELECT ${list.join(', ')}${body}${group}) AS ${quoteMysqlName(this.#alias)}${filter}`;
  }
}
