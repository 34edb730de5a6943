/** Functions that make moments and intervals: from their fields, from seconds, and from texts of a given form. */
import type { Node } from 'libpg-query';
import { cast } from './casts.ts';
import { computed, type Expression } from './expression.ts';
import { type Binder, counted, type FunctionCall, refuseCall, textArgument, wordArgument } from './function-call.ts';
import { readMomentInputFormat } from './moment-input-formats.ts';
import { DATE, FLOAT8, INT4, INTERVAL, type PgType, TIMESTAMP, TIMESTAMPTZ } from './pg-type.ts';

const whole = (call: FunctionCall, index: number): Expression =>
  cast(call.statement, call.arguments[index]!, INT4, 'implicit');
const seconds = (call: FunctionCall, index: number): Expression =>
  cast(call.statement, call.arguments[index]!, FLOAT8, 'implicit');

const made = (call: FunctionCall, type: PgType, sql: string, parts: readonly Expression[]): Expression =>
  computed(type, sql, parts, { fallible: true, location: call.location });

const makeTimestamp: Binder = (call) => {
  counted(call, 6);
  const parts = [0, 1, 2, 3, 4].map((index) => whole(call, index));
  const [year, month, day, hour, minute] = parts.map(({ sql }) => sql);
  const second = seconds(call, 5);
  const date = `CAST(rtdp_make_date(${year}, ${month}, ${day}) AS TIMESTAMP)`;
  const sql = `make_timestamp(epoch_us(${date}) + rtdp_make_time(${hour}, ${minute}, ${second.sql}))`;
  return made(call, TIMESTAMP, sql, [...parts, second]);
};

/** Names of the arguments of make_interval, in their order. */
const INTERVAL_ARGUMENTS = ['years', 'months', 'weeks', 'days', 'hours', 'mins', 'secs'];

/** The arguments of make_interval, those that are left out as 0; null where one is named that it does not have, or twice. */
export function intervalArguments(given: readonly Node[]): Node[] | null {
  const found = new Map<string, Node>();
  for (const [index, node] of given.entries()) {
    const name = 'NamedArgExpr' in node ? node.NamedArgExpr.name : INTERVAL_ARGUMENTS[index];
    const value = 'NamedArgExpr' in node ? node.NamedArgExpr.arg : node;
    if (name === undefined || value === undefined || !INTERVAL_ARGUMENTS.includes(name) || found.has(name)) return null;
    found.set(name, value);
  }
  return INTERVAL_ARGUMENTS.map((name) => found.get(name) ?? ({ A_Const: { ival: {} } } as Node));
}

const makeInterval: Binder = (call) => {
  counted(call, 7);
  const parts = [0, 1, 2, 3, 4, 5].map((index) => whole(call, index));
  const [years, months, weeks, days, hours, minutes] = parts.map(({ sql }) => sql);
  const second = seconds(call, 6);
  const inMonths = `rtdp_interval_part(${years}, CAST(12 AS INTEGER), ${months})`;
  const inDays = `rtdp_interval_part(${weeks}, CAST(7 AS INTEGER), ${days})`;
  const time = `rtdp_interval_time(${hours}, ${minutes}, ${second.sql})`;
  return made(call, INTERVAL, `rtdp_make_interval(${inMonths}, ${inDays}, ${time})`, [...parts, second]);
};

function readText(call: FunctionCall): { sql: string; text: Expression } {
  const text = textArgument(call, 0);
  const format = wordArgument(call, 1);
  if (readMomentInputFormat(format) === null)
    throw refuseCall(
      call,
      `the format '${format}' is not proven.`,
      "Use YYYY and each of MM, Mon, DD, HH24, MI, SS, MS and US once, with - / . , : ; _ and blanks, like 'YYYY-MM-DD HH24:MI:SS'.",
    );
  return { sql: `make_timestamp(rtdp_read_moment(${text.sql}, ${textArgument(call, 1).sql}))`, text };
}

export const MAKING_FUNCTIONS: Record<string, Binder> = {
  make_timestamp: makeTimestamp,
  make_interval: makeInterval,
  to_date: (call) => {
    counted(call, 2);
    const { sql, text } = readText(call);
    return made(call, DATE, `CAST(${sql} AS DATE)`, [text]);
  },
  to_timestamp: (call) => {
    counted(call, 1, 2);
    if (call.arguments.length === 1) {
      const since = seconds(call, 0);
      return made(call, TIMESTAMPTZ, `make_timestamp(rtdp_moment_of_seconds(${since.sql}))`, [since]);
    }
    const { sql, text } = readText(call);
    return made(call, TIMESTAMPTZ, sql, [text]);
  },
};
