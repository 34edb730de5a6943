/** Decides whether a start that failed is tried again by itself, and when. Pure. */
import { isRtdpError } from '@rtdp/ums/error';

const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
const FINAL_CODES = new Set([
  'DBUS_SLOT_LOST',
  'DBUS_SLOT_AHEAD',
  'DBUS_SOURCE_KIND_INVALID',
  'DBUS_POSITION_MALFORMED',
]);

/** Trying again would change nothing until somebody mends something. */
export function isFinal(error: unknown): boolean {
  return isRtdpError(error) && FINAL_CODES.has(error.code);
}

/** @param failures in a row before this one @returns milliseconds */
export function retryAfter(failures: number): number {
  return RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]!;
}
