/** Decides what is known of topics from the sources that write and the flows that read them. Pure. */
import type { SourceView } from '@rtdp/dbus/client';
import type { FlowStatus, FlowView } from '@rtdp/wormhole/client';

export interface Topic {
  name: string;
  source: SourceView | undefined;
  flows: FlowView[];
  statuses: ReadonlyMap<string, FlowStatus>;
  /** Messages that the flow which is furthest behind has not done; null when none reads it. */
  lag: number | null;
  /** Messages that were ever written, as far as a running flow sees the partitions; null when none does. */
  end: number | null;
  partitions: { partition: number; end: number; behind: number }[];
}

export function topicsOf(
  sources: readonly SourceView[],
  flows: readonly FlowView[],
  statuses: ReadonlyMap<string, FlowStatus>,
): Topic[] {
  const names = new Set([...sources.map(({ topic }) => topic), ...flows.map(topicOf)]);
  return [...names]
    .filter((name) => name !== '')
    .sort()
    .map((name) => {
      const readers = flows.filter((flow) => topicOf(flow) === name);
      const seen = readers.flatMap(({ name: flow }) => statuses.get(flow) ?? []);
      const partitions = partitionsOf(seen);
      return {
        name,
        source: sources.find(({ topic }) => topic === name),
        flows: readers,
        statuses,
        lag: seen.length === 0 ? null : Math.max(...seen.map(({ lag }) => lag)),
        end: partitions.length === 0 ? null : partitions.reduce((sum, { end }) => sum + end, 0),
        partitions,
      };
    });
}

export function topicOf({ definition }: Pick<FlowView, 'definition'>): string {
  const source = (definition as { source?: { topic?: unknown } } | null)?.source;
  return typeof source?.topic === 'string' ? source.topic : '';
}

function partitionsOf(flows: readonly FlowStatus[]): Topic['partitions'] {
  const found = new Map<number, { partition: number; end: number; behind: number }>();
  for (const { partition, highWatermark, doneOffset } of flows.flatMap(({ tables }) =>
    tables.flatMap((table) => table.partitions),
  )) {
    if (highWatermark === null) continue;
    const end = Number(highWatermark);
    const behind = Math.max(0, end - Number(doneOffset));
    const before = found.get(partition);
    found.set(partition, {
      partition,
      end: Math.max(end, before?.end ?? 0),
      behind: Math.max(behind, before?.behind ?? 0),
    });
  }
  return [...found.values()].sort((a, b) => a.partition - b.partition);
}
