/** Decides which of the five states of the consoles a source, a flow, a table, a pull or a mount is in. One place, so that a colour means the same everywhere. */
import type { ViewState } from '@rtdp/davinci-api/client';
import type { CapturedTableView, PullView, SourceView } from '@rtdp/dbus/client';
import type { MountView } from '@rtdp/moonbox/client';
import type { FlowStatus, FlowView, TableStatus } from '@rtdp/wormhole/client';
import { type Condition, type GraphStatus, worstStatus } from './graph.ts';

/** Beyond these a thing that runs is called late. Milliseconds; messages. */
export const BUDGETS = { sourceLagMs: 5_000, freshnessMs: 5_000, flowLag: 10_000 } as const;

export function sourceStatus(source: Pick<SourceView, 'state' | 'health' | 'stream' | 'slot'>): GraphStatus {
  if (source.state === 'failed' || source.health.status === 'down') return 'broken';
  if (source.state === 'stopped') return source.health.status === 'ok' ? 'paused' : 'broken';
  if (source.state === 'paused' || source.state === 'registered') return 'paused';
  if (source.state === 'starting' || source.state === 'removing') return 'unknown';
  const isLate = (source.stream?.lagMillis ?? 0) > BUDGETS.sourceLagMs || source.slot?.overBudget === true;
  return source.health.status === 'degraded' || isLate ? 'late' : 'ok';
}

export function flowStateStatus(flow: Pick<FlowView, 'state' | 'wanted'>): GraphStatus {
  switch (flow.state) {
    case 'running':
      return 'ok';
    case 'failed':
      return 'broken';
    case 'retrying':
      return 'late';
    case 'paused':
    case 'stopped':
      return 'paused';
    case 'starting':
      return 'unknown';
  }
}

type TableFacts = Pick<
  TableStatus,
  'state' | 'reason' | 'lag' | 'loading' | 'loadFailed' | 'freshnessMs' | 'openDeadLetters'
>;

/** Whether its rows move; what could not be stored is told by its condition. A table that somebody paused says so by its code; any other reason means that it stopped by itself. */
export function flowTableStatus(table: Omit<TableFacts, 'openDeadLetters'>): GraphStatus {
  if (table.state === 'paused')
    return table.reason === null || table.reason.code === 'WORMHOLE_FLOW_STATE' ? 'paused' : 'broken';
  if (table.state === 'stopped') return 'paused';
  if (table.state === 'retrying') return 'late';
  if (table.state === 'starting') return 'unknown';
  if (table.loadFailed) return 'broken';
  if (table.loading) return 'late';
  return table.lag > BUDGETS.flowLag || (table.freshnessMs ?? 0) > BUDGETS.freshnessMs ? 'late' : 'ok';
}

/** Of one table, or of several that are told as one: what moves, but has rows that wait for somebody, is told by those. */
export function flowTablesCondition(tables: readonly TableFacts[]): Condition {
  const status = worstStatus(tables.map(flowTableStatus));
  const count = tables.reduce((sum, { openDeadLetters }) => sum + openDeadLetters, 0);
  if (status === 'ok' && count > 0) return { status: 'late', cause: { is: 'dead-letters', count } };
  const late = tables.filter((table) => flowTableStatus(table) === 'late');
  if (status !== 'late') return { status };
  if (late.some(({ state }) => state === 'retrying')) return { status, cause: { is: 'retrying' } };
  return late.every(({ loading }) => loading) ? { status, cause: { is: 'loading' } } : { status };
}

export function flowCondition(flow: Pick<FlowStatus, 'state' | 'wanted' | 'tables' | 'openDeadLetters'>): Condition {
  const own = flowStateStatus(flow);
  if (flow.state === 'retrying') return { status: own, cause: { is: 'retrying' } };
  if (own !== 'ok') return { status: own };
  const condition = flow.tables.length === 0 ? { status: own } : flowTablesCondition(flow.tables);
  // Also those of a table that it no longer writes.
  if (flow.openDeadLetters > 0 && (condition.cause?.is === 'dead-letters' || LESS_THAN_LATE.has(condition.status)))
    return { status: 'late', cause: { is: 'dead-letters', count: flow.openDeadLetters } };
  return condition;
}

const LESS_THAN_LATE: ReadonlySet<GraphStatus> = new Set(['ok', 'paused', 'unknown']);

export function capturedTableStatus(
  table: Pick<CapturedTableView, 'captured' | 'capture' | 'stopped' | 'chosen' | 'problems'>,
): GraphStatus {
  if (table.stopped) return 'broken';
  if (!table.captured && table.chosen) return table.capture === null ? 'late' : 'unknown';
  if (!table.captured) return 'paused';
  return table.problems.some(({ severity }) => severity === 'blocking') ? 'broken' : 'ok';
}

export function pullStatus(pull: Pick<PullView, 'state' | 'waitsFor'>): GraphStatus {
  switch (pull.state) {
    case 'done':
    case 'running':
      return 'ok';
    case 'waiting':
      return pull.waitsFor === null ? 'unknown' : 'late';
    case 'paused':
    case 'cancelled':
      return 'paused';
    case 'failed':
      return 'broken';
  }
}

export function mountStatus(mount: Pick<MountView, 'state'>): GraphStatus {
  return mount.state === 'ok' ? 'ok' : 'broken';
}

/** What cannot be told right now, or not to the one who asks, says nothing about the view itself. */
const NOT_ITS_FAULT = /^SERVICE_|_FORBIDDEN$|_TIME_LIMIT$|_TIMEOUT$/;

export function viewStatus({ error }: { error: ViewState['error'] }): GraphStatus {
  if (error === null) return 'ok';
  return NOT_ITS_FAULT.test(error.code) ? 'unknown' : 'broken';
}

export function healthStatus(status: 'ok' | 'degraded' | 'down'): GraphStatus {
  return status === 'ok' ? 'ok' : status === 'degraded' ? 'late' : 'broken';
}
