/** Keeps the newest commit that was heard of for each sink table of each organisation, and tells who listens what moved. */
import type { Freshness } from '../client/questions.ts';

/** What a commit notice says; see Wormhole's feedback records. */
export interface Notice {
  organisationId: string;
  sinkNamespace: string;
  commitNumber: bigint;
  /** Source time up to which the table is complete; null while that is not known. */
  watermark: string | null;
  loading: boolean;
  /** Milliseconds since 1970, of the worker that told it. */
  at: number;
}

export interface Commit {
  commitNumber: bigint;
  watermark: string | null;
  loading: boolean;
  at: number;
  /** When this process heard of the number, milliseconds of its own clock. */
  heardAt: number;
}

export interface Moved {
  organisationId: string;
  sinkNamespace: string;
  /** False when only the watermark moved. */
  changed: boolean;
}

export interface CommitListener {
  moved(moved: Moved): void;
  /** Any table may have moved. */
  forgot(): void;
}

/** Numbers only grow, but for a store that was set back; then they begin again, and the times tell that it is no late notice. */
const RESTART_MS = 10_000;

export class CommitBook {
  readonly #now: () => number;
  readonly #byOrganisation = new Map<string, Map<string, Commit>>();
  readonly #listeners = new Set<CommitListener>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Gives a function that ends the listening. */
  listen(listener: CommitListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  note(notice: Notice): void {
    const { organisationId, sinkNamespace, commitNumber, watermark, loading, at } = notice;
    let commits = this.#byOrganisation.get(organisationId);
    if (commits === undefined) {
      commits = new Map();
      this.#byOrganisation.set(organisationId, commits);
    }
    const known = commits.get(sinkNamespace);
    if (known !== undefined && commitNumber < known.commitNumber && at < known.at + RESTART_MS) return;
    const changed = known === undefined || commitNumber !== known.commitNumber;
    if (!changed && known.watermark === watermark && known.loading === loading) return;
    const heardAt = changed ? this.#now() : known.heardAt;
    commits.set(sinkNamespace, { commitNumber, watermark, loading, at, heardAt });
    for (const { moved } of this.#listeners) moved({ organisationId, sinkNamespace, changed });
  }

  /** Commits may have gone by unheard: nothing that is known counts any more. */
  forget(): void {
    this.#byOrganisation.clear();
    for (const { forgot } of this.#listeners) forgot();
  }

  find(organisationId: string, sinkNamespace: string): Commit | undefined {
    return this.#byOrganisation.get(organisationId)?.get(sinkNamespace);
  }

  freshnessOf(organisationId: string, sinkNamespaces: Iterable<string>): Freshness[] {
    return [...sinkNamespaces].map((sinkNamespace) => {
      const commit = this.find(organisationId, sinkNamespace);
      return {
        sinkNamespace,
        commitNumber: commit === undefined ? null : String(commit.commitNumber),
        watermark: commit?.watermark == null ? null : isoTime(commit.watermark),
        loading: commit?.loading ?? false,
      };
    });
  }
}

/** A `ums_ts_` is `2026-01-01 10:00:00.123456`, UTC. */
function isoTime(umsTime: string): string {
  return `${umsTime.replace(' ', 'T')}Z`;
}
