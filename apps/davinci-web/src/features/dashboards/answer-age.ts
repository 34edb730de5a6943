/** Decides whether an answer is older than a commit that was heard of: where several servers run, the one that answers may hear later than the one that tells. */
import type { Freshness } from '@rtdp/davinci-api/client';

/** An answer that knows no commit of a table is older than any that was heard of. */
export function isBehind(answered: readonly Freshness[], heard: ReadonlyMap<string, Freshness>): boolean {
  return answered.some(({ sinkNamespace, commitNumber }) => {
    const later = heard.get(sinkNamespace)?.commitNumber ?? null;
    return later !== null && (commitNumber === null || BigInt(later) > BigInt(commitNumber));
  });
}

/** How fresh an answer is by now: of the same commit it is as complete as the stream says since; of a later one it knows nothing. */
export function freshnessNow(answered: Freshness, heard: ReadonlyMap<string, Freshness>): Freshness {
  const later = heard.get(answered.sinkNamespace);
  const isSame = later !== undefined && later.commitNumber === answered.commitNumber;
  return isSame && (later.watermark ?? '') >= (answered.watermark ?? '') ? later : answered;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4_000;

/** Milliseconds until it is worth asking again: ever longer, and never the last time, as a server may hear much later. */
export function waitBeforeTry(tries: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
}
