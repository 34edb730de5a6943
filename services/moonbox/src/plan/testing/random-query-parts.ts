/** Makes the parts of random queries from a seed: FROM, conditions, expressions and aggregates over the tables of the random test. */
import { type Kind, type Table, TEXTS } from './random-tables.ts';

export interface Visible {
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

export class RandomParts {
  readonly #random: () => number;
  #aliases = 0;
  readonly #tables: readonly Table[];

  constructor(random: () => number, tables: readonly Table[]) {
    this.#random = random;
    this.#tables = tables;
  }

  /** From 0 to below 1. */
  number(): number {
    return this.#random();
  }

  int(least: number, greatest: number): number {
    return least + Math.floor(this.#random() * (greatest - least + 1));
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!;
  }

  table(): { table: Table; alias: string; visible: Visible[] } {
    const table = this.pick(this.#tables);
    this.#aliases += 1;
    const alias = `t${this.#aliases}`;
    return { table, alias, visible: table.columns.map(({ name, kind }) => ({ sql: `${alias}.${name}`, kind })) };
  }

  /** FROM with one to three tables. */
  from(): { sql: string; visible: Visible[]; aliases: string[] } {
    const first = this.table();
    let sql = `${first.table.store}.${first.table.name} ${first.alias}`;
    const visible = [...first.visible];
    const aliases = [first.alias];
    for (let count = this.int(0, 2); count > 0; count -= 1) {
      const next = this.table();
      const word = this.pick(['join', 'join', 'left join', 'right join', 'full join', 'comma']);
      const keys = (list: readonly Visible[]): Visible[] =>
        list.filter(({ sql: column }) => /\.(id|a_id|c_id|k)$/.test(column));
      const on = `${this.pick(keys(visible)).sql} = ${this.pick(keys(next.visible)).sql}`;
      const more =
        word !== 'full join' && word !== 'comma' && this.chance(0.3)
          ? ` and ${this.condition(this.chance(0.5) ? next.visible : visible)}`
          : '';
      const item = `${next.table.store}.${next.table.name} ${next.alias}`;
      // A comma binds less tightly than JOIN, so what comes after it could not name the tables before.
      sql = word === 'comma' ? `${sql} join ${item} on ${on}` : `${sql} ${word} ${item} on ${on}${more}`;
      visible.push(...next.visible);
      aliases.push(next.alias);
    }
    return { sql, visible, aliases };
  }

  literal(kind: Kind): string {
    switch (kind) {
      case 'int':
      case 'big':
        return `${this.int(-5, 12)}`;
      case 'money':
      case 'free':
        return (this.int(-1000, 4000) / 100).toFixed(2);
      case 'float':
        return `${this.int(-20, 20) / 4}`;
      case 'text':
        return `'${this.pick(TEXTS).replaceAll("'", "''")}'`;
      case 'date':
        return `date '2024-0${this.int(1, 9)}-1${this.int(0, 9)}'`;
      case 'moment':
        return `timestamp '2024-01-1${this.int(0, 9)} 1${this.int(0, 9)}:30:00'`;
      default:
        return 'true';
    }
  }

  condition(visible: readonly Visible[], depth = 0): string {
    const roll = this.#random();
    if (depth < 2 && roll < 0.12)
      return `(${this.condition(visible, depth + 1)} or ${this.condition(visible, depth + 1)})`;
    if (depth < 2 && roll < 0.16) return `not (${this.condition(visible, depth + 1)})`;
    if (depth === 0 && roll < 0.3) return this.subquery(visible);
    const column = this.pick(visible);
    const { sql, kind } = column;
    if (this.chance(0.12)) return `${sql} is ${this.pick(['null', 'not null'])}`;
    if (kind === 'bool') return this.pick([sql, `not ${sql}`, `${sql} is true`]);
    if (kind === 'text' && this.chance(0.35)) {
      return `${sql} ${this.pick(['like', 'not like', 'like'])} ${this.pick(["'%a%'", "'A%'", "'_b%'", "'%\\_%'", "'a'", "'%e%'"])}`;
    }
    if (this.chance(0.15))
      return `${sql} ${this.pick(['in', 'not in'])} (${this.literal(kind)}, ${this.literal(kind)}, ${this.literal(kind)})`;
    if (this.chance(0.12)) return `${sql} between ${this.literal(kind)} and ${this.literal(kind)}`;
    const operator = this.pick(['=', '<>', '<', '<=', '>', '>=']);
    if (this.chance(0.25)) {
      const same = visible.filter((other) => other.kind === kind);
      return `${sql} ${operator} ${this.pick(same).sql}`;
    }
    if (this.chance(0.1)) return `${sql} is not distinct from ${this.literal(kind)}`;
    return `${sql} ${operator} ${this.literal(kind)}`;
  }

  subquery(visible: readonly Visible[]): string {
    const inner = this.table();
    const from = `${inner.table.store}.${inner.table.name} ${inner.alias}`;
    const ints = (list: readonly Visible[]): readonly Visible[] => list.filter(({ kind }) => kind === 'int');
    const link = `${this.pick(ints(inner.visible)).sql} = ${this.pick(ints(visible)).sql}`;
    const more = this.chance(0.5) ? ` and ${this.condition(inner.visible, 1)}` : '';
    switch (this.int(0, 3)) {
      case 0:
        return `${this.pick(['exists', 'not exists'])} (select 1 from ${from} where ${link}${more})`;
      case 1:
        return `${this.pick(ints(visible)).sql} ${this.pick(['in', 'not in'])} (select ${this.pick(ints(inner.visible)).sql} from ${from} where ${this.condition(inner.visible, 1)})`;
      case 2:
        return `${this.pick(ints(visible)).sql} ${this.pick(['<', '>='])} (select ${this.pick(['max', 'min', 'count'])}(${this.pick(ints(inner.visible)).sql}) from ${from} where ${link}${more})`;
      default:
        return `(select sum(${inner.alias}.m) from ${from} where ${link}) > ${this.literal('money')}`;
    }
  }

  where(visible: readonly Visible[]): string {
    const parts = Array.from({ length: this.int(0, 3) }, () => this.condition(visible));
    return parts.length === 0 ? '' : ` where ${parts.join(' and ')}`;
  }

  expression(visible: readonly Visible[]): string {
    const { sql, kind } = this.pick(visible);
    const roll = this.#random();
    if (roll < 0.45) return sql;
    switch (kind) {
      case 'int':
        return this.pick([
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
        return this.pick([`${sql} - 1`, `${sql} / 7`, `${sql}::text`, `${sql}::numeric / 3`]);
      case 'money':
        return this.pick([
          `${sql} * 2`,
          `${sql} / 3`,
          `round(${sql}, 1)`,
          `${sql}::int`,
          `${sql} * ${sql}`,
          `trunc(${sql})`,
          `${sql} + 0.001`,
        ]);
      case 'free':
        return this.pick([`${sql} + 1`, `round(${sql}, 2)`, `${sql} * 2`]);
      case 'float':
        return this.pick([`${sql} * 2`, `${sql} + 0.5`, `${sql}::int`]);
      case 'text':
        return this.pick([
          `upper(${sql})`,
          `length(${sql})`,
          `${sql} || '!'`,
          `coalesce(${sql}, 'none')`,
          `substring(${sql} from 1 for 2)`,
          `left(${sql}, 1)`,
          `replace(${sql}, 'a', 'o')`,
        ]);
      case 'date':
        return this.pick([
          `extract(year from ${sql})`,
          `${sql} + 30`,
          `extract(month from ${sql})`,
          `${sql} + interval '1 month'`,
        ]);
      case 'moment':
        return this.pick([`date_trunc('day', ${sql})`, `${sql}::date`, `extract(hour from ${sql})`]);
      default:
        return this.pick([`not ${sql}`, `case when ${sql} then 1 else 0 end`]);
    }
  }

  aggregate(visible: readonly Visible[]): string {
    const of = (...kinds: Kind[]): string => {
      const fitting = visible.filter(({ kind }) => kinds.includes(kind));
      return fitting.length === 0 ? '1' : this.pick(fitting).sql;
    };
    const filter = this.chance(0.15) ? ` filter (where ${this.condition(visible, 2)})` : '';
    const call = this.pick([
      () => 'count(*)',
      () => `count(${this.pick(visible).sql})`,
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
}
