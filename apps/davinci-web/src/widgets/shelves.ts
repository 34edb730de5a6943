/** Decides which field lies on which shelf, and whether a kind of widget can show some fields; pure. */
import {
  type Dimension,
  type Measure,
  type Model,
  nameOf,
  type Shelf,
  type ShelfName,
  TIME_TYPES,
  type WidgetQuery,
  type WidgetSchema,
} from './contract.ts';

export function shelfOf(schema: WidgetSchema, name: ShelfName): Shelf | undefined {
  return schema.shelves.find((shelf) => shelf.name === name);
}

/** Indexes of the dimensions on `category` and on `series`; a stored choice holds, else the first ones fill `category`. */
export function splitDimensions(schema: WidgetSchema, query: WidgetQuery): { category: number[]; series: number[] } {
  const indexes = query.dimensions.map((_, index) => index);
  const room = shelfOf(schema, 'category')?.max ?? 0;
  if (shelfOf(schema, 'series') === undefined) return { category: indexes, series: [] };
  if (query.series !== undefined) {
    const chosen = new Set(query.series);
    const series = indexes.filter((index) => chosen.has(nameOf(query.dimensions[index]!)));
    return { category: indexes.filter((index) => !series.includes(index)), series };
  }
  // A shelf for many (a pivot's rows) leaves the last dimension to the other one.
  const first = room > 1 ? Math.max(1, indexes.length - 1) : room;
  return { category: indexes.slice(0, first), series: indexes.slice(first) };
}

/** Why a kind cannot show these fields: which shelf has too few or too many; undefined when it can. */
export function misfit(
  schema: WidgetSchema,
  fields: { dimensions: readonly Dimension[]; measures: readonly Measure[] },
  model: Model,
): { shelf: ShelfName; problem: 'few' | 'many' | 'time' } | undefined {
  for (const takes of ['dimension', 'measure'] as const) {
    const shelves = schema.shelves.filter((shelf) => shelf.takes === takes);
    const count = takes === 'dimension' ? fields.dimensions.length : fields.measures.length;
    const least = shelves.reduce((sum, shelf) => sum + shelf.min, 0);
    const most = shelves.reduce((sum, shelf) => sum + shelf.max, 0);
    const shelf = shelves[0]?.name ?? (takes === 'dimension' ? 'category' : 'values');
    if (count < least) return { shelf, problem: 'few' };
    if (count > most) return { shelf, problem: 'many' };
  }
  const [timed] = schema.shelves.filter((shelf) => shelf.time);
  if (timed !== undefined && fields.dimensions.length > 0 && !fields.dimensions.some((each) => isTime(each, model))) {
    return { shelf: timed.name, problem: 'time' };
  }
  return undefined;
}

export function isTime(dimension: Dimension, model: Model): boolean {
  const type = model.find((column) => column.column === dimension.column)?.type;
  return dimension.grain !== undefined || (type !== undefined && TIME_TYPES.includes(type));
}
