/** Turns a failure of this package into an error with code, facts and the next step. */
import { RtdpError } from '@rtdp/ums/error';
import { LOCAL_ERROR_CODES, type LocalErrorCode } from './error-codes.ts';

/** Builds the error of `code`; `detail` says what happened here, `next` what the reader should do now. */
export function localError(
  code: LocalErrorCode,
  what: { detail: string; next: string; facts?: Record<string, unknown>; cause?: unknown },
): RtdpError {
  return new RtdpError({
    code,
    message: `${LOCAL_ERROR_CODES[code]} ${what.detail}`,
    next: what.next,
    ...(what.facts === undefined ? {} : { facts: what.facts }),
    ...(what.cause === undefined ? {} : { cause: what.cause }),
  });
}
