/** Decides how figures and moments of a result are written: what names something without separators, an exact number with the digits of its column, one of a division or of floating point with as many as somebody compares, a moment as the reader writes it. Pure. */
import type { ColumnType, ModelColumn } from '@rtdp/davinci-api/client';
import { formatMoment, formatNumber } from '../../shell/numbers.ts';
import { toMoment } from '../../widgets/time-values.ts';
import { wordsOf } from './guess-model.ts';

type Value = string | number | boolean | null;

export interface FigureColumn {
  name: string;
  /** As Postgres writes it: `int4`, `numeric(12,2)`. */
  type: string;
  modelType: ColumnType;
}

const WHOLE = /^(?:u?int\d*|integer|bigint|smallint|tinyint|serial\d*|oid)\b/i;
/** More digits than these are of a division: they are not filled up with noughts. */
const MOST_DIGITS = 6;

/** How values of the column are written; undefined where they are written as they are. `values` are those of the column that came. */
export function writerOf(
  column: FigureColumn,
  model: readonly Pick<ModelColumn, 'column' | 'role'>[],
  values: readonly Value[],
  language: string,
): ((value: Value) => string) | undefined {
  if (column.modelType === 'instant' || column.modelType === 'datetime') {
    return (value) => {
      const moment = toMoment(value);
      return moment === undefined ? String(value) : formatMoment(moment, language);
    };
  }
  if (column.modelType !== 'number') return undefined;
  const role = model.find((field) => field.column === column.name)?.role;
  const isName = WHOLE.test(column.type) && (role === 'dimension' || wordsOf(column.name).at(-1) === 'id');
  if (isName) return String;
  const digits = scaleOf(column.type, values);
  const format = { kind: 'number' as const, ...(digits === undefined ? {} : { digits }) };
  // Of floating point and of a division the last digits say nothing; the value itself is told by the hint and copied.
  const style = WHOLE.test(column.type) || digits !== undefined ? 'exact' : 'cell';
  return (value) =>
    typeof value === 'boolean' || value === null ? String(value) : formatNumber(value, language, format, style);
}

/** Digits after the point that all values of an exact type have. */
function scaleOf(type: string, values: readonly Value[]): number | undefined {
  if (!/^(?:numeric|decimal)\b/i.test(type)) return undefined;
  const declared = /\(\s*\d+\s*,\s*(\d+)\s*\)/.exec(type)?.[1];
  if (declared !== undefined) return Number(declared);
  const most = values.reduce<number>(
    (most, value) => Math.max(most, /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0),
    0,
  );
  return most > MOST_DIGITS ? undefined : most;
}
