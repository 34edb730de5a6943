/** Decides which tables a source captures from now on, by comparing definition, source and catalog; tells what changed. */
import { choosesTable, type SourceDefinition } from '../../catalog/source-definition.ts';
import type { CapturedTable, TableStore } from '../../catalog/table-store.ts';
import type { TableName } from '../../pipeline/contract.ts';
import type { ReconcileReport } from '../contract.ts';
import { reportTable } from './check.ts';
import type { SourceSession } from './connection.ts';
import { loadTables, type SourceTable } from './introspect.ts';
import { reconcilePublications } from './publication.ts';
import { takeBarrier } from './running-transactions.ts';

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
  const wanted = wantedTables(await loadTables(session), captured, request);
  await reconcilePublications(session, definition, {
    keyed: wanted.filter((table) => !table.insertOnly),
    insertOnly: wanted.filter((table) => table.insertOnly),
  });
  const known = new Map(captured.map((table) => [keyOfTable(table), table]));
  const added = wanted.filter((table) => !known.has(keyOfTable(table)));
  const changed = wanted.filter((table) => isChanged(table, known.get(keyOfTable(table))));
  const wantedKeys = new Set(wanted.map(keyOfTable));
  const removed = captured.filter((table) => !wantedKeys.has(keyOfTable(table)));
  if (added.length + changed.length > 0) {
    // After the publications: whatever ran at their change has a smaller id.
    const barrier = await takeBarrier(session);
    // What a table made later held before it was found is in no stream: it is pulled, whatever the definition says of first pulls.
    const pullAdded = definition.snapshot.initial || captured.length > 0;
    await store.save(organisationId, sourceId, [
      ...added.map((table) => ({ ...table, barrier, pullWanted: pullAdded })),
      // A key that came (or another one) makes rows findable that were not: read them under it.
      ...changed.map((table) => ({ ...table, barrier, pullWanted: !table.insertOnly })),
    ]);
  }
  await store.remove(sourceId, removed);
  return { added: added.map(nameOf), removed: removed.map(nameOf), changed: changed.map(nameOf) };
}

type WantedTable = Omit<CapturedTable, 'barrier' | 'pullWanted' | 'capturedAt'>;

/** Pure. */
export function wantedTables(
  tables: readonly SourceTable[],
  captured: readonly CapturedTable[],
  request: Pick<CaptureRequest, 'definition' | 'serverVersion' | 'adopt'>,
): WantedTable[] {
  const { definition, serverVersion, adopt } = request;
  const known = new Set(captured.map(keyOfTable));
  const isFirstTime = captured.length === 0;
  return tables
    .filter((table) => choosesTable(definition, table.schema, table.table))
    .filter((table) => definition.future || isFirstTime || known.has(keyOfTable(table)) || adopt(table))
    .map((table) => reportTable(table, definition, serverVersion))
    .filter((report) => report.capture !== null)
    .map((report) => ({
      schema: report.schema,
      table: report.table,
      keyColumns: report.keyColumns,
      insertOnly: report.capture !== 'all changes',
    }));
}

function isChanged(table: WantedTable, before: CapturedTable | undefined): boolean {
  if (before === undefined) return false;
  return table.insertOnly !== before.insertOnly || table.keyColumns.join('\0') !== before.keyColumns.join('\0');
}

function keyOfTable(table: TableName): string {
  return JSON.stringify([table.schema, table.table]);
}

function nameOf(table: TableName): TableName {
  return { schema: table.schema, table: table.table };
}
