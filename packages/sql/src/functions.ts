/** The allow-list of functions: all that a flow may call, and the binding of a call. */
import { castToCommon, commonType } from './casts.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { type Binder, counted, type FunctionCall, refuseCall } from './function-call.ts';
import { MOMENT_FUNCTIONS } from './moment-functions.ts';
import { NUMBER_FUNCTIONS } from './number-functions.ts';
import { describeType, INT4, isFixed, isFloat, isInteger, isMoment, type PgType, TEXT } from './pg-type.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';

function json(kinds: readonly string[], type: PgType, function_: string): Binder {
  return (call) => {
    counted(call, 1);
    const value = call.arguments[0]!;
    if (!kinds.includes(value.type.name)) {
      throw refuseCall(call, `${describeType(value.type)} is not ${kinds.join(' or ')}.`, `Cast it: (…)::${kinds[0]}.`);
    }
    return computed(type, `${function_}(${value.sql})`, [value], { fallible: true, location: call.location });
  };
}

const cardinality: Binder = (call) => {
  counted(call, 1);
  const value = call.arguments[0]!;
  if (value.type.name !== 'array')
    throw refuseCall(call, `${describeType(value.type)} is not an array.`, 'Use it on an array column.');
  if (value.type.element?.name === 'array')
    throw refuseCall(call, 'of arrays of arrays is not proven.', 'Carry the column unchanged.');
  return computed(INT4, `rtdp_json_length(${value.sql})`, [value], { fallible: true, location: call.location });
};

const FUNCTIONS: Record<string, Binder> = {
  ...TEXT_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...MOMENT_FUNCTIONS,
  jsonb_array_length: json(['jsonb'], INT4, 'rtdp_json_length'),
  json_array_length: json(['json'], INT4, 'rtdp_json_length'),
  jsonb_typeof: json(['jsonb'], TEXT, 'rtdp_json_kind'),
  json_typeof: json(['json'], TEXT, 'rtdp_json_kind'),
  cardinality,
};

/** Names on the allow-list, for documentation and messages. */
export const FUNCTION_NAMES: readonly string[] = Object.keys(FUNCTIONS).sort();

/** Binds a call. Throws SQL_UNKNOWN_FUNCTION where the function or the types are not on the list. */
export function bindFunction(call: FunctionCall): Expression {
  const binder = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined;
  if (binder === undefined) {
    throw refuseCall(
      call,
      'is not on the list of functions proven equal to Postgres.',
      `Use one of: ${FUNCTION_NAMES.join(', ')}.`,
    );
  }
  return binder(call);
}

/** GREATEST and LEAST, which leave NULLs out. */
export function bindExtreme(
  statement: Statement,
  which: 'greatest' | 'least',
  parts: readonly Expression[],
  location: number | undefined,
): Expression {
  const type = commonType(statement, parts, which.toUpperCase());
  const orderable =
    isInteger(type) ||
    isFloat(type) ||
    isFixed(type) ||
    isMoment(type) ||
    (statement.ordersTextByBytes && (type.name === 'text' || type.name === 'varchar'));
  if (!orderable) {
    throw statement.refuse(
      'SQL_UNKNOWN_FUNCTION',
      `${which} of ${describeType(type)} is not proven.`,
      type.name === 'numeric'
        ? 'Cast every value to one numeric(p,s).'
        : 'Use CASE with a comparison that says its order.',
      location,
    );
  }
  const cast_ = parts.map((part) => castToCommon(statement, part, type));
  return computed(type, `${which}(${cast_.map((part) => part.sql).join(', ')})`, cast_, { location });
}
