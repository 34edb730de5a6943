/** Decides what a failed run is told as: as the rows that fail by themselves, which are found by halving, or as the engine's own trouble. */
import { RtdpError } from '@rtdp/ums/error';
import { QueryFailure } from './query.ts';

interface RowFailure {
  readonly row: number;
  readonly reason: string;
  /** Name of the step it fails in. */
  readonly step: string;
}

/** Failing rows that one error names; a batch with more is run again without these. */
const MOST_FAILURES = 100;

/**
 * The error that is told of a run over these rows.
 *
 * @param execute runs some of the rows
 * @param stepOf names the step in which a row fails
 */
export async function blameRows(
  error: unknown,
  rows: Int32Array,
  execute: (rows: Int32Array) => Promise<unknown>,
  stepOf: (row: number, reason: string) => Promise<string>,
): Promise<unknown> {
  if (!(error instanceof QueryFailure)) return error;
  if (error.kind === 'interrupted') {
    return new RtdpError({
      code: 'ENGINE_TIMEOUT',
      message: 'The SQL took longer than the time limit and was interrupted.',
      next: 'Give it fewer rows at a time, or raise the time limit.',
      facts: { rows: rows.length },
      cause: error,
    });
  }
  if (error.kind === 'memory') {
    return new RtdpError({
      code: 'ENGINE_OUT_OF_MEMORY',
      message: `The SQL needs more memory than the engine has: ${error.message}`,
      next: 'Give it fewer rows at a time, or raise the memory limit of the engine.',
      facts: { rows: rows.length },
      cause: error,
    });
  }
  const found = await failingRows(rows, error, execute);
  const failures: RowFailure[] = [];
  for (const failure of found) failures.push({ ...failure, step: await stepOf(failure.row, failure.reason) });
  const [first] = failures;
  if (first === undefined) {
    return new RtdpError({
      code: 'ENGINE_INTERNAL',
      message: `The embedded engine failed, and no single row is to blame: ${error.message}`,
      next: 'Report the statement and the error.',
      facts: { rows: rows.length },
      cause: error,
    });
  }
  return new RtdpError({
    code: 'ENGINE_ROW_FAILED',
    message: `Row ${first.row} of the batch fails: ${first.reason}`,
    next: 'Dead-letter the rows in facts.failures and run the batch without them.',
    facts: { ...first, failures },
    cause: error,
  });
}

/** The first rows that fail by themselves, found by halving; empty where the failure goes away with fewer rows. */
async function failingRows(
  rows: Int32Array,
  failure: QueryFailure,
  execute: (rows: Int32Array) => Promise<unknown>,
): Promise<Omit<RowFailure, 'step'>[]> {
  const found: Omit<RowFailure, 'step'>[] = [];
  // Parts that are known to fail, the first on top.
  const failing: { rows: Int32Array; failure: QueryFailure }[] = [{ rows, failure }];
  while (failing.length > 0 && found.length < MOST_FAILURES) {
    const part = failing.pop()!;
    if (part.failure.kind !== 'row') return [];
    if (part.rows.length === 1) {
      found.push({ row: part.rows[0]!, reason: part.failure.message });
      continue;
    }
    const middle = part.rows.length >> 1;
    const halves = [part.rows.subarray(0, middle), part.rows.subarray(middle)];
    for (const half of halves.reverse()) {
      const halfFailure = await failureOf(execute, half);
      if (halfFailure !== null) failing.push({ rows: half, failure: halfFailure });
    }
  }
  return found;
}

async function failureOf(
  execute: (rows: Int32Array) => Promise<unknown>,
  rows: Int32Array,
): Promise<QueryFailure | null> {
  try {
    await execute(rows);
    return null;
  } catch (error) {
    if (error instanceof QueryFailure) return error;
    throw error;
  }
}
