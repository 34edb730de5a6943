/**
 * Decides how a plan becomes rows: one source answers everything and its rows pass through, or the parts are loaded side by side into the
 * embedded engine, which computes the rest. What fails at once fails here, before the first row.
 */
import type { EngineQuery, QueryEngine } from '@rtdp/engine/query-contract';
import type { ColumnBatch, ResultColumn, StoreReader } from '@rtdp/stores/scan-contract';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { Plan, PlanPart } from '../plan/contract.ts';
import { askForKeys } from './read-keys.ts';

export interface RunOptions {
  /** By id of the mount. @throws RtdpError when it was unmounted meanwhile */
  readerOf(store: string): Promise<StoreReader>;
  engine: QueryEngine;
  signal: AbortSignal;
  /** Milliseconds that are left. */
  timeoutMs: number;
  /** More rows are not wanted, so a source need not send many at a time. */
  firstRows?: number;
  /** Told what each part and the rest gave and took. */
  measured?: (what: { part?: string; rows: number; milliseconds: number }) => void;
}

export interface RunningPlan {
  columns: readonly ResultColumn[];
  batches: AsyncIterator<ColumnBatch>;
  /** After the last batch, or instead of the rest: gives everything back. */
  close(): Promise<void>;
}

/** Of a scan, unless fewer are wanted. */
const BATCH_ROWS = 16_384;

export async function runPlan(plan: Plan, options: RunOptions): Promise<RunningPlan> {
  return plan.whole === undefined ? runParts(plan, options) : passThrough(plan, plan.whole, options);
}

async function passThrough(plan: Plan, whole: NonNullable<Plan['whole']>, options: RunOptions): Promise<RunningPlan> {
  const { signal, timeoutMs, firstRows } = options;
  const reader = await options.readerOf(whole.store);
  const { columns, batches } = await reader.scan({
    sql: whole.sql,
    parameters: whole.parameters,
    ...(plan.columns === null ? {} : { columns: plan.columns }),
    signal,
    timeoutMs,
    ...(firstRows === undefined || firstRows >= BATCH_ROWS ? {} : { batchRows: firstRows + 1 }),
  });
  const iterator = batches[Symbol.asyncIterator]();
  return {
    columns: plan.columns ?? columns,
    batches: iterator,
    close: async () => void (await iterator.return?.()),
  };
}

async function runParts(plan: Plan, options: RunOptions): Promise<RunningPlan> {
  const { local, columns } = plan;
  if (local === undefined || columns === null)
    throw new TypeError('a plan without a whole query must have a local one');
  const query = await options.engine.openQuery({ signal: options.signal, timeoutMs: options.timeoutMs });
  try {
    await loadParts(plan.parts, query, options);
    const iterator = query.run(local.sql, columns)[Symbol.asyncIterator]();
    return {
      columns,
      batches: iterator,
      async close() {
        await iterator.return?.();
        await query.close();
      },
    };
  } catch (error) {
    await query.close();
    throw error;
  }
}

/** All at once, but for those that wait for the keys of another; the first failure ends the others. */
async function loadParts(parts: readonly PlanPart[], query: EngineQuery, options: RunOptions): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const loads = new Map<string, Promise<void>>();
  // The engine runs one statement of a query at a time.
  let lastKeys: Promise<unknown> = Promise.resolve();
  const load = async (part: PlanPart): Promise<void> => {
    const begun = performance.now();
    let { sql, parameters } = part;
    if (part.reduce !== undefined) {
      const { reduce } = part;
      await loads.get(reduce.from);
      const reading = lastKeys.then(() => askForKeys(query, part, reduce));
      lastKeys = reading.catch(() => undefined);
      ({ sql, parameters } = await reading);
    }
    const reader = await options.readerOf(part.store);
    const { timeoutMs } = options;
    const scan = await reader.scan({ sql, parameters, columns: part.columns, signal, timeoutMs });
    // The planner calls the columns of a part by their places.
    const held = part.columns.map((column, index) => ({ ...column, name: `c${index}` }));
    const rows = await query.load(part.name, held, scan.batches).catch((error: unknown) => {
      throw ofPart(error, part);
    });
    options.measured?.({ part: part.name, rows, milliseconds: performance.now() - begun });
  };
  for (const part of parts) {
    const loading = load(part).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
    loads.set(part.name, loading);
  }
  const outcomes = await Promise.allSettled(loads.values());
  if (outcomes.every(({ status }) => status === 'fulfilled')) return;
  // The others failed because of the first, which is the reason of the signal.
  throw failed.signal.reason;
}

/** The engine calls columns by their places in the part, which mean nothing to whoever asked. */
function ofPart(error: unknown, { table, columns }: PlanPart): unknown {
  if (!isRtdpError(error, 'ENGINE_VALUE_FAILED')) return error;
  const [whole, place] = / when casting from source column s(\d+)/.exec(error.message) ?? [];
  const type = place === undefined ? undefined : columns[Number(place)]?.typeText;
  const what = type === undefined ? 'a value' : `a value of type ${type}`;
  return new RtdpError({
    code: error.code,
    message: `${what} of ${table} is none that the gateway computes with: ${error.message.replace(whole ?? '', '')}`,
    next: 'Ask that database alone, or leave the rows with such values out by a condition.',
    facts: { table, ...(type === undefined ? {} : { type }) },
    cause: error,
  });
}

/** For a mount that a plan still names. */
export function unmounted(): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_MOUNT_UNKNOWN',
    message: 'a database of the statement was unmounted while it ran',
    next: 'Mount it again, or leave it out.',
  });
}
