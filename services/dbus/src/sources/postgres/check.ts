/** Decides what a check of a Postgres source answers: the server's prerequisites, and for each table whether and how it would be captured. */
import { choosesTable, excludedBy, HEARTBEAT_TABLE, type SourceDefinition } from '../../catalog/source-definition.ts';
import type { CheckReport, TableReport } from '../contract.ts';
import { openSession, type SourceSession } from './connection.ts';
import { keyOf, loadTables, type SourceTable } from './introspect.ts';
import { patternProblems } from './pattern-problems.ts';
import { loadServerFacts, serverProblems } from './prerequisites.ts';
import { tableProblems } from './table-problems.ts';

/** @throws RtdpError DBUS_SOURCE_UNREACHABLE or DBUS_SOURCE_REFUSED */
export async function checkPostgres(definition: SourceDefinition, slotIsOurs = false): Promise<CheckReport> {
  await using session = await openSession(definition.connection, `rtdp-dbus-${definition.name}-check`);
  return await checkIn(session, definition, slotIsOurs);
}

async function checkIn(
  session: SourceSession,
  definition: SourceDefinition,
  slotIsOurs: boolean,
): Promise<CheckReport> {
  const facts = await loadServerFacts(session, definition);
  const problems = serverProblems(facts, definition, slotIsOurs);
  const tables = (await loadTables(session))
    .filter((table) => table.schema !== HEARTBEAT_TABLE.schema)
    .map((table) => reportTable(table, definition, facts.serverVersion));
  problems.push(...patternProblems(definition, tables));
  if (!tables.some((table) => table.chosen && table.capture !== null)) {
    problems.push({
      code: 'no-tables',
      severity: 'warning',
      message: 'No table that is there now would be captured.',
      statement: null,
    });
  }
  return {
    ready: problems.every((problem) => problem.severity !== 'blocking'),
    serverVersion: versionText(facts.serverVersion),
    problems,
    tables,
  };
}

const IDENTITIES = { d: 'default', f: 'full', n: 'nothing', i: 'index' } as const;

export function reportTable(table: SourceTable, definition: SourceDefinition, serverVersion: number): TableReport {
  const problems = tableProblems(table, definition.connection.user, serverVersion);
  const key = keyOf(table, serverVersion);
  const blocked = problems.some((problem) => problem.severity === 'blocking');
  return {
    schema: table.schema,
    table: table.table,
    chosen: choosesTable(definition, table.schema, table.table),
    excludedBy: excludedBy(definition, table.schema, table.table),
    capture: blocked ? null : 'reason' in key ? 'inserts and truncates' : 'all changes',
    keyColumns: [...key.columns],
    replicaIdentity: IDENTITIES[table.replicaIdentity],
    partitioned: table.partitioned,
    estimatedRows: table.estimatedRows,
    bytes: table.bytes,
    problems,
  };
}

/** 180004 → 18.4 */
export function versionText(serverVersion: number): string {
  return `${Math.floor(serverVersion / 10_000)}.${serverVersion % 10_000}`;
}
