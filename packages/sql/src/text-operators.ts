/** Operators of texts: joining, LIKE and regular expressions of the common subset. */
import { cast, textOf } from './casts.ts';
import { computed, type Expression, quote, type Statement } from './expression.ts';
import { unknownOperator } from './operand.ts';
import { BOOL, isString, type PgType, TEXT } from './pg-type.ts';
import { checkRegex } from './regex-subset.ts';

export function concatenate(
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

export function matchRegex(
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
  const isColumn = /^[a-z]\d+(?:\.[a-z]\d+)?$/.test(sql);
  if (!isColumn) return `rtdp_${which}(${sql})`;
  return `CASE WHEN strlen(${sql}) = length(${sql}) THEN ${which}(${sql}) ELSE rtdp_${which}(${sql}) END`;
}

function endsInEscape(pattern: string, escapeCharacter: string): boolean {
  let escaped = false;
  for (const character of pattern) escaped = !escaped && character === escapeCharacter;
  return escaped;
}
