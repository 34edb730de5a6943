/** Decides, for an error that ended a session, whether the stream goes on by itself and when. */
import { isRtdpError } from '@rtdp/ums/error';

export type RetryDecision = { action: 'retry'; delayMs: number } | { action: 'stop' };

/** What no waiting mends: going on would lose or double rows, or fight with another process. */
const FINAL_CODES: ReadonlySet<string> = new Set([
  'DBUS_SLOT_LOST',
  'DBUS_SLOT_AHEAD',
  'DBUS_POSITION_MALFORMED',
  'DBUS_FENCED',
  'BUS_FENCED',
  'BUS_TOPIC_DIFFERENT',
]);

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/** @param attempt 1 for the first failure after a session that streamed */
export function decideRetry(error: unknown, attempt: number, random: () => number): RetryDecision {
  if (isRtdpError(error) && FINAL_CODES.has(error.code)) return { action: 'stop' };
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 10));
  return { action: 'retry', delayMs: delay * (0.75 + random() / 2) };
}
