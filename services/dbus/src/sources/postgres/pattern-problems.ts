/** Decides what a check says of the patterns in a definition that match no table: most are a slip of the pen. Pure. */
import { nearestName } from '@rtdp/sql/nearest-name';
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
    ...chosen.map((pattern) => {
      const meant = nearestTable(pattern, tables);
      return problem(
        pattern.includes('*') ? 'pattern-without-table' : 'table-not-found',
        meant === undefined
          ? `There is no table ${pattern}, which tables asks for: look at how it is written. ${later}`
          : `There is no table ${pattern}, which tables asks for. Did you mean ${meant}? ${later}`,
      );
    }),
    ...excluded.map((pattern) => {
      const meant = nearestTable(pattern, tables);
      return problem(
        'pattern-without-table',
        meant === undefined
          ? `There is no table ${pattern}, which excludedTables leaves out: look at how it is written.`
          : `There is no table ${pattern}, which excludedTables leaves out. Did you mean ${meant}?`,
      );
    }),
  ];
}

/** Another table of its schema, or the one of that name in a schema whose name is near: names that differ in both are too far. */
function nearestTable(pattern: string, tables: readonly TableName[]): string | undefined {
  const [, schema = 'public', table] = /^(?:([^".*]+)\.)?([^".*]+)$/.exec(pattern) ?? [];
  if (table === undefined) return undefined;
  const inSchema = tables.filter((known) => known.schema === schema);
  const nearTable = nearestName(
    table,
    inSchema.map((known) => known.table),
  );
  if (nearTable !== undefined) return asPattern({ schema, table: nearTable });
  const sameName = tables.filter((known) => known.table === table);
  const nearSchema = nearestName(
    schema,
    sameName.map((known) => known.schema),
  );
  return nearSchema === undefined ? undefined : asPattern({ schema: nearSchema, table });
}

function asPattern({ schema, table }: TableName): string {
  const part = (name: string): string => (/^[^".*\s]+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
  return `${part(schema)}.${part(table)}`;
}

function problem(code: 'pattern-without-table' | 'table-not-found', message: string): Problem {
  return { code, severity: 'warning', message, statement: null };
}
