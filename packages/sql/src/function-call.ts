/** What the functions on the allow-list share: their arguments, and how a call is refused. */
import { cast, textOf } from './casts.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { describeType, FLOAT8, INT4, isInteger, isNumber, isString, type PgType, TEXT } from './pg-type.ts';

export interface FunctionCall {
  readonly statement: Statement;
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly location: number | undefined;
}

export type Binder = (call: FunctionCall) => Expression;

export function refuseCall(call: FunctionCall, why: string, next: string): Error {
  return call.statement.refuse('SQL_UNKNOWN_FUNCTION', `${call.name}: ${why}`, next, call.location);
}

export function counted(call: FunctionCall, least: number, greatest = least): void {
  const count = call.arguments.length;
  if (count < least || count > greatest) {
    const wanted = least === greatest ? `${least}` : `${least} to ${greatest}`;
    throw refuseCall(call, `takes ${wanted} arguments here, not ${count}.`, 'Use the form that is proven.');
  }
}

/** Argument as text. Only strings and literals: Postgres would not cast anything else by itself. */
export function textArgument(call: FunctionCall, index: number): Expression {
  const argument = call.arguments[index]!;
  if (!isString(argument.type) && argument.type.name !== 'unknown') {
    throw refuseCall(call, `argument ${index + 1} is ${describeType(argument.type)}, not text.`, 'Cast it: (…)::text.');
  }
  return textOf(call.statement, argument);
}

export function integerArgument(call: FunctionCall, index: number): Expression {
  return cast(call.statement, call.arguments[index]!, INT4, 'implicit');
}

/** A constant string argument, such as the unit of date_trunc. */
export function wordArgument(call: FunctionCall, index: number): string {
  const literal = call.arguments[index]!.literal;
  if (typeof literal !== 'string')
    throw refuseCall(call, `argument ${index + 1} is not a constant.`, 'Write it as a string.');
  return literal;
}

/** Number argument: integers where only numeric and float8 exist become float8, as Postgres prefers it. */
export function numberArgument(call: FunctionCall, index = 0): Expression {
  const argument = call.arguments[index]!;
  if (argument.type.name === 'unknown' || isInteger(argument.type) || argument.type.name === 'float4') {
    return cast(call.statement, argument, FLOAT8, 'implicit');
  }
  if (!isNumber(argument.type)) throw refuseCall(call, `${describeType(argument.type)} is not a number.`, 'Cast it.');
  return argument;
}

export function textFunction(
  least: number,
  print: (sql: string[]) => string,
  type: PgType = TEXT,
  fallible = false,
): Binder {
  return (call) => {
    counted(call, least);
    const parts = call.arguments.map((_, index) => textArgument(call, index));
    return computed(type, print(parts.map((part) => part.sql)), parts, { fallible, location: call.location });
  };
}
