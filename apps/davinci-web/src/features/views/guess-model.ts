/** Decides what a column of a result is to a reader, as long as nobody has said it: dimension or measure, its format and aggregation. Pure. */
import type { Aggregation, ColumnType, ModelColumn } from '@rtdp/davinci-api/client';

export interface ResultColumnLike {
  name: string;
  /** The kind of its values, as the API tells it. */
  modelType: ColumnType;
}

/** Whether the name says that the values name something rather than measure it. */
function namesSomething(words: readonly string[]): boolean {
  const last = words.at(-1) ?? '';
  return [
    'id',
    'key',
    'code',
    'number',
    'no',
    'nr',
    'year',
    'month',
    'day',
    'week',
    'hour',
    'zip',
    'postcode',
    'version',
  ].includes(last);
}

function formatOf(words: readonly string[], type: ColumnType): string {
  if (type !== 'number') return '';
  if (words.some((word) => ['share', 'ratio'].includes(word))) return 'percent';
  if (
    words.some((word) =>
      ['price', 'amount', 'revenue', 'cost', 'turnover', 'sales', 'total', 'discount'].includes(word),
    )
  )
    return '0.00';
  return '';
}

/** Averages are of things that do not add up; everything else that is measured is summed. */
function aggregationOf(words: readonly string[], role: ModelColumn['role']): Aggregation {
  if (role === 'dimension') return 'count_distinct';
  const doesNotAddUp = [
    'price',
    'rate',
    'ratio',
    'percent',
    'percentage',
    'share',
    'average',
    'avg',
    'age',
    'temperature',
  ];
  return words.some((word) => doesNotAddUp.includes(word)) ? 'avg' : 'sum';
}

export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase());
}

/** `customer_id` → `Customer id`. */
export function labelOf(name: string): string {
  const text = wordsOf(name).join(' ');
  return text === '' ? name : text[0]!.toUpperCase() + text.slice(1);
}

export function guessField({ name, modelType }: ResultColumnLike): ModelColumn {
  const words = wordsOf(name);
  const role = modelType === 'number' && !namesSomething(words) ? 'measure' : 'dimension';
  return {
    column: name,
    type: modelType,
    role,
    label: labelOf(name),
    format: formatOf(words, modelType),
    aggregation: aggregationOf(words, role),
  };
}

/** What somebody has said of a column stays; columns that are gone go, new ones are guessed; the order is the result's. */
export function mergeModel(model: readonly ModelColumn[], columns: readonly ResultColumnLike[]): ModelColumn[] {
  return columns.map((column) => {
    const known = model.find((field) => field.column === column.name);
    if (known === undefined) return guessField(column);
    return known.type === column.modelType ? known : { ...guessField(column), label: known.label };
  });
}
