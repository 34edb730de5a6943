/** Binds aggregates: the type Postgres gives each, sums that never round, and the averages of exact numbers divided as Postgres divides them. */
import type { FuncCall } from 'libpg-query';
import {
  type AggregateArguments,
  type AggregateCall,
  type BindAggregate,
  type PrintCall,
  refuseAggregate,
} from './aggregate-contract.ts';
import { cast, decimalText, textOf } from './casts.ts';
import { COLLECTING_AGGREGATES, distinctOrder } from './collecting-aggregates.ts';
import { computed, type Expression, quote } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { ORDERED_SET_AGGREGATES } from './ordered-set-aggregates.ts';
import {
  BOOL,
  describeType,
  engineType,
  FLOAT8,
  FREE_NUMERIC,
  fixedNumeric,
  INT8,
  INTERVAL,
  isFixed,
  isFloat,
  isInteger,
  isNumber,
  isString,
  MAXIMUM_PRECISION,
  type PgType,
  TEXT,
} from './pg-type.ts';
import { isCollated, isPlainKey, keySql } from './query-keys.ts';
import { STATISTICAL_AGGREGATES } from './statistical-aggregates.ts';

const KNOWN = new Set(['count', 'sum', 'avg', 'min', 'max', 'bool_and', 'bool_or', 'every', 'string_agg']);
const UNPROVEN = new Set(
  `json_agg_strict jsonb_agg_strict json_object_agg_strict jsonb_object_agg_strict json_object_agg_unique jsonb_object_agg_unique range_agg
  range_intersect_agg xmlagg`.split(/\s+/),
);

/** Aggregates of a form of their own, by name. */
const OTHERS: Record<string, BindAggregate> = {
  ...COLLECTING_AGGREGATES,
  ...STATISTICAL_AGGREGATES,
  ...ORDERED_SET_AGGREGATES,
};

export function isAggregate(name: string): boolean {
  return KNOWN.has(name) || UNPROVEN.has(name) || Object.hasOwn(OTHERS, name);
}

/** Binds an aggregate of GROUP BY; `rows` binds over the rows that are grouped. */
export function bindAggregate(rows: AggregateArguments, call: FuncCall, name: string): Expression {
  const { statement } = rows;
  const distinct = call.agg_distinct === true;
  const filter = call.agg_filter === undefined ? null : rows.bindCondition(call.agg_filter, 'The condition of FILTER');
  let order = '';
  if (call.agg_order !== undefined && call.agg_within_group !== true) {
    const keys = call.agg_order.map((node) => {
      if (!('SortBy' in node))
        throw statement.refuse('SQL_UNSUPPORTED', 'This order is not proven.', 'Use ASC or DESC.', call.location);
      return rows.sortKey(node.SortBy, rows.bind(node.SortBy.node));
    });
    order = ` ORDER BY ${keys.join(', ')}`;
  }
  const print: PrintCall = (engineName, argumentSql, ownOrder) => {
    const ordered = ownOrder ?? (engineName === 'string_agg' || engineName === 'list' ? order : '');
    const condition = filter === null ? '' : ` FILTER (WHERE ${filter.sql})`;
    return `${engineName}(${distinct ? 'DISTINCT ' : ''}${argumentSql}${ordered})${condition}`;
  };
  const result = aggregate({ rows, call, name, print, distinct, isWindow: false });
  return filter === null ? result : computed(result.type, result.sql, [result, filter], { location: call.location });
}

/** The value of an aggregate, however its call is printed. */
export function aggregate(given: AggregateCall): Expression {
  const { rows, call, name, print, distinct } = given;
  const { statement, context } = rows;
  const { location } = call;
  const refuse = (why: string, next: string): Error => refuseAggregate(given, why, next);
  const other = Object.hasOwn(OTHERS, name) ? OTHERS[name] : undefined;
  if (UNPROVEN.has(name) || (call.agg_within_group === true && other === undefined)) {
    throw refuse(
      'this aggregate is only computed where one Postgres source holds every table of the query.',
      `Use count, sum, avg, min, max, bool_and, bool_or, string_agg, ${Object.keys(OTHERS).join(', ')}.`,
    );
  }
  if (other !== undefined) return other(given);
  const nodes = call.args ?? [];
  if (name === 'count' && call.agg_star === true) return computed(INT8, print('count', '*'), [], { location });
  if (nodes.length !== (name === 'string_agg' ? 2 : 1))
    throw refuse(`takes ${name === 'string_agg' ? 2 : 1} arguments, not ${nodes.length}.`, 'Give it those.');
  const bound = rows.bind(nodes[0]);
  const value = bound.type.name === 'unknown' ? coerceLiteral(statement, bound, TEXT) : bound;
  const { type } = value;
  const result = (of: PgType, sql: string, fallible = false): Expression =>
    computed(of, sql, [value], { fallible, location });
  switch (name) {
    case 'count':
      return result(INT8, print('count', distinct ? keySql(statement, value, 'DISTINCT') : value.sql));
    case 'bool_and':
    case 'bool_or':
    case 'every': {
      const condition = cast(statement, value, BOOL, 'implicit');
      return result(BOOL, print(name === 'bool_or' ? 'bool_or' : 'bool_and', condition.sql));
    }
    case 'string_agg': {
      if (!isString(type)) throw refuse(`${describeType(type)} is not text.`, 'Cast it: (…)::text.');
      const separator = rows.bind(nodes[1]).literal;
      if (typeof separator !== 'string') throw refuse('the separator is not a constant.', 'Write it as a string.');
      const text = textOf(statement, value).sql;
      const order = distinct ? distinctOrder(given, value, text) : undefined;
      return result(TEXT, print('string_agg', `${text}, ${quote(separator)}`, order));
    }
    case 'min':
    case 'max': {
      if (type.name === 'bool' || type.name === 'uuid' || type.name === 'bytea')
        throw refuse(`of ${describeType(type)} is not proven.`, 'Use bool_and or bool_or, or cast to text.');
      if (isCollated(type)) context.facts.ordersText = true;
      const of = type.name === 'varchar' ? TEXT : type;
      if (isPlainKey(type)) return result(of, print(name, value.sql));
      return result(
        of,
        print(name === 'min' ? 'arg_min' : 'arg_max', `${value.sql}, ${keySql(statement, value, name)}`),
      );
    }
    case 'sum':
      if (type.name === 'interval')
        return result(INTERVAL, `rtdp_interval_sum(${print('string_agg', `${value.sql}, '|'`)})`);
      return sum(value, print, refuse, result);
    default:
      if (type.name === 'interval') {
        const total = `rtdp_interval_sum(${print('string_agg', `${value.sql}, '|'`)})`;
        return result(INTERVAL, `rtdp_interval_divide(${total}, CAST(${print('count', value.sql)} AS DOUBLE))`, true);
      }
      return average(value, print, refuse, result, distinct);
  }
}

type Result = (type: PgType, sql: string, fallible?: boolean) => Expression;
type Refuse = (why: string, next: string) => Error;

function sum(value: Expression, print: PrintCall, refuse: Refuse, result: Result): Expression {
  const { type, sql } = value;
  if (type.name === 'int2' || type.name === 'int4') return result(INT8, `CAST(${print('sum', sql)} AS BIGINT)`, true);
  if (type.name === 'int8') {
    const wide = fixedNumeric(MAXIMUM_PRECISION, 0);
    return result(wide, `CAST(${print('sum', sql)} AS ${engineType(wide)})`, true);
  }
  if (type.name === 'float8') return result(FLOAT8, `CAST(${print('sum', sql)} AS DOUBLE)`);
  if (isFixed(type)) {
    const wide = fixedNumeric(MAXIMUM_PRECISION, type.scale);
    if (isFixed(wide)) return result(wide, `CAST(${print('sum', sql)} AS ${engineType(wide)})`, true);
    return result(FREE_NUMERIC, `rtdp_numeric_sum(${print('string_agg', `${decimalText(type, sql)}, ' '`)})`);
  }
  if (type.name === 'numeric') return result(FREE_NUMERIC, `rtdp_numeric_sum(${print('string_agg', `${sql}, ' '`)})`);
  if (type.name === 'float4') throw refuse('sums of real depend on their order.', 'Cast to double precision.');
  throw refuse(`${describeType(type)} is not a number.`, 'Cast it.');
}

function average(value: Expression, print: PrintCall, refuse: Refuse, result: Result, distinct: boolean): Expression {
  const { type, sql } = value;
  if (!isNumber(type)) throw refuse(`${describeType(type)} is not a number.`, 'Cast it.');
  if (isFloat(type)) return result(FLOAT8, `CAST(${print('avg', `CAST(${sql} AS DOUBLE)`)} AS DOUBLE)`);
  if (distinct && !isPlainKey(type))
    throw refuse('DISTINCT of numeric without a scale is not proven.', 'Cast it to numeric(p,s).');
  // Where nothing is counted, the sum is NULL, and so is the quotient.
  const count = `CAST(${print('count', sql)} AS VARCHAR)`;
  let total: string;
  if (isInteger(type)) total = `CAST(${print('sum', sql)} AS VARCHAR)`;
  else if (isFixed(type)) total = sumText(type, sql, print);
  else total = `rtdp_numeric_sum(${print('string_agg', `${sql}, ' '`)})`;
  return result(FREE_NUMERIC, `rtdp_numeric_divide(${total}, ${count})`, true);
}

function sumText(type: PgType & { precision: number; scale: number }, sql: string, print: PrintCall): string {
  const wide = fixedNumeric(MAXIMUM_PRECISION, type.scale);
  return isFixed(wide)
    ? decimalText(wide, `CAST(${print('sum', sql)} AS ${engineType(wide)})`)
    : `rtdp_numeric_sum(${print('string_agg', `${decimalText(type, sql)}, ' '`)})`;
}
