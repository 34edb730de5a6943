/** Functions of numbers that are proven equal to Postgres'. */
import { cast, freeNumeric } from './casts.ts';
import { computed, type Expression } from './expression.ts';
import {
  type Binder,
  counted,
  type FunctionCall,
  integerArgument,
  numberArgument,
  refuseCall,
} from './function-call.ts';
import { bindOperator } from './operators.ts';
import {
  describeType,
  engineType,
  FLOAT8,
  FREE_NUMERIC,
  fixedNumeric,
  isFixed,
  isFloat,
  isInteger,
  isNumber,
} from './pg-type.ts';

function absolute(call: FunctionCall): Expression {
  counted(call, 1);
  const given = call.arguments[0]!;
  const value = given.type.name === 'unknown' ? numberArgument(call) : given;
  const { type } = value;
  if (type.name === 'numeric' && !isFixed(type)) {
    return computed(type, `rtdp_numeric_absolute(${value.sql})`, [value], { location: call.location });
  }
  if (!isNumber(type)) throw refuseCall(call, `${describeType(type)} is not a number.`, 'Cast it.');
  return computed(type, `CAST(abs(${value.sql}) AS ${engineType(type)})`, [value], {
    fallible: isInteger(type),
    location: call.location,
  });
}

/** ceil, floor and sign: float8 stays float8, a fixed numeric loses its scale. */
function wholeNumber(float: string, fixed: string, free: string): Binder {
  return (call) => {
    counted(call, 1);
    const value = numberArgument(call);
    if (isFloat(value.type)) {
      return computed(FLOAT8, `CAST(${float}(${value.sql}) AS DOUBLE)`, [value], { location: call.location });
    }
    if (isFixed(value.type)) {
      const type = fixedNumeric(value.type.precision - value.type.scale + 1, 0);
      return computed(type, `CAST(${fixed}(${value.sql}) AS ${engineType(type)})`, [value], {
        location: call.location,
      });
    }
    return computed(FREE_NUMERIC, `${free}(${value.sql})`, [value], { location: call.location });
  };
}

/** round(x), round(numeric, n), trunc(x), trunc(numeric, n). */
function cut(what: 'round' | 'trunc'): Binder {
  return (call) => {
    counted(call, 1, 2);
    const asNumeric = call.arguments.length === 2;
    const value = asNumeric ? cast(call.statement, call.arguments[0]!, FREE_NUMERIC, 'implicit') : numberArgument(call);
    if (isFloat(value.type)) {
      const sql = what === 'round' ? `round_even(${value.sql}, 0)` : `trunc(${value.sql})`;
      return computed(FLOAT8, `CAST(${sql} AS DOUBLE)`, [value], { location: call.location });
    }
    const places = asNumeric ? integerArgument(call, 1) : null;
    const scale = places === null ? 0 : typeof places.literal === 'string' ? Number(places.literal) : null;
    if (what === 'round' && scale !== null && scale >= 0 && scale <= 38 && isFixed(value.type)) {
      const type = fixedNumeric(value.type.precision - value.type.scale + scale + 1, scale);
      if (isFixed(type)) {
        return computed(type, `CAST(${value.sql} AS ${engineType(type)})`, [value], { location: call.location });
      }
    }
    const free = freeNumeric(value);
    const function_ = what === 'round' ? 'rtdp_numeric_round' : 'rtdp_numeric_truncate';
    return computed(
      FREE_NUMERIC,
      `${function_}(${free.sql}, ${places?.sql ?? '0'})`,
      places === null ? [free] : [free, places],
      {
        location: call.location,
      },
    );
  };
}

export const NUMBER_FUNCTIONS: Record<string, Binder> = {
  abs: absolute,
  ceil: wholeNumber('ceil', 'ceil', 'rtdp_numeric_ceiling'),
  ceiling: wholeNumber('ceil', 'ceil', 'rtdp_numeric_ceiling'),
  floor: wholeNumber('floor', 'floor', 'rtdp_numeric_floor'),
  sign: wholeNumber('sign', 'sign', 'rtdp_numeric_sign'),
  round: cut('round'),
  trunc: cut('trunc'),
  mod: (call) => {
    counted(call, 2);
    return bindOperator(call.statement, '%', call.arguments[0]!, call.arguments[1]!, call.location);
  },
};
