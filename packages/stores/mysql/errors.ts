/** Decides what a failure of MySQL or MariaDB means to the one who asked. */
import { RtdpError } from '@rtdp/ums/error';
import { toCertificateError } from '../certificate-error.ts';
import type { StoreErrorCode } from '../error-codes.ts';
import { cancelledError, timeoutError } from '../session-pool.ts';

const NEXT: Partial<Record<StoreErrorCode, string>> = {
  STORE_UNREACHABLE: 'Check that the server runs and that host and port are right.',
  STORE_REFUSED: "Check user, password, database and the user's rights.",
  STORE_OUT_OF_SPACE: 'Give the store connections, disk or memory.',
  STORE_QUERY_FAILED: 'Correct the statement.',
};

const CODES: Readonly<Record<string, StoreErrorCode>> = {
  ER_ACCESS_DENIED_ERROR: 'STORE_REFUSED',
  ER_DBACCESS_DENIED_ERROR: 'STORE_REFUSED',
  ER_BAD_DB_ERROR: 'STORE_REFUSED',
  ER_HOST_NOT_PRIVILEGED: 'STORE_REFUSED',
  ER_HOST_IS_BLOCKED: 'STORE_REFUSED',
  ER_CON_COUNT_ERROR: 'STORE_OUT_OF_SPACE',
  ER_TOO_MANY_USER_CONNECTIONS: 'STORE_OUT_OF_SPACE',
  ER_LOCK_DEADLOCK: 'STORE_CONFLICT',
  ER_LOCK_WAIT_TIMEOUT: 'STORE_LOCK_TIMEOUT',
  PROTOCOL_CONNECTION_LOST: 'STORE_UNREACHABLE',
  ER_SERVER_SHUTDOWN: 'STORE_UNREACHABLE',
  HANDSHAKE_SSL_ERROR: 'STORE_UNREACHABLE',
  HANDSHAKE_NO_SSL_SUPPORT: 'STORE_REFUSED',
};

/** Numbers, because the library does not name MariaDB's own: 1317 interrupted, 1969 and 3024 took too long. */
const INTERRUPTED = 1317;
const TOO_LONG = [1969, 3024];
const OUT_OF_RANGE = 1690;
/** The check of our statements, as the server prints it again. */
const ZERO_DATE =
  /^BIGINT value is out of range in '\(*9223372036854775807 \+ .*year\((?:["`][^"`]+["`]\.)?["`]([^"`]+)["`]\.["`]([^"`]+)["`]\)/;

export function toScanError(error: unknown, facts: Record<string, unknown>): RtdpError {
  if (error instanceof RtdpError) return error;
  const {
    code = '',
    errno,
    sqlState,
    message = String(error),
  } = error as NodeJS.ErrnoException & { sqlState?: string };
  if (errno === INTERRUPTED) return cancelledError();
  if (errno !== undefined && TOO_LONG.includes(errno)) return timeoutError(undefined);
  if (errno === OUT_OF_RANGE) {
    const column = ZERO_DATE.exec(message);
    if (column !== null) return zeroDateError(column[2]!, column[1]!, facts);
  }
  const certificate = errno === undefined ? toCertificateError(error, facts) : undefined;
  if (certificate !== undefined) return certificate;
  const mapped = codeOf(code, sqlState, message);
  return new RtdpError({
    code: mapped,
    message,
    next: NEXT[mapped] ?? 'Look at the facts and at the log of the store.',
    facts: { ...facts, sqlState, errno, errorName: code },
    cause: error,
  });
}

/** The statement compared a column that holds no date: see `print-mysql-zero-date.ts` of the SQL package. */
function zeroDateError(column: string, table: string, facts: Record<string, unknown>): RtdpError {
  return new RtdpError({
    code: 'STORE_RESULT_TYPE',
    message: `column "${column}" of table "${table}" holds a zero date such as "0000-00-00", which is not a value of type date`,
    next: 'Correct the value at the source, or let a view there give the column as text.',
    facts: { ...facts, table, column },
  });
}

function codeOf(code: string, sqlState: string | undefined, message: string): StoreErrorCode {
  const known = CODES[code];
  if (known !== undefined) return known;
  if (sqlState !== undefined && sqlState !== '') return 'STORE_QUERY_FAILED';
  if (/^E[A-Z]+$/.test(code) || /connection|closed|timeout/i.test(message)) return 'STORE_UNREACHABLE';
  return 'STORE_FAILED';
}
