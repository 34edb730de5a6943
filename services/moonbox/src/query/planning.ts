/** Decides the plan of a SELECT for one user: from the cache, or from the planner; looks at the stores again when a name is not known. */
import { analyse } from '@rtdp/sql/analyse';
import { FREE_NUMERIC, isFixed } from '@rtdp/sql/pg-type';
import { SqlError } from '@rtdp/sql/problem';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { Access, UserCatalog } from '../access/user-catalog.ts';
import type { Mount, ViewBase } from '../catalog/contract.ts';
import type { Mounting } from '../catalog/mounting.ts';
import type { Plan, PlanDefinition, PlannerRelation, PlanQuery } from '../plan/contract.ts';
import type { QueryRequest, TableRead } from './contract.ts';
import { PlanCache } from './plan-cache.ts';

export interface PlannedQuery {
  plan: Plan;
  /** As the user may know them, with the namespaces that tell of commits. */
  tables: readonly TableRead[];
  /** All of them, for the audit: views, and the tables that they read. */
  allTables: readonly TableRead[];
}

/** What a view is made of: its text with each `*` written out, and what its names stand for. */
export interface PlannedDefinition {
  sql: string;
  bases: readonly ViewBase[];
}

export interface PlanningOptions {
  access: Access;
  mounting: Mounting;
  planQuery: PlanQuery;
  planDefinition: PlanDefinition;
}

/** Somebody who mistypes again and again does not make the stores tell their tables again and again. */
const LOOK_AGAIN_EVERY_MS = 1_000;

type PlanRequest = Pick<QueryRequest, 'sql' | 'parameters' | 'parameterTypes' | 'principal' | 'database'>;

export class Planning {
  readonly #options: PlanningOptions;
  readonly #cache = new PlanCache();

  constructor(options: PlanningOptions) {
    this.#options = options;
  }

  /** @throws SqlError (SQL_…), RtdpError MOONBOX_DATABASE_UNKNOWN, MOONBOX_PARAMETERS_INVALID */
  async plan(request: PlanRequest): Promise<PlannedQuery> {
    try {
      return this.#plan(request, asDeclared);
    } catch (error) {
      if (!isUnknownName(error) || !(await this.#lookAgain(request, LOOK_AGAIN_EVERY_MS))) throw error;
      return this.#plan(request, asDeclared);
    }
  }

  /** As `plan`, for values that the engine holds only as numerics without a precision, which it computes with slowly. @returns undefined where that is not proven over such */
  planFree(request: PlanRequest): PlannedQuery | undefined {
    try {
      return this.#plan(request, withFreeNumerics);
    } catch (error) {
      if (error instanceof SqlError) return undefined;
      throw error;
    }
  }

  /** For a view that the principal defines. @throws like `plan` */
  async planDefinition(request: Pick<PlanRequest, 'sql' | 'principal' | 'database'>): Promise<PlannedDefinition> {
    try {
      return this.#planDefinition(request);
    } catch (error) {
      if (!isUnknownName(error) || !(await this.#lookAgain(request, LOOK_AGAIN_EVERY_MS))) throw error;
      return this.#planDefinition(request);
    }
  }

  #planDefinition({
    sql,
    principal,
    database,
  }: Pick<PlanRequest, 'sql' | 'principal' | 'database'>): PlannedDefinition {
    const seen = this.#options.access.of(principal);
    return this.#options.planDefinition(sql, {
      findTable: (inDatabase, name) => seen.findTable(inDatabase ?? database, name)?.planned,
      tableNames: () => seen.tableNames(),
      databaseNames: () => [...seen.databases.keys()],
      seesAll: seen.seesAll,
      facts: seen.facts,
    });
  }

  /** Looks at the stores of the statement again: true when one told what it has now, so that planning anew may help. Never rejects. */
  async refreshFor(request: PlanRequest, error: unknown): Promise<boolean> {
    // That a type has changed is nothing a user can mistype.
    const atMostEveryMs = isRtdpError(error, 'STORE_RESULT_TYPE') ? 0 : LOOK_AGAIN_EVERY_MS;
    return this.#lookAgain(request, atMostEveryMs).catch(() => false);
  }

  #plan(request: PlanRequest, read: typeof asDeclared): PlannedQuery {
    const { access, planQuery } = this.#options;
    const { sql, parameters, parameterTypes, database } = request;
    const seen = access.of(request.principal);
    if (database !== undefined && !seen.databases.has(database)) throw unknownDatabase(database, seen);
    const { version } = access;
    const types = parameterTypes?.map((type) => type?.written ?? type?.name ?? '') ?? [];
    const key = JSON.stringify([read.name, seen.key, database ?? '', parameters === undefined, types, sql]);
    let plan = this.#cache.get(version, key);
    // The planner refuses it, with its place.
    if (plan?.limitParameters.some((number) => /^\s*-/.test(parameters?.[number - 1] ?? ''))) plan = undefined;
    if (plan === undefined) {
      plan = planQuery(sql, {
        findTable: (inDatabase, name) => read(seen.findTable(inDatabase ?? database, name)?.planned),
        tableNames: () => seen.tableNames(),
        databaseNames: () => [...seen.databases.keys()],
        seesAll: seen.seesAll,
        facts: seen.facts,
        ...(database === undefined ? {} : { defaultDatabase: database }),
        ...(parameters === undefined ? {} : { parameters }),
        ...(parameterTypes === undefined ? {} : { parameterTypes }),
      });
      this.#cache.add(version, key, plan);
    }
    if (parameters !== undefined) requireParameters(plan, parameters);
    return { plan: bound(plan, parameters), ...tablesRead(plan) };
  }

  async #lookAgain({ sql, database, principal }: PlanRequest, atMostEveryMs: number): Promise<boolean> {
    const seen = this.#options.access.of(principal);
    const mounts = new Set<Mount>();
    for (const { name } of analyse(sql).tables) {
      const [first = '', second] = name.split('.');
      const inDatabase = second === undefined ? database : first;
      for (const { database: found } of seen.databases.values()) {
        if (found.mount !== undefined && (inDatabase === undefined || found.name === inDatabase))
          mounts.add(found.mount);
      }
      const origin = seen.findTable(inDatabase, second ?? first)?.table.origin;
      if (origin !== undefined && 'view' in origin) {
        for (const mount of this.#options.access.mountsOf(origin.view)) mounts.add(mount);
      }
    }
    const looked = await Promise.all(
      [...mounts].map((mount) => this.#options.mounting.lookAgain(mount, atMostEveryMs)),
    );
    return looked.includes(true);
  }
}

/** A plan from the cache carries the values it was made with. */
function bound(plan: Plan, parameters: readonly (string | null)[] | undefined): Plan {
  if (plan.whole === undefined || parameters === undefined || !plan.reusable) return plan;
  return { ...plan, whole: { ...plan.whole, parameters } };
}

/** Of a view whose tables the user may not read only the namespaces of these are told: without them nobody knew when it changes. */
function tablesRead({ tablesRead: uses, closedViews }: Plan): Pick<PlannedQuery, 'tables' | 'allTables'> {
  const nameOf = (view: { database: string; name: string }): string => `${view.database}.${view.name}`;
  const allTables = uses.map(({ database, table, columns, sinkNamespace, through }): TableRead => {
    const read = { database, table, columns, sinkNamespace };
    return through === undefined ? read : { ...read, through: nameOf(through) };
  });
  const told = new Map<string, TableRead>();
  for (const { database, table, columns, sinkNamespace, through, kind } of uses) {
    if (kind === 'view') continue;
    const isClosed = through !== undefined && closedViews.includes(nameOf(through));
    const view = isClosed
      ? uses.find((use) => use.database === through.database && use.table === through.name)
      : undefined;
    const read =
      view === undefined
        ? { database, table, columns, sinkNamespace }
        : { database: view.database, table: view.table, columns: view.columns, sinkNamespace };
    const key = JSON.stringify([read.database, read.table, read.sinkNamespace]);
    const before = told.get(key);
    told.set(
      key,
      before === undefined ? read : { ...read, columns: [...new Set([...before.columns, ...read.columns])] },
    );
  }
  return { tables: [...told.values()], allTables };
}

function asDeclared(relation: PlannerRelation | undefined): PlannerRelation | undefined {
  return relation;
}

/** Only Postgres has values, NaN, that a numeric with a precision has there and a decimal of the engine has not. */
function withFreeNumerics(relation: PlannerRelation | undefined): PlannerRelation | undefined {
  if (relation === undefined) return undefined;
  if ('view' in relation) {
    const { view } = relation;
    return { ...relation, view: { ...view, findTable: (...name) => withFreeNumerics(view.findTable(...name)) } };
  }
  if (relation.storeKind !== 'postgres') return relation;
  const columns = relation.columns.map((column) =>
    isFixed(column.type) ? { ...column, type: FREE_NUMERIC, typeText: 'numeric' } : column,
  );
  return { ...relation, columns };
}

/** A value of a numeric with a precision was none that the engine can hold as such. */
export function needsFreeNumerics(error: unknown): boolean {
  return isRtdpError(error, 'ENGINE_VALUE_FAILED') && /^numeric\(/.test(String(error.facts.type));
}

function isUnknownName(error: unknown): boolean {
  return (
    isRtdpError(error, 'MOONBOX_VIEW_BROKEN') ||
    (error instanceof SqlError && /^SQL_UNKNOWN_(TABLE|COLUMN)$/.test(error.code))
  );
}

/** A store no longer has the table, the column or the type that the plan counts on. */
export function isOutdated(error: unknown): boolean {
  if (isRtdpError(error, 'STORE_RESULT_TYPE')) return true;
  if (!(error instanceof RtdpError)) return false;
  const { sqlState } = error.facts;
  // Undefined table, column and function of Postgres; MySQL's own two states for the first two.
  return ['42P01', '42703', '42883', '42S02', '42S22'].includes(String(sqlState));
}

function requireParameters(plan: Plan, parameters: readonly unknown[]): void {
  const needed = plan.parameterTypes.length;
  if (needed === parameters.length) return;
  throw new RtdpError({
    code: 'MOONBOX_PARAMETERS_INVALID',
    message: `the statement has ${needed} parameters, and ${parameters.length} values were given`,
    next: 'Give one value for each of $1, $2, …; null for NULL.',
    facts: { needed, given: parameters.length },
  });
}

export function unknownDatabase(name: string, seen: UserCatalog): RtdpError {
  const names = [...seen.databases.keys()];
  return new RtdpError({
    code: 'MOONBOX_DATABASE_UNKNOWN',
    message: `database "${name}" does not exist, or you may not read it`,
    next: names.length === 0 ? 'Ask an administrator for a grant.' : `Use one of: ${names.slice(0, 20).join(', ')}.`,
    facts: { name },
  });
}
