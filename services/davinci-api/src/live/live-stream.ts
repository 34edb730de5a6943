/**
 * Decides what one browser that looks at one dashboard, or makes a widget of a view, is told: what to ask for again after which commits. Rights,
 * documents and lineage are looked at anew with each push; what happens meanwhile is gathered and told together.
 */
import { isRtdpError } from '@rtdp/ums/error';
import type { LiveReady, LiveStale } from '../client/live.ts';
import type { Accounts, SignedIdentity, Viewer } from '../identity/accounts.ts';
import type { TokensOfNow } from '../identity/token-of-now.ts';
import type { OnBehalf } from '../sources/data-source.ts';
import type { CommitBook, Moved } from './commit-book.ts';
import type { DashboardLineage, DashboardPlans, LookedAt } from './dashboard-plan.ts';
import { readMark, writeMark } from './event-mark.ts';
import type { EventStream } from './event-stream.ts';
import { FRESHNESS_EVERY_MS, movedSince, pushWindow, widgetsToRefresh } from './refresh-policy.ts';

export interface LiveStreamOptions {
  organisationId: string;
  roles: readonly string[];
  /** Which of the viewer's sign-ins looks. */
  signedIn: Pick<SignedIdentity, 'generation'>;
  /** What is looked at, as it is now. @throws RtdpError DAVINCI_NOT_FOUND */
  planOf(viewer: Viewer): Promise<LookedAt>;
  onBehalf: OnBehalf;
  /** Of the last event that the browser had, if it comes back. */
  lastEventId: string | undefined;
  accounts: Accounts;
  tokens: TokensOfNow;
  plans: DashboardPlans;
  commits: CommitBook;
  /** How long a query takes of late. */
  pace: () => number;
  now: () => number;
  /** Whether commits can be heard at present. */
  isHearing: () => boolean;
  /** Told of each push, with the tables that changed. */
  pushed: (changed: readonly string[]) => void;
  failed: (error: unknown) => void;
}

/** A browser that begins may have asked for its data just before a commit that it is not told of. */
const RECENT_MS = 30_000;
const RETRY_MS = 3_000;

const STALE: Record<LiveStale['why'], string> = {
  token: 'The token has expired; come back with a new one.',
  rights: 'What is shown is not yours to see any more.',
  slow: 'The browser did not take what was sent; come back.',
  feedback: 'Commits cannot be heard at present.',
  source: 'What the widgets read cannot be found out at present.',
  changed: 'The dashboard, or a widget or view of it, was changed.',
  stopping: 'The service is stopping; come back in a moment.',
};

export class LiveStream {
  readonly #options: LiveStreamOptions;
  readonly #events: EventStream;
  #changed = new Set<string>();
  #moved = new Set<string>();
  /** Table → the commit that the browser was told of. */
  readonly #told = new Map<string, string | null>();
  /** Widgets whose tables are not known yet. */
  #unknown = new Set<string>();
  #state = '';
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #pushing = false;
  #mustLook = false;
  #ended = false;
  #lastPushAt = Number.NEGATIVE_INFINITY;
  #toldSource = false;
  /** Any table may have moved before it was known which ones matter. */
  #anyMoved = false;
  #lineage: DashboardLineage | undefined;

  constructor(options: LiveStreamOptions, events: EventStream) {
    this.#options = options;
    this.#events = events;
    events.onDrain = () => this.#schedule();
    events.onSlow = () => this.end('slow');
    // Also where nothing happens, the one who looks may have lost the right to.
    events.onLook = () => this.#lookAgain();
  }

  get organisationId(): string {
    return this.#options.organisationId;
  }

  /** Says `ready`, and what was missed since the last event of an earlier stream. */
  async begin(): Promise<void> {
    await this.#guarded(async () => {
      const lineage = await this.#readLineage();
      if (lineage === undefined) return;
      const namespaces = namespacesIn(lineage);
      const { commits, organisationId, lastEventId, now } = this.#options;
      if (lastEventId === undefined) {
        for (const namespace of namespaces) this.#told.set(namespace, this.#numberOf(namespace));
        this.#sayReady();
        const isRecent = (name: string) => now() - (commits.find(organisationId, name)?.heardAt ?? 0) < RECENT_MS;
        for (const name of namespaces) if (this.#anyMoved || isRecent(name)) this.#changed.add(name);
        return;
      }
      const told = readMark(lastEventId, namespaces);
      // Still what it was told: the connection may break again before it has heard what it missed.
      for (const namespace of namespaces) this.#told.set(namespace, told.get(namespace) ?? null);
      this.#sayReady();
      const missed = movedSince(told, namespaces, (name) => this.#numberOf(name));
      for (const namespace of missed) this.#changed.add(namespace);
    });
    this.#schedule();
  }

  /** A table of the organisation moved. */
  moved({ sinkNamespace, changed }: Moved): void {
    // Before the lineage is known everything may matter.
    if (this.#lineage !== undefined && this.#unknown.size === 0 && !this.#told.has(sinkNamespace)) return;
    (changed ? this.#changed : this.#moved).add(sinkNamespace);
    this.#schedule();
  }

  /** Nobody knows which tables moved. */
  anyMoved(): void {
    this.#anyMoved = this.#lineage === undefined;
    for (const namespace of this.#told.keys()) this.#changed.add(namespace);
    this.#schedule();
  }

  /** Something that the dashboard may stand on was edited. */
  documentsChanged(): void {
    this.#lookAgain();
  }

  /** Commits can, or cannot, be heard. */
  hearing(isHeard: boolean): void {
    // One that has not begun yet says both when it does.
    if (this.#lineage === undefined) return;
    if (isHeard) this.#sayReady();
    else this.#sayStale('feedback');
  }

  end(why: LiveStale['why']): void {
    if (this.#ended) return;
    this.#sayStale(why);
    this.#events.end();
  }

  /** The connection is gone. */
  closed(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#retry);
  }

  /** Also where no table moved. */
  #lookAgain(): void {
    this.#mustLook = true;
    this.#schedule();
  }

  #schedule(): void {
    const { now, pace } = this.#options;
    const sinceLastPush = now() - this.#lastPushAt;
    if (this.#mustLook) this.#scheduleIn(0);
    else if (this.#changed.size > 0) this.#scheduleIn(pushWindow(sinceLastPush, pace()));
    else if (this.#moved.size > 0) this.#scheduleIn(Math.max(0, FRESHNESS_EVERY_MS - sinceLastPush));
  }

  #scheduleIn(milliseconds: number): void {
    if (this.#ended || this.#pushing || !this.#events.ready) return;
    const dueAt = this.#options.now() + milliseconds;
    if (this.#timer !== undefined && this.#dueAt <= dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#guarded(() => this.#push()).then(() => this.#schedule());
    }, milliseconds);
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    this.#pushing = true;
    try {
      await work();
    } catch (error) {
      if (isRtdpError(error, 'DAVINCI_LOGIN_FAILED')) return this.end('token');
      const isGone = isRtdpError(error, 'DAVINCI_NOT_FOUND') || isRtdpError(error, 'IDENTITY_TOKEN_INVALID');
      if (!isGone) this.#options.failed(error);
      // What failed here in another way is gone for the moment: the browser comes back and is told what it missed.
      this.end(isGone ? 'rights' : 'source');
    } finally {
      this.#pushing = false;
    }
  }

  async #push(): Promise<void> {
    const changed = this.#changed;
    const moved = new Set([...this.#moved, ...changed]);
    this.#changed = new Set();
    this.#moved = new Set();
    this.#mustLook = false;
    // Before anything is waited for: what moves from here on is told by the next push.
    const numbers = new Map([...moved].map((namespace) => [namespace, this.#numberOf(namespace)]));
    const unknownBefore = this.#unknown;
    const lineage = await this.#readLineage();
    if (lineage === undefined || this.#ended) return;
    const known = lineage.widgets.filter(({ widgetId }) => unknownBefore.has(widgetId)).map(({ widgetId }) => widgetId);
    const namespaces = new Set(namespacesIn(lineage));
    // Commits of a table were not heeded before it entered the lineage, so whoever reads it is asked for again.
    const entered = [...namespaces].filter((namespace) => !this.#told.has(namespace));
    const toRefresh = widgetsToRefresh(lineage.widgets, new Set([...changed, ...entered]));
    const widgets = [...new Set([...toRefresh, ...known])];
    for (const namespace of namespaces) {
      const number = numbers.get(namespace);
      if (number !== undefined) this.#told.set(namespace, number);
      else if (!this.#told.has(namespace)) this.#told.set(namespace, this.#numberOf(namespace));
    }
    for (const namespace of this.#told.keys()) if (!namespaces.has(namespace)) this.#told.delete(namespace);
    const touched = [...new Set([...moved, ...entered])].filter((namespace) => namespaces.has(namespace));
    if (widgets.length === 0 && touched.length === 0) return;
    const { commits, organisationId, now, pushed } = this.#options;
    this.#events.send(
      'commit',
      { widgets, commits: commits.freshnessOf(organisationId, touched) },
      writeMark(this.#told),
    );
    this.#lastPushAt = now();
    pushed(touched.filter((namespace) => changed.has(namespace)));
  }

  /** As it is for the viewer's rights of now; says so where something is stale. Undefined when the stream has ended. */
  async #readLineage(): Promise<DashboardLineage | undefined> {
    const { accounts, tokens, plans, organisationId, planOf, roles, signedIn } = this.#options;
    const { subject, token } = this.#options.onBehalf;
    const viewer = await accounts.current({ organisationId, subject, roles, ...signedIn });
    const plan = await planOf(viewer);
    if (this.#state !== '' && this.#state !== plan.state) this.#sayStale('changed');
    this.#state = plan.state;
    const lineage = await plans.lineageOf(plan, viewer, { subject, token: await tokens.of(token, viewer) });
    if (this.#ended) return undefined;
    this.#unknown = new Set(lineage.unknown.map(({ widgetId }) => widgetId));
    const isAway = lineage.unknown.some(({ error }) => isRtdpError(error, 'SERVICE_UNAVAILABLE'));
    if (isAway && !this.#toldSource) this.#sayStale('source');
    this.#toldSource = isAway;
    clearTimeout(this.#retry);
    if (lineage.unknown.length > 0) this.#retry = setTimeout(() => this.#lookAgain(), RETRY_MS);
    this.#lineage = lineage;
    return lineage;
  }

  #sayReady(): void {
    const { commits, organisationId, now, isHearing } = this.#options;
    const data: LiveReady = {
      at: new Date(now()).toISOString(),
      state: this.#state,
      commits: commits.freshnessOf(organisationId, this.#told.keys()),
    };
    this.#events.send('ready', data, writeMark(this.#told));
    if (!isHearing()) this.#sayStale('feedback');
  }

  #sayStale(why: LiveStale['why']): void {
    this.#events.send('stale', { why, message: STALE[why] });
  }

  #numberOf(namespace: string): string | null {
    const commit = this.#options.commits.find(this.#options.organisationId, namespace);
    return commit === undefined ? null : String(commit.commitNumber);
  }
}

function namespacesIn({ widgets }: DashboardLineage): string[] {
  return [...new Set(widgets.flatMap(({ namespaces }) => [...namespaces]))];
}
