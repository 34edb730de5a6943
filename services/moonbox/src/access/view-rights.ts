/**
 * Decides what a view may read and who may know of it: it reads with the rights that its owner has now, over the columns it was defined with; who
 * may not read these is not told what they are, nor why it stopped.
 */
import { hasRole } from '@rtdp/identity/roles';
import { RtdpError } from '@rtdp/ums/error';
import type { CatalogDatabase, LogicalView, Reason, ViewBase } from '../catalog/contract.ts';
import type { PlannerView } from '../plan/contract.ts';
import { withColumns } from '../plan/with-columns.ts';
import type { Principal } from '../query/contract.ts';
import type { UserCatalog } from './user-catalog.ts';

export interface ViewRelationOptions {
  owner(): UserCatalog;
  /** Throws RtdpError MOONBOX_VIEW_BROKEN as the user may be told it. */
  requireSound(): void;
  isOpen(): boolean;
}

/** @param visible names of the columns that the user may read */
export function viewRelation(view: LogicalView, visible: readonly string[], options: ViewRelationOptions): PlannerView {
  return {
    database: view.database,
    name: view.name,
    columns: view.columns.filter(({ name }) => visible.includes(name)),
    primaryKey: [],
    rowEstimate: null,
    view: {
      sql: view.sql,
      columnNames: view.columns.map(({ name }) => name),
      findTable(database, name) {
        options.requireSound();
        const base = view.bases.find(({ written }) => written.database === (database ?? null) && written.name === name);
        const found = base === undefined ? undefined : options.owner().findTable(base.database, base.table);
        return base === undefined || found === undefined ? undefined : withColumns(found.planned, base.columns);
      },
      get isOpen() {
        return options.isOpen();
      },
    },
  };
}

export interface ProblemOptions {
  /** Of all there are in the organisation. */
  database(name: string): CatalogDatabase | undefined;
  ownerSees(): UserCatalog;
  problemOf(view: LogicalView): Reason | null;
}

/** Why it cannot be read, in full. */
export function problemOf(view: LogicalView, options: ProblemOptions): Reason | null {
  if (view.ownerRoles.length === 0) return broken(view, `its owner ${view.owner} is no longer a user`);
  for (const base of view.bases) {
    const { database, table, columns } = base;
    const there = options.database(database)?.tables.get(table);
    if (there === undefined) return broken(view, `${database}.${table} is not there any more`, base);
    if ('view' in there.origin && options.problemOf(there.origin.view) !== null) {
      return broken(view, `the view ${database}.${table} that it reads is broken itself`, base);
    }
    const gone = columns.filter((name) => !there.definition.columns.some((column) => column.name === name));
    if (gone.length > 0) return broken(view, `${database}.${table} has no ${listed(gone)} any more`, base, gone);
    const seen = options
      .ownerSees()
      .findTable(database, table)
      ?.planned.columns.map(({ name }) => name);
    if (seen === undefined)
      return broken(view, `its owner ${view.owner} may no longer read ${database}.${table}`, base);
    const closed = columns.filter((name) => !seen.includes(name));
    if (closed.length > 0) {
      const what = `${closed.map((name) => `"${name}"`).join(', ')} of ${database}.${table}`;
      return broken(view, `its owner ${view.owner} may no longer read ${what}`, base, closed);
    }
  }
  return null;
}

function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`).join(', ');
  return names.length === 1 ? `column ${quoted}` : `columns ${quoted}`;
}

function broken(view: LogicalView, why: string, base?: ViewBase, columns?: readonly string[]): Reason {
  const place = base === undefined ? {} : { table: `${base.database}.${base.table}` };
  return {
    code: 'MOONBOX_VIEW_BROKEN',
    message: `view ${view.database}.${view.name} cannot be read: ${why}`,
    next: 'Define it anew with CREATE OR REPLACE VIEW, or give back what is missing.',
    facts: {
      database: view.database,
      view: view.name,
      owner: view.owner,
      ...place,
      ...(columns === undefined ? {} : { columns }),
    },
  };
}

/** Administrators are told all of it; everybody else that it is so. */
export function toldProblem(view: LogicalView, problem: Reason, reader: Pick<Principal, 'roles'>): Reason {
  if (hasRole(reader, 'admin')) return problem;
  const { database, name, owner } = view;
  return {
    code: problem.code,
    message: `view ${database}.${name} cannot be read at the moment`,
    next: `Ask its owner (${owner}) to define it anew, or an administrator for what is wrong with it.`,
    facts: { database, view: name },
  };
}

export function brokenView(view: LogicalView, problem: Reason, reader: Pick<Principal, 'roles'>): RtdpError {
  const { facts = {}, ...told } = toldProblem(view, problem, reader);
  return new RtdpError({ ...told, facts });
}

/** All that it reads, through other views too, the user may read by itself. */
export function isOpenTo(view: LogicalView, reader: UserCatalog): boolean {
  return view.bases.every(({ database, table, columns }) => {
    const seen = reader.findTable(database, table);
    if (seen === undefined || !columns.every((name) => seen.planned.columns.some((column) => column.name === name))) {
      return false;
    }
    return !('view' in seen.table.origin) || isOpenTo(seen.table.origin.view, reader);
  });
}
