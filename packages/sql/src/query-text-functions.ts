/** Functions of texts that only a query may call: format, and the groups of a regular expression. */
import { arrayOf, makeArray } from './array-values.ts';
import { computed, type Expression, quote } from './expression.ts';
import { type Binder, counted, refuseCall, textArgument, wordArgument } from './function-call.ts';
import { TEXT } from './pg-type.ts';
import { determinedGroups } from './regex-groups.ts';
import { outputText } from './text-functions.ts';
import { constantPattern } from './text-operators.ts';

/** `%s`, `%L`, both also as `%2$s`, and `%%`. */
const format: Binder = (call) => {
  if (call.arguments.length === 0) throw refuseCall(call, 'has no arguments.', 'Give it a format.');
  const template = wordArgument(call, 0);
  const parts: string[] = [];
  const used: Expression[] = [];
  let next = 1;
  let at = 0;
  for (const match of template.matchAll(/%(?:%|(?:(\d{1,3})\$)?([a-zA-Z])?)/g)) {
    if (match.index > at) parts.push(quote(template.slice(at, match.index)));
    at = match.index + match[0].length;
    if (match[0] === '%%') {
      parts.push(`'%'`);
      continue;
    }
    const [, position, kind] = match;
    if (kind !== 's' && kind !== 'L')
      throw refuseCall(call, `'${match[0]}' is not proven.`, 'Use %s, %L and %%, also with a position like %1$s.');
    const index = position === undefined ? next : Number(position);
    const argument = call.arguments[index];
    if (argument === undefined || index === 0) throw refuseCall(call, 'has too few arguments.', 'Give one for each %.');
    next = index + 1;
    const text = outputText(call, argument);
    used.push(text);
    parts.push(kind === 's' ? text.sql : literalText(text.sql));
  }
  if (at < template.length) parts.push(quote(template.slice(at)));
  // NULL is left out, as %s has it.
  return computed(TEXT, `concat(${parts.length === 0 ? `''` : parts.join(', ')})`, used, { location: call.location });
};

/** As quote_literal writes it: with an E in front where there is a backslash. */
function literalText(sql: string): string {
  const doubled = `replace(replace(${sql}, '''', ''''''), '\\', '\\\\')`;
  return `CASE WHEN ${sql} IS NULL THEN 'NULL' WHEN contains(${sql}, '\\') THEN 'E''' || ${doubled} || '''' ELSE '''' || ${doubled} || '''' END`;
}

const regexpMatch: Binder = (call) => {
  counted(call, 2);
  const value = textArgument(call, 0);
  const pattern = constantPattern(call.statement, call.name, call.arguments[1]!);
  const groups = determinedGroups(pattern.text);
  if (groups === null) {
    throw refuseCall(
      call,
      'what the pattern matches may have another extent.',
      'Use no |, no quantifier behind a group, and behind a quantifier a character that it does not take itself.',
    );
  }
  const extract = (group: number): Expression =>
    computed(TEXT, `regexp_extract(${value.sql}, ${quote(pattern.text)}, ${group}, 's')`, [value]);
  const items = groups === 0 ? [extract(0)] : Array.from({ length: groups }, (_, index) => extract(index + 1));
  const array = makeArray(call.statement, items, TEXT);
  const sql = `CASE WHEN regexp_matches(${value.sql}, ${quote(pattern.text)}, 's') THEN ${array.sql} END`;
  return computed(arrayOf(TEXT), sql, [value], { location: call.location });
};

export const QUERY_TEXT_FUNCTIONS: Record<string, Binder> = { format, regexp_match: regexpMatch };
