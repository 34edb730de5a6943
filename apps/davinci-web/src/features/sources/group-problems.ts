/** Decides how what is said of many tables is told once, with the statements for all of them, the most pressing first. Pure. */
import type { checkSchema } from '@rtdp/dbus/client';
import type { z } from 'zod';

export type SourceCheck = z.output<typeof checkSchema>;
export type SourceProblem = SourceCheck['problems'][number];

export interface ProblemGroup extends Pick<SourceProblem, 'code' | 'severity' | 'message'> {
  /** To be run one after the other; empty where none helps. */
  statements: readonly string[];
}

const PRESSING: Record<SourceProblem['severity'], number> = { blocking: 0, warning: 1, advice: 2 };

export function groupProblems(problems: readonly SourceProblem[]): ProblemGroup[] {
  const groups = Map.groupBy(problems, ({ code, message }) => JSON.stringify([code, message]));
  return [...groups.values()]
    .map((same) => {
      const { code, severity, message } = same[0]!;
      const statements = new Set(same.flatMap(({ statement }) => (statement === null ? [] : [statement])));
      return { code, severity, message, statements: [...statements] };
    })
    .sort((a, b) => PRESSING[a.severity] - PRESSING[b.severity]);
}

/** What is missed or stands in the way: all but advice. */
export function losses(problems: readonly SourceProblem[]): SourceProblem[] {
  return problems.filter(({ severity }) => severity !== 'advice');
}
