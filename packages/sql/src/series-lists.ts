/** Binds generate_series and unnest to a list of the engine that holds their rows. */
import type { FuncCall, Node } from 'libpg-query';
import { PACK_SEPARATOR, unpackItem } from './array-values.ts';
import type { ExpressionBinder } from './bind-expression.ts';
import { cast, freeNumeric } from './casts.ts';
import type { Expression, Statement } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import {
  FREE_NUMERIC,
  INT4,
  INT8,
  INTERVAL,
  isInteger,
  isMoment,
  type PgType,
  TIMESTAMP,
  TIMESTAMPTZ,
} from './pg-type.ts';

/** The list of the engine that holds the rows, and what an item of it is. */
export interface SeriesList {
  readonly sql: string;
  readonly arguments: readonly Expression[];
  readonly type: PgType;
  readonly item: (sql: string) => string;
}

/** Throws what `refuse` makes. */
export function bindList(
  statement: Statement,
  binder: ExpressionBinder,
  call: FuncCall,
  name: string,
  refuse: (what: string, location?: number) => Error,
): SeriesList {
  const given = (call.args ?? []).map((node: Node) => binder.bind(node));
  if (name === 'unnest' && given.length === 1) {
    const array = given[0]!;
    if (array.type.name !== 'array' || array.type.element === undefined)
      throw refuse(
        `unnest of ${array.type.name === 'unknown' ? 'a literal without a type' : array.type.name}`,
        call.location,
      );
    const { element } = array.type;
    return {
      sql: `string_split(rtdp_array_pack(${array.sql}), ${PACK_SEPARATOR})`,
      arguments: given,
      type: element,
      item: (sql) => unpackItem(statement, sql, element).sql,
    };
  }
  if (name !== 'generate_series' || given.length < 2 || given.length > 3)
    throw refuse(`${name} in FROM`, call.location);
  if (given.some(({ type }) => isMoment(type))) return momentSeries(statement, call, given, refuse);
  if (given.some(({ type }) => type.name === 'numeric')) {
    const [from, to, step] = given.map((value) => freeNumeric(cast(statement, value, FREE_NUMERIC, 'implicit')));
    const sql = `rtdp_numeric_series(${from!.sql}, ${to!.sql}, ${step?.sql ?? `'1'`})`;
    return {
      sql: `string_split(${sql}, ${PACK_SEPARATOR})`,
      arguments: given,
      type: FREE_NUMERIC,
      item: (item) => item,
    };
  }
  const type = given.some((value) => value.type.name === 'int8') ? INT8 : INT4;
  if (!given.every((value) => isInteger(value.type) || value.type.name === 'unknown'))
    throw refuse('generate_series of these types', call.location);
  const [from, to, step] = given.map((value) => `CAST(${cast(statement, value, type, 'implicit').sql} AS BIGINT)`);
  const isZero =
    given[2]?.literal === undefined
      ? `CASE WHEN ${step} = 0 THEN CAST(rtdp_fail('step size cannot equal zero') AS BIGINT) ELSE ${step} END`
      : step;
  if (given[2]?.literal === '0') throw zeroStep(statement, given[2]);
  return {
    sql: `generate_series(${from}, ${to}${step === undefined ? '' : `, ${isZero}`})`,
    arguments: given,
    type,
    item: (item) => (type === INT4 ? `CAST(${item} AS INTEGER)` : item),
  };
}

function zeroStep(statement: Statement, step: Expression): Error {
  return statement.refuse('SQL_INVALID_VALUE', 'The step is zero.', 'Write a step above or below zero.', step.location);
}

/** Of a date, the moments with a zone: Postgres prefers them. */
function momentSeries(
  statement: Statement,
  call: FuncCall,
  given: readonly Expression[],
  refuse: (what: string, location?: number) => Error,
): SeriesList {
  if (given.length !== 3) throw refuse('generate_series of moments without a step', call.location);
  const type =
    given.slice(0, 2).some((value) => value.type.name === 'timestamp') &&
    !given.some((value) => value.type.name === 'timestamptz')
      ? TIMESTAMP
      : TIMESTAMPTZ;
  const [from, to] = given.slice(0, 2).map((value) => cast(statement, value, type, 'implicit'));
  const stepGiven = given[2]!;
  const step = stepGiven.type.name === 'unknown' ? coerceLiteral(statement, stepGiven, INTERVAL) : stepGiven;
  if (step.interval === undefined) throw refuse('generate_series with a step that is no constant', call.location);
  const { months, days, microseconds } = step.interval;
  const signs = new Set([months, days, microseconds].filter((part) => part !== 0n).map((part) => part > 0n));
  if (signs.size === 0) throw zeroStep(statement, step);
  if (signs.size > 1) throw refuse('generate_series with a step of several signs', call.location);
  const interval = `to_months(CAST(${months} AS INTEGER)) + to_days(CAST(${days} AS INTEGER)) + to_microseconds(CAST(${microseconds} AS BIGINT))`;
  return {
    sql: `generate_series(${from!.sql}, ${to!.sql}, ${interval})`,
    arguments: [from!, to!],
    type,
    item: (item) => item,
  };
}
