/** Decides what is known of topics from Kafka, the sources that write and the flows that read them. Pure. */
import type { SourceView, TopicView } from '@rtdp/dbus/client';
import type { FlowStatus, FlowView } from '@rtdp/wormhole/client';

export interface Topic {
  name: string;
  source: SourceView | undefined;
  /** Belongs to no organisation: no source and no flow may name it until it is given to one. */
  isNobodys: boolean;
  flows: FlowView[];
  statuses: ReadonlyMap<string, FlowStatus>;
  /** Messages that the flow which is furthest behind has not done; null when none reads it. */
  lag: number | null;
  /** Offsets that were ever given; null for a topic that Kafka does not have (yet). */
  end: number | null;
  partitions: {
    partition: number;
    /** First offset that retention has left, and the one that comes next. */
    low: number;
    end: number;
    /** Of the flow that is furthest behind; null when none tells. */
    behind: number | null;
  }[];
}

export function topicsOf(
  topics: readonly TopicView[],
  sources: readonly SourceView[],
  flows: readonly FlowView[],
  statuses: ReadonlyMap<string, FlowStatus>,
): Topic[] {
  const there = new Map(topics.map((topic) => [topic.name, topic]));
  const names = new Set([...there.keys(), ...sources.map(({ topic }) => topic), ...flows.map(topicOf)]);
  return [...names]
    .filter((name) => name !== '')
    .sort()
    .map((name) => {
      const readers = flows.filter((flow) => topicOf(flow) === name);
      const seen = readers.flatMap(({ name: flow }) => statuses.get(flow) ?? []);
      const partitions = there.get(name)?.partitions;
      return {
        name,
        source: sources.find(({ topic }) => topic === name),
        isNobodys: there.get(name)?.organisationId === null,
        flows: readers,
        statuses,
        lag: seen.length === 0 ? null : Math.max(...seen.map(({ lag }) => lag)),
        end: partitions === undefined ? null : partitions.reduce((sum, { high }) => sum + Number(high), 0),
        partitions: (partitions ?? []).map(({ partition, low, high }) => ({
          partition,
          low: Number(low),
          end: Number(high),
          behind: furthestBehind(seen, partition),
        })),
      };
    });
}

/** Names of what the schema registry keeps in Kafka. */
const OF_REGISTRY: ReadonlySet<string> = new Set(['kafkasql-journal', 'kafkasql-snapshots', 'registry-events']);

/** Whether the platform keeps it for itself: no source that somebody registered writes it, no flow reads it. */
export function isInternal({ name, source, flows }: Pick<Topic, 'name' | 'source' | 'flows'>): boolean {
  return source === undefined && flows.length === 0 && (name.startsWith('rtdp.') || OF_REGISTRY.has(name));
}

export function topicOf({ definition }: Pick<FlowView, 'definition'>): string {
  const source = (definition as { source?: { topic?: unknown } } | null)?.source;
  return typeof source?.topic === 'string' ? source.topic : '';
}

function furthestBehind(flows: readonly FlowStatus[], partition: number): number | null {
  const behind = flows
    .flatMap(({ tables }) => tables.flatMap((table) => table.partitions))
    .filter((place) => place.partition === partition && place.highWatermark !== null)
    .map(({ highWatermark, doneOffset }) => Math.max(0, Number(highWatermark) - Number(doneOffset)));
  return behind.length === 0 ? null : Math.max(...behind);
}
