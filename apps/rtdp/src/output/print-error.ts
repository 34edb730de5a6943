/** Decides what a person sees when a command fails: what happened, where, and the next step; never a stack. */
import { RtdpError } from '@rtdp/ums/error';

interface Problem {
  line?: number;
  column?: number;
  message?: string;
  reason?: string;
  field?: string;
  problem?: string;
}

export function errorText(error: unknown): string {
  if (!(error instanceof RtdpError)) {
    return `Error: ${error instanceof Error ? error.message : String(error)}\n`;
  }
  const lines = [`${error.code}: ${error.message}`];
  const problems = error.facts.problems;
  if (Array.isArray(problems)) {
    for (const problem of problems as Problem[]) {
      const place = problem.line === undefined ? '' : `line ${problem.line}, column ${problem.column ?? 1}: `;
      const text = problem.message ?? problem.problem;
      if (text !== undefined) lines.push(`  ${place}${problem.field === undefined ? '' : `${problem.field} `}${text}`);
    }
  }
  if (error.next !== '') lines.push(error.next);
  return `${lines.join('\n')}\n`;
}
