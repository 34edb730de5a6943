/** Decides what is told when a statement over a view cannot be planned: to those who may not read its tables, nothing of how it is made. */
import type { Statement } from '@rtdp/sql/expression';
import { SqlError } from '@rtdp/sql/problem';
import type { ExpandedQuery } from './expand-views.ts';

/** All that stands in a view has the place at which the view is named; what has no place may belong to it as well. */
export function hideClosedViews(error: unknown, statement: Statement, { views }: ExpandedQuery): unknown {
  const closed = views.filter(({ view }) => !view.view.isOpen);
  if (closed.length === 0 || !(error instanceof SqlError)) return error;
  return new SqlError(
    error.problems.map((problem) => {
      const own = closed.find(({ location }) => {
        const { line, column } = statement.problem(problem.code, '', '', location);
        return line === problem.line && column === problem.column;
      });
      if (own === undefined && (problem.line > 1 || problem.column > 1)) return problem;
      const { database, name } = (own ?? closed[0]!).view;
      return {
        ...problem,
        code: 'SQL_UNSUPPORTED' as const,
        message: `The statement cannot be computed over the view ${database}.${name}; why is told to those who may read its tables.`,
        next: 'Ask for less of it at once, or ask the owner of the view.',
      };
    }),
  );
}
