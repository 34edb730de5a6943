/** Decides the way of every statement: recorded, read, planned, given its turn and its limits, run, and handed on as rows. */
import type { QueryEngine } from '@rtdp/engine/query-contract';
import { hasRole } from '@rtdp/identity/roles';
import type { ColumnBatch, ResultColumn, StoreReader } from '@rtdp/stores/scan-contract';
import { isRtdpError } from '@rtdp/ums/error';
import type { Catalog } from '../catalog/catalog.ts';
import type { Readers } from '../catalog/readers.ts';
import type { Plan } from '../plan/contract.ts';
import type { Statement, StatementReader } from '../statement/contract.ts';
import type {
  Description,
  Explanation,
  Principal,
  QueryAnswer,
  QueryRequest,
  QueryService,
  TableRead,
} from './contract.ts';
import { Delivery } from './delivery.ts';
import { explanationOf, Measurements } from './explain.ts';
import { isOutdated, needsFreeNumerics, type PlannedQuery, type Planning } from './planning.ts';
import { type RunningPlan, runPlan, unmounted } from './run.ts';
import type { RunningQueries, RunningQuery } from './running.ts';
import type { Slots } from './slots.ts';
import { toQueryError } from './to-query-error.ts';

export interface QueryLimits {
  /** Longest time a statement may take, the queue included. */
  timeoutMs: number;
  maximumRows: number;
  /** Of the engine, for messages. */
  memoryLimit: string;
}

export interface QueryServiceOptions {
  planning: Planning;
  running: RunningQueries;
  slots: Slots;
  catalog: Catalog;
  readers: Readers;
  engine: QueryEngine;
  limits: QueryLimits;
  /** Reads the gateway's own statements. */
  readStatement: StatementReader;
}

const STORE_GRACE_MS = 2_000;

export function createQueryService(options: QueryServiceOptions): QueryService {
  const { planning, running, limits } = options;

  /** Anything that fails before the answer ends the statement, with the error that the user is told. */
  const tell = (query: RunningQuery) => (error: unknown) => {
    // What cannot be reached should show on its mount now, not at the next look.
    if (isRtdpError(error, 'STORE_UNREACHABLE')) void planning.refreshFor(query.request, error);
    const { signal, isClosed, toldTables: tables } = query;
    return toQueryError(error, { ...query.request, signal, isClosed, tables, memoryLimit: limits.memoryLimit });
  };
  const begin = (request: QueryRequest): RunningQuery => {
    const query = running.begin(request, Math.min(request.timeoutMs ?? limits.timeoutMs, limits.timeoutMs));
    // Whatever comes of it, and whoever looks meanwhile: no text is kept with a password in it.
    query.sql = options.readStatement.withoutSecrets(request.sql);
    return query;
  };

  const service: QueryService = {
    async describe(request) {
      const statement = options.readStatement(request.sql);
      if (statement !== undefined) return { columns: statement.columns, parameterTypes: [] };
      try {
        return await describePlan(options, request);
      } catch (error) {
        throw toQueryError(error, { ...request, memoryLimit: limits.memoryLimit });
      }
    },

    async run(request) {
      const query = begin(request);
      try {
        const statement = options.readStatement(request.sql);
        if (statement !== undefined) return await runStatement(query, statement, service);
        query.kind = 'SELECT';
        return await runSelect(options, query, tell(query));
      } catch (error) {
        const failure = tell(query)(error);
        query.finish(failure);
        throw failure;
      }
    },

    refused: (request, error) => begin(request).finish(error),

    async explain(request, { analyze }) {
      const query = begin(request);
      query.kind = analyze ? 'EXPLAIN ANALYZE' : 'EXPLAIN';
      try {
        const explanation = await explainSelect(options, query, analyze);
        query.finish();
        return explanation;
      } catch (error) {
        const failure = tell(query)(error);
        query.finish(failure);
        throw failure;
      }
    },

    async lineage(request): Promise<readonly TableRead[]> {
      try {
        return (await planning.plan(request)).tables;
      } catch (error) {
        throw toQueryError(error, { ...request, memoryLimit: limits.memoryLimit });
      }
    },

    cancel: async (id: string, principal: Principal) => running.cancel(id, principal, hasRole(principal, 'admin')),
  };
  return service;
}

async function runStatement(query: RunningQuery, statement: Statement, queries: QueryService): Promise<QueryAnswer> {
  query.kind = statement.tag;
  query.state = 'running';
  query.isAllowed = true;
  const { principal, database, parameters } = query.request;
  const batch = await statement.run({
    principal,
    database,
    parameters,
    signal: query.signal,
    timeoutMs: query.timeoutMs,
    queries,
  });
  query.isAllowed = true;
  return answer(query, {
    columns: statement.columns ?? [],
    source: oneBatch(batch),
    close: async () => undefined,
    explainError: (error) => error,
    firstRows: query.request.maximumRows ?? Number.POSITIVE_INFINITY,
    maximumRows: Number.POSITIVE_INFINITY,
    tag: statement.tag,
  });
}

async function* oneBatch(batch: ColumnBatch | undefined): AsyncGenerator<ColumnBatch> {
  if (batch !== undefined && batch.rowCount > 0) yield batch;
}

async function runSelect(
  options: QueryServiceOptions,
  query: RunningQuery,
  explainError: (error: unknown) => unknown,
): Promise<QueryAnswer> {
  const { limits } = options;
  const { release, running } = await start(options, query);
  return answer(query, {
    columns: running.columns,
    source: running.batches,
    close: () => running.close().finally(release),
    explainError,
    firstRows: query.request.maximumRows ?? Number.POSITIVE_INFINITY,
    maximumRows: limits.maximumRows,
    tag: 'SELECT',
  });
}

interface Started {
  plan: Plan;
  running: RunningPlan;
  release: () => void;
}

/** Plans, waits for a turn and starts; once more where another plan may do what this one could not. */
async function start(options: QueryServiceOptions, query: RunningQuery, measured?: Measurements): Promise<Started> {
  const { planning, slots, engine } = options;
  const { principal } = query.request;
  const planned = await planning.plan({ ...query.request, parameters: query.request.parameters ?? [] });
  const asked = query.milliseconds;
  take(query, planned);
  query.isAllowed = true;
  const release = await slots.take(`${principal.organisationId} ${principal.subject}`, query.signal);
  query.queuedMilliseconds = query.milliseconds - asked;
  query.state = 'running';
  const run = ({ plan }: PlannedQuery): Promise<RunningPlan> =>
    runPlan(plan, {
      readerOf: (store) => readerOf(options, store),
      engine,
      signal: query.signal,
      // The statement's own clock should be the one that tells; the store's is for when nobody listens any more.
      timeoutMs: Math.max(0, Math.ceil(query.timeoutMs - query.milliseconds)) + STORE_GRACE_MS,
      ...(query.request.maximumRows === undefined ? {} : { firstRows: query.request.maximumRows }),
      ...(measured === undefined ? {} : { measured: measured.add }),
    });
  try {
    try {
      return { plan: planned.plan, running: await run(planned), release };
    } catch (error) {
      if (query.signal.aborted) throw error;
      const other = await otherPlan(planning, query, error);
      if (other === undefined) throw error;
      take(query, other);
      return { plan: other.plan, running: await run(other), release };
    }
  } catch (error) {
    release();
    throw error;
  }
}

/** Where a store no longer knows what the plan names, or gave a NaN that the engine does not hold. */
async function otherPlan(planning: Planning, query: RunningQuery, error: unknown): Promise<PlannedQuery | undefined> {
  const request = { ...query.request, parameters: query.request.parameters ?? [] };
  if (needsFreeNumerics(error)) return planning.planFree(request);
  if (isOutdated(error) && (await planning.refreshFor(request, error))) return planning.plan(request);
  return undefined;
}

function take(query: RunningQuery, { plan, tables, allTables }: PlannedQuery): void {
  query.tables = allTables;
  query.toldTables = tables;
  query.isClosed = plan.closedViews.length > 0;
}

async function answer(
  query: RunningQuery,
  what: Omit<ConstructorParameters<typeof Delivery>[0], 'query'> & { columns: readonly ResultColumn[]; tag: string },
): Promise<QueryAnswer> {
  const delivery = new Delivery({ ...what, query });
  await delivery.begin();
  return {
    id: query.id,
    columns: what.columns,
    batches: delivery,
    tables: query.toldTables,
    freshness: query.toldTables.flatMap(({ sinkNamespace }) => (sinkNamespace === null ? [] : [{ sinkNamespace }])),
    tag: what.tag,
    async done() {
      await delivery.ended;
      return { rows: query.rows, truncated: delivery.isTruncated, milliseconds: query.milliseconds };
    },
  };
}

async function explainSelect(
  options: QueryServiceOptions,
  query: RunningQuery,
  analyze: boolean,
): Promise<Explanation> {
  const nameOf = (store: string): string => options.catalog.mountById(store)?.name ?? store;
  if (!analyze) {
    const planned = await options.planning.plan(query.request);
    const { plan, tables } = planned;
    take(query, planned);
    query.isAllowed = true;
    return explanationOf(plan, { tables, nameOf, milliseconds: query.milliseconds });
  }
  const measured = new Measurements();
  const { plan, running, release } = await start(options, query, measured);
  const begun = performance.now();
  try {
    for (let next = await running.batches.next(); next.done !== true; next = await running.batches.next()) {
      measured.rows += next.value.rowCount;
      query.signal.throwIfAborted();
    }
    measured.milliseconds = performance.now() - begun;
  } finally {
    await running.close().finally(release);
  }
  const { columns } = running;
  return explanationOf(plan, { tables: query.toldTables, nameOf, milliseconds: query.milliseconds, measured, columns });
}

async function describePlan(options: QueryServiceOptions, request: QueryRequest): Promise<Description> {
  const { parameters: _values, ...described } = request;
  const { plan, tables } = await options.planning.plan(described);
  if (plan.columns !== null) return { columns: plan.columns, parameterTypes: plan.parameterTypes };
  const { whole } = plan;
  if (whole === undefined) throw new TypeError('only a source can leave columns open');
  // The source alone knows what the query gives: it says so of no rows.
  try {
    const reader = await readerOf(options, whole.store);
    const { columns, batches } = await reader.scan({
      sql: `SELECT * FROM (${whole.sql}\n) AS described LIMIT 0`,
      parameters: plan.parameterTypes.map(() => null),
      signal: request.signal,
      timeoutMs: options.limits.timeoutMs,
    });
    for await (const _batch of batches);
    return { columns, parameterTypes: plan.parameterTypes };
  } catch (error) {
    const isClosed = plan.closedViews.length > 0;
    throw toQueryError(error, { ...request, isClosed, tables, memoryLimit: options.limits.memoryLimit });
  }
}

async function readerOf({ catalog, readers }: QueryServiceOptions, store: string): Promise<StoreReader> {
  const mount = catalog.mountById(store);
  if (mount === undefined) throw unmounted();
  return readers.of(mount);
}
