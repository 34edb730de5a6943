/** Binds window functions: row numbers, ranks, neighbours and aggregates over a window, with the frames whose meaning is the same. */
import type { FuncCall, Node, WindowDef } from 'libpg-query';
import { type AggregateArguments, aggregate, isAggregate } from './bind-aggregate.ts';
import { cast, castToCommon, commonType } from './casts.ts';
import { computed, type Expression } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { FLOAT8, INT4, INT8, TEXT } from './pg-type.ts';
import { keySql } from './query-keys.ts';

/** A window of the WINDOW clause. */
export type WindowClause = WindowDef;

/** Bits of `frameOptions` in the syntax tree. */
const FRAME = {
  nondefault: 0x1,
  range: 0x2,
  rows: 0x4,
  groups: 0x8,
  between: 0x10,
  startUnbounded: 0x20,
  endUnboundedPreceding: 0x40,
  startUnboundedFollowing: 0x80,
  endUnbounded: 0x100,
  startCurrent: 0x200,
  endCurrent: 0x400,
  startPreceding: 0x800,
  endPreceding: 0x1000,
  startFollowing: 0x2000,
  endFollowing: 0x4000,
  exclusions: 0x8000 | 0x10000 | 0x20000,
} as const;

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
    return aggregate(
      binder,
      call,
      name,
      (engineName, argumentSql) => `${engineName}(${argumentSql})${filter} OVER (${over})`,
      false,
    );
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
  const parts: string[] = [];
  if (partition.length > 0) {
    parts.push(
      `PARTITION BY ${partition.map((node) => keySql(statement, binder.bind(node), 'Partitioning')).join(', ')}`,
    );
  }
  if (order.length > 0) {
    const keys = order.map((node) => {
      if (!('SortBy' in node)) throw refuse('This order');
      return binder.sortKey(node.SortBy, binder.bind(node.SortBy.node));
    });
    parts.push(`ORDER BY ${keys.join(', ')}`);
  }
  const options = frame.frameOptions ?? 0;
  if ((options & FRAME.nondefault) !== 0) parts.push(printFrame(binder, frame, options, refuse));
  return parts.join(' ');
}

function printFrame(
  binder: AggregateArguments,
  frame: WindowDef,
  options: number,
  refuse: (what: string) => Error,
): string {
  if ((options & FRAME.exclusions) !== 0) throw refuse('EXCLUDE in a frame');
  if ((options & FRAME.groups) !== 0) throw refuse('GROUPS in a frame');
  const rows = (options & FRAME.rows) !== 0;
  const offset = (node: Node | undefined): string => {
    const { literal, type } = binder.bind(node);
    if (!rows) throw refuse('RANGE with an offset');
    if (typeof literal !== 'string' || !/^\d+$/.test(literal) || (type.name !== 'int4' && type.name !== 'int8'))
      throw refuse('A frame with an offset that is not a constant');
    return literal;
  };
  const start =
    (options & FRAME.startUnbounded) !== 0
      ? 'UNBOUNDED PRECEDING'
      : (options & FRAME.startCurrent) !== 0
        ? 'CURRENT ROW'
        : (options & FRAME.startPreceding) !== 0
          ? `${offset(frame.startOffset)} PRECEDING`
          : (options & FRAME.startFollowing) !== 0
            ? `${offset(frame.startOffset)} FOLLOWING`
            : null;
  const end =
    (options & FRAME.endUnbounded) !== 0
      ? 'UNBOUNDED FOLLOWING'
      : (options & FRAME.endCurrent) !== 0
        ? 'CURRENT ROW'
        : (options & FRAME.endPreceding) !== 0
          ? `${offset(frame.endOffset)} PRECEDING`
          : (options & FRAME.endFollowing) !== 0
            ? `${offset(frame.endOffset)} FOLLOWING`
            : null;
  if (start === null || end === null) throw refuse('This frame');
  return `${rows ? 'ROWS' : 'RANGE'} BETWEEN ${start} AND ${end}`;
}
