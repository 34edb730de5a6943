/** The functions that a query of the gateway may call beside those of a flow. */
import { ARRAY_FUNCTIONS } from './array-functions.ts';
import type { Expression } from './expression.ts';
import type { Binder, FunctionCall } from './function-call.ts';
import { bindFunction, FUNCTION_NAMES } from './functions.ts';
import { JSON_FUNCTIONS } from './json-building.ts';
import { misspeltFunction } from './misspelt-function.ts';
import { MAKING_FUNCTIONS } from './moment-making.ts';
import { QUERY_MOMENT_FUNCTIONS } from './query-moment-functions.ts';
import { QUERY_TEXT_FUNCTIONS } from './query-text-functions.ts';
import { SOURCE_FUNCTIONS } from './source-functions.ts';

const QUERY_FUNCTIONS: Record<string, Binder> = {
  ...ARRAY_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...MAKING_FUNCTIONS,
  ...QUERY_MOMENT_FUNCTIONS,
  ...QUERY_TEXT_FUNCTIONS,
};

/** Throws SQL_UNKNOWN_FUNCTION where the function or the types are not on the lists. */
export function bindQueryFunction(call: FunctionCall): Expression {
  const binder = Object.hasOwn(QUERY_FUNCTIONS, call.name) ? QUERY_FUNCTIONS[call.name] : undefined;
  if (binder !== undefined) return binder(call);
  const { statement, name, location } = call;
  const isKnown = FUNCTION_NAMES.includes(name) || SOURCE_FUNCTIONS.has(name);
  const misspelt = isKnown ? undefined : misspeltFunction(statement, name, location);
  if (misspelt !== undefined) throw statement.refuse(misspelt.code, misspelt.message, misspelt.next, location);
  return bindFunction(call);
}
