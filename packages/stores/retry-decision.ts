/** Decides whether the call that failed may succeed later without a change. */
import { isRtdpError } from '@rtdp/ums/error';

const RETRIABLE = new Set(['STORE_UNREACHABLE', 'STORE_LOCK_TIMEOUT', 'STORE_CONFLICT', 'STORE_OUT_OF_SPACE']);

/** After STORE_UNREACHABLE the answer may have been lost after the commit: claim again before writing again. */
export function isRetriable(error: unknown): boolean {
  return isRtdpError(error) && RETRIABLE.has(error.code);
}
