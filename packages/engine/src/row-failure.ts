/** The error a function of ours raises for one value; its message reads as Postgres' would. */

export class ValueFailure extends Error {}

export function fail(message: string): never {
  throw new ValueFailure(message);
}
