/** Decides what a failure of a query in Postgres means to the one who asked. */
import { RtdpError } from '@rtdp/ums/error';
import { toCertificateError } from '../certificate-error.ts';
import { cancelledError, timeoutError } from '../session-pool.ts';
import { toStoreError } from './errors.ts';
import { ServerFailure } from './query-session.ts';

/** What says something about the server or the way to it, rather than about the statement. */
const ABOUT_SERVER = new Set(['STORE_UNREACHABLE', 'STORE_REFUSED', 'STORE_OUT_OF_SPACE', 'STORE_CONFLICT']);

/** A table without rights is the statement's matter, a login without rights the store's; and our sessions are read-only, not the server. */
const ABOUT_STATEMENT = new Set(['42501', '25006']);

/** What helps one who only reads: the sentences of `toStoreError` are for a sink, where a flow writes. */
const NEXT: Readonly<Record<string, string>> = {
  STORE_UNREACHABLE: 'Check that the server runs and that host and port are right.',
  STORE_REFUSED:
    'Check user, password and database; to read, a role needs CONNECT on the database, USAGE on the schemas and SELECT on the tables.',
};
const CORRECT = 'Correct the statement.';
/** SQLSTATEs of class 22: what fails is a value, written there or met in a row. */
const GUARD = 'Correct the statement, or keep such values from it (WHERE, CASE, NULLIF).';

export function toScanError(error: unknown, facts: Record<string, unknown>): RtdpError {
  if (error instanceof RtdpError) return error;
  if (!(error instanceof ServerFailure)) return toCertificateError(error, facts) ?? forReader(error, facts);
  if (error.code === '57014') return error.message.includes('timeout') ? timeoutError(undefined) : cancelledError();
  const mapped = forReader(error, facts);
  if (ABOUT_SERVER.has(mapped.code) && !ABOUT_STATEMENT.has(error.code)) return mapped;
  return new RtdpError({
    code: 'STORE_QUERY_FAILED',
    message: error.message,
    next: error.code.startsWith('22') ? GUARD : CORRECT,
    facts: {
      ...facts,
      sqlState: error.code,
      position: error.position === undefined ? undefined : Number(error.position),
      detail: error.detail,
    },
    cause: error,
  });
}

function forReader(error: unknown, facts: Record<string, unknown>): RtdpError {
  const { code, message, next, facts: told, cause } = toStoreError(error, facts);
  return new RtdpError({ code, message, next: NEXT[code] ?? next, facts: told, cause });
}
