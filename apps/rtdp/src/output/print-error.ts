/** Decides what a person sees when a command fails: what happened, where, and the next step; never a stack. And what a program reads. */
import { RtdpError } from '@rtdp/ums/error';
import { renderJson } from './table.ts';

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
  const problems = error.facts.problems;
  const listed = Array.isArray(problems) && error.code === 'SERVICE_REQUEST_INVALID';
  // The service's sentence is the list itself on one line.
  const lines = [`${error.code}: ${listed ? 'not everything that was given can be used' : error.message}`];
  if (Array.isArray(problems)) {
    for (const problem of problems as Problem[]) {
      const place = problem.line === undefined ? '' : `line ${problem.line}, column ${problem.column ?? 1}: `;
      const text = problem.message ?? problem.problem;
      if (text !== undefined) lines.push(`  ${place}${fieldText(problem.field)}${text}`);
    }
  }
  lines.push(...list('Done before it', error.facts.done), ...list('Not done', error.facts.notDone));
  if (error.next !== '') lines.push(error.next);
  return `${lines.join('\n')}\n`;
}

/** `{"error": {code, message, next, facts}}`; an error that has no code of ours has its message alone. */
export function errorJson(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return renderJson({ error: error instanceof RtdpError ? error : { code: null, message, next: '', facts: {} } });
}

/** What a command of several steps had done, or had not, when one of them failed. */
function list(title: string, steps: unknown): string[] {
  return Array.isArray(steps) && steps.length > 0 ? [`${title}: ${steps.join('; ')}.`] : [];
}

/** A field as its file names it: the service says in which part of the request it stands. */
function fieldText(field: string | undefined): string {
  if (field === undefined) return '';
  const name = field.replace(/^(?:body|params|querystring)\.?/, '');
  return name === '' ? '' : `${name}: `;
}
