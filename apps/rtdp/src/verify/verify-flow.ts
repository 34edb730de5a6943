/** Decides how a flow is verified: every sink table that answers row by row to a source table is compared with it while both change. */
import type { DbusClient } from '@rtdp/dbus/client';
import type { FollowedComparison } from '@rtdp/stores/postgres/compare-tables';
import { compareFollowedTable } from '@rtdp/stores/postgres/compare-tables';
import { readSinkDefinition } from '@rtdp/stores/postgres/read-definition';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { formatNamespace, matchesPattern, parseNamespace, parsePattern, tableIdentity } from '@rtdp/ums/namespace';
import type { FlowStatus, TableStatus, WormholeClient } from '@rtdp/wormhole/client';
import { z } from 'zod';
import type { PlatformDescription } from '../platform/contract.ts';
import type { GivenAddresses } from './find-address.ts';
import { findAddress } from './find-address.ts';
import { settle } from './settle.ts';

export interface VerifyProgress {
  source: string;
  rows: number;
  estimatedRows: number;
  suspects: number;
}

export interface VerifyOptions {
  dbus: Pick<DbusClient, 'listSources' | 'listTables'>;
  wormhole: Pick<WormholeClient, 'status'>;
  flow: string;
  /** Only sink tables of this name, `table` or `schema.table`. */
  table?: string | undefined;
  addresses: GivenAddresses;
  platform: PlatformDescription | undefined;
  /** How long a sink may take to pass a position, milliseconds. */
  settleTimeoutMs?: number;
  mostDifferences?: number;
  onProgress?: (progress: VerifyProgress) => void;
}

export interface TableVerification {
  /** The source's namespace. */
  source: string;
  /** Null as long as the flow has made none for it. */
  sink: string | null;
  /** partly: nothing differs, but not every column of the source was compared; failed: `problem` says why nothing can be said. */
  verdict: 'equal' | 'partly' | 'different' | 'undecided' | 'not comparable' | 'failed';
  /** Why it is not comparable, or what was left out. */
  notes: string[];
  problem: { code: string; message: string; next: string } | null;
  comparison: FollowedComparison | null;
}

export interface FlowVerification {
  flow: string;
  /** True only if every table was compared, with all its columns, and is equal. */
  equal: boolean;
  tables: TableVerification[];
}

/** Told to editors and administrators only. */
const placeSchema = z.object({ host: z.string(), port: z.number(), database: z.string() }).optional();
const flowDefinitionSchema = z.object({
  source: z.object({ namespace: z.string() }),
  steps: z.array(z.unknown()),
  sink: z.object({ store: z.string(), connection: placeSchema }),
});
const sourceDefinitionSchema = z.object({ connection: placeSchema });

/** A table of which nothing can be said does not end the others. @throws RTDP_ADDRESS_UNKNOWN, RTDP_USAGE, and what a server says that cannot be asked */
export async function verifyFlow(options: VerifyOptions): Promise<FlowVerification> {
  const status = await options.wormhole.status(options.flow);
  const tables: TableVerification[] = [];
  for (const table of status.tables) {
    if (!isWanted(table, options.table)) continue;
    for (const source of table.sources) tables.push(await verifyTable(options, status, table, source));
  }
  if (options.table === undefined) tables.push(...(await tablesNotMet(options.dbus, status)));
  else if (tables.length === 0) {
    throw new RtdpError({
      code: 'RTDP_USAGE',
      message: `the flow ${options.flow} has no sink table ${options.table}`,
      next: `Choose one of: ${status.tables.map((each) => `${each.schema}.${each.table}`).join(', ') || '(none yet)'}.`,
    });
  }
  return { flow: options.flow, equal: tables.length > 0 && tables.every(({ verdict }) => verdict === 'equal'), tables };
}

function isWanted({ schema, table }: TableStatus, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === table || wanted === `${schema}.${table}`;
}

/** Captured tables of the flow that it has no sink table for: nothing of them has arrived, so they cannot be passed over in silence. */
export async function tablesNotMet(
  dbus: VerifyOptions['dbus'],
  status: Pick<FlowStatus, 'definition' | 'tables'>,
): Promise<TableVerification[]> {
  const pattern = parsePattern(flowDefinitionSchema.parse(status.definition).source.namespace);
  const met = new Set(
    status.tables.flatMap(({ sources }) => sources.map((each) => tableIdentity(parseNamespace(each)))),
  );
  const found: TableVerification[] = [];
  for (const { name, source } of await dbus.listSources()) {
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

async function verifyTable(
  options: VerifyOptions,
  status: FlowStatus,
  table: TableStatus,
  namespace: string,
): Promise<TableVerification> {
  const sink = `${table.schema}.${table.table}`;
  const answer = (
    verdict: TableVerification['verdict'],
    notes: string[],
    comparison: FollowedComparison | null = null,
  ) => ({
    source: namespace,
    sink,
    verdict,
    notes,
    problem: null,
    comparison,
  });
  const definition = flowDefinitionSchema.parse(status.definition);
  if (definition.steps.length > 0)
    return answer('not comparable', ['the flow computes with SQL; only a flow that synchronises is compared']);
  const sinkUrl = findAddress('sink', definition.sink.connection, options.addresses, options.platform);
  const sourceUrl = await findSource(options, namespace);
  const { database, table: sourceTable, ...rest } = parseNamespace(namespace);
  try {
    const layout = await readSinkDefinition(sinkUrl, table.schema, table.table);
    if (!layout) return answer('not comparable', [table.reason?.message ?? 'the sink table has not been made yet']);
    const comparison = await compareFollowedTable(
      {
        sourceUrl,
        sourceSchema: database,
        sourceTable,
        sinkUrl,
        definition: layout,
        source: tableIdentity({ database, table: sourceTable, ...rest }),
      },
      {
        settle: () =>
          settle({
            wormhole: options.wormhole,
            flow: options.flow,
            schema: table.schema,
            table: table.table,
            sourceUrl,
            timeoutMs: options.settleTimeoutMs ?? 60_000,
          }),
        onProgress: (progress) => options.onProgress?.({ source: namespace, ...progress }),
        ...(options.mostDifferences === undefined ? {} : { mostDifferences: options.mostDifferences }),
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
    if (isRtdpError(error, 'STORE_NOT_COMPARABLE'))
      return answer('not comparable', [`${error.message}. ${error.next}`]);
    if (!(error instanceof RtdpError) || isOfServer(error)) throw error;
    const { code, message, next } = error;
    return { ...answer('failed', [`${code}: ${message}. ${next}`]), problem: { code, message, next } };
  }
}

/** Whether every other table would meet the same: the server is away, or lets nobody in. A right that one table lacks is its own. */
function isOfServer({ code, facts }: RtdpError): boolean {
  if (code === 'STORE_REFUSED') return facts.sqlState !== '42501';
  return code === 'STORE_UNREACHABLE' || !/^(?:STORE|RTDP)_/.test(code);
}

async function findSource(options: VerifyOptions, namespace: string): Promise<string> {
  const { system, instance } = parseNamespace(namespace);
  const sources = await options.dbus.listSources();
  const found = sources.find((each) => each.source === `${system}.${instance}`);
  if (!found && options.addresses.sourceUrl === undefined) {
    throw new RtdpError({
      code: 'RTDP_ADDRESS_UNKNOWN',
      message: `DBus has no source ${system}.${instance}`,
      next: 'Give its address with --source-url postgres://user:password@host:port/database.',
      facts: { namespace },
    });
  }
  const place = found ? sourceDefinitionSchema.parse(found.definition).connection : undefined;
  return findAddress('source', place, options.addresses, options.platform);
}
