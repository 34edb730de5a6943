/** Decides how `ums_id_` is made: a counter per source that starts at the clock, moves by a fixed stride, and never goes back. */
import { RtdpError } from './error.ts';

/** What every row change that the log delivers takes, whether or not all of it is used. */
export const STRIDE = 4n;

/** Places within a stride. */
export const BEFORE_OFFSET = 0n; // a before image, or the `d` of the old key of a key change
export const ROW_OFFSET = 1n; // the row itself: i, u, d, truncate
export const DEAD_LETTER_OFFSET = 2n;
export const RESERVED_OFFSET = 3n;

export const GREATEST_ID = 2n ** 63n - 1n;

/** Where the counter of a new source starts: room for a million ids in every millisecond since 1970. */
export function firstId(epochMillis: number | bigint): bigint {
  const millis = BigInt(epochMillis);
  if (millis < 0n) throw idError(`The time ${millis} ms is before 1970`, { epochMillis: millis });
  return checkedBase((millis === 0n ? 1n : millis) << 20n);
}

export function beforeId(base: bigint): bigint {
  return base + BEFORE_OFFSET;
}

export function rowId(base: bigint): bigint {
  return base + ROW_OFFSET;
}

export function deadLetterId(base: bigint): bigint {
  return base + DEAD_LETTER_OFFSET;
}

/** The first id of the stride that this id belongs to. */
export function baseOf(id: bigint): bigint {
  return id - (id % STRIDE);
}

export function offsetOf(id: bigint): bigint {
  return id % STRIDE;
}

/** The base that follows, for the counter `next` of a position record. */
export function nextBase(base: bigint): bigint {
  return checkedBase(base + STRIDE);
}

/** Takes `count` strides from the counter: the first base, and the counter afterwards. */
export function reserveIds(next: bigint, count: number | bigint): { firstBase: bigint; next: bigint } {
  const strides = BigInt(count);
  if (strides < 0n) throw idError(`${strides} ids cannot be reserved`, { count: strides });
  return { firstBase: next, next: checkedBase(next + strides * STRIDE) };
}

/**
 * Where the counter goes on when its position is lost: at the greater of now and the stride after the last id found in the topics.
 * @param lastSeen null when the topics hold no id at all.
 */
export function afterLoss(epochMillis: number | bigint, lastSeen: bigint | null): bigint {
  const now = firstId(epochMillis);
  if (lastSeen === null) return now;
  const after = nextBase(baseOf(lastSeen));
  if (after > now) return after;
  return now;
}

/** Reads an id as it stands in a tuple. Throws UMS_ID unless it is a positive 64-bit integer in its shortest form. */
export function parseId(text: string): bigint {
  if (/^[1-9][0-9]{0,18}$/.test(text)) {
    const id = BigInt(text);
    if (id <= GREATEST_ID) return id;
  }
  throw idError(`${JSON.stringify(text)} is not a positive 64-bit integer`, { value: text });
}

function checkedBase(base: bigint): bigint {
  if (base > GREATEST_ID - STRIDE) throw idError(`The counter has no room after ${base}`, { base });
  return base;
}

function idError(problem: string, facts: Record<string, unknown>): RtdpError {
  return new RtdpError({
    code: 'UMS_ID',
    message: `${problem}.`,
    next: "Check the source's position record and this machine's clock; an id is never made by hand.",
    facts,
  });
}
