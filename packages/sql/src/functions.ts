/** The allow-list of functions: for which types they have a proven meaning, and how the engine computes them. */
import { cast, castToCommon, commonType, freeNumeric, textOf } from './casts.ts';
import { computed, type Expression, quote, type Statement } from './expression.ts';
import { bindOperator, constantPattern, foldCase } from './operators.ts';
import {
  BOOL,
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
  type PgType,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
} from './pg-type.ts';

export interface FunctionCall {
  readonly statement: Statement;
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly location: number | undefined;
}

type Binder = (call: FunctionCall) => Expression;

function refuse(call: FunctionCall, why: string, next: string): Error {
  return call.statement.refuse('SQL_UNKNOWN_FUNCTION', `${call.name}: ${why}`, next, call.location);
}

function counted(call: FunctionCall, least: number, greatest = least): void {
  const count = call.arguments.length;
  if (count < least || count > greatest) {
    const wanted = least === greatest ? `${least}` : `${least} to ${greatest}`;
    throw refuse(call, `takes ${wanted} arguments here, not ${count}.`, 'Use the form that is proven.');
  }
}

/** Argument as text. Only strings and literals: Postgres would not cast anything else by itself. */
function text(call: FunctionCall, index: number): Expression {
  const argument = call.arguments[index]!;
  if (!isString(argument.type) && argument.type.name !== 'unknown') {
    throw refuse(call, `argument ${index + 1} is ${describeType(argument.type)}, not text.`, 'Cast it: (…)::text.');
  }
  return textOf(call.statement, argument);
}

function integer(call: FunctionCall, index: number): Expression {
  return cast(call.statement, call.arguments[index]!, INT4, 'implicit');
}

/** A constant string argument, such as the unit of date_trunc. */
function word(call: FunctionCall, index: number): string {
  const literal = call.arguments[index]!.literal;
  if (typeof literal !== 'string')
    throw refuse(call, `argument ${index + 1} is not a constant.`, 'Write it as a string.');
  return literal;
}

function textFunction(least: number, print: (sql: string[]) => string, type: PgType = TEXT, fallible = false): Binder {
  return (call) => {
    counted(call, least);
    const parts = call.arguments.map((_, index) => text(call, index));
    return computed(type, print(parts.map((part) => part.sql)), parts, { fallible, location: call.location });
  };
}

/** Number argument: integers where only numeric and float8 exist become float8, as Postgres prefers it. */
function number(call: FunctionCall, index = 0): Expression {
  const argument = call.arguments[index]!;
  if (argument.type.name === 'unknown' || isInteger(argument.type) || argument.type.name === 'float4') {
    return cast(call.statement, argument, FLOAT8, 'implicit');
  }
  if (!isNumber(argument.type)) throw refuse(call, `${describeType(argument.type)} is not a number.`, 'Cast it.');
  return argument;
}

function trim(side: 'trim' | 'ltrim' | 'rtrim'): Binder {
  return (call) => {
    counted(call, 1, 2);
    const parts = call.arguments.map((_, index) => text(call, index));
    const characters = parts[1]?.sql ?? `' '`;
    return computed(TEXT, `${side}(${parts[0]!.sql}, ${characters})`, parts, { location: call.location });
  };
}

function pad(side: 'lpad' | 'rpad'): Binder {
  return (call) => {
    counted(call, 2, 3);
    const [value, length] = [text(call, 0), integer(call, 1)];
    const fill = call.arguments[2] === undefined ? ' ' : word(call, 2);
    if (fill === '') throw refuse(call, 'the fill is empty.', 'Use left(…, n).');
    return computed(TEXT, `${side}(${value.sql}, ${length.sql}, ${quote(fill)})`, [value, length], {
      fallible: true,
      location: call.location,
    });
  };
}

const substring: Binder = (call) => {
  counted(call, 2, 3);
  const value = text(call, 0);
  if (call.arguments[1]!.type.name === 'unknown' || isString(call.arguments[1]!.type)) {
    throw refuse(
      call,
      'substring by pattern is not proven.',
      'Use substring(text from start for length), or regexp_replace.',
    );
  }
  const from = integer(call, 1);
  const length = call.arguments[2] === undefined ? null : integer(call, 2);
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
function outputText(call: FunctionCall, argument: Expression): Expression {
  if (argument.type.name === 'bool') throw refuse(call, 'writes booleans as t and f.', 'Cast it: (…)::text.');
  return argument.type.name === 'bpchar' ? computed(TEXT, argument.sql, [argument]) : textOf(call.statement, argument);
}

const concat: Binder = (call) => {
  const parts = call.arguments.map((argument) => outputText(call, argument));
  if (parts.length === 0) throw refuse(call, 'has no arguments.', 'Name the texts to join.');
  return computed(TEXT, `concat(${parts.map((part) => part.sql).join(', ')})`, parts, { location: call.location });
};

const concatWithSeparator: Binder = (call) => {
  if (call.arguments.length < 2) throw refuse(call, 'needs a separator and texts.', 'Name the texts to join.');
  const [separator, ...values] = [text(call, 0), ...call.arguments.slice(1).map((part) => outputText(call, part))];
  const parts = [separator!, ...values];
  return computed(TEXT, `concat_ws(${parts.map((part) => part.sql).join(', ')})`, parts, { location: call.location });
};

const regexpReplace: Binder = (call) => {
  counted(call, 3, 4);
  const value = text(call, 0);
  const pattern = constantPattern(call.statement, call.name, call.arguments[1]!);
  if (!pattern.oneExtent) {
    throw refuse(
      call,
      'a pattern with groups, | or several quantifiers, or one that matches nothing at all, may match another extent.',
      'Use one quantifier and no groups.',
    );
  }
  const replacement = word(call, 2);
  if (replacement.includes('\\')) throw refuse(call, 'the replacement refers to a group.', 'Write a plain text.');
  const flags = call.arguments[3] === undefined ? '' : word(call, 3);
  if (flags !== '' && flags !== 'g') throw refuse(call, `the flags '${flags}' are not proven.`, "Use 'g' or none.");
  const sql = `regexp_replace(${value.sql}, ${quote(pattern.text)}, ${quote(replacement)}, ${quote(`s${flags}`)})`;
  return computed(TEXT, sql, [value], { location: call.location });
};

function absolute(call: FunctionCall): Expression {
  counted(call, 1);
  const given = call.arguments[0]!;
  const value = given.type.name === 'unknown' ? number(call) : given;
  const { type } = value;
  if (type.name === 'numeric' && !isFixed(type)) {
    return computed(type, `rtdp_numeric_absolute(${value.sql})`, [value], { location: call.location });
  }
  if (!isNumber(type)) throw refuse(call, `${describeType(type)} is not a number.`, 'Cast it.');
  return computed(type, `CAST(abs(${value.sql}) AS ${engineType(type)})`, [value], {
    fallible: isInteger(type),
    location: call.location,
  });
}

/** ceil, floor and sign: float8 stays float8, a fixed numeric loses its scale. */
function wholeNumber(float: string, fixed: string, free: string): Binder {
  return (call) => {
    counted(call, 1);
    const value = number(call);
    if (isFloat(value.type)) {
      return computed(FLOAT8, `CAST(${float}(${value.sql}) AS DOUBLE)`, [value], { location: call.location });
    }
    if (isFixed(value.type)) {
      const type = fixedNumeric(value.type.precision - value.type.scale + 1, 0);
      return computed(type, `CAST(${fixed}(${value.sql}) AS ${engineType(type)})`, [value], {
        location: call.location,
      });
    }
    return computed(FREE_NUMERIC, `${free}(${value.sql})`, [value], { location: call.location });
  };
}

/** round(x), round(numeric, n), trunc(x), trunc(numeric, n). */
function cut(what: 'round' | 'trunc'): Binder {
  return (call) => {
    counted(call, 1, 2);
    const asNumeric = call.arguments.length === 2;
    const value = asNumeric ? cast(call.statement, call.arguments[0]!, FREE_NUMERIC, 'implicit') : number(call);
    if (isFloat(value.type)) {
      const sql = what === 'round' ? `round_even(${value.sql}, 0)` : `trunc(${value.sql})`;
      return computed(FLOAT8, `CAST(${sql} AS DOUBLE)`, [value], { location: call.location });
    }
    const places = asNumeric ? integer(call, 1) : null;
    const scale = places === null ? 0 : typeof places.literal === 'string' ? Number(places.literal) : null;
    if (what === 'round' && scale !== null && scale >= 0 && scale <= 38 && isFixed(value.type)) {
      const type = fixedNumeric(value.type.precision - value.type.scale + scale + 1, scale);
      if (isFixed(type)) {
        return computed(type, `CAST(${value.sql} AS ${engineType(type)})`, [value], { location: call.location });
      }
    }
    const free = freeNumeric(value);
    const function_ = what === 'round' ? 'rtdp_numeric_round' : 'rtdp_numeric_truncate';
    return computed(
      FREE_NUMERIC,
      `${function_}(${free.sql}, ${places?.sql ?? '0'})`,
      places === null ? [free] : [free, places],
      {
        location: call.location,
      },
    );
  };
}

const EXTRACT_FIELDS: Record<
  string,
  { date: boolean; sql: (moment: string) => string; precision: number; scale: number }
> = {
  ...Object.fromEntries(
    ['year', 'month', 'day', 'week', 'quarter', 'dow', 'isodow', 'doy', 'isoyear'].map((field) => [
      field,
      { date: true, sql: (moment: string) => `extract(${field} FROM ${moment})`, precision: 7, scale: 0 },
    ]),
  ),
  hour: { date: false, sql: (moment) => `extract(hour FROM ${moment})`, precision: 2, scale: 0 },
  minute: { date: false, sql: (moment) => `extract(minute FROM ${moment})`, precision: 2, scale: 0 },
  second: {
    date: false,
    sql: (moment) => `CAST(extract(microseconds FROM ${moment}) AS DECIMAL(18,0)) * CAST('0.000001' AS DECIMAL(6,6))`,
    precision: 8,
    scale: 6,
  },
  epoch: {
    date: false,
    sql: (moment) => `CAST(epoch_us(${moment}) AS DECIMAL(20,0)) * CAST('0.000001' AS DECIMAL(6,6))`,
    precision: 20,
    scale: 6,
  },
};

function extractField(call: FunctionCall, asFloat: boolean): Expression {
  counted(call, 2);
  const name = word(call, 0).toLowerCase();
  const moment = call.arguments[1]!;
  if (!isMoment(moment.type))
    throw refuse(call, `${describeType(moment.type)} is not a date or a timestamp.`, 'Cast it to timestamp.');
  const field = EXTRACT_FIELDS[name];
  if (field === undefined || (moment.type.name === 'date' && !field.date)) {
    throw refuse(
      call,
      `the field ${name} of ${describeType(moment.type)} is not proven.`,
      `Use one of: ${Object.keys(EXTRACT_FIELDS).join(', ')}.`,
    );
  }
  const type = fixedNumeric(field.precision, field.scale);
  // Years before 1 are counted differently, and of an infinite moment Postgres gives infinities: both fail the row.
  const failed = `CAST(rtdp_fail('extract from an infinite date or one before year 1 is not proven') AS ${engineType(type)})`;
  const usual = `${moment.sql} >= CAST('0001-01-01' AS ${engineType(moment.type)})`;
  const sql = `CASE WHEN isinf(${moment.sql}) OR NOT (${usual}) THEN ${failed} ELSE CAST(${field.sql(moment.sql)} AS ${engineType(type)}) END`;
  const value = computed(type, sql, [moment], { fallible: true, location: call.location });
  return asFloat ? cast(call.statement, value, FLOAT8, 'explicit') : value;
}

const dateTrunc: Binder = (call) => {
  counted(call, 2);
  const unit = word(call, 0).toLowerCase();
  if (!['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'].includes(unit)) {
    throw refuse(
      call,
      `the unit '${unit}' is not proven.`,
      'Use second, minute, hour, day, week, month, quarter or year.',
    );
  }
  const given = call.arguments[1]!;
  if (!isMoment(given.type))
    throw refuse(call, `${describeType(given.type)} is not a timestamp.`, 'Cast it to timestamp.');
  const type = given.type.name === 'timestamp' ? TIMESTAMP : TIMESTAMPTZ;
  const moment = cast(call.statement, given, type, 'implicit');
  const failed = `CAST(rtdp_fail('date_trunc of a moment before year 1 is not proven') AS TIMESTAMP)`;
  const sql = `CASE WHEN isinf(${moment.sql}) THEN ${moment.sql} WHEN ${moment.sql} < CAST('0001-01-01' AS TIMESTAMP) THEN ${failed} ELSE CAST(date_trunc('${unit}', ${moment.sql}) AS TIMESTAMP) END`;
  return computed(type, sql, [moment], { fallible: true, location: call.location });
};

const timeZone: Binder = (call) => {
  counted(call, 2);
  const zone = word(call, 0);
  if (!/^(utc|z|gmt|etc\/utc)$/i.test(zone)) {
    throw refuse(call, `the rules of the zone '${zone}' may differ between machines.`, "Use AT TIME ZONE 'UTC'.");
  }
  const moment = call.arguments[1]!;
  if (!isMoment(moment.type)) throw refuse(call, `${describeType(moment.type)} is not a timestamp.`, 'Cast it.');
  const zoned = moment.type.name !== 'timestamp';
  const value = cast(call.statement, moment, zoned ? TIMESTAMPTZ : TIMESTAMP, 'implicit');
  return computed(zoned ? TIMESTAMP : TIMESTAMPTZ, value.sql, [value], { location: call.location });
};

function json(kinds: readonly string[], type: PgType, function_: string): Binder {
  return (call) => {
    counted(call, 1);
    const value = call.arguments[0]!;
    if (!kinds.includes(value.type.name)) {
      throw refuse(call, `${describeType(value.type)} is not ${kinds.join(' or ')}.`, `Cast it: (…)::${kinds[0]}.`);
    }
    return computed(type, `${function_}(${value.sql})`, [value], { fallible: true, location: call.location });
  };
}

const cardinality: Binder = (call) => {
  counted(call, 1);
  const value = call.arguments[0]!;
  if (value.type.name !== 'array')
    throw refuse(call, `${describeType(value.type)} is not an array.`, 'Use it on an array column.');
  if (value.type.element?.name === 'array')
    throw refuse(call, 'of arrays of arrays is not proven.', 'Carry the column unchanged.');
  return computed(INT4, `rtdp_json_length(${value.sql})`, [value], { fallible: true, location: call.location });
};

const length: Binder = textFunction(1, ([value]) => `CAST(length(${value}) AS INTEGER)`, INT4);
const position: Binder = textFunction(2, ([value, part]) => `CAST(strpos(${value}, ${part}) AS INTEGER)`, INT4);

const FUNCTIONS: Record<string, Binder> = {
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
    const [value, count] = [text(call, 0), integer(call, 1)];
    return computed(TEXT, `left(${value.sql}, ${count.sql})`, [value, count], { location: call.location });
  },
  right: (call) => {
    counted(call, 2);
    const [value, count] = [text(call, 0), integer(call, 1)];
    return computed(TEXT, `right(${value.sql}, ${count.sql})`, [value, count], { location: call.location });
  },
  repeat: (call) => {
    counted(call, 2);
    const [value, count] = [text(call, 0), integer(call, 1)];
    if (typeof count.literal !== 'string' || Number(count.literal) > 10_000) {
      throw refuse(call, 'the count is not a constant of at most 10,000.', 'Write the count as a number.');
    }
    return computed(TEXT, `repeat(${value.sql}, ${count.sql})`, [value], { location: call.location });
  },
  split_part: (call) => {
    counted(call, 3);
    const [value, separator, index] = [text(call, 0), text(call, 1), integer(call, 2)];
    return computed(TEXT, `rtdp_split_part(${value.sql}, ${separator.sql}, ${index.sql})`, [value, separator, index], {
      fallible: index.literal === undefined || index.literal === '0',
      location: call.location,
    });
  },
  chr: (call) => {
    counted(call, 1);
    const code = integer(call, 0);
    return computed(TEXT, `rtdp_chr(${code.sql})`, [code], { fallible: true, location: call.location });
  },
  abs: absolute,
  ceil: wholeNumber('ceil', 'ceil', 'rtdp_numeric_ceiling'),
  ceiling: wholeNumber('ceil', 'ceil', 'rtdp_numeric_ceiling'),
  floor: wholeNumber('floor', 'floor', 'rtdp_numeric_floor'),
  sign: wholeNumber('sign', 'sign', 'rtdp_numeric_sign'),
  round: cut('round'),
  trunc: cut('trunc'),
  mod: (call) => {
    counted(call, 2);
    return bindOperator(call.statement, '%', call.arguments[0]!, call.arguments[1]!, call.location);
  },
  extract: (call) => extractField(call, false),
  date_part: (call) => extractField(call, true),
  date_trunc: dateTrunc,
  timezone: timeZone,
  jsonb_array_length: json(['jsonb'], INT4, 'rtdp_json_length'),
  json_array_length: json(['json'], INT4, 'rtdp_json_length'),
  jsonb_typeof: json(['jsonb'], TEXT, 'rtdp_json_kind'),
  json_typeof: json(['json'], TEXT, 'rtdp_json_kind'),
  cardinality,
};

/** Names on the allow-list, for documentation and messages. */
export const FUNCTION_NAMES: readonly string[] = Object.keys(FUNCTIONS).sort();

/** Binds a call. Throws SQL_UNKNOWN_FUNCTION where the function or the types are not on the list. */
export function bindFunction(call: FunctionCall): Expression {
  const binder = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined;
  if (binder === undefined) {
    throw refuse(
      call,
      'is not on the list of functions proven equal to Postgres.',
      `Use one of: ${FUNCTION_NAMES.join(', ')}.`,
    );
  }
  return binder(call);
}

/** GREATEST and LEAST, which leave NULLs out. */
export function bindExtreme(
  statement: Statement,
  which: 'greatest' | 'least',
  parts: readonly Expression[],
  location: number | undefined,
): Expression {
  const type = commonType(statement, parts, which.toUpperCase());
  const orderable = isInteger(type) || isFloat(type) || isFixed(type) || isMoment(type);
  if (!orderable) {
    throw statement.refuse(
      'SQL_UNKNOWN_FUNCTION',
      `${which} of ${describeType(type)} is not proven.`,
      type.name === 'numeric'
        ? 'Cast every value to one numeric(p,s).'
        : 'Use CASE with a comparison that says its order.',
      location,
    );
  }
  const cast_ = parts.map((part) => castToCommon(statement, part, type));
  return computed(type, `${which}(${cast_.map((part) => part.sql).join(', ')})`, cast_, { location });
}
