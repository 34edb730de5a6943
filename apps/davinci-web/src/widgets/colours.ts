/** Decides which colour a value has: the same in every widget that shares the book; the chosen one, else one that is free, in the order in which values were first seen. */
import { LIGHT } from '../shell/tokens.ts';
import type { Cell, Settings } from './contract.ts';

export interface ColourBook {
  /** An index into the palette's series. */
  indexOf(column: string, value: Cell): number;
}

/** Column → value as JSON → place in the palette of series. */
export type ChosenColours = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What `settings.valueColours` of these widgets chose, as far as it can be understood; where two differ, the first one holds. */
export function chosenColours(widgets: readonly Settings[]): ChosenColours {
  const chosen: Record<string, Record<string, number>> = {};
  for (const { valueColours } of widgets) {
    for (const [column, values] of entriesOf(valueColours)) {
      for (const [value, place] of entriesOf(values)) {
        if (typeof place !== 'number' || !(place in LIGHT.series)) continue;
        chosen[column] ??= {};
        chosen[column][value] ??= place;
      }
    }
  }
  return chosen;
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** A book for one dashboard, or one widget that stands alone. */
export function createColourBook(chosen: ChosenColours = {}): ColourBook {
  const columns = new Map<string, { seen: Map<Cell, number>; free: number[] }>();
  return {
    indexOf(column, value) {
      const own = Object.hasOwn(chosen, column) ? chosen[column] : undefined;
      const wanted = own?.[JSON.stringify(value)];
      if (wanted !== undefined) return wanted;
      let book = columns.get(column);
      if (book === undefined) {
        const taken = new Set(Object.values(own ?? {}));
        book = { seen: new Map(), free: LIGHT.series.map((_, place) => place).filter((place) => !taken.has(place)) };
        columns.set(column, book);
      }
      const { seen, free } = book;
      const known = seen.get(value);
      if (known !== undefined) return known;
      const place = free[seen.size % free.length] ?? seen.size;
      seen.set(value, place);
      return place;
    },
  };
}
