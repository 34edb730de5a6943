/** What is known of a table a step may read: the source or the result of a step. */
import type { PgType } from './pg-type.ts';

export interface RelationColumn {
  readonly name: string;
  readonly type: PgType;
  readonly nullable: boolean;
  /** Columns of the source it is made from. */
  readonly sources: ReadonlySet<string>;
  /** The column of the source it carries unchanged. */
  readonly copied?: string;
}

/**
 * The engine's SQL of a relation gives the columns `r` (index of the source row), `p0 … p(paths-1)` (position of a row among those of its source
 * row, to be ordered by) and `c0 … c(n-1)`. It reads the source as the table `rtdp_source` with `r` and `s0 … s(n-1)`.
 */
export interface Relation {
  readonly columns: readonly RelationColumn[];
  readonly sql: string;
  readonly paths: number;
  /** One source row may give more than one row. */
  readonly explodes: boolean;
  /** Columns of the source that decide which rows there are. */
  readonly filterSources: ReadonlySet<string>;
  /** False where every row of the source gives exactly one row. */
  readonly filtered: boolean;
}

export interface SourceColumn {
  readonly name: string;
  readonly type: PgType;
  readonly nullable: boolean;
  readonly key: boolean;
}

/** The source itself, as the engine package provides it under the name `rtdp_source`. */
export function sourceRelation(columns: readonly SourceColumn[]): Relation {
  return {
    columns: columns.map(({ name, type, nullable }) => ({
      name,
      type,
      nullable,
      sources: new Set([name]),
      copied: name,
    })),
    sql: `SELECT ${['r', ...columns.map((_, index) => `s${index} AS c${index}`)].join(', ')} FROM rtdp_source`,
    paths: 0,
    explodes: false,
    filterSources: new Set(),
    filtered: false,
  };
}
