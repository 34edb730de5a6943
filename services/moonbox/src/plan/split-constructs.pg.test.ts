import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONSTRUCT_TABLES } from './testing/construct-tables.ts';
import { comparable, TwoStores } from './testing/two-stores.ts';

let stores: TwoStores;

beforeAll(async () => {
  stores = await TwoStores.open(CONSTRUCT_TABLES, { mariaCollation: 'utf8mb4_general_ci' });
});

afterAll(() => stores[Symbol.asyncDispose]());

/** By construct: queries over both stores whose rows come in an order of their own. */
const QUERIES: Record<string, readonly string[]> = {
  'columns that a grouped key determines': [
    `select w.id, w.t, e.j, e.a, count(*) from maria.w w join pg.ev e on e.id = w.k group by w.id, e.id order by w.id`,
    `select w.id, w.t, max(e.f) from maria.w w left join pg.ev e on e.id = w.k group by w.id having w.m > 3 order by w.m`,
  ],
  GROUPING: [
    `select w.k, w.t, grouping(w.k), grouping(w.t, w.k), count(*) from maria.w w join pg.ev e on e.id = w.id where w.t is not null and w.k is not null
      group by rollup (w.k, w.t) order by 3, 4, 1, 2`,
    `select w.k, count(*), grouping(w.k) + 1 from maria.w w join pg.ev e on e.id = w.id where w.k is not null group by cube (w.k, w.t) having grouping(w.t) = 1
      order by grouping(w.k) desc, 1`,
    `select w.k, grouping(w.k) from maria.w w, pg.ev e where e.id = w.id group by w.k order by 1`,
  ],
  'WITH RECURSIVE': [
    `with recursive t(n) as (select w.id from maria.w w where w.id < 3 union all select n + 1 from t where n < 6) select t.n, e.g from t join pg.ev e on e.id = t.n order by 1,2`,
    `with recursive t as (select w.id as id, w.k, 0 as depth from maria.w w where w.k is null union select x.id, x.k, depth + 1 from t join maria.w x on x.k = t.id where depth < 4) select * from t, pg.ev e where e.id = t.id order by 1,2,3`,
    `with recursive t(a, b) as (select 1, 1.0 union all select a + 1, b * 1.1 from t where a < 5) select a, b, w.t from t join maria.w w on w.id = a order by 1`,
    `with recursive t as (select e.id, e.g::text as path from pg.ev e where e.id = 1 or e.id = 2 union all select w.id, coalesce(t.path, 'z') || '/' || w.id from maria.w w join t on w.k = t.id where length(coalesce(path,'')) < 20) select * from t order by 1,2`,
    `with recursive a as (select 1 as x), b as (select x + w.id as y from a, maria.w w) select * from b order by 1`,
    `with recursive t(n) as (values (1) union all select n+1 from t where n < 3) select n, (select max(w.id) from maria.w w where w.k = n) from t order by 1`,
  ],
  'functions in FROM': [
    `select g, w.id from generate_series(1, 5, 2) g join maria.w w on w.id = g order by 1`,
    `select g.x, w.id from maria.w w, generate_series(w.k, 3) as g(x) order by 1, 2`,
    `select g.x, g.o, w.id from maria.w w left join generate_series(3, w.k, -1) with ordinality as g(x, o) on true order by 3, 2`,
    `select g::date, count(w.id) from generate_series(date '2024-02-01', '2024-02-12', '1 day') g left join maria.w w on w.d = g::date group by 1 order by 1`,
    `select g, count(w.id) from generate_series(timestamp '2024-01-31', '2024-08-31', '1 month') g left join maria.w w on w.d = g::date group by 1 order by 1`,
    `select g from generate_series(timestamptz '2024-02-01 10:00+02', '2024-02-02', interval '6 hours') g, maria.w w where w.id = 1 order by 1`,
    `select x, w.id from generate_series(1.0, 2.5, 0.25) x, maria.w w where w.id < 3 order by 1, 2`,
    `select x from generate_series(1::numeric, 3) x, maria.w w where w.id < 2 order by 1`,
    `select e.id, u from pg.ev e, unnest(e.a) u, maria.w w where w.id = e.id order by 1, 2`,
    `select e.id, u.item, u.ord from pg.ev e join maria.w w on w.id = e.id left join lateral unnest(e.ta) with ordinality as u(item, ord) on true order by 1, 3`,
    `select w.id, l.s from maria.w w cross join lateral (select sum(x) as s from generate_series(1, w.id) x) l order by 1`,
    `select w.id, (select string_agg(x::text, ',' order by x) from generate_series(1, w.k) x) from maria.w w order by 1`,
  ],
  'functions of several rows in the result list': [
    `select w.id, unnest(e.a) as u, e.g from pg.ev e join maria.w w on w.id = e.id order by w.id, u nulls first`,
    `select w.id, unnest(e.ta) as u, unnest(e.a) * 10 as v, generate_series(1, w.k) as x from pg.ev e join maria.w w on w.id = e.id order by 1, 4, 3, 2`,
    `select generate_series(w.d, e.ts, '20 days')::date as day, count(*) over (), w.t || unnest(e.ta) from pg.ev e join maria.w w on w.id = e.id where w.id < 9 order by 1, 3`,
    `select distinct upper(unnest(e.ta)) as u from pg.ev e join maria.w w on w.id = e.id order by u desc limit 3`,
    `select distinct on (u) unnest(e.a) as u, w.id from pg.ev e join maria.w w on w.id = e.id order by u, w.id desc`,
    `select w.t, unnest(array_agg(e.id order by e.id)) as u, count(*) from pg.ev e join maria.w w on w.id = e.id group by w.t having count(*) > 1 order by count(*), w.t, u limit 7 offset 2`,
    `select w.id, (select sum(x) from (select unnest(e.a) as x) y), 5 in (select unnest(e.a)), array(select unnest(e.a) order by 1 desc) from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select unnest(string_to_array(w.t, 't')) as u from maria.w w order by u limit 5`,
    `select w.id, unnest(string_to_array(w.t, '1')) as u from maria.w w order by w.m desc, u limit 6`,
    `select unnest(array[w.k, 3]) as x, count(*) from maria.w w group by w.k order by 1, 2`,
    `select 1 as x from maria.w w where w.id = 1 union select generate_series(0, 3) from pg.ev e where e.id < 3 order by x`,
  ],
  arrays: [
    `select w.id, x from maria.w w, unnest(array[w.id, w.k, 7]) x order by 1, 2`,
    `select w.t, x from maria.w w, unnest('{a,NULL,"b c"}'::text[]) x where w.id < 3 order by 1, 2`,
    `select e.a[1], e.ta[2], cardinality(e.a), array_length(e.ta, 1), array_to_string(e.ta, '-'), array_to_string(e.a, ',', '*'), w.id from pg.ev e join maria.w w on w.id = e.id order by w.id`,
    `select e.a, count(*) from pg.ev e join maria.w w on w.k = e.n group by e.a order by 2 desc, e.a::text `,
    `select distinct e.a = '{1,NULL,2}', e.a @> array[2], e.ta && array['x1','x5'], w.id from pg.ev e join maria.w w on w.id = e.id order by w.id`,
    `select w.id, w.id = any(e.a), w.k <> all(e.a), w.t = any(e.ta) from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select w.id, array[w.id, w.k] || 5, 0 || array[w.k], array_append(e.a, w.k), e.ta || 'new item'::text, string_to_array(w.t || ',x', ',') from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select w.id, array(select e.id from pg.ev e where e.n = w.k order by e.id desc) from maria.w w order by 1`,
    `select w.id, array_position(e.a, w.k), array_remove(e.a, w.k), array_position(e.ta, w.t), array_position(array[w.k, e.n, 1], e.n) from pg.ev e join maria.w w on w.id = e.id order by 1`,
  ],
  'the order of arrays and of jsonb': [
    ...Object.entries({
      'int[]': '{} | {1} | {1,2} | {-5} | {NULL} | {1,NULL} | {10} | {2}',
      'bigint[]': '{9223372036854775807} | {-9223372036854775808} | {0}',
      'text[]': '{} | {a} | {A} | {ab} | {a,b} | {"a\u0001b"} | {"a\u0002"} | {""} | {"",x} | {é} | {NULL} | {zebra}',
      'numeric[]': '{1.0} | {1.00,2} | {1.0,NULL} | {-3.5} | {-3.55} | {100} | {1e-9}',
      'float8[]': '{1.5} | {-0} | {0} | {NaN} | {Infinity} | {-Infinity} | {-0.50} | {1e3}',
      'bool[]': '{t} | {f} | {f,t} | {NULL}',
      'date[]': '{2024-01-01} | {infinity} | {-infinity} | {1999-12-31,2000-01-01}',
      'timestamp[]': '{"2024-01-01 10:00:00"} | {"2024-01-01 10:00:00.5"} | {"2024-01-01 10:00:00",NULL}',
      jsonb:
        'null | 1 | 1.0 | -2 | 10 | true | false | "" | "a" | "B" | "ab" | [] | [[]] | {} | [null] | ["a"] | [1, 2] | [1, [2]] | [1, {}] | [2] | {"a": 1} | {"a": 1.00} | {"b": 0} | {"aa": 0} | {"a": 1, "b": 2} | {"a": null} | {"a": [1, "x"]} | {"b": 1, "aa": 2}',
    }).map(([type, values]) => {
      const rows = values
        .split(' | ')
        .map((value) => `('${value}'::${type})`)
        .join(', ');
      const list = `(values ${rows})`;
      return `select a.x, b.x, a.x < b.x, a.x >= b.x, a.x = b.x, a.x <> b.x from ${list} a(x), ${list} b(x), maria.w w where w.id = 1 order by a.x::text, b.x::text`;
    }),
    `select w.id, e.a, e.ta from pg.ev e join maria.w w on w.id = e.id order by e.ta desc, e.a nulls first`,
    `select w.id, e.j from pg.ev e join maria.w w on w.id = e.id order by e.j -> 'b', e.j desc`,
    `select w.t, min(e.a), max(e.ta), max(array[e.m, w.m]) from pg.ev e join maria.w w on w.id = e.id group by w.t order by w.t`,
    `select w.k, row_number() over (partition by e.j -> 'b' order by e.ta desc, w.id), rank() over (order by array[e.fr, w.m]) from pg.ev e join maria.w w on w.id = e.id order by w.id`,
    `select count(distinct e.j), count(distinct array[e.m]), e.j -> 'b', array[e.b] from pg.ev e join maria.w w on w.id = e.id group by 3, 4 order by 4`,
    `select distinct array[e.fr], e.j -> 'b' from pg.ev e join maria.w w on w.k = e.id order by 1 desc`,
    `select w.id from pg.ev e join maria.w w on w.id = e.id where e.j in ('{"a": 1, "b": [1, "z"]}', '{"b": [1.0, "z"], "a": 2.00}') or e.ta > array['a b', 'x2'] order by 1`,
  ],
  rows: [
    `select w.id from maria.w w where (w.k, w.id) < (3, 7) order by 1`,
    `select w.id, (w.k, w.t) >= (2, 't1'), (w.k, w.t) = (1, null), (w.k, w.t) <> (1, 't1') from maria.w w join pg.ev e on e.id = w.id order by 1`,
    `select w.id from maria.w w join pg.ev e on e.id = w.id where (w.k, w.t) in ((1,'t1'),(2,'t2'),(3,null)) order by 1`,
    `select w.id, (w.k, w.id) in (select e.n, e.id from pg.ev e) from maria.w w order by 1`,
    `select w.id from maria.w w where (w.k, w.id) in (select e.n, e.id - 2 from pg.ev e) order by 1`,
    `select w.id from maria.w w where (w.k, w.id) not in (select e.n, e.id from pg.ev e where e.id < 4) order by 1`,
  ],
  'subqueries in the ON of an outer join': [
    `select w.id, e.id from maria.w w left join pg.ev e on e.id = w.k and exists (select 1 from maria.w x where x.k = e.n) order by 1, 2`,
    `select w.id, e.id from maria.w w left join pg.ev e on e.id = w.k and w.id in (select x.n from pg.ev x) order by 1, 2`,
    `select w.id, e.id from maria.w w full join pg.ev e on e.id = w.k and (e.n not in (select x.k from maria.w x) or w.m > (select avg(x.m) from pg.ev x)) order by 1, 2`,
    `select w.id, e.id from maria.w w right join pg.ev e on e.n = w.k and (select count(*) from maria.w x where x.k = w.k) > 2 and e.g = any(select x.g from pg.ev x where x.n = e.n) order by 1, 2`,
    `select w.id, e.id, x.id from maria.w w left join pg.ev e on e.id = w.k left join maria.w x on x.id = e.n and not exists (select 1 from pg.ev y where y.id = e.id + w.id) and exists (select 1 from pg.ev y where y.n = x.k) order by 1, 2, 3`,
    `select w.id, e.id from maria.w w left join pg.ev e on e.id = w.k and exists (select 1 from pg.ev x where x.n = 1) and (w.k, w.t) in (select x.n, x.g from pg.ev x union all select y.k, y.t from maria.w y) order by 1, 2`,
    `select w.id, (select count(*) from pg.ev e left join maria.w x on x.id = e.n and exists (select 1 from pg.ev y where y.id = w.id and y.n = x.k) where e.id < w.id) from maria.w w order by 1`,
    `select w.id, l.x from maria.w w left join lateral (select e.id as x from pg.ev e where e.n = w.k) l on exists (select 1 from maria.w z where z.id = l.x) order by 1, 2`,
  ],
  'whole rows as json': [
    `select row_to_json(w), to_jsonb(e) from maria.w w join pg.ev e on e.id = w.id order by w.id`,
    `select w.id, row_to_json(e), row_to_json(row(w.t, e.g, null, w.id)) from maria.w w left join pg.ev e on e.id = w.k order by 1, e.id`,
    `select row_to_json(x) from (select w.t, count(*) as n, max(e.ts) as "last ""one" from maria.w w join pg.ev e on e.id = w.id group by w.t) x order by x.n, x.t`,
    `select w.id, json_agg(row_to_json(ev) order by ev.id), to_json(w.t) from maria.w w join (select id, n, b from pg.ev) ev on ev.n = w.k group by w.id, w.t order by 1`,
    `select w.t, json_agg(e order by e.id desc), jsonb_agg(w order by w.id), json_agg(e.a order by w.id) from maria.w w left join pg.ev e on e.id = w.k group by w.t order by w.t`,
    `select json_agg(e.a order by w.id) filter (where e.id > 100), json_agg(row(w.id, e.g) order by w.id) from maria.w w join pg.ev e on e.id = w.id`,
    `select w.id, (select json_agg(e order by e.id) from pg.ev e where e.n = w.k) from maria.w w order by w.id`,
    `select x.j, w.id from (select row_to_json(e) as j, e.id from pg.ev e where e.id < 4) x join maria.w w on w.id = x.id order by 2`,
    `select row_to_json(w) from maria.w w order by w.id limit 3`,
    `select w.id from maria.w w join pg.ev e on e.id = w.id where row_to_json(e)::text like '%"n":null%' order by 1`,
  ],
  'VALUES and LATERAL': [
    `select * from (values (1, 'a', null), (2, null, 3.5)) v(a, b, c) join maria.w w on w.id = v.a order by 1`,
    `select w.id, v.x from maria.w w, lateral (values (w.k), (w.id * 10)) v(x) order by 1, 2`,
  ],
  'aggregates, and windows with any frame': [
    `select w.t, array_agg(e.id order by e.id desc), array_agg(distinct w.k), array_agg(e.g order by e.id), string_agg(distinct w.t, ',') from maria.w w join pg.ev e on e.id = w.id group by w.t order by w.t`,
    `select array_agg(e.b order by e.id), array_agg(e.ts order by e.id), array_agg(e.m order by e.id), array_agg(e.f order by e.id), array_agg(distinct e.d order by e.d desc) from pg.ev e join maria.w w on w.id = e.id`,
    `select w.t, json_agg(e.id order by e.id), jsonb_agg(e.g order by e.id), json_agg(e.ts order by e.id), json_agg(e.j order by e.id), json_agg(e.f order by e.id) from maria.w w join pg.ev e on e.id = w.id group by w.t order by w.t`,
    `select json_build_object('a', e.id, 'b "x"', e.g, 'c', e.tz, 'd', e.d, 'e', e.m, 'f', e.a, 'g', e.b), jsonb_build_object('z', e.ta, 'a', e.fr, 'z', 1), json_build_array(e.id, null, e.g), to_json(e.g), to_jsonb(e.ts) from pg.ev e join maria.w w on w.id = e.id order by e.id`,
    `select json_object_agg(w.id, e.g order by w.id), jsonb_object_agg(coalesce(e.g, 'none'), w.m order by w.id) from pg.ev e join maria.w w on w.id = e.id`,
    `select stddev(w.k), variance(w.k), stddev_pop(w.m), var_pop(w.m), var_samp(e.m), stddev_samp(e.fr), var_samp(e.n), variance(distinct w.k) from pg.ev e join maria.w w on w.id = e.id`,
    `select w.t, stddev(w.k), variance(w.m), stddev_pop(e.n), var_pop(e.fr) from pg.ev e join maria.w w on w.id = e.id group by w.t order by w.t`,
    `select stddev(e.f), variance(e.f), stddev_pop(e.f), corr(e.f, w.m), covar_pop(e.f, e.n), covar_samp(w.k, w.m), regr_slope(e.f, w.m), regr_intercept(w.m, e.f), regr_r2(w.m, e.f), regr_count(w.k, e.n), regr_avgx(w.k, e.n), regr_sxx(w.k, e.n) from pg.ev e join maria.w w on w.id = e.id`,
    `select w.t, percentile_cont(0.5) within group (order by w.m), percentile_disc(0.5) within group (order by e.g), percentile_cont(0.25) within group (order by e.n desc), percentile_disc(0.9) within group (order by e.d), mode() within group (order by w.k) from pg.ev e join maria.w w on w.id = e.id group by w.t order by w.t`,
    `select mode() within group (order by e.m), mode() within group (order by e.g desc), percentile_cont(1) within group (order by e.f), percentile_disc(0) within group (order by e.id) filter (where e.id > 3), bit_and(w.k), bit_or(w.k), bit_xor(e.n), every(e.b), bool_or(e.b) filter (where w.k > 2) from pg.ev e join maria.w w on w.id = e.id`,
    `select count(distinct w.t) filter (where w.k > 1), sum(distinct w.k), array_agg(w.id order by w.id) filter (where w.k is null), array_agg(w.id) filter (where w.id > 100), avg(distinct w.m) from maria.w w join pg.ev e on e.id = w.id`,
    `select w.id, sum(w.k) over (order by w.k range between 1 preceding and 1 following), count(*) over (order by w.k desc range between 1 preceding and current row), sum(w.k) over (order by w.k groups between 1 preceding and 1 following exclude current row) from maria.w w join pg.ev e on e.id = w.id order by 1`,
    `select w.id, count(*) over (order by w.d range between interval '2 days' preceding and '1 day' following exclude ties), array_agg(w.id) over (order by w.id rows 2 preceding exclude current row), sum(w.m) over (order by w.m range between 3.5 preceding and current row exclude group) from maria.w w join pg.ev e on e.id = w.id order by 1`,
    `select w.id, count(*) over (order by e.ts range between unbounded preceding and interval '1 month' preceding), nth_value(w.t, 2) over (order by w.id rows between unbounded preceding and unbounded following), stddev(w.k) over (order by w.id rows 3 preceding), max(w.id) over (order by w.k groups current row exclude current row) from maria.w w join pg.ev e on e.id = w.id order by 1`,
    `select w.id, count(*) over (order by e.m desc nulls last range between 2 preceding and 1.25 following) from maria.w w join pg.ev e on e.id = w.id order by 1`,
    `select w.id, count(*) over (order by e.f range between 1.1 preceding and 2 following), sum(w.k) over (order by e.f desc range between 3.3 following and unbounded following exclude ties), count(*) over (order by e.f::real range between '0.5' preceding and current row) from maria.w w join pg.ev e on e.id = w.id order by 1`,
    `select x, count(*) over (order by x range between 1e300 preceding and current row), count(*) over (order by x desc range between 1 preceding and 9e307 following), array_agg(x) over (order by x nulls first range between 0 preceding and 0 following)
      from (values ('NaN'::float8), ('-Infinity'), ('Infinity'), (0), (1.7e308), (-1.7e308), (1e308), (null), (1), ('NaN')) v(x), maria.w w where w.id = 1 order by x`,
    `select array['-0'::float8], ('-0'::float8)::text, array[x], x::text from (values ('-0'::float8), (1)) v(x), maria.w w where w.id = 1 order by x`,
    `select w.id, first_value(w.k) over x, sum(w.m) over (x rows 1 preceding) from maria.w w join pg.ev e on e.id = w.id window x as (partition by w.t order by w.id) order by 1`,
  ],
  'time: zones, intervals, formats and fields': [
    `select w.id, e.ts at time zone 'Europe/Berlin', e.tz at time zone 'America/New_York', (e.tz at time zone 'UTC') at time zone 'Europe/Berlin', date_trunc('day', e.tz, 'Europe/Berlin'), date_trunc('hour', e.tz, 'Asia/Kolkata') from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select w.id, e.iv, e.iv * 2, e.iv / 3, e.iv + interval '1 month', e.iv - interval '26 hours', e.ts - e.iv, e.d + e.iv, e.ts - w.d, e.iv > '36 hours', e.ts - e.ts from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select sum(e.iv), avg(e.iv), min(e.iv), max(e.iv), count(distinct e.iv), sum(e.ts - w.d) from pg.ev e join maria.w w on w.id = e.id`,
    `select w.id, extract(epoch from e.ts - w.d), extract(day from e.iv), extract(hour from e.iv), extract(second from e.ts - w.d), extract(milliseconds from e.ts), extract(microseconds from e.ts), extract(century from e.ts), extract(decade from w.d), extract(millennium from e.ts), date_part('epoch', e.iv), extract(dow from e.tz) from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select w.id, age(e.ts, w.d), age(w.d, e.ts), age(timestamp '2024-03-31', timestamp '2023-02-28 10:00'), make_date(2024, w.id, 10), interval '1 year 2 months -3 days' * w.k, w.id * interval '90 minutes', 1.5 * interval '1 month' from pg.ev e join maria.w w on w.id = e.id where w.id < 13 order by 1`,
    `select w.id, to_char(e.ts, 'YYYY-MM-DD HH24:MI:SS.US'), to_char(e.tz, 'FMDay, DD Mon YYYY HH12:MI am'), to_char(w.d, 'IYYY-IW "week" Q DDD D ID WW W'), to_char(e.ts, 'Day|Month|MON|dy|FMMonth FMDD|CC|J|SSSSS|MS|YY') from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select w.id, to_char(w.m, '999.99'), to_char(w.m, 'FM999,990.00'), to_char(-w.m, '9,990.0'), to_char(w.k, '000'), to_char(w.k, 'FM9'), to_char(w.id - 8, '99'), to_char(w.m, '9.9'), to_char(w.m / 100, '9.99'), to_char(w.m * 1000, '9,999,999'), to_char(-0.1, '9.99'), to_char(12.5, 'FM999.99'), to_char(w.m, 'FM99.99') from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select w.k, e.iv, count(*) from pg.ev e join maria.w w on w.id = e.id group by e.iv, w.k order by e.iv desc, 1`,
    `select w.id from pg.ev e join maria.w w on w.id = e.id where e.iv between '1 day' and interval '5 days' and e.ts - w.d > '30 days' order by 1`,
    `select max(w.id), e.ts - w.d as gap from pg.ev e join maria.w w on w.id = e.id group by 2 order by 2 limit 4`,
    `select array_agg(e.iv order by e.id), json_agg(e.iv order by e.id), e.iv::text from pg.ev e join maria.w w on w.id = e.id where e.id < 4 group by e.id order by e.id`,
    `select percentile_cont(0.5) within group (order by extract(epoch from e.iv)) from pg.ev e join maria.w w on w.id = e.id`,
  ],
  'moments and intervals that are made, and texts with a format': [
    `select w.id, make_timestamp(2024, (w.id % 12) + 1, 28, w.id, 59, 59.999999), make_timestamp(2024, 2, 29, 24, 0, 0), make_timestamp(1, 1, 1, 0, 0, e.m / 7), make_timestamp(w.k + 1, 1, 1, 0, 0, 60) from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select w.id, make_interval(days => w.k), make_interval(), make_interval(1, 2, 3, 4, 5, 6, 7.8901234), make_interval(hours => 30, secs => -e.f), make_interval(years => -1, months => w.id), e.ts + make_interval(weeks => w.id) from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select w.id, to_date(to_char(e.ts, 'DD.MM.YYYY'), 'DD.MM.YYYY'), to_date('2024-' || w.id || '-3 and more', 'YYYY-MM-DD'), to_date('202402' || (w.id + 9), 'YYYYMMDD'), to_date('2024-00-00', 'YYYY-MM-DD'), to_date('5 feb 2024', 'DD Mon YYYY'), to_date('2024-02-03 25', 'YYYY-MM-DD') from pg.ev e join maria.w w on w.id = e.id where w.id < 13 order by 1`,
    `select w.id, to_timestamp(to_char(e.tz, 'YYYY-MM-DD HH24:MI:SS.US'), 'YYYY-MM-DD HH24:MI:SS.US'), to_timestamp('2024-01-02T' || w.id || ':3:4.5', 'YYYY-MM-DD"T"HH24:MI:SS.MS'), to_timestamp(w.id * 1000000.1234567), to_timestamp(e.f), to_timestamp(-w.id) from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select w.id, format('%s is %s (100%%)', w.id, w.t), format('%2$s-%1$s-%s', e.g, w.d, e.m), format('%L, %L', e.g, w.k), format('%L', '\\' || w.id || ''''), format(''), format('no %s', e.ts) from pg.ev e join maria.w w on w.id = e.id order by 1`,
    `select w.id, regexp_match(w.t, '[a-z]([0-9]+)'), regexp_match(w.t, 't[1-3]'), regexp_match(e.g, '^([a-z]) ?([a-z]*)$'), regexp_match(e.ts::text, '([0-9]{4})-([0-9]+)-([0-9]+)'), (regexp_match(w.id || '=' || w.m, '([^=]*)=([0-9]+)[.]([0-9]*)'))[2], regexp_match(e.g, '"(.*)') from pg.ev e join maria.w w on w.id = e.id order by 1`,
  ],
  'moments around every change of a zone': [
    `select w.id, y at time zone 'Europe/Berlin', y::timestamp at time zone 'America/New_York', y at time zone 'Africa/Casablanca', y::timestamp at time zone 'Australia/Lord_Howe', y at time zone 'America/Sao_Paulo' from maria.w w, pg.ev e, generate_series(timestamptz '1970-01-03', '2026-06-30', '97 days 7 hours') y where w.id = 1 and e.id = 1 order by y`,
  ],
};

for (const [construct, queries] of Object.entries(QUERIES)) {
  describe(construct, () => {
    test.for(queries)('%s', async (sql) => {
      const plan = stores.plan(sql);
      expect(plan.whole, 'it has to be split').toBeUndefined();
      expect(comparable(await stores.run(plan), true), plan.local?.sql).toEqual(
        comparable(await stores.expected(sql), true),
      );
    });
  });
}

test('age of one moment is counted from the day of the statement', async () => {
  const sql = `select w.id, age(e.ts), age(e.tz), age(w.d), age(e.ts) > '1 year' from pg.ev e join maria.w w on w.id = e.id order by 1`;
  const today = `date '2026-01-15'`;
  const expected = await stores.expected(sql.replaceAll('age(', `age(${today}, `));
  expect(await stores.answer(sql)).toEqual(expected);
});

describe('where the whole query goes to one source, behind a subquery of the columns that are seen', () => {
  test.for([
    `select ev.*, count(*) from pg.ev ev(x, y) join pg.ev b on b.n = ev.x group by x order by 1`,
    `select y.j, count(*), y.g || '!' from pg.ev y join pg.ev b using (id) group by y.id having y.n > 1 order by y.f`,
  ])('%s', async (sql) => {
    const plan = stores.plan(sql);
    expect(plan.whole?.sql).toMatch(/FROM \( ?SELECT/);
    expect(comparable(await stores.run(plan), true)).toEqual(comparable(await stores.expected(sql), true));
  });
});

describe('refuses with a reason', () => {
  const refused: readonly [string, RegExp][] = [
    [
      `with recursive t(n) as (select 1 union all select n::bigint + 1 from t where n < 3) select * from t, maria.w`,
      /first, and bigint later/,
    ],
    [
      `with recursive t(n) as (select 1 union all select count(*)::int from t group by n) select * from t, maria.w`,
      /elsewhere than once/,
    ],
    [
      `with recursive t(n) as (select 1 union all select n from maria.w w left join t on t.n = w.id) select * from t`,
      /elsewhere than once/,
    ],
    [`with recursive t(n) as (select 1.5::float8 union select n from t) select * from t, maria.w`, /double precision/],
    [`select * from generate_series(1, 5, 0) g, maria.w`, /step is zero/],
    [`select e.fr[1] from pg.ev e, maria.w`, /array\[index\]/],
    [`select distinct array[e.iv::json] from pg.ev e, maria.w`, /DISTINCT|cast/i],
    [`select w.id from pg.ev e, maria.w w order by e.j::json`, /Ordering by json/],
    [`select '{3e200}'::float8[] from pg.ev e, maria.w`, /not a value of type double/],
    [`select case when w.id > 1 then unnest(e.a) end from pg.ev e, maria.w w`, /several rows/],
    [`select w.id from pg.ev e, maria.w w order by unnest(e.a)`, /several rows/],
    [`select unnest(array[generate_series(1, 2)]) from pg.ev e, maria.w w`, /several rows/],
    [
      `select 1 from pg.ev e left join maria.w w on exists (select 1 from pg.ev x where x.id = w.id and x.n = e.n)`,
      /reads both sides/,
    ],
    [`select row_to_json(w), count(*) from pg.ev e, maria.w w group by w.id`, /whole row beside groups/],
    [`select row_to_json(x) from pg.ev e left join (select id from maria.w) x on x.id = e.n`, /without a key/],
    [`select max(e.j) from pg.ev e, maria.w w`, /max by jsonb/],
    [`select 1 from maria.w w where (w.id, w.k) < (1, 2, 3)`, /Rows of 2 and 3/],
    [`select to_date(e.g, 'YYYY-MM-DDTH') from pg.ev e, maria.w`, /format 'YYYY-MM-DDTH' is not proven/],
    [`select to_date(e.g, 'MM-DD') from pg.ev e, maria.w`, /is not proven/],
    [`select format('%I', e.g) from pg.ev e, maria.w`, /'%I' is not proven/],
    [`select format('%s %s', e.g) from pg.ev e, maria.w`, /too few/],
    [`select regexp_match(e.g, '(.*)a') from pg.ev e, maria.w`, /another extent/],
    [`select regexp_match(e.g, '(a|ab)(c|bcd)') from pg.ev e, maria.w`, /another extent/],
    [`select regexp_match(e.g, '[a-z]+[^0-9]') from pg.ev e, maria.w`, /another extent/],
  ];
  test.for(refused)('%s', ([sql, reason]) => {
    expect(() => stores.plan(sql)).toThrow(reason);
  });
});
