/** Proves how a widget is looked at more closely: which grain follows, what is asked then, and that an address or a widget that changed does no harm. */
import type { ViewModel } from '@rtdp/davinci-api/client';
import { expect, test } from 'vitest';
import type { WidgetQuery } from '../../widgets/contract.ts';
import { type DrillStep, drilledQuery, finerGrain, newestSteps, readDrills, stepOf, writeDrills } from './drill.ts';
import { askedOf } from './filters.ts';

const column = (name: string, type: ViewModel['model'][number]['type']): ViewModel['model'][number] => ({
  column: name,
  type,
  role: 'dimension',
  label: '',
  format: '',
  aggregation: 'count',
});
const model = [column('at', 'datetime'), column('on', 'date'), column('status', 'text')];

function query(grain: 'week' | 'day' | 'month'): WidgetQuery {
  return {
    dimensions: [{ column: 'at', grain }, { column: 'status' }],
    measures: [{ column: '*', aggregation: 'count' }],
    filters: [],
    having: [],
    sort: [{ by: 'at', direction: 'desc' }],
    limit: 100,
    series: ['status'],
  };
}

const week: DrillStep = { column: 'at', grain: 'week', value: '2026-03-02 00:00:00' };
const day: DrillStep = { column: 'at', grain: 'day', value: '2026-03-04 00:00:00' };

test('a week is seen by days, a day by hours, an hour by minutes, and a date by nothing finer', () => {
  expect(
    (['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', undefined] as const).map((each) =>
      finerGrain(each, 'instant'),
    ),
  ).toEqual(['month', 'month', 'day', 'day', 'hour', 'minute', undefined, undefined]);
  expect([finerGrain('week', 'date'), finerGrain('day', 'date')]).toEqual(['day', undefined]);
});

test('each step asks for its span alone, by the next grain; what lay on the shelves lies there still', () => {
  const closer = drilledQuery(query('week'), [week, day], model);
  expect(closer.query).toEqual({
    ...query('week'),
    dimensions: [{ column: 'at', grain: 'hour' }, { column: 'status' }],
  });
  expect(closer.filters).toEqual([
    { column: 'at', operator: '>=', values: ['2026-03-04 00:00:00'] },
    { column: 'at', operator: '<', values: ['2026-03-05 00:00:00'] },
  ]);
  expect(drilledQuery(query('week'), [week], model).filters[1]?.values).toEqual(['2026-03-09 00:00:00']);
  expect(drilledQuery(query('week'), [], model)).toEqual({ query: query('week'), filters: [], steps: [] });
  // The widget was changed since: it is not by the week any more, or its column is gone.
  expect(drilledQuery(query('month'), [week, day], model)).toEqual({ query: query('month'), filters: [], steps: [] });
  expect(drilledQuery(query('week'), [{ ...week, column: 'gone' }], model).steps).toEqual([]);
});

test('the address keeps the steps of each item, and a mistyped one none', () => {
  const url = new URLSearchParams({ closer: writeDrills({ a: [week, day], b: [] }) ?? '' });
  expect(readDrills(url)).toEqual({ a: [week, day] });
  expect(writeDrills({ a: [] })).toBeUndefined();
  const read = (closer: string) => readDrills(new URLSearchParams({ closer }));
  expect([read('{'), read('null'), read('5'), readDrills(new URLSearchParams())]).toEqual([{}, {}, {}, {}]);
  expect(read('{"a":[null,{"column":"at","grain":"eon","value":"x"},{"column":"at","grain":"day"}],"b":7}')).toEqual({
    a: [],
    b: [],
  });
  const view = { id: 'v', name: '', description: '', version: 1, variables: [], model };
  const asked = (item: string) => askedOf(view, item, { controllers: [], crossFilter: true }, {}, [], { a: [week] });
  expect([asked('a').closer, asked('b').closer, asked('toString').closer]).toEqual([[week], undefined, undefined]);
});

test('a mark leads to its moment, and the menu of a widget to the newest ones', () => {
  expect(
    stepOf(
      [
        { column: 'status', value: 'x' },
        { column: 'at', grain: 'week', value: week.value },
      ],
      model,
    ),
  ).toEqual({ step: week, finer: 'day' });
  expect([
    stepOf([{ column: 'status', value: 'x' }], model),
    stepOf([{ column: 'at', grain: 'day', value: null }], model),
  ]).toEqual([undefined, undefined]);
  const rows = ['2026-03-02', '2026-03-16', '2026-03-09', '2026-03-16', null].map((at) => [at, 'x', 1]);
  expect(newestSteps(query('week'), rows, model, 2).map(({ step }) => step.value)).toEqual([
    '2026-03-16',
    '2026-03-09',
  ]);
});
