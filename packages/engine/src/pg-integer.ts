/** Postgres' division of integers: towards zero, with its errors. */
import { fail } from './row-failure.ts';

const GREATEST = 2n ** 63n - 1n;

export function divideInt8(dividend: bigint, divisor: bigint): bigint {
  if (divisor === 0n) return fail('division by zero');
  const quotient = dividend / divisor;
  return quotient > GREATEST ? fail('bigint out of range') : quotient;
}

export function moduloInt8(dividend: bigint, divisor: bigint): bigint {
  return divisor === 0n ? fail('division by zero') : dividend % divisor;
}
