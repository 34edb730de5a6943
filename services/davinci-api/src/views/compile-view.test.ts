/** The SQL that a question becomes: bound, quoted, under rights; no value and no name can change its shape. */
import { parseStatement } from '@rtdp/sql/parse';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { QueryParts } from '../client/questions.ts';
import { queryPartsSchema } from '../client/questions.ts';
import type { Variable } from '../client/variables.ts';
import type { ViewRights } from '../client/views.ts';
import { checkView } from './check-view.ts';
import { type Asker, type CompiledView, compileValues, compileView } from './compile-view.ts';

const now = Date.parse('2026-03-29T10:30:15.250Z');
const asker: Asker = { subject: 'u1', email: 'ann@x.org', roles: ['viewer'], now, timeZone: 'UTC' };
const column = (name: string, type: CompiledView['model'][number]['type']) => ({
  column: name,
  type,
  role: type === 'number' ? ('measure' as const) : ('dimension' as const),
  label: '',
  format: '',
  aggregation: 'sum' as const,
});
const variable = (name: string, type: Variable['type'], rest: Partial<Variable> = {}): Variable => ({
  name,
  label: '',
  type,
  default: null,
  scope: 'query',
  ...rest,
});

function viewOf(rest: Partial<CompiledView> = {}): CompiledView {
  return {
    name: 'orders',
    sql: 'select * from shop.orders where region = :region -- all of it',
    variables: [variable('region', 'text', { default: 'north' })],
    model: [
      column('city', 'text'),
      column('amount', 'number'),
      column('at', 'instant'),
      column('day', 'date'),
      column('local', 'datetime'),
      column('id', 'other'),
      column('paid', 'boolean'),
    ],
    rights: {},
    ...rest,
  };
}
type Parts = Parameters<typeof queryPartsSchema.parse>[0] & object;
const compile = (query: Parts, view = viewOf(), values = {}, who = asker) =>
  compileView(view, queryPartsSchema.parse(query), values, who);
const where = (filters: unknown[], who = asker) => {
  const { sql, parameters } = compile({ dimensions: [{ column: 'city' }], filters }, viewOf(), {}, who);
  return { sql: sql.slice(sql.indexOf('\nwhere ') + 7, sql.indexOf('\nlimit')), parameters: parameters.slice(1) };
};

test('a question becomes one SELECT around the view', () => {
  const { sql, parameters, columns } = compile({
    dimensions: [{ column: 'city' }, { column: 'at', grain: 'day', alias: 'Day' }],
    measures: [
      { column: 'amount', aggregation: 'sum' },
      { column: '*', aggregation: 'count', alias: 'orders' },
    ],
    filters: [{ column: 'amount', operator: '>', values: [10] }],
    having: [{ by: 'orders', operator: '>=', values: [2] }],
    sort: [{ by: 'sum(amount)', direction: 'desc', nulls: 'last' }],
    limit: 5,
  });
  expect(
    sql,
  ).toBe(`select "view"."city" as "city", date_trunc('day', "view"."at") as "Day", sum("view"."amount") as "sum(amount)", count(*) as "orders"
from (
select * from shop.orders where region =  $1::text -- all of it
) as "view"
where "view"."amount" > $2::bigint
group by "view"."city", date_trunc('day', "view"."at")
having count(*) >= $3::bigint
order by "sum(amount)" desc nulls last
limit 6`);
  expect(parameters).toEqual(['north', '10', '2']);
  expect(columns.map(({ name, role, modelType }) => [name, role, modelType])).toEqual([
    ['city', 'dimension', 'text'],
    ['Day', 'dimension', 'instant'],
    ['sum(amount)', 'measure', 'number'],
    ['orders', 'measure', 'number'],
  ]);
});

test('without measures rows come as they are; names that are long or come twice are told apart', () => {
  const long = 'n'.repeat(80);
  const { sql, columns } = compile({
    dimensions: [
      { column: 'at', grain: 'day' },
      { column: 'at', grain: 'month' },
      { column: 'city', alias: long },
    ],
    sort: [{ by: long, direction: 'asc' }],
  });
  expect(sql).not.toContain('group by');
  expect(sql).toContain('as "at", date_trunc(\'month\', "view"."at") as "column 2", "view"."city" as "column 3"');
  expect(sql).toContain('order by "column 3" asc');
  expect(columns[2]?.name).toBe(long);
});

test('a value for a variable that there is not is refused, with the name that was meant', () => {
  const ask =
    (values: Record<string, string>, view = viewOf()) =>
    () =>
      compile({ dimensions: [{ column: 'city' }] }, view, values);
  const refused = expect.objectContaining({
    code: 'DAVINCI_VARIABLE_UNKNOWN',
    next: 'Did you mean region?',
    facts: { view: 'orders', variable: 'regoin' },
  });
  expect(ask({ regoin: 'south' })).toThrow(refused);
  expect(ask({ region: 'south', other: '' })).toThrow(expect.objectContaining({ next: 'It has region.' }));
  const hidden = viewOf({ variables: [variable('region', 'text', { default: 'north', scope: 'authorization' })] });
  expect(ask({ regoin: 'south' }, hidden)).toThrow(
    expect.objectContaining({ next: 'It has none: leave the value out.' }),
  );
  // Known names that a request cannot set stay without effect.
  expect(ask({ region: 'south', user_id: 'x' }, hidden)().parameters).toEqual(['north']);
  const values = () => compileValues(viewOf(), { column: 'city', filters: [], limit: 1 }, { regoin: 'south' }, asker);
  expect(values).toThrow(refused);
});

test('every operator binds its values, and null means null', () => {
  expect(where([{ column: 'city', operator: 'in', values: ['a', null, 'b'] }])).toEqual({
    sql: '("view"."city" in ($2, $3) or "view"."city" is null)',
    parameters: ['a', 'b'],
  });
  expect(where([{ column: 'city', operator: 'in', values: [] }]).sql).toBe('false');
  expect(where([{ column: 'city', operator: 'not in', values: ['a'] }]).sql).toBe(
    '("view"."city" not in ($2) or "view"."city" is null)',
  );
  expect(where([{ column: 'city', operator: '!=', values: [null] }]).sql).toBe('"view"."city" is not null');
  expect(where([{ column: 'amount', operator: 'between', values: [null, '2.5'] }])).toEqual({
    sql: '"view"."amount" <= $2::numeric',
    parameters: ['2.5'],
  });
  expect(where([{ column: 'id', operator: 'like', values: ['a%'] }]).sql).toBe('"view"."id"::text like $2::text');
  for (const filter of [
    { column: 'amount', operator: '=', values: ['1; drop table x'] },
    { column: 'paid', operator: '=', values: ['yes'] },
    { column: 'day', operator: '=', values: ['2026-02-30'] },
    { column: 'at', operator: '>', values: ['now()'] },
    { column: 'city', operator: 'relative', values: [{ unit: 'day', amount: 1 }] },
    { column: 'city', operator: '=', values: ['a', 'b'] },
  ]) {
    expect(() => where([filter]), JSON.stringify(filter)).toThrow(/filter/);
  }
});

test("days and relative spans go by the viewer's calendar, over the change of the clocks too", () => {
  const berlin = { ...asker, timeZone: 'Europe/Berlin' };
  // 2026-03-29 has 23 hours there.
  expect(
    where([{ column: 'at', operator: 'relative', values: [{ unit: 'day', amount: 0 }] }], berlin).parameters,
  ).toEqual(['2026-03-28 23:00:00+00', '2026-03-29 22:00:00+00']);
  expect(
    where([{ column: 'day', operator: 'relative', values: [{ unit: 'day', amount: 7 }] }], berlin).parameters,
  ).toEqual(['2026-03-23', '2026-03-30']);
  expect(where([{ column: 'local', operator: 'relative', values: [{ unit: 'month', amount: -1 }] }], berlin)).toEqual({
    sql: '"view"."local" >= $2::timestamp and "view"."local" < $3::timestamp',
    parameters: ['2026-02-01 00:00:00', '2026-03-01 00:00:00'],
  });
  expect(where([{ column: 'at', operator: 'relative', values: [{ unit: 'minute', amount: 15 }] }]).parameters).toEqual([
    '2026-03-29 10:15:15+00',
    '2026-03-29 10:31:00+00',
  ]);
  expect(where([{ column: 'at', operator: 'between', values: ['2026-03-01', '2026-03-29'] }], berlin)).toEqual({
    sql: '"view"."at" >= $2::timestamptz and "view"."at" < $3::timestamptz',
    parameters: ['2026-02-28 23:00:00+00', '2026-03-29 22:00:00+00'],
  });
  expect(where([{ column: 'at', operator: '=', values: ['2026-01-01 10:00:00.123456+01'] }]).parameters).toEqual([
    '2026-01-01 09:00:00.123456+00',
  ]);
  const grained = { column: 'at', operator: '=', values: ['2026-03-28 23:00:00+00'], grain: 'day' };
  expect(where([grained], berlin).sql).toBe(`date_trunc('day', "view"."at", 'Europe/Berlin') = $2::timestamptz`);
  expect(() => where([], { ...asker, timeZone: "UTC', pg_sleep(9)) --" })).toThrow(/time zone/);
});

test('rights: the filter of the role is inside, hidden columns cannot be named anywhere, no entry means nothing', () => {
  const rights: ViewRights = {
    viewer: { filter: 'owner = :user_email or region = any(string_to_array(:mine, $$,$$))', hiddenColumns: ['amount'] },
  };
  const view = viewOf({
    rights,
    variables: [variable('region', 'text'), variable('mine', 'text', { scope: 'authorization', default: 'a,b' })],
  });
  const { sql, parameters } = compile({ dimensions: [{ column: 'city' }] }, view, { region: 'x', mine: 'everything' });
  expect(sql).toContain('where (owner =  $2::text or region = any(string_to_array( $3::text, $$,$$))\n)');
  expect(parameters).toEqual(['x', 'ann@x.org', 'a,b']);
  expect(compileValues(view, { column: 'city', search: '50%_\\', filters: [], limit: 10 }, {}, asker)).toMatchObject({
    parameters: [null, 'ann@x.org', 'a,b', '%50\\%\\_\\\\%'],
    sql: expect.stringContaining('where (owner ='),
  });
  const attempts: Parts[] = [
    { dimensions: [{ column: 'amount' }] },
    { measures: [{ column: 'amount', aggregation: 'max' }] },
    { dimensions: [{ column: 'city' }], filters: [{ column: 'amount', operator: '>', values: [1] }] },
    { dimensions: [{ column: 'secret' }] },
  ];
  for (const attempt of attempts) {
    expect(() => compile(attempt, view), JSON.stringify(attempt)).toThrow(
      expect.objectContaining({ code: 'DAVINCI_COLUMN_UNKNOWN' }),
    );
  }
  expect(() => compile({ dimensions: [{ column: 'city' }], sort: [{ by: 'amount', direction: 'asc' }] }, view)).toThrow(
    expect.objectContaining({ code: 'DAVINCI_QUERY_INVALID' }),
  );
  expect(() => compileValues(view, { column: 'amount', filters: [], limit: 1 }, {}, asker)).toThrow(/no column/);
  const narrowing: QueryParts['filters'] = [{ column: 'city', operator: 'in', values: ['x', 'y'] }];
  const narrowed = compileValues(view, { column: 'city', search: 'l', filters: narrowing, limit: 10 }, {}, asker);
  expect(narrowed.parameters).toEqual(expect.arrayContaining(['x', 'y', '%l%']));
  const hidden: QueryParts['filters'] = [{ column: 'amount', operator: '>', values: [1] }];
  expect(() => compileValues(view, { column: 'city', filters: hidden, limit: 1 }, {}, asker)).toThrow(/no column/);
  for (const roles of [['editor'], ['admin'], []]) {
    expect(() => compile({ dimensions: [{ column: 'city' }] }, view, {}, { ...asker, roles })).toThrow(
      expect.objectContaining({ code: 'DAVINCI_VIEW_FORBIDDEN' }),
    );
  }
});

test('a view that reaches out of its brackets, or whose rights a viewer could set, is not kept', () => {
  const broken: Partial<CompiledView>[] = [
    { sql: 'select 1) as x; drop table y; select * from (select 2' },
    { sql: 'select 1; select 2' },
    { sql: 'delete from x' },
    { sql: 'select $1' },
    { sql: 'select :nobody' },
    { sql: "select 'x" },
    { rights: { viewer: { filter: 'true) or (true', hiddenColumns: [] } } },
    { rights: { viewer: { filter: 'true from x', hiddenColumns: [] } } },
    { rights: { viewer: { filter: 'region = :region', hiddenColumns: [] } } },
    { rights: { viewer: { hiddenColumns: ['nothing'] } } },
    { variables: [variable('region', 'text'), variable('region', 'number')] },
    { variables: [variable('region', 'text'), variable('user_email', 'text')] },
    { model: [column('city', 'text'), column('city', 'text')] },
  ];
  for (const rest of broken) expect(() => checkView(viewOf(rest), now), JSON.stringify(rest)).toThrow();
  expect(() => checkView(viewOf({ sql: 'select :region; -- done' }), now)).not.toThrow();
  try {
    checkView(viewOf({ sql: "select :region,\n  :region form x where 'a'" }), now);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'SQL_SYNTAX', facts: { problems: [{ line: 2, column: 16 }] } });
  }
});

test('the shape of the statement does not depend on any value or name', () => {
  const hostile = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.constantFrom(
      "'",
      '"',
      '$$',
      '--',
      '/*',
      "') or true --",
      '\\',
      '";drop table x;--',
      ':region',
      '$1',
      '::int',
      '\u2028',
      '\ud83d\ude00',
    ),
    fc.string({ unit: 'binary-ascii', maxLength: 10 }),
  );
  fc.assert(
    fc.property(hostile, hostile, fc.array(hostile, { minLength: 2, maxLength: 2 }), hostile, (a, b, list, name) => {
      const safe = (text: string) => text.replaceAll('\0', '');
      const ask = (value: string, other: string, values: readonly string[]) =>
        compileView(
          viewOf({
            sql: 'select * from orders where region = :region and city in (:cities)',
            variables: [variable('region', 'text'), variable('cities', 'list')],
            model: [column('city', 'text'), column(safe(name) || 'x', 'text')],
          }),
          queryPartsSchema.parse({
            dimensions: [{ column: 'city' }, { column: safe(name) || 'x', alias: safe(name).slice(0, 10) || 'y' }],
            filters: [
              { column: 'city', operator: '=', values: [other] },
              { column: safe(name) || 'x', operator: 'in', values: ['p', 'q'] },
            ],
          }),
          { region: value, cities: [...values] },
          asker,
        );
      // Equal values share a parameter, so the plain ones repeat where the hostile ones do.
      const distinct = new Map<string, string>();
      const plain = (text: string) => {
        if (!distinct.has(text)) distinct.set(text, ['p', 'q'].includes(text) ? text : `plain${distinct.size}`);
        return distinct.get(text)!;
      };
      const given = [a, b, ...list].map(safe);
      const [first, second, ...rest] = given as [string, string, string, string];
      const hostileQuery = ask(first, second, rest);
      const plainQuery = ask(plain(first), plain(second), rest.map(plain));
      expect(hostileQuery.sql).toBe(plainQuery.sql);
      // The names are the only foreign text in it, and they stay names.
      expect(Object.keys(parseStatement(hostileQuery.sql))).toEqual(['SelectStmt']);
      expect(hostileQuery.parameters).toContain(first);
    }),
    { numRuns: 150 },
  );
});
