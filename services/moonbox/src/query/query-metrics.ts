/** Decides what is measured of statements: how many, how long, how many wait. */
import type { Metrics } from '@rtdp/service/metrics';
import type { AuditRecord } from './audit-record.ts';
import type { RunningQueries } from './running.ts';
import type { Slots } from './slots.ts';

/** @returns what each finished statement is told to */
export function createQueryMetrics(metrics: Metrics): (record: AuditRecord) => void {
  const duration = metrics.histogram('rtdp_moonbox_query_seconds', 'From the call to the end of a statement.', [
    'kind',
    'via',
    'state',
  ]);
  const queued = metrics.histogram('rtdp_moonbox_queue_seconds', 'Time that statements waited for a slot.', []);
  const rows = metrics.counter('rtdp_moonbox_rows_total', 'Rows that statements gave.', ['via']);
  return ({ kind, via, state, milliseconds, queuedMilliseconds, rows: given }) => {
    duration.observe({ kind, via, state }, milliseconds / 1000);
    queued.observe(queuedMilliseconds / 1000);
    rows.inc({ via }, given);
  };
}

/** Gauges of the moment; read when somebody scrapes. */
export function watchQueries(metrics: Metrics, running: RunningQueries, slots: Slots): void {
  const gauge = metrics.gauge('rtdp_moonbox_queries', 'Statements by where they are.', ['state']);
  Object.assign(gauge, {
    collect() {
      gauge.set({ state: 'open' }, running.size);
      gauge.set({ state: 'running' }, slots.running);
      gauge.set({ state: 'waiting' }, slots.waiting);
    },
  });
}
