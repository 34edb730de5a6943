/**
 * Decides when the world is told that a sink table changed, or only that it is complete up to a later time, and what the
 * watermark is: the least source commit time over all partitions of the inputs; none while a pull is loading.
 */
import type { FlowContext } from '../flow/flow-context.ts';

/** A partition of the table as its lane, or another worker's mirror, tells it. */
export interface PartitionProgress {
  partition: number;
  /** `ums_ts_`, UTC; undefined as long as nothing has told a time. */
  watermark: string | undefined;
  loading: boolean;
}

export interface TableFreshness {
  watermark: string | null;
  loading: boolean;
}

/** The least watermark over all `partitionCount` partitions; null while one has none, or a pull is loading. */
export function freshnessOf(progress: Iterable<PartitionProgress>, partitionCount: number): TableFreshness {
  let least: string | undefined;
  const told = new Set<number>();
  let loading = false;
  for (const { partition, watermark, loading: isLoading } of progress) {
    loading ||= isLoading;
    if (watermark === undefined) continue;
    told.add(partition);
    if (least === undefined || watermark.padEnd(26, '0') < least.padEnd(26, '0')) least = watermark;
  }
  return { watermark: loading || told.size < partitionCount || least === undefined ? null : least, loading };
}

export class CommitNotices {
  readonly #context: FlowContext;
  readonly #sinkNamespace: string;
  /** Lanes of this worker, and what others have mirrored for partitions that are theirs. */
  readonly own = new Set<PartitionProgress>();
  others: readonly PartitionProgress[] = [];
  #commitNumber = 0n;
  #told: TableFreshness = { watermark: null, loading: false };

  constructor(context: FlowContext, sinkNamespace: string) {
    this.#context = context;
    this.#sinkNamespace = sinkNamespace;
  }

  get commitNumber(): bigint {
    return this.#commitNumber;
  }

  freshness(): TableFreshness {
    const mine = new Set([...this.own].map(({ partition }) => partition));
    const others = this.others.filter(({ partition }) => !mine.has(partition));
    return freshnessOf([...this.own, ...others], this.#context.partitionCount);
  }

  /** A transaction of the sink was committed under this number. */
  committed(commitNumber: bigint): void {
    if (commitNumber > this.#commitNumber) this.#commitNumber = commitNumber;
    this.#tell(true, this.freshness());
  }

  /** Something was stored or passed: tells only if the table's freshness is another now. */
  moved(): void {
    // Before its first batch this worker does not know the number that others have told; one that is too small never goes out.
    if (this.#commitNumber === 0n) return;
    const freshness = this.freshness();
    if (freshness.watermark === this.#told.watermark && freshness.loading === this.#told.loading) return;
    this.#tell(false, freshness);
  }

  #tell(changed: boolean, freshness: TableFreshness): void {
    this.#told = freshness;
    this.#context.feedback.notice({
      organisationId: this.#context.organisationId,
      flow: this.#context.definition.name,
      sinkNamespace: this.#sinkNamespace,
      commitNumber: this.#commitNumber,
      watermark: freshness.watermark,
      loading: freshness.loading,
      changed,
      at: this.#context.now(),
    });
  }
}
