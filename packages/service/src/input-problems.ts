/** Decides how a value that does not fit its schema is told to a person: what is missing, and which key or value was probably meant. */
import { nearestName } from '@rtdp/sql/nearest-name';
import { z } from 'zod';

/** For all schemas of this process; a schema's own sentence comes first, and what is not said here keeps zod's words. */
export function tellInputProblems(): void {
  z.config({ customError: inputProblem });
}

/** What is longer is no name, and not worth repeating. */
const LONGEST_NAME = 200;

type Issue = Parameters<z.core.$ZodErrorMap>[0];

/** Undefined where zod's own words do. `written` gives a key as the one who wrote the value calls it. */
export function inputProblem(issue: Issue, written: (key: string) => string = (key) => key): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : undefined;
    case 'unrecognized_keys': {
      const known = issue.inst instanceof z.ZodObject ? Object.keys(issue.inst.shape).map(written) : [];
      return issue.keys.map((key) => unknownOne(key, known) ?? 'there is a key that nothing knows').join('; ');
    }
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : unknownOne(issue.input, issue.values.map(String));
    case 'invalid_union': {
      if (issue.discriminator === undefined || !('options' in issue)) return undefined;
      const given = (issue.input as Record<string, unknown> | undefined)?.[issue.discriminator];
      return given === undefined ? 'is missing' : unknownOne(given, (issue.options as unknown[]).map(String));
    }
    default:
      return undefined;
  }
}

function unknownOne(given: unknown, known: readonly string[]): string | undefined {
  if (typeof given === 'object' || String(given).length > LONGEST_NAME) return undefined;
  const meant = typeof given === 'string' ? nearestName(given, known) : undefined;
  if (meant !== undefined) return `there is no ${JSON.stringify(given)} here; did you mean ${JSON.stringify(meant)}?`;
  return `there is no ${JSON.stringify(given)} here${known.length === 0 ? '' : `; there is ${known.join(', ')}`}`;
}
