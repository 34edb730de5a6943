/** Prints the windows of window functions for MySQL 8 and MariaDB: the default frame, and frames of rows with constant bounds. */
import type { FuncCall, Node, WindowDef } from 'libpg-query';
import { comparableMysql, type MysqlValue, NotProven } from './mysql-value.ts';
import { checkedDate } from './print-mysql-zero-date.ts';
import { sortDirection } from './sort-direction.ts';
import { FRAME } from './window-frame.ts';

const EXCLUSIONS = FRAME.excludeCurrent | FRAME.excludeGroup | FRAME.excludeTies;

/** Functions that count rows in an order: for them a frame means nothing, and MariaDB takes none; `row_number` alone does without an order there. */
const ORDERED = new Set(['row_number', 'rank', 'dense_rank', 'lag', 'lead']);

/** What stands in the parentheses of OVER behind a call of `name`. Throws NotProven. */
export function printMysqlWindow(
  print: (node: Node | undefined) => MysqlValue,
  given: WindowDef,
  windows: ReadonlyMap<string, WindowDef>,
  name: string,
): string {
  const base = given.name === undefined ? given : windows.get(given.name);
  if (base === undefined || base.refname !== undefined || given.refname !== undefined)
    throw new NotProven('a window made from another window is not proven there');
  const partition = (base.partitionClause ?? []).map((node) => comparableMysql(plain(print(node))));
  const order = (base.orderClause ?? []).flatMap((node) => {
    if (!('SortBy' in node)) throw new NotProven('an order is not proven there');
    const value = print(node.SortBy.node);
    return mysqlSortKeys({ ...value, sql: checkedDate(value), mayBeZero: false }, sortDirection(node.SortBy));
  });
  if (order.length === 0 && ORDERED.has(name) && name !== 'row_number')
    throw new NotProven(`${name} without an order is not proven there`);
  const frame = printFrame(base);
  return [
    ...(partition.length === 0 ? [] : [`PARTITION BY ${partition.join(', ')}`]),
    ...(order.length === 0 ? [] : [`ORDER BY ${order.join(', ')}`]),
    ...(ORDERED.has(name) ? [] : frame),
  ].join(' ');
}

const NEIGHBOURS = new Set(['lag', 'lead', 'first_value', 'last_value']);

/** The value of another row of the window; null where the call asks for something else. Throws NotProven. */
export function neighbourOf(
  print: (node: Node | undefined) => MysqlValue,
  call: FuncCall,
  name: string,
  over: string,
): MysqlValue | null {
  if (!NEIGHBOURS.has(name)) return null;
  const [node, distance, otherwise] = call.args ?? [];
  const hasDistance = name === 'lag' || name === 'lead';
  if (otherwise !== undefined || (!hasDistance && distance !== undefined))
    throw new NotProven(`${name} in this form is not proven there`);
  const rows = distance === undefined ? { ival: 1 } : 'A_Const' in distance ? distance.A_Const.ival : undefined;
  const steps = rows === undefined ? -1 : (rows.ival ?? 0);
  if (steps < 0) throw new NotProven(`${name} over a distance that is no constant, or negative, is not proven there`);
  const value = print(node);
  if (value.type.name === 'bool' || value.type.name === 'opaque')
    throw new NotProven(`${name} of this is not proven there`);
  const { type, exact, byBytes, isLong, mayBeZero, summed } = value;
  return {
    sql: `${name.toUpperCase()}(${byBytes ?? value.sql}${hasDistance ? `, ${steps}` : ''}) OVER (${over})`,
    type,
    exact,
    nullable: true,
    ...(byBytes === undefined ? {} : { byBytes }),
    ...(isLong === undefined ? {} : { isLong }),
    ...(mayBeZero === undefined ? {} : { mayBeZero }),
    ...(summed === undefined ? {} : { summed }),
  };
}

/**
 * MySQL counts NULL as the least value; where it should stand is written out, unless there is none. A date is ordered as it is stored: whoever
 * orders by it adds `checkedOrder` to the conditions. Throws NotProven.
 */
export function mysqlSortKeys(value: MysqlValue, order: string): string[] {
  const sql = comparableMysql({ ...plain(value), mayBeZero: false });
  const [direction, , place] = order.split(' ');
  const nulls = value.nullable === false ? [] : [`${sql} IS NULL${place === 'FIRST' ? ' DESC' : ''}`];
  return [...nulls, `${sql} ${direction}`];
}

/** A bare number would mean a column of the result. */
function plain(value: MysqlValue): MysqlValue {
  if (value.constant === true) throw new NotProven('a constant as a key is not proven there');
  return value;
}

function printFrame({ frameOptions = 0, startOffset, endOffset }: WindowDef): string[] {
  if ((frameOptions & FRAME.nondefault) === 0) return [];
  if ((frameOptions & EXCLUSIONS) !== 0 || (frameOptions & FRAME.rows) === 0)
    throw new NotProven('a frame that is not of rows is not proven there');
  const bound = (
    flags: Record<'unbounded' | 'current' | 'preceding' | 'following', number>,
    offset: Node | undefined,
    edge: string,
  ): string => {
    if ((frameOptions & flags.unbounded) !== 0) return `UNBOUNDED ${edge}`;
    if ((frameOptions & flags.current) !== 0) return 'CURRENT ROW';
    const count =
      offset !== undefined && 'A_Const' in offset && offset.A_Const.ival !== undefined
        ? (offset.A_Const.ival.ival ?? 0)
        : null;
    if (count === null || count < 0) throw new NotProven('a frame with a computed bound is not proven there');
    if ((frameOptions & flags.preceding) !== 0) return `${count} PRECEDING`;
    if ((frameOptions & flags.following) !== 0) return `${count} FOLLOWING`;
    throw new NotProven('a frame is not proven there');
  };
  const start = bound(
    {
      unbounded: FRAME.startUnbounded,
      current: FRAME.startCurrent,
      preceding: FRAME.startPreceding,
      following: FRAME.startFollowing,
    },
    startOffset,
    'PRECEDING',
  );
  const end = bound(
    {
      unbounded: FRAME.endUnbounded,
      current: FRAME.endCurrent,
      preceding: FRAME.endPreceding,
      following: FRAME.endFollowing,
    },
    endOffset,
    'FOLLOWING',
  );
  return [`ROWS BETWEEN ${start} AND ${end}`];
}
