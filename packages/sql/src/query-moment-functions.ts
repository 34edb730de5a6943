/** Functions of moments that a query of the gateway may call: of intervals, in time zones and with formats, beside those of a flow. */
import { cast, freeNumeric } from './casts.ts';
import { computed, type Expression } from './expression.ts';
import { type Binder, counted, type FunctionCall, refuseCall, textArgument, wordArgument } from './function-call.ts';
import { INTERVAL_FUNCTIONS, intervalField } from './interval-values.ts';
import { dateTrunc, extractField } from './moment-functions.ts';
import { describeType, FREE_NUMERIC, isMoment, isNumber, TEXT, TIMESTAMP, TIMESTAMPTZ } from './pg-type.ts';
import { isNumberFormat, readMomentFormat } from './to-char-formats.ts';
import { truncateInZone, ZONE_FUNCTIONS } from './zone-functions.ts';

const cutLocal =
  (call: FunctionCall) =>
  (moment: Expression): Expression =>
    dateTrunc({ ...call, arguments: [call.arguments[0]!, moment] });

const toChar: Binder = (call) => {
  counted(call, 2);
  const value = call.arguments[0]!;
  const format = wordArgument(call, 1);
  if (isMoment(value.type)) {
    const unknown = readMomentFormat(format).find((part) => 'unknown' in part);
    if (unknown !== undefined)
      throw refuseCall(
        call,
        `the pattern ${unknown.unknown} is not proven.`,
        'Use YYYY, MM, DD, HH24, MI, SS, MS, US, Mon, Dy, Q, IW and their like.',
      );
    const type = value.type.name === 'timestamp' ? TIMESTAMP : TIMESTAMPTZ;
    const moment = cast(call.statement, value, type, 'implicit');
    const sql = `CASE WHEN NOT isinf(${moment.sql}) THEN rtdp_to_char_moment(epoch_us(${moment.sql}), ${textArgument(call, 1).sql}) END`;
    return computed(TEXT, sql, [moment], { fallible: true, location: call.location });
  }
  if (isNumber(value.type)) {
    if (!isNumberFormat(format))
      throw refuseCall(
        call,
        `the format '${format}' is not proven for numbers.`,
        "Use 9, 0, a comma, a point and FM, like 'FM999,990.00'.",
      );
    if (value.type.name === 'float4' || value.type.name === 'float8')
      throw refuseCall(call, `of ${describeType(value.type)} is not proven.`, 'Cast it to numeric.');
    const numeric = freeNumeric(cast(call.statement, value, FREE_NUMERIC, 'implicit'));
    const sql = `rtdp_to_char_number(${numeric.sql}, ${textArgument(call, 1).sql})`;
    return computed(TEXT, sql, [numeric], { location: call.location });
  }
  throw refuseCall(call, `of ${describeType(value.type)} is not proven.`, 'Use it on a moment or a number.');
};

export const QUERY_MOMENT_FUNCTIONS: Record<string, Binder> = {
  ...INTERVAL_FUNCTIONS,
  ...ZONE_FUNCTIONS,
  extract: (call) => intervalField(false)(call) ?? extractField(call, false),
  date_part: (call) => intervalField(true)(call) ?? extractField(call, true),
  date_trunc: (call) => {
    counted(call, 2, 3);
    return call.arguments.length === 2 ? dateTrunc(call) : truncateInZone(call, cutLocal(call));
  },
  to_char: toChar,
};
