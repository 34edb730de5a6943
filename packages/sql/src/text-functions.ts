/** Functions of texts that are proven equal to Postgres'. */
import { textOf } from './casts.ts';
import { computed, type Expression, quote } from './expression.ts';
import {
  type Binder,
  counted,
  type FunctionCall,
  integerArgument,
  refuseCall,
  textArgument,
  textFunction,
  wordArgument,
} from './function-call.ts';
import { bindOperator } from './operators.ts';
import { BOOL, INT4, isString, TEXT } from './pg-type.ts';
import { constantPattern, foldCase } from './text-operators.ts';

function trim(side: 'trim' | 'ltrim' | 'rtrim'): Binder {
  return (call) => {
    counted(call, 1, 2);
    const parts = call.arguments.map((_, index) => textArgument(call, index));
    const characters = parts[1]?.sql ?? `' '`;
    return computed(TEXT, `${side}(${parts[0]!.sql}, ${characters})`, parts, { location: call.location });
  };
}

function pad(side: 'lpad' | 'rpad'): Binder {
  return (call) => {
    counted(call, 2, 3);
    const [value, length] = [textArgument(call, 0), integerArgument(call, 1)];
    const fill = call.arguments[2] === undefined ? ' ' : wordArgument(call, 2);
    if (fill === '') throw refuseCall(call, 'the fill is empty.', 'Use left(…, n).');
    return computed(TEXT, `${side}(${value.sql}, ${length.sql}, ${quote(fill)})`, [value, length], {
      fallible: true,
      location: call.location,
    });
  };
}

const substring: Binder = (call) => {
  counted(call, 2, 3);
  const value = textArgument(call, 0);
  if (call.arguments[1]!.type.name === 'unknown' || isString(call.arguments[1]!.type)) {
    throw refuseCall(
      call,
      'substring by pattern is not proven.',
      'Use substring(text from start for length), or regexp_replace.',
    );
  }
  const from = integerArgument(call, 1);
  const length = call.arguments[2] === undefined ? null : integerArgument(call, 2);
  const start = Number(from.literal);
  const parts = length === null ? [value, from] : [value, from, length];
  if (typeof from.literal === 'string' && start >= 1 && (length === null || Number(length.literal) >= 0)) {
    const lengthSql = length === null ? '' : `, ${length.literal}`;
    return computed(TEXT, `substring(${value.sql}, ${start}${lengthSql})`, [value], { location: call.location });
  }
  const whole = length === null ? 'CAST(4611686018427387904 AS BIGINT)' : `CAST(${length.sql} AS BIGINT)`;
  return computed(TEXT, `rtdp_substring(${value.sql}, CAST(${from.sql} AS BIGINT), ${whole})`, parts, {
    fallible: length !== null,
    location: call.location,
  });
};

/** Texts as the output functions write them: only char(n) keeps its blanks, and boolean would be t and f. */
export function outputText(call: FunctionCall, argument: Expression): Expression {
  if (argument.type.name === 'bool') throw refuseCall(call, 'writes booleans as t and f.', 'Cast it: (…)::text.');
  return argument.type.name === 'bpchar' ? computed(TEXT, argument.sql, [argument]) : textOf(call.statement, argument);
}

const concat: Binder = (call) => {
  const parts = call.arguments.map((argument) => outputText(call, argument));
  if (parts.length === 0) throw refuseCall(call, 'has no arguments.', 'Name the texts to join.');
  return computed(TEXT, `concat(${parts.map((part) => part.sql).join(', ')})`, parts, { location: call.location });
};

const concatWithSeparator: Binder = (call) => {
  if (call.arguments.length < 2) throw refuseCall(call, 'needs a separator and texts.', 'Name the texts to join.');
  const [separator, ...values] = [
    textArgument(call, 0),
    ...call.arguments.slice(1).map((part) => outputText(call, part)),
  ];
  const parts = [separator!, ...values];
  return computed(TEXT, `concat_ws(${parts.map((part) => part.sql).join(', ')})`, parts, { location: call.location });
};

const regexpReplace: Binder = (call) => {
  counted(call, 3, 4);
  const value = textArgument(call, 0);
  const pattern = constantPattern(call.statement, call.name, call.arguments[1]!);
  if (!pattern.oneExtent) {
    throw refuseCall(
      call,
      'a pattern with groups, | or several quantifiers, or one that matches nothing at all, may match another extent.',
      'Use one quantifier and no groups.',
    );
  }
  const replacement = wordArgument(call, 2);
  if (replacement.includes('\\')) throw refuseCall(call, 'the replacement refers to a group.', 'Write a plain text.');
  const flags = call.arguments[3] === undefined ? '' : wordArgument(call, 3);
  if (flags !== '' && flags !== 'g') throw refuseCall(call, `the flags '${flags}' are not proven.`, "Use 'g' or none.");
  const sql = `regexp_replace(${value.sql}, ${quote(pattern.text)}, ${quote(replacement)}, ${quote(`s${flags}`)})`;
  return computed(TEXT, sql, [value], { location: call.location });
};

const length: Binder = textFunction(1, ([value]) => `CAST(length(${value}) AS INTEGER)`, INT4);

const position: Binder = textFunction(2, ([value, part]) => `CAST(strpos(${value}, ${part}) AS INTEGER)`, INT4);

export const TEXT_FUNCTIONS: Record<string, Binder> = {
  lower: textFunction(1, ([value]) => foldCase('lower', value!)),
  upper: textFunction(1, ([value]) => foldCase('upper', value!)),
  initcap: textFunction(1, ([value]) => `rtdp_initcap(${value})`),
  reverse: textFunction(1, ([value]) => `rtdp_reverse(${value})`),
  md5: textFunction(1, ([value]) => `md5(${value})`),
  length,
  char_length: length,
  character_length: length,
  octet_length: textFunction(1, ([value]) => `CAST(strlen(${value}) AS INTEGER)`, INT4),
  strpos: position,
  position,
  replace: textFunction(3, ([value, from, to]) => `replace(${value}, ${from}, ${to})`),
  translate: textFunction(3, ([value, from, to]) => `rtdp_translate(${value}, ${from}, ${to})`),
  starts_with: textFunction(2, ([value, part]) => `starts_with(${value}, ${part})`, BOOL),
  ascii: textFunction(
    1,
    ([value]) => `CAST(CASE WHEN ${value} = '' THEN 0 ELSE unicode(${value}) END AS INTEGER)`,
    INT4,
  ),
  substring,
  substr: substring,
  btrim: trim('trim'),
  ltrim: trim('ltrim'),
  rtrim: trim('rtrim'),
  lpad: pad('lpad'),
  rpad: pad('rpad'),
  concat,
  concat_ws: concatWithSeparator,
  regexp_replace: regexpReplace,
  regexp_like: (call) => {
    counted(call, 2);
    return bindOperator(call.statement, '~', call.arguments[0]!, call.arguments[1]!, call.location);
  },
  left: (call) => {
    counted(call, 2);
    const [value, count] = [textArgument(call, 0), integerArgument(call, 1)];
    return computed(TEXT, `left(${value.sql}, ${count.sql})`, [value, count], { location: call.location });
  },
  right: (call) => {
    counted(call, 2);
    const [value, count] = [textArgument(call, 0), integerArgument(call, 1)];
    return computed(TEXT, `right(${value.sql}, ${count.sql})`, [value, count], { location: call.location });
  },
  repeat: (call) => {
    counted(call, 2);
    const [value, count] = [textArgument(call, 0), integerArgument(call, 1)];
    if (typeof count.literal !== 'string' || Number(count.literal) > 10_000) {
      throw refuseCall(call, 'the count is not a constant of at most 10,000.', 'Write the count as a number.');
    }
    return computed(TEXT, `repeat(${value.sql}, ${count.sql})`, [value], { location: call.location });
  },
  split_part: (call) => {
    counted(call, 3);
    const [value, separator, index] = [textArgument(call, 0), textArgument(call, 1), integerArgument(call, 2)];
    return computed(TEXT, `rtdp_split_part(${value.sql}, ${separator.sql}, ${index.sql})`, [value, separator, index], {
      fallible: index.literal === undefined || index.literal === '0',
      location: call.location,
    });
  },
  chr: (call) => {
    counted(call, 1);
    const code = integerArgument(call, 0);
    return computed(TEXT, `rtdp_chr(${code.sql})`, [code], { fallible: true, location: call.location });
  },
};
