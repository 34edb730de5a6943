/** Makes random queries of the constructs that a MySQL source computes whole. */
import type { RandomParts, RandomQuery } from './random-query-parts.ts';

export function provableQuery(parts: RandomParts): RandomQuery {
  const { sql, visible, aliases } = parts.from();
  const where = parts.where(visible);
  const value = (): string => {
    const { sql: column, kind } = parts.pick(visible);
    const same = parts.pick(visible.filter((other) => other.kind === kind)).sql;
    return parts.pick([
      column,
      `coalesce(${column}, ${same})`,
      `nullif(${column}, ${same})`,
      `case when ${parts.condition(visible, 1)} then ${column} else ${same} end`,
      `case ${column} when ${same} then ${column} end`,
      `${parts.condition(visible, 1)}`,
      ...(kind === 'money' ? [`${column} * 1.25 - ${same}`, `sum(${column}) over (partition by ${same})`] : []),
      ...(kind === 'text'
        ? [
            `length(${column})`,
            `octet_length(${column})`,
            `left(${column}, ${parts.int(0, 2)})`,
            `right(${column}, ${parts.int(0, 2)})`,
            `substring(${column} from ${parts.int(1, 3)} for ${parts.int(0, 2)})`,
            `${column} || ${same}`,
            `concat(${column}, '-', ${same})`,
            `btrim(${column})`,
          ]
        : []),
      ...(kind === 'bool' || kind === 'float'
        ? []
        : [
            `${parts.pick(['lag', 'lead'])}(${column}${parts.pick(['', ', 2', ', 0'])}) over (partition by ${same} order by ${aliases.map((alias) => `${alias}.id`).join(', ')})`,
            `${parts.pick(['first_value', 'last_value', 'max'])}(${column}) over (partition by ${same} order by ${aliases.map((alias) => `${alias}.id`).join(', ')})`,
          ]),
      ...(kind === 'big' ? [`${column} + 7`, `${column} * 3 - ${same}`] : []),
      ...(kind === 'int' ? [`rank() over (order by ${column} desc, ${aliases[0]}.id)`, `${column}::bigint + 1`] : []),
    ]);
  };
  const rows = `select ${value()} as x, ${value()} as y, ${aliases.map((alias) => `${alias}.id`).join(', ')} from ${sql}${where}`;
  const key = parts.pick(visible.filter(({ kind }) => kind !== 'float'));
  const text = parts.pick(visible.filter(({ kind }) => kind === 'text'));
  const other = parts.table();
  const order = aliases.map((_, index) => index + 3).join(', ');
  switch (parts.int(-2, 6)) {
    case -2:
      return {
        sql: `select left(${text.sql}, 1) as g, count(*), max(length(${text.sql})) from ${sql}${where === '' ? ' where' : `${where} and`} ${text.sql} || 'x' <> 'ax'
          group by left(${text.sql}, 1) order by 1 ${parts.pick(['', 'desc'])}`,
        ordered: true,
      };
    case -1: {
      const side = (): string =>
        `select k, ${parts.pick(['t', 't', 'left(t, 1)'])} from maria.${parts.pick(['c', 'e'])}`;
      const words = (): string =>
        parts.pick(['intersect', 'except', 'intersect all', 'except all', 'union', 'union all']);
      return { sql: `(${side()} ${words()} ${side()}) ${words()} ${side()}`, ordered: false };
    }
    case 0:
      return { sql: `${rows} order by ${order} limit ${parts.int(1, 9)} offset ${parts.int(0, 3)}`, ordered: true };
    case 1:
      return {
        sql: `select ${key.sql} as g, count(*) as n, ${parts.aggregate(visible)}, max(${parts.pick(visible).sql}) from ${sql}${where} group by ${key.sql}
          having count(*) > ${parts.int(0, 2)} or min(${key.sql}) is null order by n desc, g ${parts.pick(['', 'desc', 'nulls first'])} limit ${parts.int(1, 6)}`,
        ordered: true,
      };
    case 2:
      return {
        sql: `select distinct ${key.sql} as g, ${parts.pick(visible).sql} as h from ${sql}${where} order by g ${parts.pick(['', 'desc'])}, 2 limit 7`,
        ordered: true,
      };
    case 3:
      return {
        sql: `select q.k, count(*), sum(q.m) from (select k, m from maria.c where ${parts.condition([{ sql: 'k', kind: 'int' }], 1)} union ${parts.pick(['', 'all'])}
          select k, m from maria.e) q group by q.k`,
        ordered: false,
      };
    case 4:
      return {
        sql: `select id, k, c.t, e.t from maria.c ${parts.pick(['join', 'left join', 'right join'])} maria.e using (${parts.pick(['id', 'id, k'])}) where c.id > 3 or e.t = 'a'`.replace(
          'select id, k',
          'select id, c.k',
        ),
        ordered: false,
      };
    case 5:
      return {
        sql: `with w as (select k, t, count(*) as n from maria.c group by k, t) select ${other.alias}.id, w.n, (select max(v.n) from w v where v.n > 0)
          from ${other.table.store}.${other.table.name} ${other.alias} left join w on w.k = ${other.alias}.k and w.t = ${other.alias}.t${parts.where(other.visible)}`,
        ordered: false,
      };
    default:
      return {
        sql: `select k, rank() over (order by s desc, k), sum(n) over (), s from (select ${other.alias}.k as k, sum(${other.alias}.m) as s, count(*) as n
          from ${other.table.store}.${other.table.name} ${other.alias} group by 1) z where k is not null`,
        ordered: false,
      };
  }
}
