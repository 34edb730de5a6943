/** Makes queries over the tables of the random test from a seed: joins, filters, groups, subqueries, set operations and windows, all deterministic. */
import { type Kind, TABLES, type Table, TEXTS } from './random-tables.ts';
import { seededRandom } from './tpch-tables.ts';

interface Visible {
  readonly sql: string;
  readonly kind: Kind;
}

export interface RandomQuery {
  readonly sql: string;
  /** Its ORDER BY names every row's place. */
  readonly ordered: boolean;
  /** Values of `$1…`; absent where it has none. */
  readonly parameters?: readonly (string | null)[];
}

/** One query. `store`: it reads only tables of that one. */
export function randomQuery(seed: number, store?: Table['store']): RandomQuery {
  const tables = store === undefined ? TABLES : TABLES.filter((table) => table.store === store);
  const maker = new QueryMaker(seededRandom(seed), tables, store === 'maria');
  return maker.make();
}

class QueryMaker {
  readonly #random: () => number;
  #aliases = 0;

  readonly #tables: readonly Table[];
  /** Also what only queries over one MySQL source are about. */
  readonly #more: boolean;

  constructor(random: () => number, tables: readonly Table[], more: boolean) {
    this.#random = random;
    this.#tables = tables;
    this.#more = more;
  }

  #int(least: number, greatest: number): number {
    return least + Math.floor(this.#random() * (greatest - least + 1));
  }

  #chance(probability: number): boolean {
    return this.#random() < probability;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#int(0, list.length - 1)]!;
  }

  make(): RandomQuery {
    if (this.#more && this.#chance(0.4)) return this.#provable();
    const shape = this.#random();
    if (shape < 0.34) return this.#rows();
    if (shape < 0.64) return this.#groups();
    if (shape < 0.74) return this.#union();
    if (shape < 0.84) return this.#window();
    if (shape < 0.92) return this.#common();
    return this.#limited();
  }

  #table(): { table: Table; alias: string; visible: Visible[] } {
    const table = this.#pick(this.#tables);
    this.#aliases += 1;
    const alias = `t${this.#aliases}`;
    return { table, alias, visible: table.columns.map(({ name, kind }) => ({ sql: `${alias}.${name}`, kind })) };
  }

  /** FROM with one to three tables. */
  #from(): { sql: string; visible: Visible[]; aliases: string[] } {
    const first = this.#table();
    let sql = `${first.table.store}.${first.table.name} ${first.alias}`;
    const visible = [...first.visible];
    const aliases = [first.alias];
    for (let count = this.#int(0, 2); count > 0; count -= 1) {
      const next = this.#table();
      const word = this.#pick(['join', 'join', 'left join', 'right join', 'full join', 'comma']);
      const keys = (list: readonly Visible[]): Visible[] =>
        list.filter(({ sql: column }) => /\.(id|a_id|c_id|k)$/.test(column));
      const on = `${this.#pick(keys(visible)).sql} = ${this.#pick(keys(next.visible)).sql}`;
      const more =
        word !== 'full join' && word !== 'comma' && this.#chance(0.3)
          ? ` and ${this.#condition(this.#chance(0.5) ? next.visible : visible)}`
          : '';
      const item = `${next.table.store}.${next.table.name} ${next.alias}`;
      // A comma binds less tightly than JOIN, so what comes after it could not name the tables before.
      sql = word === 'comma' ? `${sql} join ${item} on ${on}` : `${sql} ${word} ${item} on ${on}${more}`;
      visible.push(...next.visible);
      aliases.push(next.alias);
    }
    return { sql, visible, aliases };
  }

  #literal(kind: Kind): string {
    switch (kind) {
      case 'int':
      case 'big':
        return `${this.#int(-5, 12)}`;
      case 'money':
      case 'free':
        return (this.#int(-1000, 4000) / 100).toFixed(2);
      case 'float':
        return `${this.#int(-20, 20) / 4}`;
      case 'text':
        return `'${this.#pick(TEXTS).replaceAll("'", "''")}'`;
      case 'date':
        return `date '2024-0${this.#int(1, 9)}-1${this.#int(0, 9)}'`;
      case 'moment':
        return `timestamp '2024-01-1${this.#int(0, 9)} 1${this.#int(0, 9)}:30:00'`;
      default:
        return 'true';
    }
  }

  #condition(visible: readonly Visible[], depth = 0): string {
    const roll = this.#random();
    if (depth < 2 && roll < 0.12)
      return `(${this.#condition(visible, depth + 1)} or ${this.#condition(visible, depth + 1)})`;
    if (depth < 2 && roll < 0.16) return `not (${this.#condition(visible, depth + 1)})`;
    if (depth === 0 && roll < 0.3) return this.#subquery(visible);
    const column = this.#pick(visible);
    const { sql, kind } = column;
    if (this.#chance(0.12)) return `${sql} is ${this.#pick(['null', 'not null'])}`;
    if (kind === 'bool') return this.#pick([sql, `not ${sql}`, `${sql} is true`]);
    if (kind === 'text' && this.#chance(0.35)) {
      return `${sql} ${this.#pick(['like', 'not like', 'like'])} ${this.#pick(["'%a%'", "'A%'", "'_b%'", "'%\\_%'", "'a'", "'%e%'"])}`;
    }
    if (this.#chance(0.15))
      return `${sql} ${this.#pick(['in', 'not in'])} (${this.#literal(kind)}, ${this.#literal(kind)}, ${this.#literal(kind)})`;
    if (this.#chance(0.12)) return `${sql} between ${this.#literal(kind)} and ${this.#literal(kind)}`;
    const operator = this.#pick(['=', '<>', '<', '<=', '>', '>=']);
    if (this.#chance(0.25)) {
      const same = visible.filter((other) => other.kind === kind);
      return `${sql} ${operator} ${this.#pick(same).sql}`;
    }
    if (this.#chance(0.1)) return `${sql} is not distinct from ${this.#literal(kind)}`;
    return `${sql} ${operator} ${this.#literal(kind)}`;
  }

  #subquery(visible: readonly Visible[]): string {
    const inner = this.#table();
    const from = `${inner.table.store}.${inner.table.name} ${inner.alias}`;
    const ints = (list: readonly Visible[]): readonly Visible[] => list.filter(({ kind }) => kind === 'int');
    const link = `${this.#pick(ints(inner.visible)).sql} = ${this.#pick(ints(visible)).sql}`;
    const more = this.#chance(0.5) ? ` and ${this.#condition(inner.visible, 1)}` : '';
    switch (this.#int(0, 3)) {
      case 0:
        return `${this.#pick(['exists', 'not exists'])} (select 1 from ${from} where ${link}${more})`;
      case 1:
        return `${this.#pick(ints(visible)).sql} ${this.#pick(['in', 'not in'])} (select ${this.#pick(ints(inner.visible)).sql} from ${from} where ${this.#condition(inner.visible, 1)})`;
      case 2:
        return `${this.#pick(ints(visible)).sql} ${this.#pick(['<', '>='])} (select ${this.#pick(['max', 'min', 'count'])}(${this.#pick(ints(inner.visible)).sql}) from ${from} where ${link}${more})`;
      default:
        return `(select sum(${inner.alias}.m) from ${from} where ${link}) > ${this.#literal('money')}`;
    }
  }

  #where(visible: readonly Visible[]): string {
    const parts = Array.from({ length: this.#int(0, 3) }, () => this.#condition(visible));
    return parts.length === 0 ? '' : ` where ${parts.join(' and ')}`;
  }

  #expression(visible: readonly Visible[]): string {
    const { sql, kind } = this.#pick(visible);
    const roll = this.#random();
    if (roll < 0.45) return sql;
    switch (kind) {
      case 'int':
        return this.#pick([
          `${sql} + 1`,
          `${sql} / 3`,
          `${sql} % 4`,
          `-${sql}`,
          `${sql} * 2.5`,
          `coalesce(${sql}, 0)`,
          `${sql}::text`,
          `nullif(${sql}, 2)`,
          `abs(${sql})`,
        ]);
      case 'big':
        return this.#pick([`${sql} - 1`, `${sql} / 7`, `${sql}::text`, `${sql}::numeric / 3`]);
      case 'money':
        return this.#pick([
          `${sql} * 2`,
          `${sql} / 3`,
          `round(${sql}, 1)`,
          `${sql}::int`,
          `${sql} * ${sql}`,
          `trunc(${sql})`,
          `${sql} + 0.001`,
        ]);
      case 'free':
        return this.#pick([`${sql} + 1`, `round(${sql}, 2)`, `${sql} * 2`]);
      case 'float':
        return this.#pick([`${sql} * 2`, `${sql} + 0.5`, `${sql}::int`]);
      case 'text':
        return this.#pick([
          `upper(${sql})`,
          `length(${sql})`,
          `${sql} || '!'`,
          `coalesce(${sql}, 'none')`,
          `substring(${sql} from 1 for 2)`,
          `left(${sql}, 1)`,
          `replace(${sql}, 'a', 'o')`,
        ]);
      case 'date':
        return this.#pick([
          `extract(year from ${sql})`,
          `${sql} + 30`,
          `extract(month from ${sql})`,
          `${sql} + interval '1 month'`,
        ]);
      case 'moment':
        return this.#pick([`date_trunc('day', ${sql})`, `${sql}::date`, `extract(hour from ${sql})`]);
      default:
        return this.#pick([`not ${sql}`, `case when ${sql} then 1 else 0 end`]);
    }
  }

  #rows(): RandomQuery {
    const { sql, visible, aliases } = this.#from();
    const list = Array.from({ length: this.#int(1, 4) }, () => this.#expression(visible));
    const distinct = this.#chance(0.2);
    const where = this.#where(visible);
    if (distinct) return { sql: `select distinct ${list.join(', ')} from ${sql}${where}`, ordered: false };
    if (this.#chance(0.2)) return { sql: `select ${aliases[0]}.* from ${sql}${where}`, ordered: false };
    // Every row's place: by the keys of all tables.
    const keys = aliases.map((alias) => `${alias}.id`);
    const key = this.#pick(visible);
    const order = [`${key.sql} ${this.#pick(['', 'desc', 'desc nulls last', 'nulls first'])}`, ...keys];
    return { sql: `select ${list.join(', ')} from ${sql}${where} order by ${order.join(', ')}`, ordered: true };
  }

  #aggregate(visible: readonly Visible[]): string {
    const of = (...kinds: Kind[]): string => {
      const fitting = visible.filter(({ kind }) => kinds.includes(kind));
      return fitting.length === 0 ? '1' : this.#pick(fitting).sql;
    };
    const filter = this.#chance(0.15) ? ` filter (where ${this.#condition(visible, 2)})` : '';
    const call = this.#pick([
      () => 'count(*)',
      () => `count(${this.#pick(visible).sql})`,
      () => `count(distinct ${of('int', 'text', 'money')})`,
      () => `sum(${of('int', 'money', 'big')})`,
      () => `sum(${of('int', 'money')} * 2)`,
      () => `avg(${of('int', 'money', 'big')})`,
      () => `min(${of('text', 'date', 'money', 'int', 'moment', 'float')})`,
      () => `max(${of('text', 'date', 'money', 'int', 'moment', 'free')})`,
      () => `sum(${of('free', 'money')})`,
      () => `sum(distinct ${of('int')})`,
    ]);
    return `${call()}${filter}`;
  }

  #groups(): RandomQuery {
    const { sql, visible } = this.#from();
    const keys = [...new Set(Array.from({ length: this.#int(0, 2) }, () => this.#groupKey(visible)))];
    const list = [...keys, ...Array.from({ length: this.#int(1, 3) }, () => this.#aggregate(visible))];
    const having = this.#chance(0.25) ? ` having count(*) > ${this.#int(0, 3)}` : '';
    const group = keys.length === 0 ? '' : ` group by ${keys.join(', ')}`;
    return { sql: `select ${list.join(', ')} from ${sql}${this.#where(visible)}${group}${having}`, ordered: false };
  }

  #groupKey(visible: readonly Visible[]): string {
    const { sql, kind } = this.#pick(visible.filter((column) => column.kind !== 'float' && column.kind !== 'free'));
    if (kind === 'date' && this.#chance(0.5)) return `extract(month from ${sql})`;
    if (kind === 'text' && this.#chance(0.3)) return `upper(${sql})`;
    if (kind === 'int' && this.#chance(0.3)) return `${sql} % 3`;
    return sql;
  }

  #union(): RandomQuery {
    const sides = [0, 1].map(() => {
      const { table, alias, visible } = this.#table();
      return `select ${alias}.k, ${alias}.t, ${alias}.m from ${table.store}.${table.name} ${alias}${this.#where(visible)}`;
    });
    const word = this.#pick(['union', 'union all', 'union all', 'intersect', 'except', 'except all', 'intersect all']);
    const sql = `${sides[0]} ${word} ${sides[1]}`;
    if (word !== 'union all' || this.#chance(0.3)) return { sql, ordered: false };
    const directions = [1, 2, 3].map(
      (place) => `${place}${this.#pick(['', ' desc', ' nulls first', ' desc nulls last'])}`,
    );
    const order = this.#chance(0.5) ? directions : directions.reverse();
    return this.#first(this.#chance(0.5) ? sql : `select * from (${sql}) u`, order.join(', '));
  }

  /** With an ORDER BY, and LIMIT and OFFSET as numbers or parameters. */
  #first(sql: string, order: string): RandomQuery {
    const limits = [this.#chance(0.1) ? null : `${this.#int(0, 8)}`, this.#chance(0.3) ? `${this.#int(0, 5)}` : '0'];
    const ordered = `${sql} order by ${order}`;
    return this.#chance(0.5)
      ? { sql: `${ordered} limit $1 offset $2`, ordered: true, parameters: limits }
      : { sql: `${ordered} limit ${limits[0]} offset ${limits[1]}`, ordered: true };
  }

  #window(): RandomQuery {
    const { table, alias, visible } = this.#table();
    const other = this.#table();
    const call = this.#pick([
      'row_number()',
      'rank()',
      'dense_rank()',
      `sum(${alias}.m)`,
      `count(*)`,
      `avg(${alias}.k)`,
      `lag(${alias}.t)`,
      `lead(${alias}.k, 2)`,
      `lag(${alias}.k, 1, -1)`,
      `max(${alias}.m)`,
      `first_value(${alias}.t)`,
    ]);
    const order = /rank/.test(call)
      ? `${alias}.k`
      : `${alias}.k${this.#pick(['', ' desc'])}, ${alias}.id, ${other.alias}.id`;
    const frame =
      this.#chance(0.3) && /sum|count|avg|max|first/.test(call) ? ' rows between 2 preceding and current row' : '';
    const sql = `select ${alias}.id, ${other.alias}.id, ${call} over (partition by ${this.#pick([`${alias}.t`, `${alias}.k`, `${other.alias}.k`])} order by ${order}${frame})
      from ${table.store}.${table.name} ${alias} join ${other.table.store}.${other.table.name} ${other.alias} on ${alias}.id = ${other.alias}.k${this.#where(visible)}`;
    return { sql, ordered: false };
  }

  #common(): RandomQuery {
    const inner = this.#table();
    const outer = this.#table();
    const body = `select ${inner.alias}.k as k, count(*) as n, sum(${inner.alias}.m) as m from ${inner.table.store}.${inner.table.name} ${inner.alias}${this.#where(inner.visible)} group by ${inner.alias}.k`;
    const from = `${outer.table.store}.${outer.table.name} ${outer.alias}`;
    const columns = `${outer.alias}.id, x.n, x.m`;
    const rest = this.#where(outer.visible);
    if (this.#chance(0.5))
      return {
        sql: `with x as (${body}) select ${columns} from ${from} ${this.#pick(['join', 'left join'])} x on x.k = ${outer.alias}.k${rest}`,
        ordered: false,
      };
    return { sql: `select ${columns} from ${from} join (${body}) x on x.k = ${outer.alias}.k${rest}`, ordered: false };
  }

  /** Constructs that a MySQL source computes whole. */
  #provable(): RandomQuery {
    const { sql, visible, aliases } = this.#from();
    const where = this.#where(visible);
    const value = (): string => {
      const { sql: column, kind } = this.#pick(visible);
      const same = this.#pick(visible.filter((other) => other.kind === kind)).sql;
      return this.#pick([
        column,
        `coalesce(${column}, ${same})`,
        `nullif(${column}, ${same})`,
        `case when ${this.#condition(visible, 1)} then ${column} else ${same} end`,
        `case ${column} when ${same} then ${column} end`,
        `${this.#condition(visible, 1)}`,
        ...(kind === 'money' ? [`${column} * 1.25 - ${same}`, `sum(${column}) over (partition by ${same})`] : []),
        ...(kind === 'text'
          ? [
              `length(${column})`,
              `octet_length(${column})`,
              `left(${column}, ${this.#int(0, 2)})`,
              `right(${column}, ${this.#int(0, 2)})`,
              `substring(${column} from ${this.#int(1, 3)} for ${this.#int(0, 2)})`,
              `${column} || ${same}`,
              `concat(${column}, '-', ${same})`,
              `btrim(${column})`,
            ]
          : []),
        ...(kind === 'bool' || kind === 'float'
          ? []
          : [
              `${this.#pick(['lag', 'lead'])}(${column}${this.#pick(['', ', 2', ', 0'])}) over (partition by ${same} order by ${aliases.map((alias) => `${alias}.id`).join(', ')})`,
              `${this.#pick(['first_value', 'last_value', 'max'])}(${column}) over (partition by ${same} order by ${aliases.map((alias) => `${alias}.id`).join(', ')})`,
            ]),
        ...(kind === 'big' ? [`${column} + 7`, `${column} * 3 - ${same}`] : []),
        ...(kind === 'int' ? [`rank() over (order by ${column} desc, ${aliases[0]}.id)`, `${column}::bigint + 1`] : []),
      ]);
    };
    const rows = `select ${value()} as x, ${value()} as y, ${aliases.map((alias) => `${alias}.id`).join(', ')} from ${sql}${where}`;
    const key = this.#pick(visible.filter(({ kind }) => kind !== 'float'));
    const text = this.#pick(visible.filter(({ kind }) => kind === 'text'));
    const other = this.#table();
    const order = aliases.map((_, index) => index + 3).join(', ');
    switch (this.#int(-2, 6)) {
      case -2:
        return {
          sql: `select left(${text.sql}, 1) as g, count(*), max(length(${text.sql})) from ${sql}${where === '' ? ' where' : `${where} and`} ${text.sql} || 'x' <> 'ax'
            group by left(${text.sql}, 1) order by 1 ${this.#pick(['', 'desc'])}`,
          ordered: true,
        };
      case -1: {
        const side = (): string =>
          `select k, ${this.#pick(['t', 't', 'left(t, 1)'])} from maria.${this.#pick(['c', 'e'])}`;
        const words = (): string =>
          this.#pick(['intersect', 'except', 'intersect all', 'except all', 'union', 'union all']);
        return { sql: `(${side()} ${words()} ${side()}) ${words()} ${side()}`, ordered: false };
      }
      case 0:
        return { sql: `${rows} order by ${order} limit ${this.#int(1, 9)} offset ${this.#int(0, 3)}`, ordered: true };
      case 1:
        return {
          sql: `select ${key.sql} as g, count(*) as n, ${this.#aggregate(visible)}, max(${this.#pick(visible).sql}) from ${sql}${where} group by ${key.sql}
            having count(*) > ${this.#int(0, 2)} or min(${key.sql}) is null order by n desc, g ${this.#pick(['', 'desc', 'nulls first'])} limit ${this.#int(1, 6)}`,
          ordered: true,
        };
      case 2:
        return {
          sql: `select distinct ${key.sql} as g, ${this.#pick(visible).sql} as h from ${sql}${where} order by g ${this.#pick(['', 'desc'])}, 2 limit 7`,
          ordered: true,
        };
      case 3:
        return {
          sql: `select q.k, count(*), sum(q.m) from (select k, m from maria.c where ${this.#condition([{ sql: 'k', kind: 'int' }], 1)} union ${this.#pick(['', 'all'])}
            select k, m from maria.e) q group by q.k`,
          ordered: false,
        };
      case 4:
        return {
          sql: `select id, k, c.t, e.t from maria.c ${this.#pick(['join', 'left join', 'right join'])} maria.e using (${this.#pick(['id', 'id, k'])}) where c.id > 3 or e.t = 'a'`.replace(
            'select id, k',
            'select id, c.k',
          ),
          ordered: false,
        };
      case 5:
        return {
          sql: `with w as (select k, t, count(*) as n from maria.c group by k, t) select ${other.alias}.id, w.n, (select max(v.n) from w v where v.n > 0)
            from ${other.table.store}.${other.table.name} ${other.alias} left join w on w.k = ${other.alias}.k and w.t = ${other.alias}.t${this.#where(other.visible)}`,
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

  #limited(): RandomQuery {
    const { table, alias, visible } = this.#table();
    const key = this.#pick(visible);
    const order = `${key.sql}${this.#pick(['', ' desc', ' nulls first'])}, ${alias}.id`;
    const list = `${alias}.id, ${this.#expression(visible)}`;
    return this.#first(`select ${list} from ${table.store}.${table.name} ${alias}${this.#where(visible)}`, order);
  }
}
