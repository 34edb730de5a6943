/** Decides which casts have a proven meaning and how the engine makes them; everything else is refused. */
import { computed, type Expression, type Statement } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import {
  describeType,
  engineType,
  FREE_NUMERIC,
  fixedNumeric,
  INT8,
  integerPrecision,
  isFixed,
  isFloat,
  isInteger,
  isMoment,
  isNumber,
  isString,
  type PgType,
  sameType,
  TEXT,
} from './pg-type.ts';

export type CastKind = 'implicit' | 'explicit';

/** Order of implicit casts between numbers: only upwards. */
const NUMBER_RANK: Record<string, number> = { int2: 1, int4: 2, int8: 3, numeric: 4, float4: 5, float8: 6 };
const MOMENT_RANK: Record<string, number> = { date: 1, timestamp: 2, timestamptz: 3 };

/** Whether Postgres would make this cast without being asked, in an expression. */
export function castsImplicitly(from: PgType, to: PgType): boolean {
  if (from.name === 'unknown' || from.name === to.name) return true;
  if (isNumber(from) && isNumber(to)) return NUMBER_RANK[from.name]! < NUMBER_RANK[to.name]!;
  if (isMoment(from) && isMoment(to)) return MOMENT_RANK[from.name]! < MOMENT_RANK[to.name]!;
  return isString(from) && isString(to);
}

/** The value as Postgres prints it, in the engine's dialect. Throws for types whose text is not proven. */
export function textOf(statement: Statement, expression: Expression): Expression {
  const { type, sql, location } = expression;
  const plain = (text: string): Expression => computed(TEXT, text, [expression], { location });
  // A flow holds arrays in another form.
  if (type.name === 'array' && statement.ordersTextByBytes) return plain(sql);
  switch (type.name) {
    case 'unknown':
      return coerceLiteral(statement, expression, TEXT);
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'date':
    case 'timestamp':
      return plain(`CAST(${sql} AS VARCHAR)`);
    case 'numeric':
      return plain(isFixed(type) ? decimalText(type, sql) : sql);
    case 'timestamptz':
      return plain(`CASE WHEN isinf(${sql}) THEN CAST(${sql} AS VARCHAR) ELSE CAST(${sql} AS VARCHAR) || '+00' END`);
    case 'float8':
      return plain(`rtdp_float8_text(${sql})`);
    case 'float4':
      return plain(`rtdp_float4_text(${sql})`);
    case 'bpchar':
      // Postgres drops the padding when a char(n) becomes text.
      return plain(`rtrim(${sql}, ' ')`);
    case 'text':
    case 'varchar':
      return { ...plain(sql), ...(expression.byteOrder === true ? { byteOrder: true } : {}) };
    case 'uuid':
    case 'json':
    case 'jsonb':
    case 'opaque':
    case 'interval':
      return plain(sql);
    default:
      throw statement.refuse(
        'SQL_UNKNOWN_CAST',
        `The text of ${describeType(type)} is not proven equal to Postgres'.`,
        'Carry the column unchanged.',
        location,
      );
  }
}

/** The expression as a value of the type. `explicit` is a cast somebody wrote. Throws SQL_UNKNOWN_CAST or SQL_TYPE_MISMATCH. */
export function cast(statement: Statement, expression: Expression, to: PgType, kind: CastKind): Expression {
  const from = expression.type;
  if (from.name === 'unknown') return castLiteral(statement, expression, to);
  if (sameType(from, to)) return expression;
  if (kind === 'implicit' && !castsImplicitly(from, to)) {
    throw statement.refuse(
      'SQL_TYPE_MISMATCH',
      `${describeType(from)} is not ${describeType(to)}.`,
      `Cast it: (…)::${describeType(to)}.`,
      expression.location,
    );
  }
  const made = tryCast(statement, expression, to);
  if (made === null) {
    throw statement.refuse(
      'SQL_UNKNOWN_CAST',
      `The cast of ${describeType(from)} to ${describeType(to)} is not proven equal to Postgres'.`,
      'Carry the column unchanged, or go over text.',
      expression.location,
    );
  }
  return made;
}

function castLiteral(statement: Statement, expression: Expression, to: PgType): Expression {
  const value = coerceLiteral(statement, expression, to);
  // A literal cast to numeric(p,s) or varchar(n) is cut to it like any value.
  return sameType(value.type, to) || to.name === 'interval'
    ? lengthCast(statement, value, to)
    : cast(statement, value, to, 'explicit');
}

function lengthCast(statement: Statement, expression: Expression, to: PgType): Expression {
  if (to.name === 'varchar' && to.length !== undefined && expression.literal !== null) {
    return computed(to, `left(${expression.sql}, ${to.length})`, [expression]);
  }
  if (to.name === 'bpchar')
    throw statement.refuse(
      'SQL_UNKNOWN_CAST',
      'A cast to char(n) pads with blanks.',
      'Use varchar(n) or text.',
      expression.location,
    );
  return expression;
}

function tryCast(statement: Statement, expression: Expression, to: PgType): Expression | null {
  const { type: from, sql } = expression;
  const plain = (fallible: boolean): Expression =>
    computed(to, `CAST(${sql} AS ${engineType(to)})`, [expression], { fallible });
  const through = (text: string): Expression => computed(to, text, [expression], { fallible: true });

  if (isString(to)) {
    if (to.name === 'bpchar') return null;
    const text = textOf(statement, expression);
    const cut = to.name === 'varchar' && to.length !== undefined;
    return { ...text, type: to, sql: cut ? `left(${text.sql}, ${to.length})` : text.sql };
  }
  if (isString(from)) return castFromText(statement, expression, to);
  if (isInteger(from) && isInteger(to)) return plain(NUMBER_RANK[from.name]! > NUMBER_RANK[to.name]!);
  if (to.name === 'numeric' && isNumber(from)) return castToNumeric(statement, expression, to);
  if (isInteger(from) && isFloat(to)) return plain(false);
  if (from.name === 'numeric') {
    const text = isFixed(from) ? decimalText(from, sql) : sql;
    if (isInteger(to)) {
      return isFixed(from) ? plain(true) : through(`CAST(rtdp_numeric_to_int8(${sql}) AS ${engineType(to)})`);
    }
    // The engine's own cast divides and may be off in the last place.
    if (to.name === 'float8') return through(`rtdp_numeric_to_float8(${text})`);
    if (to.name === 'float4') return through(`rtdp_text_to_float4(${text})`);
    return null;
  }
  if (from.name === 'float4' && to.name === 'float8') return plain(false);
  if (from.name === 'float8' && to.name === 'float4') return through(`rtdp_float8_to_float4(${sql})`);
  if (isFloat(from) && isInteger(to)) {
    return through(`CAST(rtdp_float8_to_int8(CAST(${sql} AS DOUBLE)) AS ${engineType(to)})`);
  }
  if (from.name === 'bool' && to.name === 'int4') return plain(false);
  if (from.name === 'int4' && to.name === 'bool') return plain(false);
  if (isMoment(from) && isMoment(to)) {
    if (engineType(from) === engineType(to)) return computed(to, sql, [expression]);
    return plain(true);
  }
  if (from.name === 'json' && to.name === 'jsonb') return through(`rtdp_jsonb_read(${sql})`);
  if (from.name === 'jsonb' && to.name === 'json') return computed(to, sql, [expression]);
  if (from.name === 'jsonb' && to.name === 'bool') return through(`rtdp_json_boolean(${sql})`);
  if (from.name === 'jsonb' && isNumber(to)) {
    return tryCast(statement, computed(FREE_NUMERIC, `rtdp_json_number(${sql})`, [expression], { fallible: true }), to);
  }
  if (sameType({ ...from, length: 0, written: '' } as PgType, { ...to, length: 0, written: '' } as PgType)) {
    return { ...expression, type: to };
  }
  return null;
}

function castToNumeric(statement: Statement, expression: Expression, to: PgType): Expression {
  const { type: from, sql } = expression;
  if (isInteger(from)) {
    const own = fixedNumeric(integerPrecision(from), 0) as PgType & { precision: number };
    const whole = computed(own, `CAST(${sql} AS ${engineType(own)})`, [expression]);
    return isFixed(to) ? castToNumeric(statement, whole, to) : whole;
  }
  if (isFloat(from)) {
    const function_ = from.name === 'float8' ? 'rtdp_float8_to_numeric' : 'rtdp_float4_to_numeric';
    const free = computed(FREE_NUMERIC, `${function_}(${sql})`, [expression], { fallible: true });
    return isFixed(to) ? castToNumeric(statement, free, to) : free;
  }
  // numeric to numeric: without precision nothing changes; with one, it is rounded half away from zero, or fails.
  if (!isFixed(to)) return expression;
  if (isFixed(from)) {
    const widens = to.scale >= from.scale && to.precision - to.scale >= from.precision - from.scale;
    return computed(to, `CAST(${sql} AS ${engineType(to)})`, [expression], { fallible: !widens });
  }
  return computed(
    to,
    `CAST(rtdp_numeric_fit(${sql}, ${to.precision}, ${to.scale}) AS ${engineType(to)})`,
    [expression],
    { fallible: true },
  );
}

/** A fixed numeric as text. The engine leaves out the zero before the point where a type has no digits before it. */
export function decimalText(type: PgType & { precision: number; scale: number }, sql: string): string {
  const { precision, scale } = type;
  return precision > scale
    ? `CAST(${sql} AS VARCHAR)`
    : `CAST(CAST(${sql} AS DECIMAL(${scale + 1},${scale})) AS VARCHAR)`;
}

/** The numeric as free text, whatever holds it. */
export function freeNumeric(expression: Expression): Expression {
  if (!isFixed(expression.type)) return expression;
  return computed(FREE_NUMERIC, decimalText(expression.type, expression.sql), [expression]);
}

function castFromText(statement: Statement, expression: Expression, to: PgType): Expression | null {
  const text = textOf(statement, expression);
  const read = (sql: string): Expression => computed(to, sql, [text], { fallible: true });
  switch (to.name) {
    case 'int8':
      return read(`rtdp_text_to_int8(${text.sql})`);
    case 'int2':
    case 'int4':
      return cast(statement, { ...read(`rtdp_text_to_int8(${text.sql})`), type: INT8 }, to, 'explicit');
    case 'float8':
      return read(`rtdp_text_to_float8(${text.sql})`);
    case 'float4':
      return read(`rtdp_text_to_float4(${text.sql})`);
    case 'numeric': {
      const free: Expression = { ...read(`rtdp_text_to_numeric(${text.sql})`), type: FREE_NUMERIC };
      return castToNumeric(statement, free, to);
    }
    case 'bool':
      return read(`rtdp_text_to_bool(${text.sql})`);
    case 'date':
      return read(`CAST(rtdp_text_to_date(${text.sql}) AS DATE)`);
    case 'timestamp':
      return read(`CAST(rtdp_text_to_timestamp(${text.sql}) AS TIMESTAMP)`);
    case 'timestamptz':
      return read(`CAST(rtdp_text_to_timestamptz(${text.sql}) AS TIMESTAMP)`);
    case 'uuid':
      return read(`rtdp_text_to_uuid(${text.sql})`);
    case 'json':
      return read(`rtdp_json_check(${text.sql})`);
    case 'jsonb':
      return read(`rtdp_jsonb_read(${text.sql})`);
    default:
      return null;
  }
}

/**
 * The type Postgres gives to values that must share one (CASE, COALESCE, UNION, IN). Literals follow the others; without any, text.
 * Throws SQL_TYPE_MISMATCH where the categories differ.
 */
export function commonType(statement: Statement, expressions: readonly Expression[], what: string): PgType {
  const typed = expressions.filter((expression) => expression.type.name !== 'unknown');
  const first = typed[0];
  if (first === undefined) return TEXT;
  let chosen = first.type;
  const mixed = (expression: Expression): Error =>
    statement.refuse(
      'SQL_TYPE_MISMATCH',
      `${what} mixes ${describeType(chosen)} and ${describeType(expression.type)}.`,
      'Cast one of them.',
      expression.location,
    );
  for (const expression of typed.slice(1)) {
    const { type } = expression;
    if (sameType(type, chosen)) continue;
    if (chosen.name === 'numeric' && type.name === 'numeric') chosen = widerNumeric(chosen, type);
    else if (isInteger(chosen) && type.name === 'numeric') chosen = widerNumeric(integerAsNumeric(chosen), type);
    else if (chosen.name === 'numeric' && isInteger(type)) chosen = widerNumeric(chosen, integerAsNumeric(type));
    else if (isString(chosen) && isString(type) && chosen.name !== 'bpchar' && type.name !== 'bpchar') chosen = TEXT;
    // Whether blanks count would depend on the order in which char(n) and text are written.
    else if (isString(type)) throw mixed(expression);
    else if (castsImplicitly(type, chosen)) continue;
    else if (castsImplicitly(chosen, type)) chosen = type;
    else throw mixed(expression);
  }
  return chosen;
}

export function integerAsNumeric(type: PgType): PgType {
  return fixedNumeric(integerPrecision(type), 0);
}

/** Values of different scales keep their own scale in Postgres, so two scales make a free numeric. */
function widerNumeric(a: PgType, b: PgType): PgType {
  if (!isFixed(a) || !isFixed(b) || a.scale !== b.scale) return FREE_NUMERIC;
  return fixedNumeric(Math.max(a.precision, b.precision), a.scale);
}

/** As `cast` to the common type, where a fixed numeric may have to become a free one. */
export function castToCommon(statement: Statement, expression: Expression, type: PgType): Expression {
  if (type.name === 'numeric' && !isFixed(type)) {
    if (expression.type.name === 'unknown') return freeNumeric(coerceLiteral(statement, expression, FREE_NUMERIC));
    const numeric =
      expression.type.name === 'numeric' ? expression : cast(statement, expression, FREE_NUMERIC, 'implicit');
    return freeNumeric(numeric);
  }
  if (type.name === 'numeric' && expression.type.name === 'unknown') {
    return cast(statement, coerceLiteral(statement, expression, FREE_NUMERIC), type, 'explicit');
  }
  return cast(statement, expression, type, 'implicit');
}
