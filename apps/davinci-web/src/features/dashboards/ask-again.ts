/**
 * Decides when a widget is asked again after a commit. A question under way is let finish: broken off at each commit it would never answer where
 * commits come faster than answers. Whoever is named meanwhile is asked once more when the answer has come, unless that answer knows the commit
 * already; and who takes long to answer is left alone as long as it took, or half as long where another one is due then: what is asked together shares
 * its work. So nothing is missed, and about half of the time goes into asking.
 */
import type { Freshness } from '@rtdp/davinci-api/client';
import type { Query, QueryCacheNotifyEvent, QueryClient } from '@tanstack/react-query';
import { WIDGET_QUERY, type WidgetAnswer } from '../../widgets/use-widget-data.ts';

/** The longest rest after an answer, in milliseconds. */
const LONGEST_REST = 5_000;
/** What is due so soon after another travels with it, in milliseconds. */
const TOGETHER = 30;

/** Milliseconds to leave a widget alone whose answer took `took` milliseconds. */
export function restAfter(took: number): number {
  return Math.min(LONGEST_REST, took);
}

interface Asking {
  query: Query;
  /** Since when it is under way, by `performance.now()`; undefined where it is not. */
  since: number | undefined;
  restUntil: number;
  /** How long its last rest is, in milliseconds. */
  rest: number;
  /** What was told while it was under way: the commits of each time. */
  owed: (readonly Freshness[])[];
  /** When it is to be asked again. */
  dueAt: number | undefined;
}

export class AskAgain {
  readonly #client: QueryClient;
  readonly #asking = new Map<string, Asking>();
  /** Sink namespace → the newest that was heard of it. */
  readonly #heard = new Map<string, Freshness>();
  readonly #stop: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: QueryClient) {
    this.#client = client;
    this.#stop = client.getQueryCache().subscribe((event) => this.#see(event));
  }

  /** After `commits`: each of these widgets will have an answer that was asked for later than now. */
  ask(which: (query: Query) => boolean, commits: readonly Freshness[]): void {
    for (const commit of commits) this.#heard.set(commit.sinkNamespace, commit);
    const found = this.#client.getQueryCache().findAll({ predicate: (query) => isWidget(query) && which(query) });
    for (const query of found) {
      const asking = this.#of(query);
      if (asking.since === undefined) this.#owe(asking);
      else asking.owed.push(commits);
    }
    this.#askDue();
  }

  close(): void {
    this.#stop();
    clearTimeout(this.#timer);
    this.#asking.clear();
  }

  #of(query: Query): Asking {
    const known = this.#asking.get(query.queryHash);
    if (known !== undefined) return known;
    const since = isUnderWay(query) ? performance.now() : undefined;
    const asking: Asking = { query, since, restUntil: 0, rest: 0, owed: [], dueAt: undefined };
    this.#asking.set(query.queryHash, asking);
    return asking;
  }

  #see(event: QueryCacheNotifyEvent): void {
    const { query } = event;
    if (!isWidget(query)) return;
    if (event.type === 'removed') this.#asking.delete(query.queryHash);
    if (event.type !== 'updated') return;
    const asking = this.#of(query);
    const now = performance.now();
    // A try that failed was no answer that took long.
    if (event.action.type === 'failed') asking.since = now;
    if (isUnderWay(query)) {
      if (event.action.type !== 'fetch') return;
      // Whatever was told until now, this question comes after it.
      Object.assign(asking, { since: now, owed: [], dueAt: undefined });
    } else if (asking.since !== undefined) {
      asking.rest = restAfter(now - asking.since);
      asking.restUntil = now + asking.rest;
      asking.since = undefined;
      const isOwed = asking.owed.some((commits) => !this.#knows(query, commits));
      asking.owed = [];
      if (isOwed) this.#owe(asking);
      this.#wait();
    }
  }

  /**
   * Whether its answer was asked for when all that was told was known: it names every table that was told, at the newest number that was heard.
   * Numbers are not compared by size, as those of a table that was set back begin again; and without a number commits may have gone by unheard.
   */
  #knows({ state: { data, status } }: Query, commits: readonly Freshness[]): boolean {
    if (data === undefined || status !== 'success' || commits.length === 0) return false;
    const answered = new Map(
      (data as WidgetAnswer).freshness.map(({ sinkNamespace, commitNumber }) => [sinkNamespace, commitNumber]),
    );
    return commits.every(
      ({ sinkNamespace, commitNumber }) =>
        commitNumber !== null && answered.get(sinkNamespace) === this.#heard.get(sinkNamespace)?.commitNumber,
    );
  }

  #owe(asking: Asking): void {
    asking.dueAt ??= Math.max(performance.now(), asking.restUntil);
    // One that nobody looks at now is asked when somebody does.
    asking.query.invalidate();
  }

  #askDue(): void {
    const until = performance.now() + TOGETHER;
    const waiting = [...this.#asking.values()].filter(({ dueAt }) => dueAt !== undefined);
    const isTime = waiting.some(({ dueAt }) => dueAt! <= until);
    const due = isTime ? waiting.filter(({ dueAt, rest }) => dueAt! - rest / 2 <= until) : [];
    for (const each of due) each.dueAt = undefined;
    const hashes = new Set(due.map(({ query }) => query.queryHash));
    const isDue = (query: Query) => hashes.has(query.queryHash);
    if (due.length > 0) {
      void this.#client.refetchQueries({ predicate: isDue, type: 'active' }, { cancelRefetch: false });
    }
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const moments = [...this.#asking.values()].flatMap(({ dueAt }) => dueAt ?? []);
    if (moments.length === 0) return;
    this.#timer = setTimeout(() => this.#askDue(), Math.max(0, Math.min(...moments) - performance.now()));
  }
}

function isWidget({ queryKey }: Query): boolean {
  return queryKey[0] === WIDGET_QUERY;
}

function isUnderWay({ state }: Query): boolean {
  return state.fetchStatus !== 'idle';
}
