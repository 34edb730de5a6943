/** Decides which error a user is told when a statement fails below: limits by the gateway's own codes, SQL problems as the gateway tells errors. */
import { SqlError } from '@rtdp/sql/problem';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';

/** What the whole query's source says where the planner leaves names to it. */
const CODE_OF_STATE: Readonly<Record<string, string>> = {
  '42P01': 'SQL_UNKNOWN_TABLE',
  '42703': 'SQL_UNKNOWN_COLUMN',
  '42702': 'SQL_AMBIGUOUS_COLUMN',
  '42883': 'SQL_UNKNOWN_FUNCTION',
  '42804': 'SQL_TYPE_MISMATCH',
};

/** @param signal of the statement: whoever aborted it said why, and what broke because of that is not the reason */
export function toQueryError(error: unknown, signal: AbortSignal, memoryLimit: string): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof SqlError) {
    return new RtdpError({
      code: error.code,
      message: error.problems.map(({ message }) => message).join(' '),
      next: error.next,
      facts: { problems: error.problems },
      cause: error,
    });
  }
  if (isRtdpError(error, 'STORE_TIMEOUT') || isRtdpError(error, 'ENGINE_TIMEOUT')) {
    return new RtdpError({
      code: 'MOONBOX_TIME_LIMIT',
      message: error.message,
      next: 'Ask for less (a filter, fewer columns), or allow it more time.',
      facts: error.facts,
      cause: error,
    });
  }
  if (isRtdpError(error, 'STORE_QUERY_FAILED')) {
    const code = CODE_OF_STATE[String(error.facts.sqlState)];
    if (code === undefined) return error;
    return new RtdpError({ code, message: error.message, next: error.next, facts: error.facts, cause: error });
  }
  if (isRtdpError(error, 'ENGINE_OUT_OF_MEMORY')) {
    return new RtdpError({
      code: 'MOONBOX_MEMORY_LIMIT',
      message: `the statement needs more memory than the ${memoryLimit} it may have`,
      next: 'Ask for less (a filter, fewer columns, fewer groups), or see EXPLAIN for what is computed in the gateway.',
      facts: { memoryLimit, reason: error.message },
      cause: error,
    });
  }
  return error;
}
