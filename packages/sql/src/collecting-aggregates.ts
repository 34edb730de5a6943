/** Binds aggregates that keep every value: array_agg, json_agg, json_object_agg and their like. */
import { type AggregateCall, argumentsOf, type BindAggregate, refuseAggregate } from './aggregate-contract.ts';
import { arrayOf, PACK_SEPARATOR, packItem } from './array-values.ts';
import { computed, type Expression } from './expression.ts';
import { jsonKey, jsonOf } from './json-building.ts';
import { coerceLiteral } from './literals.ts';
import { describeType, engineType, isInteger, JSON_TYPE, JSONB, TEXT } from './pg-type.ts';
import { isPlainKey } from './query-keys.ts';

/** The order in which DISTINCT leaves values where none is written: Postgres sorts them to tell them apart. */
export function distinctOrder(given: AggregateCall, value: Expression, sql: string): string {
  const { call, rows } = given;
  if (!isPlainKey(value.type))
    throw refuseAggregate(given, `DISTINCT of ${describeType(value.type)} is not proven.`, 'Cast it to text.');
  const [only, second] = call.agg_order ?? [];
  if (only === undefined) return ` ORDER BY ${sql} ASC NULLS LAST`;
  if (second !== undefined || !('SortBy' in only) || rows.bind(only.SortBy.node).sql !== value.sql)
    throw refuseAggregate(given, 'with DISTINCT, it can only be ordered by its argument.', 'Order by the argument.');
  return ` ORDER BY ${rows.sortKey(only.SortBy, { ...value, sql })}`;
}

function argument(given: AggregateCall): Expression {
  const [value] = argumentsOf(given, 1);
  return value!.type.name === 'unknown' ? coerceLiteral(given.rows.statement, value!, TEXT) : value!;
}

const arrayAggregate: BindAggregate = (given) => {
  const { rows, print, distinct, call } = given;
  const { statement } = rows;
  const value = argument(given);
  const type = arrayOf(value.type);
  if (!distinct) {
    const packed = print('string_agg', `${packItem(statement, value)}, ${PACK_SEPARATOR}`);
    return computed(type, `rtdp_array_make(${packed})`, [value], { location: call.location });
  }
  const list = print('list', value.sql, distinctOrder(given, value, value.sql));
  const item = packItem(statement, { ...value, sql: 'item' });
  const sql = `rtdp_array_make(array_to_string(list_transform(${list}, lambda item: ${item}), ${PACK_SEPARATOR}))`;
  return computed(type, sql, [value], { location: call.location });
};

function jsonAggregate(isBinary: boolean): BindAggregate {
  return (given) => {
    const { rows, print, distinct, call } = given;
    if (distinct) throw refuseAggregate(given, 'DISTINCT is not proven.', 'Select DISTINCT in a subquery.');
    const [only, more] = call.args ?? [];
    const row = more === undefined ? rows.rowJson(only) : null;
    const value = row ?? argument(given);
    const { sql } = row ?? jsonOf(rows.statement, value);
    // Rows and arrays each begin a line, but the first.
    const isOnLines = !isBinary && (row !== null || value.type.name === 'array');
    const items = print('string_agg', `coalesce(${isOnLines ? `chr(10) || ' ' || ${sql}` : sql}, 'null'), ', '`);
    const json = `'[' || ${isOnLines ? `ltrim(${items}, chr(10) || ' ')` : items} || ']'`;
    return computed(isBinary ? JSONB : JSON_TYPE, isBinary ? `rtdp_jsonb_read(${json})` : `(${json})`, [value], {
      fallible: isBinary,
      location: call.location,
    });
  };
}

function jsonObjectAggregate(isBinary: boolean): BindAggregate {
  return (given) => {
    const { rows, print, distinct, call } = given;
    if (distinct) throw refuseAggregate(given, 'DISTINCT is not proven.', 'Select DISTINCT in a subquery.');
    const [key, value] = argumentsOf(given, 2);
    const member = `${jsonKey(rows.statement, key!).sql} || ' : ' || coalesce(${jsonOf(rows.statement, value!).sql}, 'null')`;
    const json = `'{ ' || ${print('string_agg', `${member}, ', '`)} || ' }'`;
    return computed(isBinary ? JSONB : JSON_TYPE, isBinary ? `rtdp_jsonb_read(${json})` : `(${json})`, [key!, value!], {
      fallible: true,
      location: call.location,
    });
  };
}

function bits(engineName: string): BindAggregate {
  return (given) => {
    const value = argument(given);
    if (!isInteger(value.type))
      throw refuseAggregate(given, `${describeType(value.type)} is not an integer.`, 'Cast it.');
    const sql = `CAST(${given.print(engineName, value.sql)} AS ${engineType(value.type)})`;
    return computed(value.type, sql, [value], { location: given.call.location });
  };
}

export const COLLECTING_AGGREGATES: Record<string, BindAggregate> = {
  array_agg: arrayAggregate,
  json_agg: jsonAggregate(false),
  jsonb_agg: jsonAggregate(true),
  json_object_agg: jsonObjectAggregate(false),
  jsonb_object_agg: jsonObjectAggregate(true),
  bit_and: bits('bit_and'),
  bit_or: bits('bit_or'),
  bit_xor: bits('bit_xor'),
  any_value: (given) => {
    const value = argument(given);
    return computed(value.type, given.print('any_value', value.sql), [value], { location: given.call.location });
  },
};
