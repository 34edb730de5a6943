/** Decides which numbers of a source Prometheus sees. */
import type { Metrics } from '@rtdp/service/metrics';
import type { StreamFigures } from '../pipeline/contract.ts';
import { tableKey } from '../pipeline/schema-ledger.ts';
import type { SlotReport, TableProgress } from '../sources/contract.ts';

export interface SourceMetrics {
  /** Takes the figures of a running stream; called every second or two. @param tables every one that is captured now */
  stream(source: string, figures: StreamFigures, tables: readonly TableProgress[], nowMillis: number): void;
  slot(source: string, report: SlotReport): void;
  state(source: string, state: string): void;
  pullRows(source: string, table: string, rows: number, bytes: number, seconds: number): void;
  reread(source: string, rows: number): void;
  /** The source is no more: nothing of it is told any longer. */
  forget(source: string): Promise<void>;
}

export function createSourceMetrics(metrics: Metrics, states: readonly string[]): SourceMetrics {
  const gauge = (name: string, help: string) => metrics.gauge(name, help, ['source']);
  const counter = (name: string, help: string) => metrics.counter(name, help, ['source']);
  const state = metrics.gauge('rtdp_dbus_source_state', 'State of a source: 1 at the one it is in.', [
    'source',
    'state',
  ]);
  const counters = {
    rows: counter('rtdp_dbus_rows_total', 'Row changes published.'),
    bytes: counter('rtdp_dbus_bytes_total', 'Bytes of messages published.'),
    sourceTransactions: counter('rtdp_dbus_source_transactions_total', 'Transactions of the source published.'),
    kafkaTransactions: counter('rtdp_dbus_kafka_transactions_total', 'Kafka transactions committed.'),
    deadLetters: counter('rtdp_dbus_dead_letters_total', 'Rows that went to the dead letters.'),
    rereads: counter('rtdp_dbus_reread_requests_total', 'Re-reads asked for by the stream.'),
    heartbeats: counter('rtdp_dbus_heartbeats_total', 'Heartbeats that came back through the log.'),
    sourceTextValues: counter(
      'rtdp_dbus_source_text_values_total',
      'Values kept in the text of the source because UMS has no form for them.',
    ),
    restarts: counter(
      'rtdp_dbus_stream_restarts_total',
      'Times the stream began again after losing Postgres or Kafka.',
    ),
  } as const;
  const lag = metrics.gauge(
    'rtdp_dbus_table_lag_seconds',
    'How far a captured table is behind: age of the newest published change of it or, unless it stopped by itself, of a later heartbeat. One that is stopped has none from the start of the stream on.',
    ['source', 'table'],
  );
  const tableRows = metrics.counter('rtdp_dbus_table_rows_total', 'Row changes published, per table.', [
    'source',
    'table',
  ]);
  const openBytes = gauge('rtdp_dbus_open_bytes', 'Bytes decoded and not yet committed in Kafka.');
  const sourceLag = gauge(
    'rtdp_dbus_source_lag_seconds',
    'Age of the newest published transaction, heartbeats included.',
  );
  const latency = metrics.histogram(
    'rtdp_dbus_commit_latency_seconds',
    'From the commit at the source to the commit in Kafka; the last transaction of each second.',
    ['source'],
  );
  const slotLag = gauge('rtdp_dbus_slot_lag_bytes', 'Log written after what the slot has confirmed.');
  const slotRetained = gauge('rtdp_dbus_slot_retained_bytes', 'Log that the server keeps for the slot.');
  const slotBudget = gauge('rtdp_dbus_slot_budget_bytes', 'Log that the slot may hold back before there is an alarm.');
  const slotUsable = gauge('rtdp_dbus_slot_usable', '1 while the slot exists and is valid.');
  const pulled = metrics.counter('rtdp_dbus_pull_rows_total', 'Rows read by pulls.', ['source', 'table']);
  const pulledBytes = metrics.counter('rtdp_dbus_pull_bytes_total', 'Bytes of messages written by pulls.', [
    'source',
    'table',
  ]);
  const chunkSeconds = metrics.histogram('rtdp_dbus_pull_chunk_seconds', 'Duration of a chunk of a pull.', ['source']);
  const reread = counter('rtdp_dbus_reread_rows_total', 'Rows read again on request.');
  /** Figures count since the stream was made; counters must never go back. */
  const seen = new Map<string, Partial<Record<string, number>>>();
  /** Tables of each source whose lag is told. */
  const told = new Map<string, ReadonlySet<string>>();

  const grown = (source: string, name: string, value: number): number => {
    const of = seen.get(source) ?? {};
    seen.set(source, of);
    const before = of[name] ?? 0;
    of[name] = value;
    return value >= before ? value - before : value;
  };

  return {
    stream(source, figures, tables, nowMillis) {
      const label = { source };
      for (const [name, metric] of Object.entries(counters) as [keyof typeof counters, (typeof counters)['rows']][]) {
        metric.inc(label, grown(source, name, figures[name]));
      }
      // A sample a second (heartbeats see to it that there is one); the stream itself stays free of metrics.
      if (grown(source, 'latency samples', figures.kafkaTransactions) > 0 && figures.lastLatencyMillis > 0) {
        latency.observe(label, figures.lastLatencyMillis / 1000);
      }
      openBytes.set(label, figures.openBytes);
      if (figures.publishedCommitMillis > 0)
        sourceLag.set(label, Math.max(0, nowMillis - figures.publishedCommitMillis) / 1000);
      for (const progress of tables) {
        const table = tableKey(progress);
        tableRows.inc({ source, table }, grown(source, `table ${table}`, progress.rows));
        if (progress.reachedMillis > 0)
          lag.set({ source, table }, Math.max(0, nowMillis - progress.reachedMillis) / 1000);
      }
      const captured = new Set(tables.map(tableKey));
      for (const table of told.get(source) ?? []) if (!captured.has(table)) lag.remove({ source, table });
      told.set(source, captured);
    },
    slot(source, report) {
      const label = { source };
      slotLag.set(label, report.lagBytes);
      slotRetained.set(label, report.retainedBytes);
      slotBudget.set(label, report.budgetBytes);
      slotUsable.set(label, report.invalidation === '' ? 1 : 0);
    },
    state(source, current) {
      for (const each of states) state.set({ source, state: each }, each === current ? 1 : 0);
    },
    pullRows(source, table, rows, bytes, seconds) {
      pulled.inc({ source, table }, rows);
      pulledBytes.inc({ source, table }, bytes);
      chunkSeconds.observe({ source }, seconds);
    },
    reread: (source, rows) => reread.inc({ source }, rows),
    forget(source) {
      seen.delete(source);
      told.delete(source);
      return metrics.forget('source', source);
    },
  };
}
