/** Decides how a legend stands in the room that a picture has: in a few rows, else in pages of whole names; pure. */
import { LENGTHS, SPACE } from '../shell/tokens.ts';

export type Option = Record<string, unknown>;

/** What a picture is drawn into. */
export interface Room {
  /** In pixels. */
  width: number;
  height: number;
  /** How wide a text of the charts' usual size is, in pixels. */
  measure: (text: string) => number;
  /** The place of the first name on the page of the legend that is looked at. */
  from: number;
}

export type Fit = (option: Option, room: Room) => Option;

export interface LegendPart extends Option {
  data: readonly string[];
  formatter?: ((name: string) => string) | null;
}

/** Height of a row with its gap. */
const ROW = SPACE[4];
/** Around the legend, between a name and its colour, and what a text may be wider than it was measured. */
const PADDING = SPACE[1];
const BESIDE_COLOUR = SPACE[1] + SPACE[0] + 3;
const GAP = SPACE[2];
/** The two arrows with the number of the page between them, and the gap before them. */
const PAGER = SPACE[6] + SPACE[5];

const MOST_ROWS = 3;
/** The part of the height that rows may take. */
const MOST_OF_HEIGHT = 0.3;

/** Other options are given back as they are. */
export function fitLegend(option: Option, room: Room): Option {
  const legend = option.legend as LegendPart | undefined;
  if (legend === undefined) return option;
  const { rows, type, width, longest } = legendIn(legend, room);
  const grid = option.grid as { top?: number } | undefined;
  return {
    ...option,
    legend: {
      ...legend,
      type,
      width,
      // A name that is too long ends in dots.
      textStyle: { ...(legend.textStyle as object), width: longest, overflow: 'truncate' },
    },
    ...(grid === undefined || rows === 1 ? {} : { grid: { ...grid, top: (grid.top ?? 0) + (rows - 1) * ROW } }),
  };
}

/** Pixels that a legend of so many rows takes from the top. */
export function heightOfRows(rows: number): number {
  return rows * ROW;
}

export interface FittedLegend {
  rows: number;
  type: 'plain' | 'scroll';
  /** Of all that stands beside each other, in pixels. */
  width: number;
  /** Of a name, in pixels. */
  longest: number;
}

export function legendIn({ data, formatter }: LegendPart, room: Room): FittedLegend {
  const whole = room.width - 2 * PADDING;
  const longest = Math.min(LENGTHS['rail-width'], whole - BESIDE_COLOUR);
  const texts = data.map((name) => room.measure(formatter?.(name) ?? name));
  const widthsUpTo = (most: number) => texts.map((width) => Math.min(width, most) + BESIDE_COLOUR);
  const rows = rowsOf(widthsUpTo(longest), whole);
  const allowed = Math.min(MOST_ROWS, Math.max(1, Math.floor((room.height * MOST_OF_HEIGHT) / ROW)));
  if (rows <= allowed) return { rows, type: 'plain', width: whole, longest };
  const shorter = Math.max(SPACE[5], Math.min(longest, whole - PAGER - BESIDE_COLOUR));
  const page = pageFrom(widthsUpTo(shorter), room.from, whole - PAGER);
  // What is behind the last name of the page begins a gap later.
  return { rows: 1, type: 'scroll', width: page + GAP / 2 + PAGER, longest: shorter };
}

/** As the library lays them out: the next row begins where a name has no room. */
function rowsOf(widths: readonly number[], whole: number): number {
  let rows = 1;
  let at = 0;
  for (const width of widths) {
    if (at > 0 && at + width > whole) {
      rows++;
      at = 0;
    }
    at += width + GAP;
  }
  return rows;
}

/** How wide the whole names are that stand on a page, at least the first one; of a page that is no more there, on the first page. */
export function pageFrom(widths: readonly number[], from: number, whole: number): number {
  let end = 0;
  for (const width of widths.slice(from < widths.length ? from : 0)) {
    const next = end === 0 ? width : end + GAP + width;
    if (end > 0 && next > whole) break;
    end = next;
  }
  return end;
}
