/**
 * Decides whether two tables hold the same rows while both change: checksums of ranges first, row hashes only where they differ, and a
 * difference counts only if the sink has passed a position of the source that was taken after the source's row was read, and that row is
 * still the same one afterwards.
 */
import { RtdpError } from '@rtdp/ums/error';

/** The key columns' texts, in key order. */
export type KeyText = readonly string[];

/** A part of the key space: either keys after `after` (exclusive) up to `upTo` (inclusive), null = open; or one bucket of the keys' hashes. */
export type Segment =
  | { kind: 'range'; after: KeyText | null; upTo: KeyText | null }
  | { kind: 'bucket'; bucket: number; of: number };

export interface Checksum {
  readonly rows: number;
  readonly sum: string;
}

export interface ComparedRow {
  readonly hash: string;
  /** Changes with every write to the row, also one that brings an old value back. */
  readonly version: string;
  /** Canonical texts, parallel to `columns`. */
  readonly values: readonly (string | null)[];
}

/** One of the two tables. Both sides must be made for the same columns and key. */
export interface ComparedSide {
  readonly columns: readonly string[];
  readonly keyColumns: readonly string[];
  /** Whether both sides surely order the key alike, so that ranges can be used. */
  readonly ordered: boolean;
  estimateRows(): Promise<number>;
  /** The key of the row `rows` places after `after`, or null if there are fewer. */
  boundary(after: KeyText | null, rows: number): Promise<KeyText | null>;
  checksum(segment: Segment): Promise<Checksum>;
  /** All buckets in one reading; a bucket without rows may be left out. */
  bucketChecksums(of: number): Promise<Map<number, Checksum>>;
  /** Hash by `JSON.stringify(key)`. */
  rowHashes(segment: Segment): Promise<Map<string, string>>;
  rowsByKey(keys: readonly KeyText[]): Promise<Map<string, ComparedRow>>;
}

export interface Difference {
  readonly key: Readonly<Record<string, string>>;
  /** Seen from the sink: the row is missing, is too much, or has other values. */
  readonly kind: 'missing' | 'extra' | 'different';
  readonly columns: readonly { column: string; source: string | null; sink: string | null }[];
}

export interface Comparison {
  readonly equal: boolean;
  readonly sourceRows: number;
  readonly sinkRows: number;
  readonly segments: number;
  readonly differences: readonly Difference[];
  /** Rows that changed too often to be judged, by key; not counted as different. */
  readonly undecided: readonly Readonly<Record<string, string>>[];
  /** True if there are more differences than were asked for. */
  readonly more: boolean;
}

export interface CompareOptions {
  readonly source: ComparedSide;
  readonly sink: ComparedSide;
  /** Resolves when everything that the source had committed at the time of the call is in the sink. */
  readonly settle: () => Promise<void>;
  readonly chunkRows?: number;
  readonly mostDifferences?: number;
  /** Ends it between two questions. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { rows: number; estimatedRows: number; suspects: number }) => void;
}

const CHUNK_ROWS = 20_000;
const MOST_DIFFERENCES = 100;
/** Rows that are looked at again at once: they come whole, and may be wide. */
const ROWS_AT_ONCE = 500;
/** A row that changes so often between two readings is left undecided. */
const MOST_ROUNDS = 8;

/** @throws STORE_NOT_COMPARABLE if the sides have no common key, the reason of `signal`; otherwise whatever the sides or `settle` throw. */
export async function compareTables(options: CompareOptions): Promise<Comparison> {
  const { source, sink } = options;
  if (source.keyColumns.length === 0 || source.keyColumns.length !== sink.keyColumns.length) {
    throw new RtdpError({
      code: 'STORE_NOT_COMPARABLE',
      message: 'tables without a common key cannot be compared row by row',
      next: 'Give the source table a primary key, or compare counts by hand.',
      facts: { sourceKey: source.keyColumns, sinkKey: sink.keyColumns },
    });
  }
  await options.settle();
  const most = options.mostDifferences ?? MOST_DIFFERENCES;
  const survey = { sourceRows: 0, sinkRows: 0, segments: 0 };
  const suspects = new Set<string>();
  const differences: Difference[] = [];
  const undecided: Record<string, string>[] = [];
  const judge = async (fewest: number): Promise<void> => {
    while (suspects.size >= fewest && differences.length <= most) {
      const some = [...suspects].slice(0, ROWS_AT_ONCE);
      for (const key of some) suspects.delete(key);
      const judged = await judgeSuspects(options, some, most - differences.length);
      differences.push(...judged.differences);
      undecided.push(...judged.undecided);
    }
  };
  const estimatedRows = await source.estimateRows();
  const chunkRows = options.chunkRows ?? CHUNK_ROWS;
  for await (const [segment, ofSource, ofSink] of readChecksums(source, sink, chunkRows, estimatedRows)) {
    options.signal?.throwIfAborted();
    survey.segments++;
    survey.sourceRows += ofSource.rows;
    survey.sinkRows += ofSink.rows;
    const isAlike = ofSource.rows === ofSink.rows && ofSource.sum === ofSink.sum;
    if (!isAlike && differences.length <= most) {
      await addSuspects(options, segment, suspects);
      await judge(ROWS_AT_ONCE);
    }
    options.onProgress?.({ rows: survey.sourceRows, estimatedRows, suspects: suspects.size });
  }
  await judge(1);
  return {
    equal: differences.length === 0 && undecided.length === 0,
    ...survey,
    differences: differences.slice(0, most),
    undecided: differences.length > most ? [] : undecided,
    more: differences.length > most,
  };
}

async function* readChecksums(
  source: ComparedSide,
  sink: ComparedSide,
  chunkRows: number,
  estimatedRows: number,
): AsyncGenerator<[Segment, Checksum, Checksum]> {
  if (source.ordered && sink.ordered) {
    for (let after: KeyText | null = null; ; ) {
      const upTo = await source.boundary(after, chunkRows);
      const segment: Segment = { kind: 'range', after, upTo };
      const [ofSource, ofSink] = await Promise.all([source.checksum(segment), sink.checksum(segment)]);
      yield [segment, ofSource, ofSink];
      if (upTo === null) return;
      after = upTo;
    }
  }
  const of = Math.max(1, Math.ceil(estimatedRows / chunkRows));
  const [ofSource, ofSink] = await Promise.all([source.bucketChecksums(of), sink.bucketChecksums(of)]);
  const none: Checksum = { rows: 0, sum: '0' };
  for (let bucket = 0; bucket < of; bucket++) {
    yield [{ kind: 'bucket', bucket, of }, ofSource.get(bucket) ?? none, ofSink.get(bucket) ?? none];
  }
}

async function addSuspects({ source, sink }: CompareOptions, segment: Segment, suspects: Set<string>): Promise<void> {
  const [ofSource, ofSink] = await Promise.all([source.rowHashes(segment), sink.rowHashes(segment)]);
  for (const [key, hash] of ofSource) if (ofSink.get(key) !== hash) suspects.add(key);
  for (const key of ofSink.keys()) if (!ofSource.has(key)) suspects.add(key);
}

async function judgeSuspects(
  { source, sink, settle, signal }: CompareOptions,
  suspects: readonly string[],
  most: number,
): Promise<{ differences: Difference[]; undecided: Record<string, string>[] }> {
  const differences: Difference[] = [];
  /** Keys without a row at the source have no version to watch: they must be found wanting twice in a row. */
  const absentBefore = new Set<string>();
  let open = suspects;
  for (let round = 0; round < MOST_ROUNDS && open.length > 0; round++) {
    signal?.throwIfAborted();
    const keys = open.map((key) => JSON.parse(key) as string[]);
    const before = await source.rowsByKey(keys);
    await settle();
    const stored = await sink.rowsByKey(keys);
    const after = await source.rowsByKey(keys);
    const next: string[] = [];
    for (const key of open) {
      const [first, held, last] = [before.get(key), stored.get(key), after.get(key)];
      if (last?.hash === held?.hash) continue;
      const steady = first?.version === last?.version && (last !== undefined || absentBefore.has(key));
      if (last === undefined) absentBefore.add(key);
      else absentBefore.delete(key);
      if (steady) differences.push(describe(source, key, last, held));
      else next.push(key);
    }
    open = next;
    // More than will be shown: the rest would only be waited for.
    if (differences.length > most) break;
  }
  return { differences, undecided: open.map((key) => nameKey(source, key)) };
}

function describe(
  side: ComparedSide,
  key: string,
  source: ComparedRow | undefined,
  sink: ComparedRow | undefined,
): Difference {
  const columns = side.columns
    .map((column, index) => ({ column, source: source?.values[index] ?? null, sink: sink?.values[index] ?? null }))
    .filter((each) => source === undefined || sink === undefined || each.source !== each.sink);
  return {
    key: nameKey(side, key),
    kind: source === undefined ? 'extra' : sink === undefined ? 'missing' : 'different',
    columns,
  };
}

function nameKey(side: ComparedSide, key: string): Record<string, string> {
  const texts = JSON.parse(key) as string[];
  return Object.fromEntries(side.keyColumns.map((column, index) => [column, texts[index] ?? '']));
}
