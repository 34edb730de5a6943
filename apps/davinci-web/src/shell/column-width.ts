/** Decides how wide a column of a grid is at first, and how narrow it may become: from its title and its values, without drawing them. Pure. */
import type { CellValue } from './data-grid.tsx';
import { SPACE } from './tokens.ts';

export interface ColumnWidth {
  /** Pixels: all of what was looked at can be read. */
  width: number;
  /** Pixels, where there is little room. */
  narrowest: number;
}

/** Pixels; a reader draws no column narrower. */
export const NARROWEST = 48;
/** A text is not made narrower than this to make room. */
const SHRUNK = 96;
const WIDEST = 420;
/** Beside a text on both sides, and what is lost where a width is no whole number. */
const AROUND = 2 * SPACE[2] + 1;
/** Beside a title: the arrow that tells how it is sorted. */
const ARROW = SPACE[3];
/** Between figures of one width the marks are wider as well, which no measure tells. */
const TABULAR = 1.05;
const SAMPLE = 60;
/** A number is not cut where it can be helped: the least and the greatest of so many, from all over the rows, fit too. */
const NUMBERS_LOOKED_AT = 20_000;

/** Pixels of a text, of a title where it is `bold`. */
export type Measure = (text: string, bold?: boolean) => number;

/** @param write a value as the grid shows it */
export function guessWidth(
  column: { title: string; numeric?: boolean },
  rows: readonly (readonly CellValue[])[],
  index: number,
  write: (value: CellValue) => string,
  measure: Measure,
): ColumnWidth {
  const looked = rows.slice(0, SAMPLE).map((row) => row[index] ?? null);
  const values = column.numeric ? [...looked, ...outermost(rows, index)] : looked;
  const texts = values.filter((value) => value !== null).map(write);
  const title = measure(column.title, true);
  const inside = Math.max(0, ...texts.map((text) => measure(text))) * (column.numeric ? TABULAR : 1);
  const fitting = (beside: number) =>
    Math.min(WIDEST, Math.max(NARROWEST, Math.ceil(Math.max(title + beside, inside)) + AROUND));
  const narrowest = fitting(0);
  return {
    width: fitting(ARROW),
    narrowest: column.numeric || texts.every(isWhole) ? narrowest : Math.min(narrowest, SHRUNK),
  };
}

/** More letters than this are a text, whatever they are: a UUID has just as many. */
const MOST_WHOLE = 36;

/** `26 Nov 2026, 12:42`, `2026年11月26日 12:42:07` */
const WRITTEN_MOMENT = /^\d{1,4}[ 年].*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$/;

/** A key, a moment, an address: what says nothing, or something else, when its end is cut. */
function isWhole(text: string): boolean {
  if (text.length > MOST_WHOLE) return false;
  return /^[\w.@+:/-]+$/.test(text) || /^[\d\s:.,+TZ-]+$/.test(text) || WRITTEN_MOMENT.test(text);
}

function outermost(rows: readonly (readonly CellValue[])[], index: number): CellValue[] {
  const step = Math.max(1, Math.ceil(rows.length / NUMBERS_LOOKED_AT));
  let least: CellValue = null;
  let greatest: CellValue = null;
  for (let at = 0; at < rows.length; at += step) {
    const value = rows[at]?.[index] ?? null;
    if (value === null || Number.isNaN(Number(value))) continue;
    if (least === null || Number(value) < Number(least)) least = value;
    if (greatest === null || Number(value) > Number(greatest)) greatest = value;
  }
  return [least, greatest];
}
