/** Decides which Prometheus metrics tell of flows; labels are flow and sink table, never a row's content. */
import type { Metrics } from '@rtdp/service/metrics';
import type { SinkTableName } from '../flow/sink-name.ts';

const LABELS = ['flow', 'table'] as const;

/** Two sink tables of a flow may have one name in two schemas. */
export function tableLabels(flow: string, { schema, table }: SinkTableName): { flow: string; table: string } {
  return { flow, table: `${schema}.${table}` };
}

export type FlowMetrics = ReturnType<typeof createFlowMetrics>;

export function createFlowMetrics(metrics: Metrics) {
  return {
    rowsIn: metrics.counter('rtdp_wormhole_rows_in_total', 'Rows read for a sink table.', LABELS),
    rowsApplied: metrics.counter('rtdp_wormhole_rows_applied_total', 'Rows the sink applied.', LABELS),
    rowsStale: metrics.counter('rtdp_wormhole_rows_stale_total', 'Rows older than what the sink holds.', LABELS),
    rowsDeleted: metrics.counter('rtdp_wormhole_rows_deleted_total', 'Rows the sink deleted.', LABELS),
    rowsDead: metrics.counter('rtdp_wormhole_rows_dead_total', 'Rows that went to the dead letter.', LABELS),
    batches: metrics.counter('rtdp_wormhole_batches_total', 'Store transactions.', LABELS),
    retries: metrics.counter('rtdp_wormhole_retries_total', 'Store transactions that were tried again.', LABELS),
    skipped: metrics.counter('rtdp_wormhole_messages_skipped_total', 'Messages of a kind or form nobody knows.', [
      'flow',
      'kind',
    ]),
    lag: metrics.gauge('rtdp_wormhole_lag_messages', 'Messages not yet stored.', LABELS),
    freshness: metrics.gauge(
      'rtdp_wormhole_watermark_seconds',
      'Source time up to which a sink table is complete, seconds since 1970.',
      LABELS,
    ),
    latency: metrics.histogram(
      'rtdp_wormhole_latency_seconds',
      'Latency of the newest row of a batch: source (commit to Kafka), kafka (to reading), transform (to the store), sink (the store), total.',
      ['flow', 'part'],
    ),
    /** The flow is no more: nothing of it is told any longer. */
    forget: (flow: string): Promise<void> => metrics.forget('flow', flow),
  };
}
