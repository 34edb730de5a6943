/** Decides when it is worth telling that a source is cut off from its server or from Kafka, and that it streams again: once each, and not for a moment. Pure. */

/** What comes and goes faster is not told: it would fill the history. */
const STEADY_MS = 10_000;

/** `unknown`: it is being found out. `held`: nobody wants it to stream here. */
export type SourceFlow = 'streams' | 'unknown' | 'held' | { reason: string };

export type OutageNews =
  | { kind: 'stream-lost'; since: number; reason: string }
  | { kind: 'stream-resumed'; since: number };

export class SourceOutage {
  /** undefined = nothing yet, by this process. */
  #told: OutageNews['kind'] | undefined;
  /** What it has been since, in milliseconds since 1970; undefined while that was told already. */
  #found: { kind: OutageNews['kind']; since: number } | undefined;

  /** To be asked every second or so. */
  look(flow: SourceFlow, now: number): OutageNews | undefined {
    if (flow === 'unknown') return undefined;
    if (flow === 'held') {
      this.#told = undefined;
      this.#found = undefined;
      return undefined;
    }
    const kind = flow === 'streams' ? 'stream-resumed' : 'stream-lost';
    if (kind === this.#told) {
      this.#found = undefined;
      return undefined;
    }
    if (this.#found?.kind !== kind) this.#found = { kind, since: now };
    const { since } = this.#found;
    if (now - since < STEADY_MS) return undefined;
    this.#told = kind;
    this.#found = undefined;
    return flow === 'streams' ? { kind: 'stream-resumed', since } : { kind: 'stream-lost', since, reason: flow.reason };
  }
}
