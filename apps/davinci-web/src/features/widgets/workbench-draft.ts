/** Decides how a widget is put together: fields onto shelves, the kind that suits them, filters, sort; pure. */
import type { Aggregation, Grain, ModelColumn, View, Widget } from '@rtdp/davinci-api/client';
import {
  type Dimension,
  type Filter,
  type Having,
  type Measure,
  nameOf,
  type ShelfName,
  TIME_TYPES,
  type WidgetQuery,
} from '../../widgets/contract.ts';
import { textsOf } from '../../widgets/dress.ts';
import { widgetKind } from '../../widgets/registry.ts';
import { isTime, misfit, shelfOf, splitDimensions } from '../../widgets/shelves.ts';

export interface WidgetDraft {
  name: string;
  description: string;
  viewId: string | undefined;
  kind: string;
  /** False as long as the fields choose the kind. */
  kindChosen: boolean;
  query: WidgetQuery;
  settings: Record<string, unknown>;
}

export type Change =
  | { do: 'load'; draft: WidgetDraft }
  | { do: 'name'; name: string }
  | { do: 'view'; viewId: string }
  | { do: 'kind'; kind: string }
  | { do: 'add'; column: ModelColumn; shelf?: ShelfName }
  | { do: 'remove'; field: string }
  | { do: 'move'; field: string; shelf: ShelfName; before?: string }
  | { do: 'grain'; field: string; grain: Grain | undefined }
  | { do: 'aggregation'; field: string; aggregation: Aggregation }
  | { do: 'filters'; filters: Filter[] }
  | { do: 'having'; having: Having[] }
  | { do: 'label'; field: string; label: string }
  | { do: 'sort'; field: string | undefined; direction: 'asc' | 'desc' }
  | { do: 'limit'; limit: number }
  | { do: 'setting'; name: string; value: unknown };

const EMPTY_QUERY: WidgetQuery = { dimensions: [], measures: [], filters: [], having: [], sort: [], limit: 1_000 };

export function emptyDraft(viewId: string | undefined): WidgetDraft {
  return { name: '', description: '', viewId, kind: 'table', kindChosen: false, query: EMPTY_QUERY, settings: {} };
}

export function draftOf(widget: Widget): WidgetDraft {
  return {
    name: widget.name,
    description: widget.description,
    viewId: widget.viewId,
    kind: widget.kind,
    kindChosen: true,
    query: { ...EMPTY_QUERY, ...(widget.query as WidgetQuery) },
    settings: widget.settings,
  };
}

/** What a draft needs before it can be kept. */
export function missingIn({ viewId, name, kind, query }: WidgetDraft): 'view' | 'field' | 'name' | undefined {
  if (viewId === undefined) return 'view';
  // What a kind needs that this version does not know, it cannot say.
  if (widgetKind(kind) !== undefined && query.dimensions.length + query.measures.length === 0) return 'field';
  return name.trim() === '' ? 'name' : undefined;
}

/** The reducer; `model` is that of the draft's view. */
export function change(draft: WidgetDraft, step: Change, model: View['model']): WidgetDraft {
  const next = apply(draft, step);
  if (next.kindChosen || next.query === draft.query) return next;
  const kind = suggestKind(next.query, model);
  return kind === next.kind ? next : withKind(next, kind);
}

function apply(draft: WidgetDraft, step: Change): WidgetDraft {
  const { query } = draft;
  const withQuery = (part: Partial<WidgetQuery>): WidgetDraft => ({ ...draft, query: { ...query, ...part } });
  switch (step.do) {
    case 'load':
      return step.draft;
    case 'name':
      return { ...draft, name: step.name };
    case 'view':
      return step.viewId === draft.viewId ? draft : { ...emptyDraft(step.viewId), name: draft.name };
    case 'kind':
      return withKind({ ...draft, kindChosen: true }, step.kind);
    case 'add':
      return addField(draft, step.column, step.shelf);
    case 'remove':
      return withQuery({
        dimensions: query.dimensions.filter((each) => nameOf(each) !== step.field),
        measures: query.measures.filter((each) => nameOf(each) !== step.field),
        series: query.series?.filter((each) => each !== step.field),
        sort: query.sort.filter((each) => each.by !== step.field),
        having: query.having.filter((each) => each.by !== step.field),
      } as Partial<WidgetQuery>);
    case 'move':
      return moveField(draft, step.field, step.shelf, step.before);
    case 'grain':
      return withQuery({
        dimensions: query.dimensions.map((each) => {
          if (nameOf(each) !== step.field) return each;
          const { grain: _, ...rest } = each;
          return step.grain === undefined ? rest : { ...rest, grain: step.grain };
        }),
      });
    case 'aggregation':
      return aggregate(draft, step.field, step.aggregation);
    case 'filters':
      return withQuery({ filters: step.filters });
    case 'having':
      return withQuery({ having: step.having });
    case 'label': {
      const { [step.field]: _, ...others } = textsOf(draft.settings.names);
      const label = step.label.trim();
      const names = label === '' ? others : { ...others, [step.field]: label };
      return { ...draft, settings: { ...draft.settings, names } };
    }
    case 'sort':
      return withQuery({ sort: step.field === undefined ? [] : [{ by: step.field, direction: step.direction }] });
    case 'limit':
      return withQuery({ limit: step.limit });
    case 'setting':
      return { ...draft, settings: { ...draft.settings, [step.name]: step.value } };
  }
}

/** Names and aliases in the answer are unique: a second one of the same name gets a number. */
function uniqueName(query: WidgetQuery, name: string): string | undefined {
  const taken = new Set([...query.dimensions, ...query.measures].map(nameOf));
  if (!taken.has(name)) return undefined;
  for (let number = 2; ; number++) if (!taken.has(`${name} ${number}`)) return `${name} ${number}`;
}

/** Where no shelf is `wanted`, by a click, a field is put once: a double click is two. */
function addField(draft: WidgetDraft, column: ModelColumn, wanted: ShelfName | undefined): WidgetDraft {
  const { query } = draft;
  // The columns of a table that nobody chose are where everything is dropped that is to be seen.
  const byRole = wanted === undefined || (wanted === 'category' && draft.kind === 'table' && !draft.kindChosen);
  const asMeasure = byRole ? column.role === 'measure' : wanted === 'values';
  if (asMeasure) {
    const aggregation = column.role === 'measure' ? column.aggregation : 'count_distinct';
    const isThere = query.measures.some((each) => each.column === column.column && each.aggregation === aggregation);
    if (wanted === undefined && isThere) return draft;
    const alias = uniqueName(query, `${aggregation}(${column.column})`);
    const measure: Measure = { column: column.column, aggregation, ...(alias === undefined ? {} : { alias }) };
    return { ...draft, query: { ...query, measures: [...query.measures, measure] } };
  }
  if (wanted === undefined && query.dimensions.some((each) => each.column === column.column)) return draft;
  const alias = uniqueName(query, column.column);
  const dimension: Dimension = {
    column: column.column,
    ...(TIME_TYPES.includes(column.type) ? { grain: 'day' as const } : {}),
    ...(alias === undefined ? {} : { alias }),
  };
  const added = { ...draft, query: { ...query, dimensions: [...query.dimensions, dimension] } };
  return wanted === 'series' ? moveField(added, nameOf(dimension), 'series', undefined) : added;
}

/** Puts a field onto a shelf, before another one or last; a shelf for one pushes out what lies there to the other shelf. */
function moveField(draft: WidgetDraft, field: string, shelf: ShelfName, before: string | undefined): WidgetDraft {
  const { query } = draft;
  const place = <F extends Dimension | Measure>(fields: F[]): F[] => {
    const moved = fields.find((each) => nameOf(each) === field);
    if (moved === undefined) return fields;
    const others = fields.filter((each) => each !== moved);
    const at = before === undefined ? -1 : others.findIndex((each) => nameOf(each) === before);
    return at === -1 ? [...others, moved] : [...others.slice(0, at), moved, ...others.slice(at)];
  };
  if (shelf === 'values') return { ...draft, query: { ...query, measures: place(query.measures) } };
  const schema = widgetKind(draft.kind)?.schema;
  if (schema === undefined || shelfOf(schema, shelf) === undefined) return draft;
  const split = splitDimensions(schema, query);
  const names = (indexes: number[]) => indexes.map((index) => nameOf(query.dimensions[index]!));
  const series = names(split.series).filter((each) => each !== field);
  const category = names(split.category).filter((each) => each !== field);
  if (shelf === 'series') {
    series.push(field);
    while (series.length > (shelfOf(schema, 'series')?.max ?? 0)) series.shift();
  } else {
    category.push(field);
    while (category.length > (shelfOf(schema, 'category')?.max ?? 0)) series.push(category.shift()!);
  }
  return { ...draft, query: { ...query, dimensions: place(query.dimensions), series } };
}

function aggregate(draft: WidgetDraft, field: string, aggregation: Aggregation): WidgetDraft {
  const { query } = draft;
  const others = query.measures.filter((each) => nameOf(each) !== field);
  const measures = query.measures.map((each): Measure => {
    if (nameOf(each) !== field) return each;
    const alias = uniqueName({ ...query, measures: others }, `${aggregation}(${each.column})`);
    return { column: each.column, aggregation, ...(alias === undefined ? {} : { alias }) };
  });
  const renamed = measures.find((each) => !query.measures.includes(each));
  if (renamed === undefined) return draft;
  const name = nameOf(renamed);
  const follow = <Part extends { by: string }>(parts: readonly Part[]): Part[] =>
    parts.map((each) => (each.by === field ? { ...each, by: name } : each));
  const next = { ...query, measures, sort: follow(query.sort), having: follow(query.having) };
  return { ...draft, query: next, settings: renameField(draft.settings, field, name) };
}

/** What was said of a field of the answer goes with its name. A label that named what was added up before does not. */
function renameField(settings: WidgetDraft['settings'], from: string, to: string): WidgetDraft['settings'] {
  const next = { ...settings };
  for (const part of ['formats', 'colours']) {
    const named = next[part];
    if (typeof named !== 'object' || named === null || !(from in named)) continue;
    const { [from]: said, ...others } = named as Record<string, unknown>;
    next[part] = { ...others, [to]: said };
  }
  return next;
}

/** Another kind keeps the fields; which lie on the shelf `series` is its own choice again where they do not fit. */
function withKind(draft: WidgetDraft, kind: string): WidgetDraft {
  const schema = widgetKind(kind)?.schema;
  const { series, ...query } = draft.query;
  const room = schema === undefined ? 0 : (shelfOf(schema, 'series')?.max ?? 0);
  const rest = query.dimensions.length - (series?.length ?? 0);
  const fits =
    series !== undefined &&
    series.length <= room &&
    rest <= (schema === undefined ? 0 : (shelfOf(schema, 'category')?.max ?? 0)) &&
    rest > 0;
  return { ...draft, kind, query: fits ? { ...query, series } : query };
}

/** The kind that shows these fields best. */
export function suggestKind(query: WidgetQuery, model: View['model']): string {
  const { dimensions, measures } = query;
  if (measures.length === 0) return 'table';
  if (dimensions.length === 0) return measures.length === 1 ? 'scorecard' : 'table';
  const timed = dimensions.some((each) => isTime(each, model));
  const kind = dimensions.length > 2 ? 'pivot' : timed ? 'line' : 'bar';
  const schema = widgetKind(kind)?.schema;
  return schema !== undefined && misfit(schema, query, model) === undefined ? kind : 'table';
}
