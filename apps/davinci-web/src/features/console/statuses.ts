/** Decides which of the five states of the consoles a source, a flow, a table, a pull or a mount is in. One place, so that a colour means the same everywhere. */
import type { ViewState } from '@rtdp/davinci-api/client';
import type { CapturedTableView, PullView, SourceView } from '@rtdp/dbus/client';
import type { MountView } from '@rtdp/moonbox/client';
import type { FlowStatus, FlowView, TableStatus } from '@rtdp/wormhole/client';
import { type GraphStatus, worstStatus } from './graph.ts';

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

/** A table that somebody paused says so by its code; any other reason means that it stopped by itself. */
export function flowTableStatus(
  table: Pick<TableStatus, 'state' | 'reason' | 'lag' | 'loading' | 'loadFailed' | 'freshnessMs'>,
): GraphStatus {
  if (table.state === 'paused')
    return table.reason === null || table.reason.code === 'WORMHOLE_FLOW_STATE' ? 'paused' : 'broken';
  if (table.state === 'stopped') return 'paused';
  if (table.state === 'retrying') return 'late';
  if (table.state === 'starting') return 'unknown';
  if (table.loadFailed) return 'broken';
  if (table.loading) return 'late';
  return table.lag > BUDGETS.flowLag || (table.freshnessMs ?? 0) > BUDGETS.freshnessMs ? 'late' : 'ok';
}

export function flowStatus(flow: Pick<FlowStatus, 'state' | 'wanted' | 'tables' | 'openDeadLetters'>): GraphStatus {
  const own = flowStateStatus(flow);
  if (own !== 'ok') return own;
  const tables = flow.tables.map(flowTableStatus);
  return worstStatus([own, ...tables, ...(flow.openDeadLetters > 0 ? (['late'] as const) : [])]);
}

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
