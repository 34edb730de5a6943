/** Decides where NULLs stand in an order: as Postgres has them, written out. */
import type { SortBy } from 'libpg-query';

/** ASC or DESC with Postgres' place for NULLs written out. */
export function sortDirection(sort: SortBy): string {
  const descending = sort.sortby_dir === 'SORTBY_DESC';
  const nullsFirst =
    sort.sortby_nulls === 'SORTBY_NULLS_FIRST' || (descending && sort.sortby_nulls !== 'SORTBY_NULLS_LAST');
  return `${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
}
