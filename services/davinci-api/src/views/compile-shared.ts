/**
 * Decides the SQL that answers several questions at once. They ask the same view for the same rows, and each wants them grouped in its own way.
 * Where all group by the same, one grouping has the measures of all. Else the rows are grouped once by everything that any of them groups by,
 * and each question's groups are made of these groups: only for measures that come out the same in every digit.
 * Each row has its place in the order of each question, numbered by the source itself, so nobody else needs to know how it compares.
 */
import type { QueryParts } from '../client/questions.ts';
import type { VariableValue } from '../client/variables.ts';
import type { Aggregation } from '../client/views.ts';
import type { Cell } from '../sources/data-source.ts';
import { compileFilter } from './compile-filter.ts';
import {
  AGGREGATE,
  type Asker,
  type CompiledQuery,
  type CompiledView,
  columnName,
  openView,
  quoteName,
  VIEW,
} from './compile-view.ts';
import { Cuts } from './cut-moment.ts';
import { visibleColumn } from './view-rights.ts';

type Dimension = QueryParts['dimensions'][number];
type Measure = QueryParts['measures'][number];

/** Without HAVING, with a measure; the filters of all that share are the same. */
export interface SharedQuestion {
  parts: QueryParts;
  /** The same question alone. */
  compiled: CompiledQuery;
}

export interface CompiledShared {
  sql: string;
  parameters: readonly (string | null)[];
  /** Above these rows the answer is cut off and means nothing. */
  mostRows: number;
  /** True when the answer is not whole, so that each question has to be asked alone. */
  isCut(rows: readonly (readonly Cell[])[]): boolean;
  /** How many groups the rows were grouped into first. */
  groupsOf(rows: readonly (readonly Cell[])[]): number;
  /** The rows that the question at `index` alone would give, at most one more than its limit, and where its columns stand in a row. */
  pick(rows: readonly (readonly Cell[])[], index: number): { rows: Cell[][]; places: readonly number[] };
  /** The type of the column at a place, where it is another than that of the statement. */
  typeAt(place: number): string | undefined;
}

/** Rows that are shared, over all groupings. */
const MOST_ROWS = 20_000;
/** Groups that others are made of. */
export const MOST_BASE_GROUPS = 50_000;

export function dimensionKey({ column, grain }: Dimension): string {
  return JSON.stringify([column, grain ?? null]);
}

/** What it groups by, whatever the order. */
export function groupingKey({ dimensions }: Pick<QueryParts, 'dimensions'>): string {
  return JSON.stringify([...new Set(dimensions.map(dimensionKey))].sort());
}

/** Whether the measure of a whole is made of those of its parts without any difference. `typeText` is the type of its column, where known. */
export function isAdditive({ column, aggregation }: Measure, typeText: string | undefined): boolean {
  if (aggregation === 'count' || column === '*') return true;
  if (aggregation === 'count_distinct' || typeText === undefined) return false;
  // The sum of floating numbers depends on the order in which they are added.
  if (/^(smallint|integer|bigint|numeric(\(|$))/.test(typeText)) return true;
  return (aggregation === 'min' || aggregation === 'max') && /^(date$|timestamp)/.test(typeText);
}

/** @param types of the columns of the view; needed where the questions group differently, and then all measures are additive */
export function compileShared(
  view: CompiledView,
  questions: readonly SharedQuestion[],
  values: Readonly<Record<string, VariableValue>>,
  asker: Asker,
  types: ReadonlyMap<string, string>,
): CompiledShared {
  const { visible, parameters, from } = openView(view, values, asker);
  const listed = asker.listedZone === true;
  const cuts = new Cuts({ name: asker.timeZone, listed, counts: !listed });
  const dimensions = new Places<Dimension>(dimensionKey);
  const measures = new Places<Measure>(({ column, aggregation }) => JSON.stringify([column, aggregation]));
  const read = new Places<string>((column) => column);
  const groupings = new Places<readonly number[]>((places) => JSON.stringify(places));
  const asked = questions.map(({ parts }) => {
    const own = parts.dimensions.map((dimension) => dimensions.of(dimension));
    return {
      dimensions: own,
      measures: parts.measures.map((measure) => measures.of(measure)),
      grouping: groupings.of([...new Set(own)].sort((a, b) => a - b)),
    };
  });
  for (const { column } of measures.all) if (column !== '*') read.of(column);

  const cut = dimensions.all.map(({ column: name, grain }) => {
    const column = visibleColumn(visible, name);
    return cuts.cut(column, columnName(column), grain);
  });
  const conditions = [
    ...from.conditions,
    ...questions[0]!.parts.filters.map((filter) => {
      const column = visibleColumn(visible, filter.column);
      return compileFilter(filter, column, cuts.cut(column, columnName(column), filter.grain), parameters, asker);
    }),
  ];
  const given = [
    ...cut.map((expression, index) => `${expression} as ${dimensionName(index)}`),
    ...read.all.map((name, index) => `${columnName(visibleColumn(visible, name))} as "x${index + 1}"`),
  ];
  // A planner that sees the cut takes as many groups for likely as there are moments, and sorts; behind a fence it counts on few.
  const isFenced = dimensions.all.some(({ grain }) => grain !== undefined);
  const rows = [
    `select ${given.length === 0 ? '1 as "one"' : given.join(', ')}`,
    cuts.around(from.sql, VIEW),
    ...(conditions.length === 0 ? [] : [`where ${conditions.join('\n  and ')}`]),
    ...(isFenced ? ['limit all'] : []),
  ].join('\n');
  const columnOf = ({ column }: Measure): string => (column === '*' ? '*' : `"x${read.of(column) + 1}"`);
  const shared =
    groupings.all.length === 1
      ? groupedOnce(rows, dimensions.all.length, measures.all, columnOf)
      : groupedTwice(rows, dimensions.all.length, groupings.all, measures.all, columnOf);

  const order = new Places<string>((text) => text);
  const ranks = questions.map(({ compiled, parts }, index) => {
    if (compiled.order.length === 0) return undefined;
    const terms = compiled.order.map(({ column, direction }) => {
      const isDimension = column < parts.dimensions.length;
      const place = isDimension
        ? dimensionName(asked[index]!.dimensions[column]!)
        : measureName(asked[index]!.measures[column - parts.dimensions.length]!);
      return `${place} ${direction}`;
    });
    return order.of(terms.join(', '));
  });
  const numbered = order.all.map(
    (terms, index) => `row_number() over (partition by "g" order by ${terms}) as "r${index + 1}"`,
  );
  const named = [
    '"g"',
    '"n"',
    ...dimensions.all.map((_, index) => dimensionName(index)),
    ...measures.all.map((_, index) => measureName(index)),
  ];
  const firstMeasure = 2 + dimensions.all.length;
  const firstRank = firstMeasure + measures.all.length;
  const isMadeOfParts = groupings.all.length > 1;
  return {
    sql: `select ${[...named, ...numbered].join(', ')}\nfrom (\n${shared}\n) as "shared"\nlimit ${MOST_ROWS + 1}`,
    parameters: parameters.values,
    mostRows: MOST_ROWS,
    isCut: (found) => found.length > MOST_ROWS || found.some((row) => Number(row[1]) > MOST_BASE_GROUPS),
    groupsOf: (found) => (isMadeOfParts ? Number(found[0]?.[1] ?? 0) : found.length),
    typeAt(place) {
      const measure = isMadeOfParts ? measures.all[place - firstMeasure] : undefined;
      // The sum of sums of integers is numeric, with the same digits.
      const isSumOfIntegers =
        measure?.aggregation === 'sum' && /^(smallint|integer)$/.test(types.get(measure.column) ?? '');
      return isSumOfIntegers ? 'bigint' : undefined;
    },
    pick(found, index) {
      const own = asked[index]!;
      const group = !isMadeOfParts ? 0 : groupNumber(groupings.all[own.grouping]!, dimensions.all.length);
      const rank = ranks[index];
      const ofGroup = found.filter((row) => Number(row[0]) === group);
      if (rank !== undefined) ofGroup.sort((a, b) => Number(a[firstRank + rank]) - Number(b[firstRank + rank]));
      const places = [
        ...own.dimensions.map((place) => 2 + place),
        ...own.measures.map((place) => firstMeasure + place),
      ];
      const most = questions[index]!.parts.limit + 1;
      return { rows: ofGroup.slice(0, most).map((row) => places.map((place) => row[place]!)), places };
    },
  };
}

function groupedOnce(
  rows: string,
  dimensions: number,
  measures: readonly Measure[],
  columnOf: (measure: Measure) => string,
): string {
  const names = Array.from({ length: dimensions }, (_, index) => dimensionName(index));
  const selected = measures.map(
    (measure, index) => `${AGGREGATE[measure.aggregation](columnOf(measure))} as ${measureName(index)}`,
  );
  return [
    `select 0 as "g", 0 as "n", ${[...names, ...selected].join(', ')}`,
    `from (\n${rows}\n) as "rows"`,
    ...(names.length === 0 ? [] : [`group by ${names.join(', ')}`]),
  ].join('\n');
}

function groupedTwice(
  rows: string,
  dimensions: number,
  groupings: readonly (readonly number[])[],
  measures: readonly Measure[],
  columnOf: (measure: Measure) => string,
): string {
  const names = Array.from({ length: dimensions }, (_, index) => dimensionName(index));
  const parts = new Places<string>((expression) => expression);
  const part = (aggregation: Aggregation, column: string): string =>
    `"p${parts.of(AGGREGATE[aggregation](column)) + 1}"`;
  const selected = measures.map((measure, index) => {
    const column = columnOf(measure);
    return `${ofParts(measure, (aggregation) => part(aggregation, column))} as ${measureName(index)}`;
  });
  const sets = groupings.map((places) => `(${places.map((place) => names[place]).join(', ')})`);
  const based = [...names, ...parts.all.map((expression, index) => `${expression} as "p${index + 1}"`)];
  return [
    'with "base" as materialized (',
    `select ${based.join(', ')}`,
    `from (\n${rows}\n) as "rows"`,
    `group by ${names.join(', ')}`,
    `limit ${MOST_BASE_GROUPS + 1}`,
    ')',
    `select grouping(${names.join(', ')}) as "g", (select count(*) from "base") as "n", ${[...names, ...selected].join(', ')}`,
    'from "base"',
    `group by grouping sets (${sets.join(', ')})`,
  ].join('\n');
}

/** The measure of a group of groups, with the digits that the measure of the rows has. */
function ofParts({ aggregation }: Measure, part: (aggregation: Aggregation) => string): string {
  switch (aggregation) {
    case 'count':
      return `coalesce(sum(${part('count')}), 0)::bigint`;
    case 'sum':
      return `sum(${part('sum')})`;
    case 'avg':
      // As Postgres computes it: the sum, as numeric, divided by how many there are; of none it is nothing.
      return `sum(${part('sum')}) / nullif(sum(${part('count')}), 0)`;
    case 'min':
    case 'max':
      return `${aggregation}(${part(aggregation)})`;
    case 'count_distinct':
      throw new TypeError('different values cannot be counted by their groups');
  }
}

/** What `grouping(…)` gives: a bit for each dimension that is not grouped by, the first one's the highest. */
function groupNumber(places: readonly number[], dimensions: number): number {
  let number = 0;
  for (let place = 0; place < dimensions; place++) number = number * 2 + (places.includes(place) ? 0 : 1);
  return number;
}

function dimensionName(index: number): string {
  return `"d${index + 1}"`;
}

function measureName(index: number): string {
  return `"m${index + 1}"`;
}

/** Gives each different thing a place, in the order in which they come. */
class Places<Thing> {
  readonly all: Thing[] = [];
  readonly #keyOf: (thing: Thing) => string;
  readonly #places = new Map<string, number>();

  constructor(keyOf: (thing: Thing) => string) {
    this.#keyOf = keyOf;
  }

  of(thing: Thing): number {
    const key = this.#keyOf(thing);
    const place = this.#places.get(key) ?? this.all.push(thing) - 1;
    this.#places.set(key, place);
    return place;
  }
}

/** A statement without rows that tells the types of the columns that the role may see. */
export function compileTypes(
  view: CompiledView,
  asker: Asker,
): { sql: string; parameters: readonly (string | null)[]; columns: readonly string[] } {
  const { visible, parameters, from } = openView(view, {}, asker);
  const columns = [...visible.columns.keys()];
  const selected = columns.map((name, index) => `${VIEW}.${quoteName(name)} as "c${index + 1}"`);
  return { sql: `select ${selected.join(', ')}\n${from.sql}\nlimit 0`, parameters: parameters.values, columns };
}
