/** Decides what is kept of an answer: the JSON that is the same for all who get it, and its size. */
import { RtdpError } from '@rtdp/ums/error';
import type { Cell, SourceAnswer } from '../sources/data-source.ts';
import type { CompiledQuery } from '../views/compile-view.ts';

export interface Answer {
  /** The parts of the JSON answer that are the same for all. */
  body: string;
  /** Told to those only who may read the view itself. */
  sql: string;
  answer: Pick<SourceAnswer, 'rows' | 'truncated'>;
  milliseconds: number;
  bytes: number;
}

/**
 * `rows` may be one more than the limit, which tells that there are more.
 * @throws RtdpError DAVINCI_QUERY_FAILED where the columns are others than those that were asked for
 */
export function answerOf(
  { sql, columns, limit }: CompiledQuery,
  given: { types: readonly string[]; rows: Cell[][]; truncated: boolean; milliseconds: number },
): Answer {
  const { types, rows } = given;
  if (types.length !== columns.length) {
    throw new RtdpError({
      code: 'DAVINCI_QUERY_FAILED',
      message: `the source gave ${types.length} columns where ${columns.length} were asked for`,
      next: 'Check that the names of the columns of the view are all different.',
    });
  }
  const truncated = given.truncated || rows.length > limit;
  if (rows.length > limit) rows.length = limit;
  const body = JSON.stringify({
    columns: columns.map((column, index) => ({ ...column, type: types[index]! })),
    rows,
    rowCount: rows.length,
    truncated,
  }).slice(1, -1);
  const milliseconds = Math.round(given.milliseconds * 10) / 10;
  // The text, and about as much again for the rows themselves.
  return { body, sql, answer: { rows, truncated }, milliseconds, bytes: body.length * 4 + sql.length };
}
