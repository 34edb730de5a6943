/** Decides how a value that does not fit its schema is told to a person: what is missing, and which key was probably meant. */
import { nearestName } from '@rtdp/sql/nearest-name';
import { z } from 'zod';

/** For all schemas of this process; a schema's own sentence comes first, and what is not said here keeps zod's words. */
export function tellInputProblems(): void {
  z.config({
    customError: (issue) => {
      if (issue.code === 'invalid_type' && issue.input === undefined) return 'is missing';
      if (issue.code !== 'unrecognized_keys') return undefined;
      const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape) : [];
      return issue.keys.map((key) => unknownKey(key, known)).join('; ');
    },
  });
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearestName(key, known);
  if (meant !== undefined) return `there is no ${JSON.stringify(key)} here; did you mean ${JSON.stringify(meant)}?`;
  return `there is no ${JSON.stringify(key)} here${known.length === 0 ? '' : `; there is ${known.join(', ')}`}`;
}
