/** Decides which tables a source captures from now on, by comparing definition, source and catalog; tells what changed. */
import { choosesTable, type SourceDefinition } from '../../catalog/source-definition.ts';
import type { CapturedTable, LostTable, TableStore } from '../../catalog/table-store.ts';
import type { TableName } from '../../pipeline/contract.ts';
import type { ReconcileReport } from '../contract.ts';
import { reportTable } from './check.ts';
import type { SourceSession } from './connection.ts';
import { loadTables, type SourceTable } from './introspect.ts';
import { isSilentOnGenerated, reconcilePublications } from './publication.ts';
import { BARRIER_TO_TAKE, takeBarrier } from './running-transactions.ts';

export interface CaptureRequest {
  definition: SourceDefinition;
  organisationId: string;
  sourceId: string;
  serverVersion: number;
  store: TableStore;
  /** Tables that are taken in although they are new and `future` is off. */
  adopt: (table: TableName) => boolean;
}

/** Brings publications and catalog to what the definition asks for. */
export async function reconcileCapture(session: SourceSession, request: CaptureRequest): Promise<ReconcileReport> {
  const { definition, organisationId, sourceId, store } = request;
  const captured = await store.list(sourceId);
  const lostBefore = await store.lost(sourceId);
  const tables = await loadTables(session);
  const { wanted, lost } = wantedTables(tables, [...captured, ...lostBefore], request);
  // Kept before the publications learn to tell of them: should this end in between, nothing at the source would say what was missed.
  const generated = new Set(tables.filter(hasStoredGenerated).map(keyOfTable));
  if (await isSilentOnGenerated(session, definition)) {
    const untold = captured.filter((table) => generated.has(keyOfTable(table)));
    await store.save(
      organisationId,
      sourceId,
      untold.map((table) => ({ ...table, barrier: BARRIER_TO_TAKE, pullWanted: true })),
    );
  }
  const { generatedAdded } = await reconcilePublications(session, definition, {
    keyed: wanted.filter((table) => !table.insertOnly),
    insertOnly: wanted.filter((table) => table.insertOnly),
  });
  const known = new Map(captured.map((table) => [keyOfTable(table), table]));
  const added = wanted.filter((table) => !known.has(keyOfTable(table)));
  const changed = wanted.filter((table) => isChanged(table, known.get(keyOfTable(table))));
  // The stream was silent about these columns: sinks hold what the last pull brought.
  const stale = wanted.filter((table) => {
    const key = keyOfTable(table);
    const isUntold = known.get(key)?.barrier === BARRIER_TO_TAKE || (generatedAdded && generated.has(key));
    return isUntold && !added.includes(table) && !changed.includes(table);
  });
  const wantedKeys = new Set(wanted.map(keyOfTable));
  const removed = captured.filter((table) => !wantedKeys.has(keyOfTable(table)));
  if (added.length + changed.length + stale.length > 0) {
    // After the publications: whatever ran at their change has a smaller id.
    const barrier = await takeBarrier(session);
    // What a table made later held before it was found is in no stream: it is pulled, whatever the definition says of first pulls.
    // So is one that comes back: its changes of meanwhile are in no stream either.
    const pullAdded = definition.snapshot.initial || captured.length + lostBefore.length > 0;
    await store.save(organisationId, sourceId, [
      ...added.map((table) => ({ ...table, barrier, pullWanted: pullAdded })),
      // A key that came (or another one) makes rows findable that were not: read them under it.
      ...changed.map((table) => ({ ...table, barrier, pullWanted: !table.insertOnly })),
      ...stale.map((table) => ({ ...table, barrier, pullWanted: true })),
    ]);
  }
  const lostKeys = new Set(lost.map(keyOfTable));
  const gone = [...removed, ...lostBefore].filter((table) => {
    return !lostKeys.has(keyOfTable(table)) && !wantedKeys.has(keyOfTable(table));
  });
  await store.remove(sourceId, gone);
  await store.lose(sourceId, lost);
  return { added: added.map(nameOf), removed: removed.map(nameOf), changed: changed.map(nameOf), lost };
}

type WantedTable = Omit<CapturedTable, 'barrier' | 'pullWanted' | 'capturedAt'>;

/**
 * What is captured from now on, and what was (`known`) and cannot be any more. Pure.
 * @param known captured so far, or lost before
 */
export function wantedTables(
  tables: readonly SourceTable[],
  known: readonly TableName[],
  request: Pick<CaptureRequest, 'definition' | 'serverVersion' | 'adopt'>,
): { wanted: WantedTable[]; lost: LostTable[] } {
  const { definition, serverVersion, adopt } = request;
  const knownKeys = new Set(known.map(keyOfTable));
  const isFirstTime = known.length === 0;
  const asked = tables
    .filter((table) => choosesTable(definition, table.schema, table.table))
    .filter((table) => definition.future || isFirstTime || knownKeys.has(keyOfTable(table)) || adopt(table))
    .map((table) => reportTable(table, definition, serverVersion));
  const wanted = asked
    .filter((report) => report.capture !== null)
    .map((report) => ({
      schema: report.schema,
      table: report.table,
      keyColumns: report.keyColumns,
      insertOnly: report.capture !== 'all changes',
    }));
  const lost = asked
    .filter((report) => report.capture === null && knownKeys.has(keyOfTable(report)))
    .map(({ schema, table, problems }) => ({
      schema,
      table,
      problems: problems.filter(({ severity }) => severity === 'blocking'),
    }));
  return { wanted, lost };
}

/** What a source's health says of tables that were lost: what stands in the way of the first, and how to mend it. Pure. */
export function lostAlarm(lost: readonly LostTable[]): { status: 'degraded'; detail: string } | null {
  const [first] = lost;
  if (first === undefined) return null;
  const name = `${first.schema}.${first.table}`;
  const more = lost.length === 1 ? '' : ` ${lost.length - 1} more are lost too.`;
  const why = first.problems.map(({ message }) => message).join(' ');
  const statements = first.problems.map(({ statement }) => statement ?? '').filter((statement) => statement !== '');
  const mend = statements.length === 0 ? '' : ` Run at the source: ${statements.join(' ')}`;
  return {
    status: 'degraded',
    detail: `${name} is not captured any more: ${why}${mend} It then comes back by itself and is pulled.${more}`,
  };
}

function isChanged(table: WantedTable, before: CapturedTable | undefined): boolean {
  if (before === undefined) return false;
  return table.insertOnly !== before.insertOnly || table.keyColumns.join('\0') !== before.keyColumns.join('\0');
}

function hasStoredGenerated({ columns }: SourceTable): boolean {
  return columns.some(({ generated }) => generated === 's');
}

function keyOfTable(table: TableName): string {
  return JSON.stringify([table.schema, table.table]);
}

function nameOf(table: TableName): TableName {
  return { schema: table.schema, table: table.table };
}
