/** Decides how a flow is verified: every sink table that answers row by row to a source table is compared with it while both change. */
import type { DbusClient } from '@rtdp/dbus/client';
import { compareFollowedTable, type FollowedComparison } from '@rtdp/stores/postgres/compare-tables';
import { askedSource } from '@rtdp/stores/postgres/compared-source';
import { readSinkDefinition } from '@rtdp/stores/postgres/read-definition';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { formatNamespace, matchesPattern, parseNamespace, parsePattern, tableIdentity } from '@rtdp/ums/namespace';
import type { Pool } from 'pg';
import type { FlowStatus, TableStatus } from '../client.ts';
import { sourcesMeant } from '../flow/dbus-pulls.ts';
import type { FlowDefinition } from '../flow/definition.ts';
import { settle } from './settle.ts';
import type { TableVerification } from './verification-shapes.ts';

export interface VerifyOptions {
  dbus: Pick<DbusClient, 'listSources' | 'listTables' | 'compareTable'>;
  definition: FlowDefinition;
  /** The database of the sink. */
  sink: Pool;
  status: () => Promise<Pick<FlowStatus, 'state' | 'tables'>>;
  /** Only sink tables of this name, `table` or `schema.table`. */
  table: string | undefined;
  mostDifferences: number;
  /** Ends it, between two questions or in the middle of one. */
  signal: AbortSignal;
  onProgress: (progress: { source: string; rows: number; estimatedRows: number }) => void;
  onTable: (table: TableVerification) => void;
}

/** How long a sink may take to pass a position. */
const SETTLE_TIMEOUT_MS = 60_000;

/**
 * Tells each table as it is judged; one of which nothing can be said does not end the others.
 * @throws WORMHOLE_TABLE_NOT_FOUND, the reason of `signal`, and what a server says that cannot be asked
 */
export async function verifyFlow(options: VerifyOptions): Promise<void> {
  const { definition, table: wanted, onTable } = options;
  const status = await options.status();
  const chosen = status.tables.filter((table) => isWanted(table, wanted));
  if (wanted !== undefined && chosen.length === 0) {
    throw new RtdpError({
      code: 'WORMHOLE_TABLE_NOT_FOUND',
      message: `flow ${definition.name} has no sink table ${wanted}`,
      next: `Choose one of: ${status.tables.map((each) => `${each.schema}.${each.table}`).join(', ') || '(none yet)'}.`,
      facts: { flow: definition.name, table: wanted },
    });
  }
  for (const table of chosen) {
    for (const source of table.sources) onTable(await verifyTable(options, table, source));
  }
  if (wanted === undefined) for (const table of await tablesNotMet(options.dbus, definition, status)) onTable(table);
}

function isWanted({ schema, table }: TableStatus, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === table || wanted === `${schema}.${table}`;
}

/** Captured tables of the flow that it has no sink table for: nothing of them has arrived, so they cannot be passed over in silence. */
export async function tablesNotMet(
  dbus: Pick<DbusClient, 'listSources' | 'listTables'>,
  { source: { namespace } }: Pick<FlowDefinition, 'source'>,
  status: Pick<FlowStatus, 'tables'>,
): Promise<TableVerification[]> {
  const pattern = parsePattern(namespace);
  const met = new Set(
    status.tables.flatMap(({ sources }) => sources.map((each) => tableIdentity(parseNamespace(each)))),
  );
  const found: TableVerification[] = [];
  for (const { name, source } of await sourcesMeant(dbus, pattern)) {
    const [system = '', instance = ''] = source.split('.');
    for (const { schema, table, captured, keyColumns } of await dbus.listTables(name)) {
      const place = { system, instance, database: schema, table, version: '0', dbPartition: '0', tablePartition: '0' };
      if (!captured || !matchesPattern(pattern, place) || met.has(tableIdentity(place))) continue;
      const notes = ['no row of it has arrived; the sink table is made with the first one'];
      if (keyColumns.length === 0) notes.push('it has no key, by which rows could be compared');
      const source = formatNamespace(place);
      found.push({ source, sink: null, verdict: 'not comparable', notes, problem: null, comparison: null });
    }
  }
  return found;
}

async function verifyTable(options: VerifyOptions, table: TableStatus, namespace: string): Promise<TableVerification> {
  const sink = `${table.schema}.${table.table}`;
  const answer = (
    verdict: TableVerification['verdict'],
    notes: string[],
    comparison: FollowedComparison | null = null,
  ): TableVerification => ({
    source: namespace,
    sink,
    verdict,
    notes,
    problem: null,
    comparison: comparison && shownComparison(comparison),
  });
  const { definition, dbus, sink: pool, signal, mostDifferences } = options;
  if (definition.steps.length > 0)
    return answer('not comparable', ['the flow computes with SQL; only a flow that synchronises is compared']);
  const { database, table: sourceTable, ...rest } = parseNamespace(namespace);
  const name = await sourceName(options, namespace);
  const source = askedSource((question) =>
    dbus.compareTable(name, { schema: database, table: sourceTable, question }, signal),
  );
  try {
    const layout = await readSinkDefinition(pool, table.schema, table.table);
    if (!layout) return answer('not comparable', [table.reason?.message ?? 'the sink table has not been made yet']);
    const comparison = await compareFollowedTable(
      {
        source,
        sink: pool,
        definition: layout,
        sourceIdentity: tableIdentity({ database, table: sourceTable, ...rest }),
      },
      {
        settle: () =>
          settle({
            status: options.status,
            clock: () => source.clock(),
            flow: definition.name,
            schema: table.schema,
            table: table.table,
            timeoutMs: SETTLE_TIMEOUT_MS,
            signal,
          }),
        signal,
        onProgress: ({ rows, estimatedRows }) => options.onProgress({ source: namespace, rows, estimatedRows }),
        mostDifferences,
      },
    );
    const { notCompared } = comparison;
    const notes = notCompared.map(({ column, why }) => `column ${column} was not compared: ${why}`);
    const isWhole = !notCompared.some(({ ofSource }) => ofSource);
    const verdict = comparison.equal
      ? isWhole
        ? 'equal'
        : 'partly'
      : comparison.differences.length > 0 || comparison.more
        ? 'different'
        : 'undecided';
    return answer(verdict, notes, comparison);
  } catch (error) {
    signal.throwIfAborted();
    // A table that is gone is captured for some seconds more.
    if (isRtdpError(error, 'STORE_NOT_COMPARABLE') || isRtdpError(error, 'DBUS_TABLE_NOT_CAPTURED'))
      return answer('not comparable', [`${error.message}. ${error.next}`]);
    if (!(error instanceof RtdpError) || isOfServer(error)) throw error;
    const { code, message, next } = error;
    return { ...answer('failed', [`${code}: ${message}. ${next}`]), problem: { code, message, next } };
  }
}

/** Whether every other table would meet the same: a server is away, or lets nobody in. A right that one table lacks is its own. */
function isOfServer({ code, facts }: RtdpError): boolean {
  if (code === 'STORE_REFUSED') return facts.sqlState !== '42501';
  if (code === 'STORE_UNREACHABLE') return true;
  return !/^STORE_|^WORMHOLE_NOT_SETTLED$|^DBUS_TABLE_/.test(code);
}

async function sourceName({ dbus }: VerifyOptions, namespace: string): Promise<string> {
  const { system, instance } = parseNamespace(namespace);
  const found = (await dbus.listSources()).find((each) => each.source === `${system}.${instance}`);
  if (found !== undefined) return found.name;
  throw new RtdpError({
    code: 'WORMHOLE_SOURCE_UNKNOWN',
    message: `DBus has no source ${system}.${instance}, so nobody can be asked for its rows`,
    next: 'Register the source again, or compare with a query of your own.',
    facts: { namespace },
  });
}

/** The lists are copies: what was compared with is read-only. */
function shownComparison({ sourceRows, sinkRows, differences, undecided, more }: FollowedComparison) {
  return {
    sourceRows,
    sinkRows,
    differences: differences.map(({ key, kind, columns }) => ({ key: { ...key }, kind, columns: [...columns] })),
    undecided: undecided.map((key) => ({ ...key })),
    more,
  };
}
