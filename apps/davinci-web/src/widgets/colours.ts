/** Decides which colour a value has: the same in every widget that shares the book, in the order in which values were first seen. */
import type { Cell } from './contract.ts';

export interface ColourBook {
  /** An index into the palette's series. */
  indexOf(column: string, value: Cell): number;
}

/** A book for one dashboard, or one widget that stands alone. */
export function createColourBook(): ColourBook {
  const columns = new Map<string, Map<Cell, number>>();
  return {
    indexOf(column, value) {
      let values = columns.get(column);
      if (values === undefined) {
        values = new Map();
        columns.set(column, values);
      }
      let index = values.get(value);
      if (index === undefined) {
        index = values.size;
        values.set(value, index);
      }
      return index;
    },
  };
}
