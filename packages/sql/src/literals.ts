/** Reads a literal as a value of a type, at compile time, exactly as Postgres would, or refuses it. */
import { constant, type Expression, type IntervalValue, quote, type Statement } from './expression.ts';
import { printIntervalText } from './interval-text.ts';
import { describeType, engineType, fixedNumeric, INT4, INT8, INTERVAL, isFixed, type PgType } from './pg-type.ts';

const INTEGER_RANGE: Record<string, [bigint, bigint]> = {
  int2: [-32768n, 32767n],
  int4: [-2147483648n, 2147483647n],
  int8: [-9223372036854775808n, 9223372036854775807n],
};

/** Plain decimal digits and scale of a numeric literal: `1.50` → 150, 2. Exponents are moved into the digits. */
export function readNumericLiteral(text: string): { digits: string; negative: boolean; scale: number } | null {
  const match = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?\s*$/.exec(text);
  if (match === null || ((match[2] ?? '') === '' && (match[3] ?? '') === '')) return null;
  const fraction = match[3] ?? '';
  const exponent = Number(match[4] ?? '0');
  let digits = `${match[2] ?? ''}${fraction}`;
  let scale = fraction.length - exponent;
  if (scale < 0) {
    digits += '0'.repeat(-scale);
    scale = 0;
  }
  digits = digits.replace(/^0+(?=\d)/, '');
  return { digits, negative: match[1] === '-', scale };
}

function plainNumeric(value: { digits: string; negative: boolean; scale: number }): string {
  const padded = value.digits.padStart(value.scale + 1, '0');
  const whole = padded.slice(0, padded.length - value.scale);
  const sign = value.negative && /[1-9]/.test(padded) ? '-' : '';
  return `${sign}${whole}${value.scale === 0 ? '' : `.${padded.slice(padded.length - value.scale)}`}`;
}

/** A number as written in the statement: integer, bigint or numeric with the scale that was written. */
export function numberLiteral(text: string, location: number | undefined): Expression {
  if (/^-?\d+$/.test(text)) {
    const value = BigInt(text);
    for (const type of [INT4, INT8]) {
      const [least, greatest] = INTEGER_RANGE[type.name]!;
      if (value >= least && value <= greatest) {
        return constant(type, `CAST('${value}' AS ${engineType(type)})`, String(value), location);
      }
    }
  }
  const value = readNumericLiteral(text)!;
  return numericConstant(value, location);
}

function numericConstant(
  value: { digits: string; negative: boolean; scale: number },
  location: number | undefined,
): Expression {
  const plain = plainNumeric(value);
  const significant = value.digits.replace(/^0+/, '').length;
  const type = fixedNumeric(significant, value.scale);
  const sql = isFixed(type) ? `CAST('${plain}' AS ${engineType(type)})` : quote(plain);
  return constant(type, sql, plain, location);
}

const DATE_FORM = /^\s*(\d{4,6})-(\d{2})-(\d{2})\s*$/;
const TIMESTAMP_FORM =
  /^\s*(\d{4,6})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?\s*$/i;

function validDate(year: string, month: string, day: string): boolean {
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return (
    Number(year) > 0 &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day) &&
    Number(month) > 0
  );
}

/** ISO text of a date, or null where it is not one. */
export function readDateText(text: string): string | null {
  const infinite = /^\s*([+-]?)infinity\s*$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? '-infinity' : 'infinity';
  const match = DATE_FORM.exec(text);
  if (match === null || !validDate(match[1]!, match[2]!, match[3]!)) return null;
  return `${match[1]}-${match[2]}-${match[3]}`;
}

/**
 * ISO text of a timestamp, or null where it is not one. `zoned`: the offset is applied and the result is UTC; else an offset is ignored, as
 * Postgres does for `timestamp`.
 */
export function readTimestampText(text: string, zoned: boolean): string | null {
  const infinite = /^\s*([+-]?)infinity\s*$/i.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? '-infinity' : 'infinity';
  const match = TIMESTAMP_FORM.exec(text);
  if (match === null || !validDate(match[1]!, match[2]!, match[3]!)) return null;
  const [hour, minute, second] = [match[4] ?? '00', match[5] ?? '00', match[6] ?? '00'];
  // 24:00:00 and second 60 roll over in Postgres; here they are refused.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const fraction = match[7] ?? '';
  const zone = match[8];
  let moment = `${match[1]}-${match[2]}-${match[3]} ${hour}:${minute}:${second}`;
  if (zoned && zone !== undefined && /^[+-]/.test(zone)) {
    const offset = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone)!;
    if (Number(offset[2]) > 15 || Number(offset[3] ?? '0') > 59) return null;
    const minutes = (Number(offset[2]) * 60 + Number(offset[3] ?? '0')) * (offset[1] === '-' ? -1 : 1);
    const date = new Date(Date.UTC(2000, 0, 1, Number(hour), Number(minute), Number(second)));
    date.setUTCFullYear(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
    const shifted = new Date(date.getTime() - minutes * 60_000);
    const year = shifted.getUTCFullYear();
    if (Number.isNaN(year) || year < 1) return null;
    moment = `${String(year).padStart(4, '0')}-${shifted
      .toISOString()
      .replace(/^[+-]?\d+-/, '')
      .slice(0, 5)} ${shifted.toISOString().slice(-13, -5)}`;
  }
  const kept = fraction.replace(/0+$/, '');
  return kept === '' ? moment : `${moment}.${kept}`;
}

const UNITS: Record<string, [keyof IntervalValue, bigint]> = {
  microsecond: ['microseconds', 1n],
  millisecond: ['microseconds', 1000n],
  second: ['microseconds', 1_000_000n],
  sec: ['microseconds', 1_000_000n],
  minute: ['microseconds', 60_000_000n],
  min: ['microseconds', 60_000_000n],
  hour: ['microseconds', 3_600_000_000n],
  day: ['days', 1n],
  week: ['days', 7n],
  month: ['months', 1n],
  mon: ['months', 1n],
  year: ['months', 12n],
};

const PART = /\s*(?:([+-]?)(\d{1,9}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(?=\s|$)|([+-]?\d{1,9})\s*([a-z]+))\s*/y;

/** Whole numbers with units, and a time: `1 day`, `2 hours 30 minutes`, `-1 month`, `3 days 04:05:06.5`. Null where it is anything else. */
export function readIntervalText(text: string): IntervalValue | null {
  const value = { months: 0n, days: 0n, microseconds: 0n };
  const lower = text.trim().toLowerCase();
  if (lower === '') return null;
  for (let at = 0; at < lower.length; at = PART.lastIndex) {
    PART.lastIndex = at;
    const match = PART.exec(lower);
    if (match === null) return null;
    const [, sign, hours, minutes, seconds, fraction, amount, unit] = match;
    if (unit !== undefined) {
      const known = UNITS[unit] ?? UNITS[unit.replace(/s$/, '')];
      if (known === undefined) return null;
      value[known[0]] += BigInt(amount!) * known[1];
      continue;
    }
    if (Number(minutes) > 59 || Number(seconds ?? 0) > 59) return null;
    const time =
      (BigInt(hours!) * 3600n + BigInt(minutes!) * 60n + BigInt(seconds ?? 0)) * 1_000_000n +
      BigInt((fraction ?? '').padEnd(6, '0'));
    value.microseconds += sign === '-' ? -time : time;
  }
  return value;
}

/** An interval as a query holds it: as Postgres prints it. */
export function intervalConstant(literal: string, interval: IntervalValue, location: number | undefined): Expression {
  return { ...constant(INTERVAL, quote(printIntervalText(interval)), literal, location), interval };
}

/** The literal as a constant of the type. Throws SQL_INVALID_VALUE, or SQL_UNKNOWN_CAST where no literal of the type has a proven meaning. */
export function coerceLiteral(statement: Statement, expression: Expression, type: PgType): Expression {
  const { literal, location } = expression;
  if (expression.parameter !== undefined && type.name !== 'unknown') {
    statement.parameterTypes.set(expression.parameter, type);
  }
  if (literal === null || literal === undefined) {
    return constant(type, `CAST(NULL AS ${engineType(type)})`, null, location);
  }
  const invalid = (next: string) =>
    statement.refuse('SQL_INVALID_VALUE', `'${literal}' is not a value of type ${describeType(type)}.`, next, location);
  const typed = (sqlText: string): Expression =>
    constant(type, `CAST(${quote(sqlText)} AS ${engineType(type)})`, sqlText, location);
  // A flow holds arrays in another form.
  if (type.name === 'array' && type.element !== undefined && statement.ordersTextByBytes) {
    const { element } = type;
    const items = readArrayText(literal);
    if (items === null) throw invalid('Write it as {a,b}.');
    const texts = items.map((item) => {
      if (item === null) return null;
      const text = itemText(
        String(coerceLiteral(statement, { ...expression, literal: item }, element).literal),
        element,
      );
      if (text === null) throw invalid('Write it as ARRAY[…].');
      return text;
    });
    return constant(type, quote(printArrayText(texts)), literal, location);
  }
  switch (type.name) {
    case 'unknown':
      return expression;
    case 'int2':
    case 'int4':
    case 'int8': {
      if (!/^\s*[+-]?\d+\s*$/.test(literal)) throw invalid('Write digits.');
      const value = BigInt(literal.trim().replace(/^\+/, ''));
      const [least, greatest] = INTEGER_RANGE[type.name]!;
      if (value < least || value > greatest) throw invalid(`Its range is ${least} to ${greatest}.`);
      return typed(String(value));
    }
    case 'float4':
    case 'float8': {
      const special = /^\s*([+-]?)(nan|inf|infinity)\s*$/i.exec(literal);
      if (special !== null) return typed(/nan/i.test(special[2]!) ? 'NaN' : `${special[1]}Infinity`);
      if (readNumericLiteral(literal) === null || !Number.isFinite(Number(literal))) throw invalid('Write a number.');
      return typed(literal.trim());
    }
    case 'numeric': {
      const value = readNumericLiteral(literal);
      if (value === null) throw invalid('Write a number; NaN and Infinity are not computed with.');
      const own = numericConstant(value, location);
      return isFixed(type) ? { ...own, type: own.type } : own;
    }
    case 'bool': {
      const word = literal.trim().toLowerCase();
      if (word === '') throw invalid('Write true or false.');
      const is = (full: string, least = 1) => word.length >= least && full.startsWith(word);
      if (is('true') || is('yes') || word === 'on' || word === '1') return typed('true');
      if (is('false') || is('no') || is('off', 2) || word === '0') return typed('false');
      throw invalid('Write true or false.');
    }
    case 'text':
    case 'varchar':
      return { ...constant(type, quote(literal), literal, location) };
    case 'bpchar':
      return constant(type, quote(literal), literal, location);
    case 'date': {
      const date = readDateText(literal);
      if (date === null) throw invalid('Write it as yyyy-MM-dd.');
      return typed(date);
    }
    case 'timestamp':
    case 'timestamptz': {
      const moment = readTimestampText(literal, type.name === 'timestamptz');
      if (moment === null) throw invalid('Write it as yyyy-MM-dd HH:mm:ss, with an offset like +02 if it has a zone.');
      return typed(moment);
    }
    case 'interval': {
      const interval = readIntervalText(literal);
      if (interval === null) throw invalid("Write whole numbers with units, like '2 days 3 hours'.");
      return intervalConstant(literal, interval, location);
    }
    case 'uuid': {
      const hex = literal
        .trim()
        .replace(/^\{(.*)\}$/, '$1')
        .replaceAll('-', '')
        .toLowerCase();
      if (!/^[0-9a-f]{32}$/.test(hex)) throw invalid('Write it as xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.');
      return typed(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
    }
    case 'json':
      return { ...constant(type, `rtdp_json_check(${quote(literal)})`, literal, location), fallible: true };
    case 'jsonb':
      return { ...constant(type, `rtdp_jsonb_read(${quote(literal)})`, literal, location), fallible: true };
    default:
      throw statement.refuse(
        'SQL_UNKNOWN_CAST',
        `A literal of type ${describeType(type)} has no proven meaning here.`,
        'Carry the column unchanged, or cast it to text.',
        location,
      );
  }
}

/** A constant as an array prints it; null where that is not known here. */
function itemText(literal: string, { name }: PgType): string | null {
  if (name === 'bool') return literal[0]!;
  if (name !== 'float4' && name !== 'float8') return literal;
  const value = Number(literal);
  if (!Number.isFinite(value)) return literal;
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  // Shortest digits are the same, as long as neither prints a power of ten.
  const isPlain = value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e15);
  return isPlain && (name === 'float8' || text.replace(/\D/g, '').length <= 6) ? text : null;
}

/** Items of `{a,"b c",NULL}`, one level; null where the text is no such array. */
export function readArrayText(text: string): (string | null)[] | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return null;
  const body = trimmed.slice(1, -1);
  if (body.trim() === '') return [];
  const items: (string | null)[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]*))\s*(,|$)/gy;
  let last: RegExpExecArray | null = null;
  while (pattern.lastIndex < body.length || last?.[3] === ',') {
    const match = pattern.exec(body);
    if (match === null) return null;
    const [, quoted, plain] = match;
    if (quoted !== undefined) items.push(quoted.replace(/\\(.)/g, '$1'));
    else if (plain!.trim() === '') return null;
    else items.push(/^null$/i.test(plain!.trim()) ? null : plain!.trim());
    last = match;
    if (match[3] === '') break;
  }
  return items;
}

/** The array as Postgres prints it. */
export function printArrayText(items: readonly (string | null)[]): string {
  const texts = items.map((item) => {
    if (item === null) return 'NULL';
    const isPlain = item !== '' && !/^null$/i.test(item) && !/[{}",\\ \t\n\r\v\f]/.test(item);
    return isPlain ? item : `"${item.replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${texts.join(',')}}`;
}
