/** Makes queries over `pg.ev` and `maria.w` from a seed, out of recursion, series, arrays, rows, every aggregate, frames, intervals and formats. */
import { seededRandom } from './tpch-tables.ts';

/** Deterministic in all but the order of its rows. */
export function randomConstruct(seed: number): string {
  return new Generator(seed).query();
}

/** Both tables, joined in one of the ways that give one row of `e` for each of `w`. */
const FROM = [
  'maria.w w join pg.ev e on e.id = w.id',
  'maria.w w left join pg.ev e on e.id = w.k',
  'pg.ev e right join maria.w w on w.k + 1 = e.id',
];

class Generator {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  #int(least: number, greatest: number): number {
    return least + Math.floor(this.#random() * (greatest - least + 1));
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#int(0, items.length - 1)]!;
  }

  #several(count: number, make: () => string): string {
    return Array.from({ length: count }, make).join(', ');
  }

  query(): string {
    return this.#pick([
      () => this.#values(),
      () => this.#groups(),
      () => this.#groups(),
      () => this.#windows(),
      () => this.#series(),
      () => this.#recursion(),
      () => this.#expanded(),
      () => this.#ordered(),
      () => this.#conditions(),
    ])();
  }

  #whole(): string {
    return this.#pick(['w.id', 'w.k', 'e.n', 'e.id', 'w.k + e.n', 'cardinality(e.a)', `${this.#int(-2, 9)}`]);
  }

  #exact(): string {
    return this.#pick(['w.m', 'e.m', 'e.fr', 'w.m - e.m', 'e.fr * 2', 'w.m / 3']);
  }

  #text(): string {
    return this.#pick([
      'w.t',
      'e.g',
      `coalesce(w.t, 'none')`,
      `array_to_string(e.ta, '/')`,
      `e.ta[${this.#int(0, 5)}]`,
    ]);
  }

  #moment(): string {
    return this.#pick(['e.ts', 'e.tz', 'w.d::timestamp', 'e.ts + e.iv', `e.tz at time zone '${this.#zone()}'`]);
  }

  #zone(): string {
    return this.#pick(['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'UTC']);
  }

  #interval(): string {
    return this.#pick(['e.iv', 'e.iv * 1.5', 'e.ts - w.d', `e.iv - interval '${this.#int(1, 40)} hours'`, 'e.iv / 7']);
  }

  #array(): string {
    return this.#pick(['e.a', 'e.a || w.k', 'array[w.id, w.k, e.n]', `array_remove(e.a, ${this.#int(0, 9)})`]);
  }

  #value(): string {
    const field = this.#pick(['epoch', 'day', 'hour', 'second', 'month']);
    const format = this.#pick(['YYYY-MM-DD HH24:MI:SS.US', 'FMDy DD Mon, Q', 'IYYY-"W"IW-ID', 'Month DDD HH12 am']);
    return this.#pick([
      () => this.#whole(),
      () => this.#exact(),
      () => this.#text(),
      () => this.#moment(),
      () => this.#interval(),
      () => this.#array(),
      () => `extract(${field} from ${this.#interval()})`,
      () => `to_char(${this.#moment()}, '${format}')`,
      () => `to_char(${this.#pick(['w.m', 'e.m', 'w.k'])}, '${this.#pick(['FM990.00', '9,999.9', '000'])}')`,
      () => `date_trunc('${this.#pick(['hour', 'day', 'week'])}', e.tz, '${this.#zone()}')`,
      () =>
        `json_build_object('a', ${this.#whole()}, 'b', ${this.#text()}, 'c', ${this.#pick(['e.ts', 'e.a', 'w.m'])})`,
      () => `(${this.#row()}) ${this.#pick(['<', '<=', '>', '=', '<>'])} (${this.#row()})`,
      () => `${this.#whole()} = any(${this.#array()})`,
      () => `array(select x.id from pg.ev x where x.n = w.k order by x.id)`,
      () => 'age(e.ts, w.d)',
      () =>
        `make_interval(days => w.k, secs => ${this.#int(-9, 9)}.${this.#int(0, 9)}, hours => ${this.#pick(['w.id', 'e.n'])})`,
      () => `make_timestamp(2024, w.id % 12 + 1, ${this.#int(1, 29)}, 0, w.id, ${this.#pick(['0.5', 'w.id', 'e.m'])})`,
      () => `to_date(to_char(${this.#moment()}, 'DD/MM/YYYY'), 'DD/MM/YYYY')`,
      () => `format('%s: %2$L (%%)', ${this.#text()}, ${this.#pick(['w.t', 'e.g', 'w.m', 'e.ts'])})`,
      () =>
        `regexp_match(${this.#text()}, '${this.#pick(['([a-z])([0-9]*)', '[a-z]+', '^([a-z ]*)([0-9]?)', '(a) ?b', '"([a-z]*)"'])}')`,
    ])();
  }

  #row(): string {
    return `${this.#pick(['w.k', 'e.n'])}, ${this.#pick(['w.t', 'e.g'])}`;
  }

  #values(): string {
    return `select w.id, ${this.#several(3, () => this.#value())} from ${this.#pick(FROM)}`;
  }

  /** Functions of several rows in the result list. */
  #expanded(): string {
    const series = (): string =>
      this.#pick([
        'unnest(e.a)',
        'unnest(e.ta)',
        `unnest(${this.#array()}) + 1`,
        `generate_series(${this.#int(0, 2)}, w.k)`,
        `coalesce(w.t, 'x') || unnest(e.ta)`,
        `generate_series(w.d, e.ts, '17 days')::date`,
      ]);
    const distinct = this.#random() < 0.3 ? 'distinct ' : '';
    const list = this.#several(this.#int(1, 3), series);
    return this.#random() < 0.3
      ? `select ${distinct}w.t, unnest(array_agg(w.k order by w.id)), count(*) from ${this.#pick(FROM)} group by w.t`
      : `select ${distinct}w.id, ${list} from ${this.#pick(FROM)}`;
  }

  /** Rows by the order of arrays and of jsonb. */
  #ordered(): string {
    const key = (): string =>
      this.#pick([
        'e.a',
        'e.ta',
        this.#array(),
        `array[${this.#exact()}, e.m]`,
        'array[e.f, 1]',
        'array[e.iv]',
        `e.j`,
        `e.j -> 'b'`,
        `jsonb_build_array(${this.#pick(['w.k', 'w.t', 'e.b', 'e.m', 'e.a'])}, ${this.#pick(['w.k % 2', 'w.t', 'e.j'])})`,
      ]);
    return this.#random() < 0.6
      ? `select w.id, e.id, rank() over (order by ${key()} ${this.#pick(['', 'desc', 'nulls first'])}, ${key()}) from ${this.#pick(FROM)}`
      : `select count(*), count(distinct ${key()}), min(${this.#array()}) from ${this.#pick(FROM)} group by ${key()}`;
  }

  #aggregate(): string {
    const filter = this.#random() < 0.25 ? ` filter (where ${this.#condition()})` : '';
    const call = this.#pick([
      () =>
        `${this.#pick(['stddev', 'variance', 'stddev_pop', 'var_pop'])}(${this.#pick([this.#whole(), this.#exact()])})`,
      () =>
        `array_agg(${this.#pick([() => this.#whole(), () => this.#exact(), () => this.#text(), () => this.#moment(), () => this.#interval()])()} order by w.id)`,
      () => `json_agg(${this.#pick(['w', 'e', `row(${this.#row()})`])} order by w.id)`,
      () => `array_agg(distinct ${this.#pick(['w.k', 'w.t', 'e.d'])})`,
      () => `string_agg(distinct ${this.#pick(['w.t', 'e.g'])}, '+')`,
      () => `json_agg(${this.#pick(['w.k', 'e.g', 'e.ts', 'e.a', 'w.m'])} order by w.id desc)`,
      () => `jsonb_object_agg(w.id, ${this.#pick(['w.t', 'e.n', 'e.d'])})`,
      () => `percentile_cont(${this.#int(0, 10) / 10}) within group (order by ${this.#pick(['w.m', 'e.n', 'w.k'])})`,
      () =>
        `percentile_disc(${this.#int(0, 10) / 10}) within group (order by ${this.#pick(['w.m', 'w.t', 'e.d'])} desc)`,
      () => `mode() within group (order by ${this.#pick(['w.k', 'w.t', 'e.n'])})`,
      () => `${this.#pick(['bit_and', 'bit_or', 'bit_xor'])}(${this.#pick(['w.k', 'e.n'])})`,
      () => `sum(${this.#pick(['e.iv', 'e.ts - w.d'])})`,
      () => `regr_count(w.k, e.n)`,
      () => `max(e.iv)`,
    ]);
    return `${call()}${filter}`;
  }

  #groups(): string {
    const keys = this.#pick([[], ['w.t'], ['w.k'], ['e.b', 'w.t'], ['w.k % 2'], ['w.id', 'e.id']]);
    const list = [
      ...keys,
      ...(keys[0] === 'w.id' ? ['w.m', 'e.j', 'e.a'] : []),
      this.#several(2, () => this.#aggregate()),
    ];
    const sets = keys.length > 0 && keys[0] !== 'w.id' && this.#random() < 0.3;
    const grouping = sets ? `, grouping(${keys.join(', ')})` : '';
    const group = keys.length === 0 ? '' : ` group by ${sets ? `rollup (${keys.join(', ')})` : keys.join(', ')}`;
    return `select ${list.join(', ')}${grouping} from ${this.#pick(FROM)}${group}`;
  }

  #windows(): string {
    const exclude = this.#pick(['', ' exclude current row', ' exclude ties', ' exclude group']);
    const frame = this.#pick([
      `order by w.k range between ${this.#int(0, 2)} preceding and ${this.#int(0, 3)} following`,
      `order by w.k desc groups between ${this.#int(0, 2)} preceding and current row`,
      `order by w.m range between ${this.#int(0, 9)}.5 preceding and unbounded following`,
      `order by w.d range between interval '${this.#int(0, 3)} days' preceding and '1 day' following`,
      `order by e.f range between ${this.#int(0, 2)}.2 preceding and ${this.#int(0, 4)} following`,
      `order by e.ts desc nulls last range between '1 month' preceding and current row`,
      `partition by w.t order by w.id rows ${this.#int(0, 3)} preceding`,
    ]);
    const call = this.#pick(['count(*)', 'sum(w.k)', 'max(w.t)', 'avg(w.m)', 'min(e.d)', 'stddev(w.id)', 'sum(e.iv)']);
    return `select w.id, ${call} over (${frame}${exclude}) from ${this.#pick(FROM)}`;
  }

  #series(): string {
    const from = this.#pick([
      `maria.w w, generate_series(w.k, ${this.#int(-2, 6)}, ${this.#pick(['1', '2', '-1'])}) with ordinality as s(x, o)`,
      `maria.w w left join lateral generate_series(1.5, w.k, 0.${this.#int(1, 9)}) with ordinality as s(x, o) on true`,
      `maria.w w, generate_series(w.d, timestamp '2024-02-0${this.#int(1, 9)}', interval '${this.#int(7, 30)} hours') with ordinality as s(x, o)`,
      `maria.w w join pg.ev e on e.id = w.id, unnest(e.ta) with ordinality as s(x, o)`,
      `maria.w w join pg.ev e on e.id = w.id left join unnest(e.a) with ordinality as s(x, o) on s.x > ${this.#int(0, 9)}`,
      `maria.w w, lateral (values (w.id, 1), (w.k, 2)) as s(x, o)`,
    ]);
    return this.#random() < 0.5
      ? `select w.id, s.x, s.o from ${from}`
      : `select w.t, count(s.x), max(s.x), sum(s.o) from ${from} group by w.t`;
  }

  #recursion(): string {
    const all = this.#pick(['', ' all']);
    return this.#pick([
      `with recursive t(id, k, depth) as (select id, k, 0 from maria.w where id < ${this.#int(2, 8)} union${all} select w.id, w.k, depth + 1 from t join maria.w w on w.k = t.id
        where depth < ${this.#int(1, 4)}) select t.*, e.g from t left join pg.ev e on e.id = t.k`,
      `with recursive t(n, path) as (select e.id, e.g from pg.ev e where e.id <= ${this.#int(1, 3)} union all select w.id, coalesce(path, '-') || '.' || w.id from maria.w w join t on w.k = t.n
        where length(coalesce(path, '')) < ${this.#int(3, 9)}) select * from t`,
      `with recursive t(n) as (values (${this.#int(0, 2)}) union${all} select n + ${this.#int(1, 3)} from t where n < 12) select t.n, count(w.id) from t left join maria.w w on w.k = t.n group by t.n`,
    ]);
  }

  #condition(): string {
    return this.#pick([
      `(${this.#row()}) < (${this.#row()})`,
      `(w.k, w.id) in (select x.n, x.id + ${this.#int(-3, 3)} from pg.ev x)`,
      `(w.id, w.t) not in (select x.id, x.g from pg.ev x where x.id < ${this.#int(1, 9)})`,
      `(w.k, e.b) in ((1, true), (2, false), (${this.#int(0, 5)}, null))`,
      `e.iv > interval '${this.#int(1, 9)} days'`,
      `e.a @> array[${this.#int(0, 12)}]`,
      `w.k = any(e.a)`,
      `extract(hour from e.tz at time zone '${this.#zone()}') < ${this.#int(1, 6)}`,
    ]);
  }

  #conditions(): string {
    const word = this.#pick(['and', 'or']);
    return `select w.id, e.id from ${this.#pick(FROM)} where ${this.#condition()} ${word} ${this.#pick(['', 'not '])}(${this.#condition()})`;
  }
}
