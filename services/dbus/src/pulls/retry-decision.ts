/** Decides whether a pull that met an error tries its chunk again, and after how long. Pure. */
import { RtdpError } from '@rtdp/ums/error';
import { sqlState } from '../sources/postgres/connection.ts';

export type RetryDecision = { retry: true; afterMs: number } | { retry: false };

const PAUSES_MS = [50, 250, 1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** In a row, without a chunk in between; about ten minutes. */
const MOST_ATTEMPTS = 25;

/** Classes and codes of Postgres that pass: connection, resources, shutdown, lock and statement time-outs, serialisation. */
const PASSING = /^(08|53|57P|40)|^(55P03|57014|25P02|25P03)$/;
/** A stream that is stopped or fenced takes its source with it, which interrupts the pull; until then it waits like the rest. */
const PASSING_CODES = new Set([
  'DBUS_STREAM_RESTARTED',
  'DBUS_STREAM_STOPPED',
  'DBUS_FENCED',
  'DBUS_SOURCE_UNREACHABLE',
  'DBUS_PULL_NOT_VISIBLE',
]);
const PASSING_BUS = /^BUS_(?!TOPIC_|SCHEMA_|MESSAGE_)/;

/** @param failures how many times in a row it failed, this one included */
export function decideRetry(error: unknown, failures: number): RetryDecision {
  const passes =
    error instanceof RtdpError
      ? PASSING_CODES.has(error.code) || PASSING_BUS.test(error.code) || PASSING.test(sqlState(error.cause))
      : sqlState(error) === ''
        ? isNetworkError(error)
        : PASSING.test(sqlState(error));
  if (!passes || failures > MOST_ATTEMPTS) return { retry: false };
  return { retry: true, afterMs: PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1]! };
}

function isNetworkError(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return /^E[A-Z]+$/.test(code);
  return (
    error instanceof Error && /^(Connection terminated|Client has encountered a connection error)/.test(error.message)
  );
}
