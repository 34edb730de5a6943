/** Makes queries over the tables of the random test from a seed: joins, filters, groups, subqueries, set operations and windows, all deterministic. */
import { provableQuery } from './random-provable-query.ts';
import { RandomParts, type RandomQuery, type Visible } from './random-query-parts.ts';
import { TABLES, type Table } from './random-tables.ts';
import { seededRandom } from './tpch-tables.ts';

/** One query. `store`: it reads only tables of that one. */
export function randomQuery(seed: number, store?: Table['store']): RandomQuery {
  const tables = store === undefined ? TABLES : TABLES.filter((table) => table.store === store);
  const maker = new QueryMaker(seededRandom(seed), tables, store === 'maria');
  return maker.make();
}

class QueryMaker extends RandomParts {
  /** Also what only queries over one MySQL source are about. */
  readonly #more: boolean;

  constructor(random: () => number, tables: readonly Table[], more: boolean) {
    super(random, tables);
    this.#more = more;
  }

  make(): RandomQuery {
    if (this.#more && this.chance(0.4)) return provableQuery(this);
    const shape = this.number();
    if (shape < 0.34) return this.#rows();
    if (shape < 0.56) return this.#groups();
    if (shape < 0.74) return this.#union();
    if (shape < 0.84) return this.#window();
    if (shape < 0.92) return this.#common();
    return this.#limited();
  }

  #rows(): RandomQuery {
    const { sql, visible, aliases } = this.from();
    const list = Array.from({ length: this.int(1, 4) }, () => this.expression(visible));
    const distinct = this.chance(0.2);
    const where = this.where(visible);
    if (distinct) return { sql: `select distinct ${list.join(', ')} from ${sql}${where}`, ordered: false };
    if (this.chance(0.2)) return { sql: `select ${aliases[0]}.* from ${sql}${where}`, ordered: false };
    // Every row's place: by the keys of all tables.
    const keys = aliases.map((alias) => `${alias}.id`);
    const key = this.pick(visible);
    const order = [`${key.sql} ${this.pick(['', 'desc', 'desc nulls last', 'nulls first'])}`, ...keys];
    return { sql: `select ${list.join(', ')} from ${sql}${where} order by ${order.join(', ')}`, ordered: true };
  }

  #groups(): RandomQuery {
    const { sql, visible } = this.from();
    const keys = [...new Set(Array.from({ length: this.int(0, 2) }, () => this.#groupKey(visible)))];
    const list = [...keys, ...Array.from({ length: this.int(1, 3) }, () => this.aggregate(visible))];
    const having = this.chance(0.25) ? ` having count(*) > ${this.int(0, 3)}` : '';
    const group = keys.length === 0 ? '' : ` group by ${keys.join(', ')}`;
    return { sql: `select ${list.join(', ')} from ${sql}${this.where(visible)}${group}${having}`, ordered: false };
  }

  #groupKey(visible: readonly Visible[]): string {
    const { sql, kind } = this.pick(visible.filter((column) => column.kind !== 'float' && column.kind !== 'free'));
    if (kind === 'date' && this.chance(0.5)) return `extract(month from ${sql})`;
    if (kind === 'text' && this.chance(0.3)) return `upper(${sql})`;
    if (kind === 'int' && this.chance(0.3)) return `${sql} % 3`;
    return sql;
  }

  #union(): RandomQuery {
    const sides = [0, 1].map(() => {
      const { table, alias, visible } = this.table();
      return `select ${alias}.k, ${alias}.t, ${alias}.m from ${table.store}.${table.name} ${alias}${this.where(visible)}`;
    });
    const word = this.pick([
      ...Array.from({ length: 6 }, () => 'union all'),
      'union',
      'intersect',
      'except',
      'except all',
      'intersect all',
    ]);
    const sql = `${sides[0]} ${word} ${sides[1]}`;
    if (word !== 'union all' || this.chance(0.1)) return { sql, ordered: false };
    const directions = [1, 2, 3].map(
      (place) => `${place}${this.pick(['', ' desc', ' nulls first', ' desc nulls last'])}`,
    );
    const order = this.chance(0.5) ? directions : directions.reverse();
    return this.#first(this.chance(0.5) ? sql : `select * from (${sql}) u`, order.join(', '));
  }

  /** With an ORDER BY, and LIMIT and OFFSET as numbers or parameters. */
  #first(sql: string, order: string): RandomQuery {
    const limits = [this.chance(0.1) ? null : `${this.int(0, 8)}`, this.chance(0.3) ? `${this.int(0, 5)}` : '0'];
    const ordered = `${sql} order by ${order}`;
    return this.chance(0.5)
      ? { sql: `${ordered} limit $1 offset $2`, ordered: true, parameters: limits }
      : { sql: `${ordered} limit ${limits[0]} offset ${limits[1]}`, ordered: true };
  }

  #window(): RandomQuery {
    const { table, alias, visible } = this.table();
    const other = this.table();
    const call = this.pick([
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
      : `${alias}.k${this.pick(['', ' desc'])}, ${alias}.id, ${other.alias}.id`;
    const frame =
      this.chance(0.3) && /sum|count|avg|max|first/.test(call) ? ' rows between 2 preceding and current row' : '';
    const sql = `select ${alias}.id, ${other.alias}.id, ${call} over (partition by ${this.pick([`${alias}.t`, `${alias}.k`, `${other.alias}.k`])} order by ${order}${frame})
      from ${table.store}.${table.name} ${alias} join ${other.table.store}.${other.table.name} ${other.alias} on ${alias}.id = ${other.alias}.k${this.where(visible)}`;
    return { sql, ordered: false };
  }

  #common(): RandomQuery {
    const inner = this.table();
    const outer = this.table();
    const body = `select ${inner.alias}.k as k, count(*) as n, sum(${inner.alias}.m) as m from ${inner.table.store}.${inner.table.name} ${inner.alias}${this.where(inner.visible)} group by ${inner.alias}.k`;
    const from = `${outer.table.store}.${outer.table.name} ${outer.alias}`;
    const columns = `${outer.alias}.id, x.n, x.m`;
    const rest = this.where(outer.visible);
    if (this.chance(0.5))
      return {
        sql: `with x as (${body}) select ${columns} from ${from} ${this.pick(['join', 'left join'])} x on x.k = ${outer.alias}.k${rest}`,
        ordered: false,
      };
    return { sql: `select ${columns} from ${from} join (${body}) x on x.k = ${outer.alias}.k${rest}`, ordered: false };
  }

  #limited(): RandomQuery {
    const { table, alias, visible } = this.table();
    const key = this.pick(visible);
    const order = `${key.sql}${this.pick(['', ' desc', ' nulls first'])}, ${alias}.id`;
    const list = `${alias}.id, ${this.expression(visible)}`;
    return this.#first(`select ${list} from ${table.store}.${table.name} ${alias}${this.where(visible)}`, order);
  }
}
