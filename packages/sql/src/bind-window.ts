/** Binds window functions: row numbers, ranks, neighbours and aggregates over a window, with the frames whose meaning is the same. */
import type { FuncCall, WindowDef } from 'libpg-query';
import type { AggregateArguments } from './aggregate-contract.ts';
import { aggregate, isAggregate } from './bind-aggregate.ts';
import { cast, castToCommon, commonType } from './casts.ts';
import { computed, type Expression } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { FLOAT8, INT4, INT8, isInteger, TEXT } from './pg-type.ts';
import { keySql } from './query-keys.ts';
import { isRangeWithOffset, isWritten, printFrame, widened } from './window-frame.ts';

/** A window of the WINDOW clause. */
export type WindowClause = WindowDef;

/** `call` has an OVER clause. Throws SQL_UNSUPPORTED and SQL_UNKNOWN_FUNCTION. */
export function bindWindow(
  binder: AggregateArguments,
  call: FuncCall,
  name: string,
  windows: ReadonlyMap<string, WindowClause>,
): Expression {
  const { statement } = binder;
  const { location } = call;
  const over = printWindow(binder, call.over!, windows);
  const filter =
    call.agg_filter === undefined
      ? ''
      : ` FILTER (WHERE ${binder.bindCondition(call.agg_filter, 'The condition of FILTER').sql})`;
  const given = (call.args ?? []).map((node) => binder.bind(node));
  const refuse = (why: string): Error =>
    statement.refuse(
      'SQL_UNKNOWN_FUNCTION',
      `${name}: ${why}`,
      'Use row_number, rank, dense_rank, ntile, lag, lead, first_value, last_value or an aggregate.',
      location,
    );
  if (call.agg_distinct === true || call.agg_order !== undefined)
    throw refuse('DISTINCT and ORDER BY inside a window function are not proven.');
  if (isAggregate(name)) {
    return aggregate({
      rows: binder,
      call,
      name,
      print: (engineName, argumentSql) => `${engineName}(${argumentSql})${filter} OVER (${over})`,
      distinct: false,
      isWindow: true,
    });
  }
  if (filter !== '') throw refuse('FILTER is for aggregates.');
  const value = (index: number): Expression => {
    const argument = given[index];
    if (argument === undefined) throw refuse('an argument is missing.');
    return argument.type.name === 'unknown' ? coerceLiteral(statement, argument, TEXT) : argument;
  };
  const whole = (index: number): Expression => cast(statement, value(index), INT4, 'implicit');
  const print = (type: Expression['type'], inner: string, fallible = false): Expression =>
    computed(
      type,
      `CAST(${inner} OVER (${over}) AS ${type.name === 'float8' ? 'DOUBLE' : type.name === 'int4' ? 'INTEGER' : 'BIGINT'})`,
      given,
      { fallible, location },
    );
  switch (name) {
    case 'row_number':
    case 'rank':
    case 'dense_rank':
      return print(INT8, `${name}()`);
    case 'percent_rank':
    case 'cume_dist':
      return print(FLOAT8, `${name}()`);
    case 'ntile':
      return print(INT4, `ntile(${whole(0).sql})`, true);
    case 'first_value':
    case 'last_value':
      return computed(value(0).type, `${name}(${value(0).sql}) OVER (${over})`, given, { location });
    case 'nth_value':
      return computed(
        value(0).type,
        `nth_value(${value(0).sql}, ${positiveConstant(binder, call)}) OVER (${over})`,
        given,
        {
          location,
        },
      );
    case 'lag':
    case 'lead': {
      const offset = given.length > 1 ? whole(1).sql : '1';
      if (given.length < 3)
        return computed(value(0).type, `${name}(${value(0).sql}, ${offset}) OVER (${over})`, given, { location });
      const type = commonType(statement, [given[0]!, given[2]!], name);
      const [held, otherwise] = [castToCommon(statement, given[0]!, type), castToCommon(statement, given[2]!, type)];
      return computed(type, `${name}(${held.sql}, ${offset}, ${otherwise.sql}) OVER (${over})`, given, { location });
    }
    default:
      throw refuse('this window function is only computed where one Postgres source holds every table of the query.');
  }
}

function printWindow(binder: AggregateArguments, given: WindowDef, windows: ReadonlyMap<string, WindowClause>): string {
  const { statement } = binder;
  const refuse = (what: string): Error =>
    statement.refuse(
      'SQL_UNSUPPORTED',
      `${what} is not proven.`,
      'Write PARTITION BY, ORDER BY and ROWS.',
      given.location,
    );
  const named = given.name ?? given.refname;
  const base = named === undefined ? undefined : windows.get(named);
  if (named !== undefined && base === undefined) {
    throw statement.refuse(
      'SQL_UNKNOWN_WINDOW',
      `There is no window ${named}.`,
      'Define it with WINDOW.',
      given.location,
    );
  }
  if (base?.refname !== undefined) throw refuse('A window made from another window');
  const frame = given.name !== undefined && base !== undefined ? base : given;
  const partition = [...(base?.partitionClause ?? []), ...(base === given ? [] : (given.partitionClause ?? []))];
  const order = base?.orderClause ?? given.orderClause ?? [];
  const options = frame.frameOptions ?? 0;
  // Only a distance is added to the key itself.
  const isDistance = isRangeWithOffset(options);
  const parts: string[] = [];
  if (partition.length > 0) {
    parts.push(
      `PARTITION BY ${partition.map((node) => keySql(statement, binder.bind(node), 'Partitioning')).join(', ')}`,
    );
  }
  if (order.length > 0) {
    const keys = order.map((node) => {
      if (!('SortBy' in node)) throw refuse('This order');
      const key = binder.bind(node.SortBy.node);
      return binder.sortKey(node.SortBy, isDistance ? widened(key) : key);
    });
    parts.push(`ORDER BY ${keys.join(', ')}`);
  }
  const [firstKey] = order;
  const key = firstKey !== undefined && 'SortBy' in firstKey ? binder.bind(firstKey.SortBy.node) : null;
  if (isDistance && (order.length !== 1 || key === null)) throw refuse('RANGE with an offset and several keys');
  if (isWritten(options)) parts.push(printFrame(binder, frame, key, refuse));
  return parts.join(' ');
}

function positiveConstant(binder: AggregateArguments, call: FuncCall): string {
  const { literal, type, location } = binder.bind(call.args?.[1]);
  if (typeof literal === 'string' && isInteger(type) && Number(literal) > 0) return literal;
  throw binder.statement.refuse(
    'SQL_UNKNOWN_FUNCTION',
    'nth_value: the place is no constant from 1.',
    'Write a number.',
    location,
  );
}
