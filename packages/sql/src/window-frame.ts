/** Prints the frame of a window: ROWS, GROUPS and RANGE, with offsets and what is excluded. */
import type { Node, WindowDef } from 'libpg-query';
import type { AggregateArguments } from './aggregate-contract.ts';
import { cast, castToCommon } from './casts.ts';
import { computed, type Expression } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import {
  describeType,
  engineType,
  FLOAT8,
  fixedNumeric,
  INTERVAL,
  isFixed,
  isFloat,
  isInteger,
  isMoment,
  MAXIMUM_PRECISION,
  type PgType,
  TIMESTAMP,
} from './pg-type.ts';

/** Bits of `frameOptions` in the syntax tree. */
export const FRAME = {
  nondefault: 0x1,
  range: 0x2,
  rows: 0x4,
  groups: 0x8,
  between: 0x10,
  startUnbounded: 0x20,
  endUnboundedPreceding: 0x40,
  startUnboundedFollowing: 0x80,
  endUnbounded: 0x100,
  startCurrent: 0x200,
  endCurrent: 0x400,
  startPreceding: 0x800,
  endPreceding: 0x1000,
  startFollowing: 0x2000,
  endFollowing: 0x4000,
  excludeCurrent: 0x8000,
  excludeGroup: 0x10000,
  excludeTies: 0x20000,
} as const;

export function isWritten(options: number): boolean {
  return (options & FRAME.nondefault) !== 0;
}

const OFFSETS = FRAME.startPreceding | FRAME.endPreceding | FRAME.startFollowing | FRAME.endFollowing;

/** The frame ends where the key of the order differs by so much. */
export function isRangeWithOffset(options: number): boolean {
  return isWritten(options) && (options & FRAME.range) !== 0 && (options & OFFSETS) !== 0;
}

const WIDE_INTEGER = fixedNumeric(MAXIMUM_PRECISION, 0);

/** The key in a type that an offset does not leave. */
export function widened(key: Expression): Expression {
  const type = wideType(key.type);
  if (type === null) return key;
  return computed(type, `CAST(${key.sql} AS ${engineType(type)})`, [key]);
}

function wideType(type: PgType): (PgType & { scale?: number }) | null {
  if (isInteger(type)) return WIDE_INTEGER;
  if (isFixed(type)) return fixedNumeric(MAXIMUM_PRECISION, type.scale);
  if (isFloat(type)) return FLOAT8;
  return isMoment(type) ? TIMESTAMP : null;
}

/** `key`: by what the window is ordered, where an offset is measured on it. */
export function printFrame(
  binder: AggregateArguments,
  frame: WindowDef,
  key: Expression | null,
  refuse: (what: string) => Error,
): string {
  const options = frame.frameOptions ?? 0;
  const has = (bit: number): boolean => (options & bit) !== 0;
  const offset = (node: Node | undefined): string =>
    isRangeWithOffset(options) ? distance(binder, node, key, refuse) : count(binder, node, refuse);
  const start = has(FRAME.startUnbounded)
    ? 'UNBOUNDED PRECEDING'
    : has(FRAME.startCurrent)
      ? 'CURRENT ROW'
      : has(FRAME.startPreceding)
        ? `${offset(frame.startOffset)} PRECEDING`
        : has(FRAME.startFollowing)
          ? `${offset(frame.startOffset)} FOLLOWING`
          : null;
  const end = has(FRAME.endUnbounded)
    ? 'UNBOUNDED FOLLOWING'
    : has(FRAME.endCurrent)
      ? 'CURRENT ROW'
      : has(FRAME.endPreceding)
        ? `${offset(frame.endOffset)} PRECEDING`
        : has(FRAME.endFollowing)
          ? `${offset(frame.endOffset)} FOLLOWING`
          : null;
  if (start === null || end === null) throw refuse('This frame');
  const unit = has(FRAME.rows) ? 'ROWS' : has(FRAME.groups) ? 'GROUPS' : 'RANGE';
  const left = has(FRAME.excludeCurrent)
    ? ' EXCLUDE CURRENT ROW'
    : has(FRAME.excludeGroup)
      ? ' EXCLUDE GROUP'
      : has(FRAME.excludeTies)
        ? ' EXCLUDE TIES'
        : '';
  return `${unit} BETWEEN ${start} AND ${end}${left}`;
}

/** So many rows or groups. */
function count(binder: AggregateArguments, node: Node | undefined, refuse: (what: string) => Error): string {
  const { literal, type } = binder.bind(node);
  if (typeof literal !== 'string' || !/^\d+$/.test(literal) || !isInteger(type))
    throw refuse('A frame with an offset that is not a constant');
  return literal;
}

/** How far the key may be away. */
function distance(
  binder: AggregateArguments,
  node: Node | undefined,
  key: Expression | null,
  refuse: (what: string) => Error,
): string {
  const { statement } = binder;
  const type = key === null ? null : wideType(key.type);
  if (key === null || type === null)
    throw refuse(`RANGE with an offset over ${key === null ? 'nothing' : describeType(key.type)}`);
  const value = binder.bind(node);
  if (isMoment(key.type)) {
    const { interval } = value.type.name === 'unknown' ? coerceLiteral(statement, value, INTERVAL) : value;
    if (interval === undefined || [interval.months, interval.days, interval.microseconds].some((part) => part < 0n))
      throw refuse('RANGE over moments with an offset that is no constant interval from 0');
    const { months, days, microseconds } = interval;
    return `(to_months(CAST(${months} AS INTEGER)) + to_days(CAST(${days} AS INTEGER)) + to_microseconds(CAST(${microseconds} AS BIGINT)))`;
  }
  const typed = value.type.name === 'unknown' ? coerceLiteral(statement, value, key.type) : value;
  if (typeof typed.literal !== 'string' || !/^[\d.]+$/.test(typed.literal))
    throw refuse('A frame with an offset that is not a constant from 0');
  if (isFloat(key.type)) return cast(statement, typed, FLOAT8, 'implicit').sql;
  if (isInteger(key.type) && !isInteger(typed.type)) throw refuse('RANGE over integers with another offset');
  const places = isFixed(typed.type) ? typed.type.scale : 0;
  if (places > (type.scale ?? 0)) throw refuse('RANGE with an offset of more places than its key');
  return cast(statement, castToCommon(statement, typed, typed.type), type, 'explicit').sql;
}
