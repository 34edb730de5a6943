/** Parses one statement of the Postgres dialect with Postgres' own grammar. */
import { loadModule, type Node, parseSync, type SelectStmt } from 'libpg-query';
import { constructName } from './construct-name.ts';
import { nearestName } from './nearest-name.ts';
import { positionOfByte, positionOfIndex } from './position.ts';
import { SqlError, type SqlProblem } from './problem.ts';

await loadModule();

/** Longest text that is parsed; the parser's stack is finite. */
const MAXIMUM_LENGTH = 200_000;

export interface ParsedSelect {
  readonly text: string;
  readonly select: SelectStmt;
}

/** Parses any single statement. `alsoFirst`: first words beside those of SQL that may have been meant. Throws SQL_SYNTAX with the place. */
export function parseStatement(text: string, step?: string, alsoFirst: readonly string[] = []): Node {
  const stepPart = step === undefined ? {} : { step };
  const refuse = (message: string, next: string, line = 1, column = 1): SqlError =>
    new SqlError([{ code: 'SQL_SYNTAX', message, next, line, column, ...stepPart } satisfies SqlProblem]);
  if (text.length > MAXIMUM_LENGTH) {
    throw refuse(
      `The statement has ${text.length} characters, more than ${MAXIMUM_LENGTH}.`,
      'Split it into named steps.',
    );
  }
  let statements: { stmt?: Node; stmt_location?: number }[];
  try {
    statements = parseSync(text).stmts ?? [];
  } catch (error) {
    const details = (error as { sqlDetails?: { message: string; cursorPosition: number } }).sqlDetails;
    const index = details?.cursorPosition ?? 0;
    const place = positionOfIndex(text, index);
    const meant = meantFirstWord(text, index, alsoFirst);
    throw refuse(
      `Postgres' grammar says: ${details?.message ?? (error as Error).message}.`,
      meant === undefined ? 'Correct the statement at this place.' : `Did you mean ${meant}?`,
      place.line,
      place.column,
    );
  }
  const [first, second] = statements;
  if (first?.stmt === undefined) throw refuse('There is no statement.', 'Write one SELECT.');
  if (second !== undefined) {
    const place = positionOfByte(text, second.stmt_location);
    throw refuse(
      'There is more than one statement.',
      'Keep one; several steps are written as named steps.',
      place.line,
      place.column,
    );
  }
  return first.stmt;
}

const FIRST_WORDS = ['select', 'with', 'values', 'explain', 'show', 'describe', 'create', 'drop', 'grant', 'revoke'];
const BEFORE_FIRST = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

/** What the first word of the statement was meant to be, where the grammar stops at it. */
function meantFirstWord(text: string, index: number, alsoFirst: readonly string[]): string | undefined {
  if (BEFORE_FIRST.exec(text)?.[0].length !== index) return undefined;
  const [word = ''] = /^[a-z]+/i.exec(text.slice(index)) ?? [];
  const meant = nearestName(word, [...FIRST_WORDS, ...alsoFirst]);
  return meant === word.toLowerCase() ? undefined : meant;
}

/** Parses one SELECT. Throws SQL_SYNTAX or SQL_NOT_SELECT. */
export function parseSelect(text: string, step?: string): ParsedSelect {
  const node = parseStatement(text, step);
  if (!('SelectStmt' in node)) {
    const kind = constructName(Object.keys(node)[0]!);
    throw new SqlError([
      {
        code: 'SQL_NOT_SELECT',
        message: `This is ${kind}, not SELECT.`,
        next: 'A flow only computes: write a SELECT.',
        line: 1,
        column: 1,
        ...(step === undefined ? {} : { step }),
      },
    ]);
  }
  return { text, select: node.SelectStmt };
}
