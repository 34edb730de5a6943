/** Decides what a check says of the patterns in a definition that match no table: most are a slip of the pen. Pure. */
import { matchesTable, type SourceDefinition } from '../../catalog/source-definition.ts';
import type { TableName } from '../../pipeline/contract.ts';
import type { Problem } from '../contract.ts';

export function patternProblems(
  definition: Pick<SourceDefinition, 'tables' | 'excludedTables' | 'future'>,
  tables: readonly TableName[],
): Problem[] {
  const isIdle = (pattern: string): boolean =>
    tables.every(({ schema, table }) => !matchesTable(pattern, schema, table));
  const chosen = definition.tables === 'all' ? [] : definition.tables.filter(isIdle);
  // A pattern with a wildcard may well forbid what nobody has made.
  const excluded = definition.excludedTables.filter((pattern) => !pattern.includes('*') && isIdle(pattern));
  const later = definition.future
    ? 'One that is made later is captured.'
    : 'One that is made later is not captured: future is off.';
  return [
    ...chosen.map((pattern) =>
      problem(`There is no table ${pattern}, which tables asks for: look at how it is written. ${later}`),
    ),
    ...excluded.map((pattern) =>
      problem(`There is no table ${pattern}, which excludedTables leaves out: look at how it is written.`),
    ),
  ];
}

function problem(message: string): Problem {
  return { code: 'pattern-without-table', severity: 'warning', message, statement: null };
}
