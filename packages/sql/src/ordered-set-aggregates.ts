/** Binds aggregates WITHIN GROUP (ORDER BY …): percentile_cont, percentile_disc and mode. */
import { type AggregateCall, type BindAggregate, refuseAggregate } from './aggregate-contract.ts';
import { PACK_SEPARATOR, packItem, unpackItem } from './array-values.ts';
import { cast } from './casts.ts';
import { computed, type Expression } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { describeType, FLOAT8, isNumber, TEXT } from './pg-type.ts';
import { isPlainKey } from './query-keys.ts';

interface Ordered {
  readonly value: Expression;
  /** ` ORDER BY …` for the engine. */
  readonly order: (value: Expression) => string;
  /** The call over rows in which the value is not NULL. */
  readonly print: (name: string, argumentSql: string, order: string) => string;
}

function ordered(given: AggregateCall): Ordered {
  const { call, rows, isWindow } = given;
  const [only, second] = call.agg_order ?? [];
  if (call.agg_within_group !== true || isWindow || only === undefined || !('SortBy' in only) || second !== undefined)
    throw refuseAggregate(given, 'is written in another form.', 'Write WITHIN GROUP (ORDER BY one value).');
  const bound = rows.bind(only.SortBy.node);
  const value = bound.type.name === 'unknown' ? coerceLiteral(rows.statement, bound, TEXT) : bound;
  const written = call.agg_filter === undefined ? '' : ` AND ${rows.bindCondition(call.agg_filter, 'FILTER').sql}`;
  return {
    value,
    order: (sorted) => ` ORDER BY ${rows.sortKey(only.SortBy, sorted)}`,
    print: (name, argumentSql, order) =>
      `${name}(${argumentSql}${order}) FILTER (WHERE ${value.sql} IS NOT NULL${written})`,
  };
}

/** The constant between 0 and 1 that says where. */
function fraction(given: AggregateCall): string {
  const [node, more] = given.call.args ?? [];
  const value = node === undefined ? undefined : cast(given.rows.statement, given.rows.bind(node), FLOAT8, 'implicit');
  const number = Number(given.rows.bind(node).literal ?? Number.NaN);
  if (value === undefined || more !== undefined || !(number >= 0 && number <= 1))
    throw refuseAggregate(given, 'the fraction is no constant from 0 to 1.', 'Write a number such as 0.5.');
  return value.sql;
}

export const ORDERED_SET_AGGREGATES: Record<string, BindAggregate> = {
  percentile_disc: (given) => {
    const { value, order, print } = ordered(given);
    const list = print('list', value.sql, order(value));
    const place = `CAST(greatest(1, ceil(${fraction(given)} * ${print('count', value.sql, '')})) AS BIGINT)`;
    return computed(value.type, `list_extract(${list}, ${place})`, [value], { location: given.call.location });
  },
  percentile_cont: (given) => {
    const { value: any, order, print } = ordered(given);
    if (!isNumber(any.type))
      throw refuseAggregate(given, `of ${describeType(any.type)} is not proven.`, 'Use percentile_disc.');
    const value = cast(given.rows.statement, any, FLOAT8, 'implicit');
    const list = print('list', value.sql, order(value));
    const place = `(${fraction(given)} * (${print('count', value.sql, '')} - 1))`;
    const at = (cut: string): string => `list_extract(${list}, CAST(${cut}(${place}) AS BIGINT) + 1)`;
    const sql = `CASE WHEN floor(${place}) = ceil(${place}) THEN ${at('floor')} ELSE ${at('floor')} + (${place} - floor(${place})) * (${at('ceil')} - ${at('floor')}) END`;
    return computed(FLOAT8, sql, [value], { location: given.call.location });
  },
  mode: (given) => {
    const { value, order, print } = ordered(given);
    if ((given.call.args ?? []).length > 0) throw refuseAggregate(given, 'takes no arguments.', 'Write mode().');
    if (!isPlainKey(value.type))
      throw refuseAggregate(given, `of ${describeType(value.type)} is not proven.`, 'Cast it to text.');
    const { statement } = given.rows;
    const list = print('string_agg', `${packItem(statement, value)}, ${PACK_SEPARATOR}`, order(value));
    const found = unpackItem(statement, `rtdp_most_frequent(${list})`, value.type);
    return computed(value.type, found.sql, [value], { location: given.call.location });
  },
};
