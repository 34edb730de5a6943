/** Functions of dates and timestamps that are proven equal to Postgres'. */
import { cast } from './casts.ts';
import { computed, type Expression } from './expression.ts';
import { type Binder, counted, type FunctionCall, refuseCall, wordArgument } from './function-call.ts';
import { describeType, engineType, FLOAT8, fixedNumeric, isMoment, TIMESTAMP, TIMESTAMPTZ } from './pg-type.ts';

const EXTRACT_FIELDS: Record<
  string,
  { date: boolean; sql: (moment: string) => string; precision: number; scale: number }
> = {
  ...Object.fromEntries(
    ['year', 'month', 'day', 'week', 'quarter', 'dow', 'isodow', 'doy', 'isoyear'].map((field) => [
      field,
      { date: true, sql: (moment: string) => `extract(${field} FROM ${moment})`, precision: 7, scale: 0 },
    ]),
  ),
  hour: { date: false, sql: (moment) => `extract(hour FROM ${moment})`, precision: 2, scale: 0 },
  minute: { date: false, sql: (moment) => `extract(minute FROM ${moment})`, precision: 2, scale: 0 },
  second: {
    date: false,
    sql: (moment) => `CAST(extract(microseconds FROM ${moment}) AS DECIMAL(18,0)) * CAST('0.000001' AS DECIMAL(6,6))`,
    precision: 8,
    scale: 6,
  },
  milliseconds: {
    date: false,
    sql: (moment) => `CAST(extract(microseconds FROM ${moment}) AS DECIMAL(18,0)) * CAST('0.001' AS DECIMAL(6,3))`,
    precision: 8,
    scale: 3,
  },
  microseconds: { date: false, sql: (moment) => `extract(microseconds FROM ${moment})`, precision: 8, scale: 0 },
  decade: { date: true, sql: (moment) => `(extract(year FROM ${moment}) // 10)`, precision: 7, scale: 0 },
  century: { date: true, sql: (moment) => `((extract(year FROM ${moment}) + 99) // 100)`, precision: 7, scale: 0 },
  millennium: { date: true, sql: (moment) => `((extract(year FROM ${moment}) + 999) // 1000)`, precision: 7, scale: 0 },
  epoch: {
    date: false,
    sql: (moment) => `CAST(epoch_us(${moment}) AS DECIMAL(20,0)) * CAST('0.000001' AS DECIMAL(6,6))`,
    precision: 20,
    scale: 6,
  },
};

const FIELD_SYNONYMS: Record<string, string> = { seconds: 'second', minutes: 'minute', hours: 'hour', days: 'day' };

export function extractField(call: FunctionCall, asFloat: boolean): Expression {
  counted(call, 2);
  const written = wordArgument(call, 0).toLowerCase();
  const name = FIELD_SYNONYMS[written] ?? written;
  const moment = call.arguments[1]!;
  if (!isMoment(moment.type))
    throw refuseCall(call, `${describeType(moment.type)} is not a date or a timestamp.`, 'Cast it to timestamp.');
  const field = EXTRACT_FIELDS[name];
  if (field === undefined || (moment.type.name === 'date' && !field.date)) {
    throw refuseCall(
      call,
      `the field ${name} of ${describeType(moment.type)} is not proven.`,
      `Use one of: ${Object.keys(EXTRACT_FIELDS).join(', ')}.`,
    );
  }
  const type = fixedNumeric(field.precision, field.scale);
  // Years before 1 are counted differently, and of an infinite moment Postgres gives infinities: both fail the row.
  const failed = `CAST(rtdp_fail('extract from an infinite date or one before year 1 is not proven') AS ${engineType(type)})`;
  const usual = `${moment.sql} >= CAST('0001-01-01' AS ${engineType(moment.type)})`;
  const sql = `CASE WHEN isinf(${moment.sql}) OR NOT (${usual}) THEN ${failed} ELSE CAST(${field.sql(moment.sql)} AS ${engineType(type)}) END`;
  const value = computed(type, sql, [moment], { fallible: true, location: call.location });
  return asFloat ? cast(call.statement, value, FLOAT8, 'explicit') : value;
}

export const dateTrunc: Binder = (call) => {
  counted(call, 2);
  const unit = wordArgument(call, 0).toLowerCase();
  if (!['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'].includes(unit)) {
    throw refuseCall(
      call,
      `the unit '${unit}' is not proven.`,
      'Use second, minute, hour, day, week, month, quarter or year.',
    );
  }
  const given = call.arguments[1]!;
  if (!isMoment(given.type))
    throw refuseCall(call, `${describeType(given.type)} is not a timestamp.`, 'Cast it to timestamp.');
  const type = given.type.name === 'timestamp' ? TIMESTAMP : TIMESTAMPTZ;
  const moment = cast(call.statement, given, type, 'implicit');
  const failed = `CAST(rtdp_fail('date_trunc of a moment before year 1 is not proven') AS TIMESTAMP)`;
  const sql = `CASE WHEN isinf(${moment.sql}) THEN ${moment.sql} WHEN ${moment.sql} < CAST('0001-01-01' AS TIMESTAMP) THEN ${failed} ELSE CAST(date_trunc('${unit}', ${moment.sql}) AS TIMESTAMP) END`;
  return computed(type, sql, [moment], { fallible: true, location: call.location });
};

const timeZone: Binder = (call) => {
  counted(call, 2);
  const zone = wordArgument(call, 0);
  if (!/^(utc|z|gmt|etc\/utc)$/i.test(zone)) {
    throw refuseCall(call, `the rules of the zone '${zone}' may differ between machines.`, "Use AT TIME ZONE 'UTC'.");
  }
  const moment = call.arguments[1]!;
  if (!isMoment(moment.type)) throw refuseCall(call, `${describeType(moment.type)} is not a timestamp.`, 'Cast it.');
  const zoned = moment.type.name !== 'timestamp';
  const value = cast(call.statement, moment, zoned ? TIMESTAMPTZ : TIMESTAMP, 'implicit');
  return computed(zoned ? TIMESTAMP : TIMESTAMPTZ, value.sql, [value], { location: call.location });
};

export const MOMENT_FUNCTIONS: Record<string, Binder> = {
  extract: (call) => extractField(call, false),
  date_part: (call) => extractField(call, true),
  date_trunc: dateTrunc,
  timezone: timeZone,
};
