/** Decides what a failure of Postgres means for the caller: which STORE_ code it has, and whether the same call may succeed later. */
import { RtdpError } from '@rtdp/ums/error';
import type { StoreErrorCode } from '../error-codes.ts';

/** SQLSTATEs our own functions in the store raise. */
export const FENCED_STATE = 'RT001';
export const OTHER_WRITER_STATE = 'RT002';

const NEXT: Partial<Record<StoreErrorCode, string>> = {
  STORE_FENCED: 'Stop writing this partition, claim it again and go on from the position the claim returns.',
  STORE_LOCK_TIMEOUT: 'Repeat the call; if it stays, look in pg_stat_activity for who holds the lock.',
  STORE_CONFLICT: 'Repeat the call.',
  STORE_UNREACHABLE: 'Check that the server runs and that host and port are right; a flow tries again by itself.',
  STORE_REFUSED:
    "Check user, password, database and the role's rights; a role that makes tables needs GRANT CREATE ON DATABASE.",
  STORE_OUT_OF_SPACE: 'Give the store disk, memory or connections; nothing is lost meanwhile.',
  STORE_ROW_REFUSED: 'Correct the row at the source or the sink table, then replay the dead letter.',
};

export function toStoreError(error: unknown, facts: Record<string, unknown>): RtdpError {
  if (error instanceof RtdpError) return error;
  const state = readText(error, 'code') ?? '';
  const code = codeOf(state, error);
  const message = error instanceof Error ? error.message : (readText(error, 'message') ?? String(error));
  return new RtdpError({
    code,
    message,
    next: NEXT[code] ?? 'Look at the facts and at the log of the store.',
    facts: {
      ...facts,
      sqlState: state,
      detail: readText(error, 'detail'),
      column: readText(error, 'column'),
      constraint: readText(error, 'constraint'),
      where: readText(error, 'where'),
    },
    cause: error,
  });
}

function codeOf(state: string, error: unknown): StoreErrorCode {
  if (state === FENCED_STATE) return 'STORE_FENCED';
  if (state === OTHER_WRITER_STATE) return 'STORE_OTHER_WRITER';
  if (state === '55P03') return 'STORE_LOCK_TIMEOUT';
  if (state === '40001' || state === '40P01') return 'STORE_CONFLICT';
  if (state.startsWith('53')) return 'STORE_OUT_OF_SPACE';
  if (state.startsWith('28') || state === '3D000' || state === '42501') return 'STORE_REFUSED';
  // 21000: two texts of one key value in a batch; bisection parts them.
  if (state.startsWith('22') || state.startsWith('23') || state === '54000' || state === '21000')
    return 'STORE_ROW_REFUSED';
  if (state.startsWith('08') || state.startsWith('57P') || state === '25006') return 'STORE_UNREACHABLE';
  if (/^E[A-Z]+$/.test(state)) return 'STORE_UNREACHABLE';
  const message = error instanceof Error ? error.message : '';
  if (/terminated|timeout expired|not queryable|connection|ECONN/i.test(message)) return 'STORE_UNREACHABLE';
  return 'STORE_FAILED';
}

function readText(error: unknown, name: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value = (error as Record<string, unknown>)[name];
  return typeof value === 'string' ? value : undefined;
}
