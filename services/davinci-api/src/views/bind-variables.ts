/** Decides what stands in the SQL where a `:variable` was written: bound parameters, never the value; and where a place in the result was before. */
import { parseSelect } from '@rtdp/sql/parse';
import { positionOfIndex } from '@rtdp/sql/position';
import { SqlError } from '@rtdp/sql/problem';
import { RtdpError } from '@rtdp/ums/error';
import type { Variable, VariableValue } from '../client/variables.ts';
import { bindValue, invalid, type Moment, type Parameters } from './bind-value.ts';
import { scanSql } from './sql-scan.ts';

/** What the platform itself knows of the one who asks; usable in every view under these names. Null where nobody asks yet. */
export interface KnownOfViewer {
  user_id: string | null;
  user_email: string | null;
  user_role: string | null;
}

export const BUILT_IN_VARIABLES = ['user_id', 'user_email', 'user_role'] as const satisfies (keyof KnownOfViewer)[];

export interface VariableContext {
  variables: readonly Variable[];
  /** As a request gave them; those of variables of scope authorization are never looked at. */
  values: Readonly<Record<string, VariableValue>>;
  viewer: KnownOfViewer;
  moment: Moment;
}

export interface BoundSql {
  sql: string;
  /** Index into the bound text → index into the text as written. */
  origin(index: number): number;
}

const MOST_PARAMETERS = 1_000;

/**
 * Replaces each `:variable`; a list becomes several parameters. `only` limits which may be used.
 * @throws RtdpError DAVINCI_VARIABLE_INVALID, DAVINCI_VIEW_INVALID with `position` (an index) in its facts
 */
export function bindVariables(
  text: string,
  parameters: Parameters,
  context: VariableContext,
  only: 'any' | 'authorization' = 'any',
): BoundSql {
  const scan = scanSql(text);
  if (scan.placeholders[0] !== undefined) {
    const next = 'Declare a variable and write :name.';
    throw misplaced(text, scan.placeholders[0], 'numbered parameters are not known here', next);
  }
  if (scan.unterminated !== undefined) {
    throw misplaced(text, scan.unterminated, 'a string, name or comment that begins here never ends', 'Close it.');
  }
  const declared = new Map(context.variables.map((variable) => [variable.name, variable]));
  let sql = '';
  let done = 0;
  const replaced: Replaced[] = [];
  for (const { name, start, end, inBrackets } of scan.variables) {
    const variable = declared.get(name);
    const builtIn = isBuiltIn(name);
    // The bound of a slice, as in tags[1:n].
    if (variable === undefined && !builtIn && inBrackets) continue;
    if (variable === undefined && !builtIn) {
      throw misplaced(text, start, `there is no variable :${name}`, `Declare it, or write ::${name} for a cast.`);
    }
    if (only === 'authorization' && variable?.scope === 'query') {
      throw misplaced(
        text,
        start,
        `:${name} is set by the one who asks, so it cannot decide what may be seen`,
        'Use a variable of scope authorization, or :user_id, :user_email, :user_role.',
      );
    }
    const expression = builtIn
      ? parameters.add(context.viewer[name], 'text')
      : bindVariable(variable!, parameters, context);
    sql += text.slice(done, start);
    replaced.push({ at: sql.length, length: expression.length + 1, writtenAt: start, writtenLength: end - start });
    // The space keeps a word before it from becoming one with it.
    sql += ` ${expression}`;
    done = end;
  }
  if (parameters.values.length > MOST_PARAMETERS) {
    throw new RtdpError({
      code: 'DAVINCI_VARIABLE_INVALID',
      message: `the query has ${parameters.values.length} values, more than ${MOST_PARAMETERS}`,
      next: 'Choose fewer values.',
    });
  }
  return { sql: sql + text.slice(done), origin: (index) => originOf(index, replaced) };
}

interface Replaced {
  at: number;
  length: number;
  writtenAt: number;
  writtenLength: number;
}

function originOf(index: number, replaced: readonly Replaced[]): number {
  const last = replaced.findLast(({ at }) => at <= index);
  if (last === undefined) return index;
  const behind = index - last.at - last.length;
  return behind < 0 ? last.writtenAt : last.writtenAt + last.writtenLength + behind;
}

function isBuiltIn(name: string): name is keyof KnownOfViewer {
  return (BUILT_IN_VARIABLES as readonly string[]).includes(name);
}

function bindVariable(variable: Variable, parameters: Parameters, context: VariableContext): string {
  const { name, type, scope } = variable;
  const given = scope === 'query' ? context.values[name] : undefined;
  const value = given === undefined ? variable.default : given;
  const what = `:${name}`;
  if (type === 'list') {
    const items = Array.isArray(value) ? value : value === null ? [] : [value];
    // No value is in an empty list: `x in (null)` is never true.
    if (items.length === 0) return parameters.add(null, '');
    return items
      .map((item) => {
        if (typeof item === 'object') throw invalid(what, 'is a list of texts and numbers', item);
        return bindValue(parameters, typeof item === 'number' ? 'number' : 'bare', item, context.moment, what);
      })
      .join(', ');
  }
  if (Array.isArray(value)) throw invalid(what, 'is one value, not a list', value);
  return bindValue(parameters, type, value, context.moment, what);
}

/** @throws RtdpError SQL_SYNTAX, SQL_NOT_SELECT with line and column as written */
export function checkOneSelect({ sql, origin }: BoundSql, written: string): void {
  try {
    parseSelect(sql);
  } catch (error) {
    throw error instanceof SqlError ? moveProblems(error, sql, origin, written) : error;
  }
}

/** The text of one statement without the semicolon at its end. */
export function withoutSemicolon(text: string): string {
  const last = scanSql(text).semicolons.at(-1);
  if (last === undefined) return text;
  const rest = text.slice(last + 1).replace(/--[^\r\n]*|\/\*[\s\S]*?\*\//g, '');
  return rest.trim() === '' ? text.slice(0, last) : text;
}

/** What is wrong where, as errors of the parser, of Moonbox and of this file tell it. */
interface Problem {
  message: string;
  line: number;
  column: number;
}

/** An error that names places of the bound text (`facts.problems`) becomes one that names those of the text as written. */
export function moveProblems(
  error: { code: string; message: string; next: string; facts: object },
  bound: string,
  origin: BoundSql['origin'],
  written: string,
): RtdpError {
  const { code, next } = error;
  const { problems = [] } = error.facts as { problems?: readonly Problem[] };
  const moved = problems.map((problem) => {
    const index = origin(indexOfPlace(bound, problem.line, problem.column));
    return { ...problem, ...positionOfIndex(written, index) };
  });
  // The messages of the parser name the old places, so they are put together anew.
  const message = moved.length === 0 ? error.message : moved.map((problem) => problem.message).join(' ');
  return new RtdpError({ code, message, next, facts: { ...error.facts, problems: moved }, cause: error });
}

function indexOfPlace(text: string, line: number, column: number): number {
  let index = 0;
  for (let passed = 1; passed < line; passed++) {
    const end = text.indexOf('\n', index);
    if (end < 0) break;
    index = end + 1;
  }
  return index + column - 1;
}

function misplaced(text: string, index: number, message: string, next: string): RtdpError {
  const problem = { code: 'DAVINCI_VIEW_INVALID', message, next, ...positionOfIndex(text, index) };
  return new RtdpError({ code: 'DAVINCI_VIEW_INVALID', message, next, facts: { problems: [problem] } });
}
