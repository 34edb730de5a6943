/** The error a function of ours raises for one value; its message reads as Postgres' would. */

/** Begins the message of a call that gave up because of the time. */
export const INTERRUPTED = 'rtdp interrupted';

export class ValueFailure extends Error {}

export function fail(message: string): never {
  throw new ValueFailure(message);
}
