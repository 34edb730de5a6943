/** What is known of an expression once it is bound: its Postgres type, the engine's SQL for it, and what it is made from. */
import type { SqlErrorCode } from './error-codes.ts';
import type { PgType } from './pg-type.ts';
import { positionOfByte } from './position.ts';
import type { SqlProblem } from './problem.ts';

export interface IntervalValue {
  readonly months: bigint;
  readonly days: bigint;
  readonly microseconds: bigint;
}

export interface Expression {
  readonly type: PgType;
  /** In the engine's dialect; reads the columns of the level it is bound in. */
  readonly sql: string;
  /** May fail a row: decides where evaluation order must be pinned. */
  readonly fallible: boolean;
  /** Columns of the source it is made from. */
  readonly sources: ReadonlySet<string>;
  /** The column of the source it carries unchanged. */
  readonly copied?: string;
  /** Text of a literal that still has no type (`unknown`), null for NULL; or of a typed constant. */
  readonly literal?: string | null;
  readonly interval?: IntervalValue;
  /** Number of the parameter whose value the literal is. */
  readonly parameter?: number;
  /** Compared by bytes, because COLLATE "C" was written. */
  readonly byteOrder?: boolean;
  /** A condition that is true exactly where this one is, and false or NULL elsewhere: enough, and cheaper, where only true counts. */
  readonly holdsWhere?: string;
  /** Reads a column of a lateral function of this level. */
  readonly lateral: boolean;
  /** Byte offset in the statement. */
  readonly location: number | undefined;
}

/** Longest SQL of one expression: some constructs name their operands several times, and nesting multiplies that. */
const LONGEST_SQL = 60_000;

/** Thrown while binding an expression that grows beyond what the engine should be given. */
export class TooComplex extends Error {}

/** Thrown while binding; ends the binding of one expression, not of the statement. */
export class Refusal extends Error {
  readonly problem: SqlProblem;
  constructor(problem: SqlProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The statement that is bound, and how to refuse a place in it. */
export class Statement {
  readonly text: string;
  readonly step: string | undefined;
  /** Texts are ordered by bytes without being asked: the rule of the gateway. A flow has to say COLLATE "C". */
  readonly ordersTextByBytes: boolean;
  /** Types that the surroundings of `$1…` have decided, by number. */
  readonly parameterTypes = new Map<number, PgType>();

  constructor(text: string, step?: string, options: { ordersTextByBytes?: boolean } = {}) {
    this.text = text;
    this.step = step;
    this.ordersTextByBytes = options.ordersTextByBytes ?? false;
  }

  problem(code: SqlErrorCode, message: string, next: string, location: number | undefined): SqlProblem {
    const place = positionOfByte(this.text, location);
    return { code, message, next, ...place, ...(this.step === undefined ? {} : { step: this.step }) };
  }

  refuse(code: SqlErrorCode, message: string, next: string, location: number | undefined): Refusal {
    return new Refusal(this.problem(code, message, next, location));
  }
}

const NO_SOURCES: ReadonlySet<string> = new Set();

/** An expression computed from others: knows their sources, and fails if one of them may. */
export function computed(
  type: PgType,
  sql: string,
  parts: readonly Expression[],
  options: { fallible?: boolean; location?: number | undefined } = {},
): Expression {
  if (sql.length > LONGEST_SQL) throw new TooComplex();
  let sources = NO_SOURCES;
  if (parts.length === 1) sources = parts[0]!.sources;
  else if (parts.length > 1) sources = new Set(parts.flatMap((part) => [...part.sources]));
  return {
    type,
    sql,
    fallible: options.fallible === true || parts.some((part) => part.fallible),
    sources,
    lateral: parts.some((part) => part.lateral),
    location: options.location ?? parts[0]?.location,
  };
}

/** A constant of a type, printed for the engine. */
export function constant(type: PgType, sql: string, literal: string | null, location: number | undefined): Expression {
  return { type, sql, fallible: false, sources: NO_SOURCES, lateral: false, literal, location };
}

/** A string as the engine reads it. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
