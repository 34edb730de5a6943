/** Decides how the time of a row is split among source, Kafka, transform and sink. */

/** Milliseconds since 1970; undefined where the message does not say. */
export interface RowTimes {
  sourceCommit: number | undefined;
  published: number | undefined;
  read: number;
  computed: number;
  stored: number;
}

/** Milliseconds per part; a clock that is ahead of another gives 0, never a negative time. */
export interface LatencySplit {
  source: number | null;
  kafka: number | null;
  transform: number;
  sink: number;
  total: number | null;
}

export function splitLatency(times: RowTimes): LatencySplit {
  const { sourceCommit, published, read, computed, stored } = times;
  return {
    source: sourceCommit === undefined || published === undefined ? null : Math.max(0, published - sourceCommit),
    kafka: published === undefined ? null : Math.max(0, read - published),
    transform: Math.max(0, computed - read),
    sink: Math.max(0, stored - computed),
    total: sourceCommit === undefined ? null : Math.max(0, stored - sourceCommit),
  };
}

/** `2026-01-01 10:00:00.123456` (UTC) → milliseconds since 1970 with the fraction kept; undefined for anything else. */
export function parseTimestamp(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) return undefined;
  const seconds = Date.parse(`${match[1]}T${match[2]}Z`);
  return Number.isNaN(seconds) ? undefined : seconds + Number((match[3] ?? '').padEnd(6, '0')) / 1000;
}

/** The reverse, to the microsecond. */
export function formatTimestamp(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const micros = Math.round((milliseconds - whole) * 1000);
  const text = new Date(whole + Math.floor(micros / 1000)).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 23)}${String(micros % 1000).padStart(3, '0')}`;
}

/** The later of two UTC times; texts of one form compare as texts, but for a fraction that one has and the other has not. */
export function laterTime(a: string | undefined, b: string): string {
  return a === undefined || b.padEnd(26, '0') > a.padEnd(26, '0') ? b : a;
}
