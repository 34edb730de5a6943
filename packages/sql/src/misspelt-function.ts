/** Decides whether the unknown name of a function is a slip of the pen, and what is then told. */
import type { Statement } from './expression.ts';
import { nearestName } from './nearest-name.ts';
import type { SqlProblem } from './problem.ts';
import { SOURCE_FUNCTIONS } from './source-functions.ts';

/** Functions of Postgres that reach files, sessions and large objects: known, and refused for what they do. */
const REACHING = /^(pg|lo)_/;

/** @param name of no function that a query may call; @returns undefined where no such function's name is near */
export function misspeltFunction(
  statement: Statement,
  name: string,
  location: number | undefined,
): SqlProblem | undefined {
  const meant = REACHING.test(name) ? undefined : nearestName(name, SOURCE_FUNCTIONS);
  if (meant === undefined) return undefined;
  return statement.problem(
    'SQL_UNKNOWN_FUNCTION',
    `There is no function ${name} here.`,
    `Did you mean ${meant}?`,
    location,
  );
}
