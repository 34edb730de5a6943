/** The allow-list of operators: for which types they have a proven meaning, and how the engine computes them. */
import { cast, castToCommon, commonType, freeNumeric, textOf } from './casts.ts';
import { computed, type Expression, quote, type Statement } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import {
  BOOL,
  BYTEA,
  DATE,
  describeType,
  engineType,
  FLOAT8,
  FREE_NUMERIC,
  fixedNumeric,
  INT4,
  isFixed,
  isFloat,
  isInteger,
  isMoment,
  isNumber,
  isString,
  JSON_TYPE,
  JSONB,
  type PgType,
  TEXT,
  TIMESTAMP,
} from './pg-type.ts';
import { checkRegex } from './regex-subset.ts';

const COMPARISONS = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);
/** Digits the engine holds in 64 bits. */
const SHORT_PRECISION = 18;
const ARITHMETIC: Record<string, string> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
};

/** Binds `left operator right`. Throws SQL_UNKNOWN_OPERATOR where the meaning is not proven. */
export function bindOperator(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  if (COMPARISONS.has(operator)) return compare(statement, operator === '!=' ? '<>' : operator, left, right, location);
  if (operator === '||') return concatenate(statement, left, right, location);
  if (operator === '->' || operator === '->>') return jsonStep(statement, operator, left, right, location);
  if (operator === '#>' || operator === '#>>') return jsonPath(statement, operator, left, right, location);
  if (operator === '?' && left.type.name === 'jsonb') {
    const key = cast(statement, right, TEXT, 'implicit');
    return computed(BOOL, `rtdp_json_has_member(${left.sql}, ${key.sql})`, [left, key], { location });
  }
  if (operator === '~' || operator === '!~') return matchRegex(statement, operator, left, right, location);
  if (operator in ARITHMETIC) {
    const moment = momentArithmetic(statement, operator, left, right, location);
    if (moment !== null) return moment;
    return arithmetic(statement, operator, left, right, location);
  }
  throw unknownOperator(statement, operator, left, right, location);
}

/** Binds `+x` and `-x`. */
export function bindPrefix(
  statement: Statement,
  operator: string,
  operand: Expression,
  location: number | undefined,
): Expression {
  const value = operand.type.name === 'unknown' ? coerceLiteral(statement, operand, FLOAT8) : operand;
  const { type, sql } = value;
  if (operator === '+' && isNumber(type)) return value;
  if (operator === '-' && isNumber(type)) {
    if (type.name === 'numeric' && !isFixed(type)) {
      return computed(type, `rtdp_numeric_negate(${sql})`, [value], { location });
    }
    // The negated value is never wider, but the least integer has no opposite.
    return computed(type, `CAST(-(${sql}) AS ${engineType(type)})`, [value], { fallible: isInteger(type), location });
  }
  throw statement.refuse(
    'SQL_UNKNOWN_OPERATOR',
    `The prefix operator ${operator} for ${describeType(type)} is not proven.`,
    'Compute it another way.',
    location,
  );
}

function unknownOperator(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
  next = 'Cast the operands to types it is proven for, or compute it another way.',
): Error {
  return statement.refuse(
    'SQL_UNKNOWN_OPERATOR',
    `The operator ${operator} between ${describeType(left.type)} and ${describeType(right.type)} is not proven equal to Postgres'.`,
    next,
    location,
  );
}

/** A literal takes the type of the other side, as in Postgres. */
function pairLiterals(statement: Statement, left: Expression, right: Expression): [Expression, Expression] {
  if (left.type.name === 'unknown' && right.type.name === 'unknown') {
    return [coerceLiteral(statement, left, TEXT), coerceLiteral(statement, right, TEXT)];
  }
  if (left.type.name === 'unknown') return [coerceLiteral(statement, left, literalType(right.type)), right];
  if (right.type.name === 'unknown') return [left, coerceLiteral(statement, right, literalType(left.type))];
  return [left, right];
}

function literalType(other: PgType): PgType {
  return other.name === 'varchar' ? TEXT : other.name === 'numeric' ? FREE_NUMERIC : other;
}

export function compare(
  statement: Statement,
  operator: string,
  leftGiven: Expression,
  rightGiven: Expression,
  location: number | undefined,
): Expression {
  const [left, right] = pairLiterals(statement, leftGiven, rightGiven);
  const [a, b] = [left.type, right.type];
  const infix = (x: Expression, y: Expression): Expression =>
    computed(BOOL, `(${x.sql} ${operator} ${y.sql})`, [x, y], { location });
  if (isNumber(a) && isNumber(b)) {
    if (isFloat(a) || isFloat(b)) {
      const type = a.name === 'float4' && b.name === 'float4' ? a : FLOAT8;
      return infix(cast(statement, left, type, 'implicit'), cast(statement, right, type, 'implicit'));
    }
    if (isInteger(a) && isInteger(b)) {
      const type = commonType(statement, [left, right], operator);
      return infix(cast(statement, left, type, 'implicit'), cast(statement, right, type, 'implicit'));
    }
    return compareNumeric(operator, numericOf(statement, left), numericOf(statement, right), location);
  }
  if (isString(a) && isString(b)) {
    const equality = operator === '=' || operator === '<>';
    if (!equality && left.byteOrder !== true && right.byteOrder !== true) {
      throw unknownOperator(
        statement,
        operator,
        left,
        right,
        location,
        'The order of texts depends on the collation of the database: write COLLATE "C" to compare by bytes.',
      );
    }
    // With text the blanks of a char(n) are cut by the cast; with varchar both are compared as char(n).
    if (a.name === 'bpchar' ? b.name !== 'text' : b.name === 'bpchar' && a.name !== 'text') {
      const trimmed = (x: Expression): Expression => computed(TEXT, `rtrim(${x.sql}, ' ')`, [x]);
      return infix(trimmed(left), trimmed(right));
    }
    return infix(textOf(statement, left), textOf(statement, right));
  }
  if (isMoment(a) && isMoment(b)) {
    const type = commonType(statement, [left, right], operator);
    return infix(cast(statement, left, type, 'implicit'), cast(statement, right, type, 'implicit'));
  }
  if (a.name === b.name && (a.name === 'bool' || a.name === 'uuid')) return infix(left, right);
  if (a.name === BYTEA.name && b.name === BYTEA.name && (operator === '=' || operator === '<>'))
    return infix(left, right);
  throw unknownOperator(statement, operator, left, right, location);
}

function numericOf(statement: Statement, expression: Expression): Expression {
  return expression.type.name === 'numeric' ? expression : cast(statement, expression, FREE_NUMERIC, 'implicit');
}

function compareNumeric(
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  const [a, b] = [left.type, right.type];
  if (isFixed(a) && isFixed(b)) {
    const scale = Math.max(a.scale, b.scale);
    const common = fixedNumeric(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale);
    if (isFixed(common)) {
      const as = (x: Expression): string => `CAST(${x.sql} AS ${engineType(common)})`;
      return computed(BOOL, `(${as(left)} ${operator} ${as(right)})`, [left, right], { location });
    }
  }
  const [x, y] = [freeNumeric(left), freeNumeric(right)];
  return computed(BOOL, `(rtdp_numeric_compare(${x.sql}, ${y.sql}) ${operator} 0)`, [x, y], { location });
}

/** The type Postgres computes in: the wider one, and float8 as soon as float4 meets anything else. */
function arithmeticType(a: PgType, b: PgType): 'int2' | 'int4' | 'int8' | 'numeric' | 'float4' | 'float8' {
  if (isFloat(a) || isFloat(b)) return a.name === 'float4' && b.name === 'float4' ? 'float4' : 'float8';
  if (a.name === 'numeric' || b.name === 'numeric') return 'numeric';
  if (a.name === 'int8' || b.name === 'int8') return 'int8';
  return a.name === 'int4' || b.name === 'int4' ? 'int4' : 'int2';
}

function arithmetic(
  statement: Statement,
  operator: string,
  leftGiven: Expression,
  rightGiven: Expression,
  location: number | undefined,
): Expression {
  if (!isNumber(leftGiven.type) && !isNumber(rightGiven.type)) {
    throw unknownOperator(statement, operator, leftGiven, rightGiven, location);
  }
  const [left, right] = pairLiterals(statement, leftGiven, rightGiven);
  if (!isNumber(left.type) || !isNumber(right.type)) throw unknownOperator(statement, operator, left, right, location);
  const kind = arithmeticType(left.type, right.type);
  if (kind === 'numeric') {
    return numericArithmetic(operator, numericOf(statement, left), numericOf(statement, right), location);
  }
  const type: PgType = { name: kind };
  const [x, y] = [cast(statement, left, type, 'implicit'), cast(statement, right, type, 'implicit')];
  if (kind === 'float4' || kind === 'float8') {
    if (operator === '%') throw unknownOperator(statement, operator, left, right, location, 'Cast to numeric.');
    return computed(type, `rtdp_${kind}_${ARITHMETIC[operator]}(${x.sql}, ${y.sql})`, [x, y], {
      fallible: true,
      location,
    });
  }
  const infix = operator === '/' ? '//' : operator;
  const result = `CAST((${x.sql} ${infix} ${y.sql}) AS ${engineType(type)})`;
  if (operator === '/' || operator === '%') return guardDivision(type, operator, x, y, result, location);
  return computed(type, result, [x, y], { fallible: true, location });
}

/** The engine gives NULL for a division by zero, Postgres fails; and the remainder by -1 is 0 even of the least integer. */
function guardDivision(
  type: PgType,
  operator: string,
  x: Expression,
  y: Expression,
  result: string,
  location: number | undefined,
): Expression {
  const divisor = y.literal;
  if (typeof divisor === 'string' && /[1-9]/.test(divisor) && !divisor.startsWith('-')) {
    return computed(type, result, [x, y], { location });
  }
  const failed = `CAST(rtdp_fail('division by zero') AS ${engineType(type)})`;
  const minusOne = operator === '%' ? ` WHEN ${y.sql} = -1 AND ${x.sql} IS NOT NULL THEN 0` : '';
  const sql = `CASE WHEN ${y.sql} = 0 AND ${x.sql} IS NOT NULL THEN ${failed}${minusOne} ELSE ${result} END`;
  return computed(type, `CAST(${sql} AS ${engineType(type)})`, [x, y], { fallible: true, location });
}

function numericArithmetic(
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  const [a, b] = [left.type, right.type];
  if (isFixed(a) && isFixed(b)) {
    if (operator === '*') {
      const type = fixedNumeric(a.precision + b.precision, a.scale + b.scale);
      if (isFixed(type)) {
        // The engine multiplies two short decimals in 64 bits, whatever the result needs: a wide one takes it to 128.
        const wide = type.precision > SHORT_PRECISION && Math.max(a.precision, b.precision) <= SHORT_PRECISION;
        const first = wide ? `CAST(${left.sql} AS DECIMAL(${SHORT_PRECISION + 1},${a.scale}))` : left.sql;
        return computed(type, `CAST((${first} * ${right.sql}) AS ${engineType(type)})`, [left, right], { location });
      }
    }
    if (operator === '+' || operator === '-') {
      const scale = Math.max(a.scale, b.scale);
      const type = fixedNumeric(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
      if (isFixed(type)) {
        const as = (x: Expression): string => `CAST(${x.sql} AS ${engineType(type)})`;
        return computed(type, `CAST((${as(left)} ${operator} ${as(right)}) AS ${engineType(type)})`, [left, right], {
          location,
        });
      }
    }
  }
  const [x, y] = [freeNumeric(left), freeNumeric(right)];
  return computed(FREE_NUMERIC, `rtdp_numeric_${ARITHMETIC[operator]}(${x.sql}, ${y.sql})`, [x, y], {
    fallible: operator === '/' || operator === '%',
    location,
  });
}

/** date ± integer, date - date, timestamp ± interval constant. Null where neither side is a moment. */
function momentArithmetic(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression | null {
  if (operator !== '+' && operator !== '-') return null;
  if (operator === '+' && isMoment(right.type) && !isMoment(left.type)) {
    return momentArithmetic(statement, operator, right, left, location);
  }
  if (!isMoment(left.type)) return null;
  if (left.type.name === 'date' && isInteger(right.type) && right.type.name !== 'int8') {
    const moved = `(${left.sql} ${operator} CAST(${right.sql} AS INTEGER))`;
    return computed(DATE, guardMoment(DATE, left.sql, moved), [left, right], { fallible: true, location });
  }
  if (left.type.name === 'date' && right.type.name === 'date' && operator === '-') {
    const failed = `CAST(rtdp_fail('cannot subtract infinite dates') AS INTEGER)`;
    const sql = `CASE WHEN isinf(${left.sql}) OR isinf(${right.sql}) THEN ${failed} ELSE CAST(${left.sql} - ${right.sql} AS INTEGER) END`;
    return computed(INT4, sql, [left, right], { fallible: true, location });
  }
  if (right.interval !== undefined) {
    const type = left.type.name === 'date' ? TIMESTAMP : left.type;
    const moment = cast(statement, left, type, 'implicit');
    const { months, days, microseconds } = right.interval;
    const sign = operator === '-' ? -1n : 1n;
    // Postgres adds months, then days, then time.
    const sum = `CAST(${moment.sql} AS TIMESTAMP) + to_months(CAST(${sign * months} AS INTEGER)) + to_days(CAST(${sign * days} AS INTEGER)) + to_microseconds(CAST(${sign * microseconds} AS BIGINT))`;
    return computed(type, guardMoment(type, moment.sql, `(${sum})`), [moment], { fallible: true, location });
  }
  throw unknownOperator(
    statement,
    operator,
    left,
    right,
    location,
    "Proven are date ± integer, date - date, and a moment ± interval '…' written as a constant.",
  );
}

/** Infinite moments do not move; years before 1, which the two write differently, fail the row. */
function guardMoment(type: PgType, moment: string, moved: string): string {
  const held = engineType(type);
  const failed = `CAST(rtdp_fail('a moment before year 1 is not computed with') AS ${held})`;
  return `CAST(CASE WHEN isinf(${moment}) THEN ${moment} WHEN ${moved} < CAST('0001-01-01' AS ${held}) THEN ${failed} ELSE ${moved} END AS ${held})`;
}

function concatenate(
  statement: Statement,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  const textual = (type: PgType): boolean => isString(type) || type.name === 'unknown';
  if (!textual(left.type) && !textual(right.type))
    throw unknownOperator(statement, '||', left, right, location, 'Cast one of them to text.');
  // `json || 'literal'` is json's own operator in Postgres, which takes the literal as json.
  for (const side of [left.type, right.type]) {
    if (side.name === 'jsonb' || side.name === 'array' || side.name === 'bytea') {
      throw unknownOperator(statement, '||', left, right, location, 'Cast both to text.');
    }
  }
  const [x, y] = [textOf(statement, left), textOf(statement, right)];
  return computed(TEXT, `(${x.sql} || ${y.sql})`, [x, y], { location });
}

function jsonStep(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  if (left.type.name !== 'json' && left.type.name !== 'jsonb')
    throw unknownOperator(statement, operator, left, right, location);
  const asText = operator === '->>';
  const type = asText ? TEXT : left.type.name === 'json' ? JSON_TYPE : JSONB;
  const suffix = asText ? '_text' : '';
  if (isInteger(right.type) && right.type.name !== 'int8') {
    const index = cast(statement, right, INT4, 'implicit');
    return computed(type, `rtdp_${left.type.name}_item${suffix}(${left.sql}, ${index.sql})`, [left, index], {
      location,
    });
  }
  const key = cast(statement, right, TEXT, 'implicit');
  return computed(type, `rtdp_json_member${suffix}(${left.sql}, ${key.sql})`, [left, key], { location });
}

function jsonPath(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  if (left.type.name !== 'json' && left.type.name !== 'jsonb')
    throw unknownOperator(statement, operator, left, right, location);
  const literal = right.literal;
  const parts = typeof literal === 'string' ? /^\{([^{}"\\]*)\}$/.exec(literal)?.[1] : undefined;
  if (
    right.type.name !== 'unknown' ||
    parts === undefined ||
    parts.split(',').some((part) => part.trim() === '' || /^null$/i.test(part.trim()))
  ) {
    throw unknownOperator(statement, operator, left, right, location, "Write the path as a constant, like '{a,0,b}'.");
  }
  const path = JSON.stringify(parts.split(',').map((part) => part.trim()));
  const asText = operator === '#>>';
  const type = asText ? TEXT : left.type.name === 'json' ? JSON_TYPE : JSONB;
  return computed(type, `rtdp_json_path${asText ? '_text' : ''}(${left.sql}, ${quote(path)})`, [left], { location });
}

function matchRegex(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  if (!isString(left.type) && left.type.name !== 'unknown')
    throw unknownOperator(statement, operator, left, right, location, 'Cast it to text.');
  const pattern = constantPattern(statement, operator, right);
  const text = left.type.name === 'bpchar' ? left : textOf(statement, left);
  const match = `regexp_matches(${text.sql}, ${quote(pattern.text)}, 's')`;
  return computed(BOOL, operator === '!~' ? `(NOT ${match})` : match, [text], { location });
}

/** The pattern of a regular expression, which has to be a constant of the common subset. */
export function constantPattern(
  statement: Statement,
  what: string,
  pattern: Expression,
): { text: string; oneExtent: boolean } {
  if (typeof pattern.literal !== 'string') {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      `The pattern of ${what} is not a constant.`,
      'Write it as a string.',
      pattern.location,
    );
  }
  const verdict = checkRegex(pattern.literal);
  if (!verdict.ok) {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      `The regular expression is not in the subset that means the same in both engines: ${verdict.why}.`,
      'Use literals, ., classes like [a-z0-9], groups, | and * + ? {n,m}.',
      pattern.location,
    );
  }
  return { text: pattern.literal, oneExtent: verdict.oneExtent };
}

/** `text LIKE pattern`, `ILIKE` folded as C.UTF-8 folds; `escape` null = the default backslash. */
export function bindLike(
  statement: Statement,
  options: { left: Expression; pattern: Expression; escape: string | null; negated: boolean; foldCase: boolean },
  location: number | undefined,
): Expression {
  const { left, negated } = options;
  if (!isString(left.type) && left.type.name !== 'unknown') {
    throw unknownOperator(statement, 'LIKE', left, options.pattern, location, 'Cast it to text.');
  }
  const pattern = cast(statement, options.pattern, TEXT, 'implicit');
  const escapeCharacter = options.escape ?? '\\';
  if (typeof options.pattern.literal === 'string' && endsInEscape(options.pattern.literal, escapeCharacter)) {
    throw statement.refuse(
      'SQL_INVALID_VALUE',
      'The LIKE pattern ends in its escape character.',
      'Remove it or double it.',
      pattern.location,
    );
  }
  const text = left.type.name === 'bpchar' ? left : textOf(statement, left);
  const fold = (sql: string): string => (options.foldCase ? foldCase('lower', sql) : sql);
  const match = `(${fold(text.sql)} LIKE ${fold(pattern.sql)} ESCAPE ${quote(escapeCharacter)})`;
  return computed(BOOL, negated ? `(NOT ${match})` : match, [text, pattern], {
    fallible: typeof options.pattern.literal !== 'string',
    location,
  });
}

/** Lower or upper case as C.UTF-8 has it. The engine's own is right, and faster, where a text has ASCII only: as many bytes as characters. */
export function foldCase(which: 'lower' | 'upper', sql: string): string {
  const isColumn = /^[a-z]\d+$/.test(sql);
  if (!isColumn) return `rtdp_${which}(${sql})`;
  return `CASE WHEN strlen(${sql}) = length(${sql}) THEN ${which}(${sql}) ELSE rtdp_${which}(${sql}) END`;
}

function endsInEscape(pattern: string, escapeCharacter: string): boolean {
  let escaped = false;
  for (const character of pattern) escaped = !escaped && character === escapeCharacter;
  return escaped;
}

/** The list form of `=`: all members and the value share one type. */
export function bindIn(
  statement: Statement,
  value: Expression,
  members: readonly Expression[],
  negated: boolean,
  location: number | undefined,
): Expression {
  const common = commonType(statement, [value, ...members], 'IN');
  const comparable = (): Expression[] => [value, ...members].map((part) => castToCommon(statement, part, common));
  if (
    (isNumber(common) && !(common.name === 'numeric' && !isFixed(common))) ||
    ['bool', 'text', 'varchar', 'uuid', 'date', 'timestamp', 'timestamptz'].includes(common.name)
  ) {
    const [first, ...rest] = comparable();
    const sql = `(${first!.sql} ${negated ? 'NOT IN' : 'IN'} (${rest.map((part) => part.sql).join(', ')}))`;
    return computed(BOOL, sql, [first!, ...rest], { location });
  }
  const each = members.map((member) => compare(statement, '=', value, member, location));
  const any = `(${each.map((part) => part.sql).join(' OR ')})`;
  return computed(BOOL, negated ? `(NOT ${any})` : any, each, { location });
}

/** IS [NOT] DISTINCT FROM. */
export function bindDistinct(
  statement: Statement,
  left: Expression,
  right: Expression,
  negated: boolean,
  location: number | undefined,
): Expression {
  const [a, b] = pairLiterals(statement, left, right);
  const equal = compare(statement, '=', a, b, location);
  const sql = `CASE WHEN ${a.sql} IS NULL OR ${b.sql} IS NULL THEN ${a.sql} IS NOT NULL OR ${b.sql} IS NOT NULL ELSE NOT ${equal.sql} END`;
  return computed(BOOL, negated ? `(NOT (${sql}))` : `(${sql})`, [equal], { location });
}
