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
const LETTER = 7.5;
/** Figures of one width are wider than most letters. */
const FIGURE = 8.5;
/** What is as wide as two letters: an address is not cut by its last one. */
const WIDE_LETTERS = /[MW@mw%\p{Script=Han}]/gu;
const WIDER_BY = 0.5;
const AROUND = 28;
const SAMPLE = 60;
/** A number is not cut where it can be helped: the least and the greatest of so many, from all over the rows, fit too. */
const NUMBERS_LOOKED_AT = 20_000;

/** @param write a value as the grid shows it */
export function guessWidth(
  column: { title: string; numeric?: boolean },
  rows: readonly (readonly CellValue[])[],
  index: number,
  write: (value: CellValue) => string,
): ColumnWidth {
  const looked = rows.slice(0, SAMPLE).map((row) => row[index] ?? null);
  const values = column.numeric ? [...looked, ...outermost(rows, index)] : looked;
  const texts = values.filter((value) => value !== null).map(write);
  const letters = Math.max(column.title.length + 3, ...texts.map(lettersOf));
  const wanted = Math.max(NARROWEST + SPACE[3], Math.ceil(letters * (column.numeric ? FIGURE : LETTER)) + AROUND);
  const width = Math.min(WIDEST, wanted);
  return { width, narrowest: column.numeric || texts.every(isWhole) ? width : Math.min(width, SHRUNK) };
}

function lettersOf(text: string): number {
  return text.length + WIDER_BY * (text.match(WIDE_LETTERS)?.length ?? 0);
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
