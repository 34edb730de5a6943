/** Decides where a service's metrics live: in a registry of its own, so that two services in one test stay apart. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; fine where a pipeline usually is, coarse where it should not be. */
export const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export interface Metrics {
  readonly registry: Registry;
  counter<Label extends string>(name: string, help: string, labels: readonly Label[]): Counter<Label>;
  gauge<Label extends string>(name: string, help: string, labels: readonly Label[]): Gauge<Label>;
  histogram<Label extends string>(
    name: string,
    help: string,
    labels: readonly Label[],
    buckets?: readonly number[],
  ): Histogram<Label>;
  /** Takes away every series of ours whose label has this value: what it told of is no more. */
  forget(label: string, value: string): Promise<void>;
}

/** A registry of its own with the process metrics in it; every metric of ours starts with `rtdp_`. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const ours: (Counter | Gauge | Histogram)[] = [];
  const own = <Metric extends Counter | Gauge | Histogram>(metric: Metric): Metric => {
    ours.push(metric);
    return metric;
  };
  return {
    registry,
    counter: (name, help, labels) => own(new Counter({ name, help, labelNames: labels, registers })),
    gauge: (name, help, labels) => own(new Gauge({ name, help, labelNames: labels, registers })),
    histogram: (name, help, labels, buckets = LATENCY_BUCKETS) =>
      own(new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers })),
    async forget(label, value) {
      for (const metric of ours) {
        for (const { labels } of (await metric.get()).values) {
          // Each bucket of a histogram is told as a value of its own; a series is what its other labels name.
          const { le: _bucket, ...series } = labels as Record<string, string | number>;
          if (series[label] === value) metric.remove(series);
        }
      }
    },
  };
}
