/** Decides the order in which a grid shows its rows; pure. */

type Value = string | number | boolean | null;

export interface GridSort {
  column: number;
  direction: 'asc' | 'desc';
}

/** First click sorts (numbers from the largest), the second turns it round, the third gives the rows' own order back. */
export function nextSort(sort: GridSort | undefined, column: number, numeric: boolean): GridSort | undefined {
  const first = numeric ? 'desc' : 'asc';
  if (sort?.column !== column) return { column, direction: first };
  return sort.direction === first ? { column, direction: first === 'asc' ? 'desc' : 'asc' } : undefined;
}

/** Indexes of the rows as they are to be shown; missing values stand last whichever way. */
export function sortedOrder(
  rows: readonly (readonly Value[])[],
  columns: readonly { numeric?: boolean }[],
  sort: GridSort | undefined,
): number[] {
  const order = rows.map((_, index) => index);
  if (sort === undefined) return order;
  const sign = sort.direction === 'asc' ? 1 : -1;
  const numeric = columns[sort.column]?.numeric ?? false;
  const collator = new Intl.Collator(undefined, { numeric: true });
  return order.sort((a, b) => {
    const left = rows[a]?.[sort.column] ?? null;
    const right = rows[b]?.[sort.column] ?? null;
    if (left === null || right === null) return left === right ? a - b : left === null ? 1 : -1;
    const compared = numeric ? Number(left) - Number(right) : collator.compare(String(left), String(right));
    return compared === 0 ? a - b : compared * sign;
  });
}
