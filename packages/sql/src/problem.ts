/** Says what is wrong with a statement: a problem has a code, a place and what to do; an error carries all problems found. */
import type { SqlErrorCode } from './error-codes.ts';

/** One reason why a statement is refused. `line` and `column` count from 1; a column is a character of the text. */
export interface SqlProblem {
  readonly code: SqlErrorCode;
  readonly message: string;
  /** A sentence that says what to do instead. */
  readonly next: string;
  readonly line: number;
  readonly column: number;
  /** The name of the step the statement belongs to, where there are steps. */
  readonly step?: string;
}

/** Thrown when a statement is refused. Has the same shape as `RtdpError`, which this package may not import. */
export class SqlError extends Error {
  readonly code: SqlErrorCode;
  readonly facts: { problems: readonly SqlProblem[] };
  readonly next: string;
  readonly problems: readonly SqlProblem[];

  constructor(problems: readonly SqlProblem[]) {
    const first = problems[0]!;
    super(problems.map(describeProblem).join('\n'));
    this.name = 'SqlError';
    this.code = first.code;
    this.next = first.next;
    this.problems = problems;
    this.facts = { problems };
  }
}

/** One line for a person: `step "a", line 2, column 7: message. next (CODE)`. */
export function describeProblem(problem: SqlProblem): string {
  const step = problem.step === undefined ? '' : `step "${problem.step}", `;
  return `${step}line ${problem.line}, column ${problem.column}: ${problem.message} ${problem.next} (${problem.code})`;
}
