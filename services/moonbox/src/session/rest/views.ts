/** Decides what of the gateway's inside is shown over REST. */
import { describeType } from '@rtdp/sql/pg-type';
import type { Grant } from '../../access/grant-store.ts';
import type { VisibleDatabase, VisibleTable } from '../../access/user-catalog.ts';
import type { SeenMount } from '../../admin/administration.ts';
import type { ShownView } from '../../admin/view-administration.ts';
import type { GrantView } from '../../client/access.ts';
import type { DatabaseView, TableDetailView, TableView } from '../../client/databases.ts';
import type { MountView } from '../../client/mounts.ts';
import type { ExplanationView, QueryRecordView } from '../../client/queries.ts';
import type { ViewView } from '../../client/views.ts';
import type { ToldRecord } from '../../query/audit-record.ts';
import type { Explanation, TableRead } from '../../query/contract.ts';

export function tableReadView({ database, table, columns, sinkNamespace, through }: TableRead) {
  const read = { database, table, columns: [...columns], sinkNamespace };
  return through === undefined ? read : { ...read, through };
}

export function explanationView(explanation: Explanation): ExplanationView {
  return {
    columns: explanation.columns.map(({ name, typeText }) => ({ name, type: typeText })),
    whole: explanation.whole,
    parts: [...explanation.parts],
    local: explanation.local,
    decisions: [...explanation.decisions],
    tables: explanation.tables.map(tableReadView),
    milliseconds: explanation.milliseconds,
  };
}

export function queryRecordView({
  organisationId: _one,
  startedAt,
  tables,
  error,
  ...record
}: ToldRecord): QueryRecordView {
  return { ...record, tables: tables.map(tableReadView), startedAt: startedAt.toISOString(), error };
}

/** The password never leaves. */
export function mountView({ mount, tables, emptySchemas }: SeenMount): MountView {
  const { password: _password, ...connection } = mount.connection;
  return {
    name: mount.name,
    kind: mount.kind,
    connection,
    schemas: mount.schemas === null ? null : [...mount.schemas],
    emptySchemas: [...emptySchemas],
    sinkNamespacePrefix: mount.sinkNamespacePrefix,
    tables,
    state: mount.error === null ? 'ok' : 'failing',
    error: mount.error,
    server: mount.server === null ? null : { ...mount.server },
    refreshedAt: mount.refreshedAt?.toISOString() ?? null,
    createdAt: mount.createdAt.toISOString(),
    createdBy: mount.createdBy,
  };
}

export function databaseView({ database, tables }: VisibleDatabase): DatabaseView {
  const { name, mount } = database;
  return { name, kind: mount === undefined ? 'logical' : 'mount', mountKind: mount?.kind ?? null, tables: tables.size };
}

export function tableView({ table, planned }: VisibleTable, shown: ShownView | undefined): TableView {
  const { definition } = table;
  return {
    database: table.database,
    name: table.name,
    kind: definition.kind,
    definedHere: shown === undefined ? null : { owner: shown.view.owner, ...stateOf(shown) },
    remoteSchema: definition.schema,
    remoteTable: definition.name,
    rowEstimate: definition.rowEstimate,
    columns: planned.columns.length,
    comment: definition.comment ?? null,
    sinkNamespace: table.sinkNamespace,
  };
}

/** Keys and indexes over a column that the user may not read are left out. */
export function tableDetailView(visible: VisibleTable, shown: ShownView | undefined): TableDetailView {
  const { table, planned } = visible;
  const names = new Set(planned.columns.map(({ name }) => name));
  return {
    ...tableView(visible, shown),
    columns: planned.columns.map((column) => ({
      name: column.name,
      type: describeType(column.type),
      sourceType: column.typeText,
      nullable: column.nullable,
      comment: column.comment ?? null,
      collation: column.collation ?? null,
    })),
    primaryKey: [...planned.primaryKey],
    indexes: table.definition.indexes
      .filter(({ columns }) => columns.every((column) => names.has(column)))
      .map(({ name, columns, unique }) => ({ name, columns: [...columns], unique })),
  };
}

function stateOf({ problem }: ShownView): Pick<ViewView, 'state' | 'error'> {
  return { state: problem === null ? 'ok' : 'broken', error: problem };
}

export function viewView(shown: ShownView, { planned }: VisibleTable): ViewView {
  const { view, isOpen } = shown;
  return {
    database: view.database,
    name: view.name,
    kind: view.kind,
    owner: view.owner,
    ...stateOf(shown),
    columns: planned.columns.map(({ name, typeText }) => ({ name, type: typeText })),
    sql: isOpen ? view.sql : null,
    tables: isOpen
      ? view.bases.map(({ database, table, columns }) => ({ database, table, columns: [...columns] }))
      : null,
    createdAt: view.createdAt.toISOString(),
    changedAt: view.changedAt.toISOString(),
  };
}

export function grantView(grant: Grant): GrantView {
  return {
    subject: grant.subject,
    role: grant.role,
    database: grant.database,
    table: grant.table,
    columns: grant.columns === null ? null : [...grant.columns],
    privilege: 'select',
    grantedBy: grant.grantedBy,
    grantedAt: grant.grantedAt.toISOString(),
  };
}
