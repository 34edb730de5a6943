/** Decides the life of one source under supervision: begun, tried again, held, watched while held, taken away; one step at a time. */
import type { Bus } from '@rtdp/bus/bus';
import type { Logger } from '@rtdp/service/logging';
import { isRtdpError, RtdpError, sentences } from '@rtdp/ums/error';
import { DBUS_TOPICS, type SourceDefinition } from './catalog/source-definition.ts';
import type { SourceLease } from './catalog/source-lease.ts';
import type { SourceState } from './catalog/source-states.ts';
import { type Reason, reasonOf, type SourceStore, type StoredSource } from './catalog/source-store.ts';
import type { SourceMetrics } from './health/source-metrics.ts';
import type { TableName } from './pipeline/contract.ts';
import type { RunningSource, SlotReport, SourceKind, SourceSurroundings, SourceWatch } from './sources/contract.ts';
import { isFenced, Standby } from './standby.ts';

export interface SupervisedSourceOptions {
  store: SourceStore;
  leaseOf: (source: StoredSource) => SourceLease;
  bus: Bus;
  metrics: SourceMetrics;
  logger: Logger;
  now: () => number;
  loadKind: (name: string) => Promise<SourceKind>;
  surround: (stored: StoredSource) => SourceSurroundings;
}

export interface SourceHealth {
  status: 'ok' | 'degraded' | 'down';
  detail: string;
}

export interface EndedStream {
  running: RunningSource;
  endedBy: RtdpError | 'a command elsewhere' | undefined;
}

const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** Trying again would change nothing until somebody mends something. */
const FINAL_CODES = new Set([
  'DBUS_SLOT_LOST',
  'DBUS_SLOT_AHEAD',
  'DBUS_SOURCE_KIND_INVALID',
  'DBUS_POSITION_MALFORMED',
]);

/** Everything but `interrupt`, `health` and the getters must be called within {@link SupervisedSource.inTurn}. */
export class SupervisedSource {
  readonly name: string;
  readonly #organisationId: string;
  readonly #options: SupervisedSourceOptions;
  readonly #lease: SourceLease;
  readonly #id: string;
  readonly #onGone: () => void;
  #turn: Promise<unknown> = Promise.resolve();
  #running: RunningSource | undefined;
  /** The one that is being started: what ends it need not wait until it runs. */
  #starting: RunningSource | undefined;
  #watch: SourceWatch | undefined;
  #state: SourceState;
  #detail = '';
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #standby: Standby | undefined;
  #fencedOff = 0;
  #isLeft = false;
  #isStopping = false;
  /** What is being begun under, until it runs: should another process remove the source meanwhile, slot and publications are made for nobody. */
  #begun: StoredSource | undefined;

  /** @param onGone told when another process has removed the source from the catalog */
  constructor(stored: StoredSource, options: SupervisedSourceOptions, onGone: () => void) {
    this.name = stored.name;
    this.#organisationId = stored.organisationId;
    this.#state = stored.state;
    this.#options = options;
    this.#lease = options.leaseOf(stored);
    this.#id = stored.id;
    this.#onGone = onGone;
  }

  get state(): SourceState {
    return this.#state;
  }

  get running(): RunningSource | undefined {
    return this.#running;
  }

  /** Whether its state is what this process heard of it a few seconds ago: it neither runs here nor is begun here. */
  get isHearsay(): boolean {
    return this.#standby !== undefined;
  }

  /** Last look at the slot, running or held. */
  get slot(): SlotReport | undefined {
    return this.#running?.slot() ?? this.#watch?.report();
  }

  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work);
    // Whoever asked for it is told; what comes next in line does not fail with it.
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Ends a start that is under way; the command that wants it then gets its turn. */
  async interrupt(): Promise<void> {
    this.#endRetry();
    await this.#endStandby();
    await this.#endStart();
  }

  async #endStart(): Promise<void> {
    const starting = this.#starting;
    this.#starting = undefined;
    await starting?.stop();
  }

  /** The service ends: what runs is stopped, the catalog stays as it is. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    await this.interrupt();
    await this.#turn;
    try {
      await this.#running?.stop();
      await this.#watch?.stop();
    } finally {
      await this.#lease.letGo();
    }
  }

  /** Starts it; what stands in the way becomes its state, and is thrown for whoever asked. */
  async begin(how: 'asked' | 'by itself' = 'asked'): Promise<void> {
    const { loadKind, surround, logger } = this.#options;
    this.#endRetry();
    await this.#endStandby();
    if (how === 'asked') this.#failures = 0;
    let starting: RunningSource | undefined;
    // Also what the catalog refuses is tried again: nobody else takes up a source whose lease is held here.
    try {
      const stored = await this.#stored();
      // One whose stream has ended by itself still has its pulls, its watch and its timers.
      await this.#stopRunning();
      if (how === 'asked') await this.#lease.take();
      else if (!(await this.#lease.takeIfFree())) return this.#waitForOthers();
      if (!(await this.#noteIfWanted('starting', null))) return await this.#giveWay();
      const kind = await loadKind(stored.definition.kind);
      this.#begun = stored;
      starting = await kind.open(stored, surround(stored));
      this.#starting = starting;
      await starting.start();
      this.#running = starting;
      this.#failures = 0;
      this.#fencedOff = 0;
      if (!(await this.#noteIfWanted('running', null))) return await this.#giveWay();
      this.#begun = undefined;
      logger.info({ source: this.name }, 'a source runs');
    } catch (error) {
      this.#running = undefined;
      await starting?.stop().catch((err: unknown) => {
        logger.warn({ err, source: this.name }, 'a source that could not be started could not be stopped either');
      });
      if (isFenced(error)) {
        logger.warn({ source: this.name }, 'another process has taken a source over; this one stands by');
        await this.standBy();
        throw error;
      }
      const isFinal = isRtdpError(error) && FINAL_CODES.has(error.code);
      if (!isFinal) this.#tryAgain();
      logger.warn({ err: error, source: this.name, isFinal }, 'a source could not be started');
      try {
        if (!(await this.#noteIfWanted(isFinal ? 'stopped' : 'failed', error))) await this.#giveWay();
      } finally {
        // Somebody mends it, and may start it anywhere.
        if (isFinal) {
          await this.#lease.letGo();
          this.followUnlessBusy();
        }
      }
      throw error;
    } finally {
      this.#starting = undefined;
    }
  }

  async end(state: SourceState, reason: unknown): Promise<void> {
    this.#endRetry();
    await this.#endStandby();
    await this.#stopRunning();
    // In this order: one who stands by takes up what is free and not said to be stopped.
    try {
      await this.settle(state, reason);
    } finally {
      await this.#lease.letGo();
    }
  }

  /** Another process streams it, or was told that nobody should: ends what runs here and waits until it is to run and nobody has it. The catalog is that process's to write. */
  async standBy(): Promise<void> {
    await this.#stopRunning();
    await this.#lease.letGo();
    this.#waitForOthers();
  }

  /** After what could not be carried through: nothing else would say what becomes of the source, or take it up. */
  followUnlessBusy(): void {
    if (this.#running ?? this.#retry ?? this.#standby) return;
    this.#follow(0);
  }

  /** Starts it again under the definition that the catalog has now; one that does not run is left so. */
  async restart(): Promise<void> {
    if (this.#running === undefined) return;
    await this.#stopRunning();
    await this.begin();
  }

  /** A look meanwhile must not take the stop that was asked for as one that came by itself: it would stop what is begun afterwards. */
  async #stopRunning(): Promise<void> {
    this.#isStopping = true;
    try {
      await this.#running?.stop();
    } finally {
      this.#running = undefined;
      this.#isStopping = false;
    }
  }

  async changeTables(definition: SourceDefinition, adopt: (table: TableName) => boolean): Promise<void> {
    await this.#running?.changeTables(definition, adopt);
  }

  async settle(state: SourceState, error: unknown): Promise<void> {
    const { store } = this.#options;
    await this.#note(state, error, async (id, reason) => {
      await store.setState(id, state, reason);
      return true;
    });
  }

  /** @returns false when it is to run no more: the catalog is left as whoever was told so has it */
  #noteIfWanted(state: SourceState, error: unknown): Promise<boolean> {
    return this.#note(state, error, (id, reason) => this.#options.store.setStateIfWanted(id, state, reason));
  }

  async #note(
    state: SourceState,
    error: unknown,
    write: (id: string, reason: Reason | null) => Promise<boolean>,
  ): Promise<boolean> {
    this.#state = state;
    const reason = error === null ? null : reasonOf(error);
    this.#detail = reason === null ? '' : sentences(reason.message, reason.next);
    this.#options.metrics.state(this.name, state);
    const stored = await this.#stored();
    if (!(await write(stored.id, reason))) return false;
    await this.#watchHeld(stored);
    if (state === 'paused' || state === 'stopped') this.#follow(0);
    return true;
  }

  /** Another process was told that it should not run, and what was begun here ends: says what the catalog says. */
  async #giveWay(): Promise<void> {
    this.#endRetry();
    await this.#stopRunning();
    await this.#lease.letGo();
    const stored = await this.#stored();
    this.#hear(stored);
    // Whoever was told so may have looked before there was a slot.
    await this.#watchHeld(stored);
    this.#follow(0);
  }

  /**
   * Takes slot, publications, position and catalog entry away.
   * @returns what is left at the server, as sentences (only with `force`)
   * @throws RtdpError DBUS_SOURCE_NOT_CLEANED without `force`; after whatever is thrown the source is stopped
   */
  async takeAway(force: boolean): Promise<string[]> {
    const { store, loadKind, metrics } = this.#options;
    const stored = await this.#stored();
    let left: string[];
    try {
      left = await (await loadKind(stored.definition.kind)).remove(stored.definition);
      if (left.length > 0 && !force) throw notCleaned(this.name, left);
      await this.#forgetPosition(stored);
      await store.delete(stored.id);
    } catch (error) {
      // So that it can be asked for again: nobody goes on with a removal before the service starts anew.
      await store.setWanted(stored.id, 'stopped');
      await this.settle('stopped', error);
      throw error;
    }
    await this.#endWatch();
    await metrics.forget(this.name);
    return left;
  }

  /** Figures for the metrics. @returns which stream is over and why, if it has just been found so: it ended by itself, or another process was told to end it */
  look(): EndedStream | undefined {
    const { metrics, now } = this.#options;
    const { slot } = this;
    if (slot !== undefined) metrics.slot(this.name, slot);
    const { wanted = 'running' } = this.#lease;
    // It may wait long at its server; how it ends is the start's own to tell.
    if (wanted !== 'running') void this.#endStart();
    const running = this.#running;
    if (running === undefined) return undefined;
    const { stream } = running;
    metrics.stream(this.name, stream.figures, running.tables(), now());
    if (this.#state !== 'running' || this.#isStopping) return undefined;
    const state = stream.state();
    if (state.name !== 'stopped' && wanted === 'running') return undefined;
    this.#state = 'stopped';
    return { running, endedBy: state.name === 'stopped' ? state.reason : 'a command elsewhere' };
  }

  health(): SourceHealth {
    if (this.#standby !== undefined && this.#state === 'failed') {
      return { status: 'degraded', detail: this.#standby.detail };
    }
    const held = (what: string): SourceHealth =>
      this.#watch?.alarm() ?? { status: 'degraded', detail: `It is ${what}; the server keeps its log meanwhile.` };
    switch (this.#state) {
      case 'running':
        return this.#running?.health() ?? { status: 'down', detail: 'It is not there.' };
      case 'registered':
      case 'starting':
        return { status: 'degraded', detail: 'It is starting.' };
      case 'failed':
        return { status: 'down', detail: this.#detail };
      case 'paused':
        return held('paused');
      case 'removing':
        // Somebody asked for it: nothing is wrong.
        return { status: 'ok', detail: 'It is being removed.' };
      case 'stopped':
        return this.#detail === '' ? held('stopped') : { status: 'down', detail: this.#detail };
    }
  }

  /** @throws RtdpError DBUS_SOURCE_NOT_FOUND, also when another one has the name by now */
  async #stored(): Promise<StoredSource> {
    const stored = await this.#options.store.get(this.#organisationId, this.name);
    if (stored.id === this.#id) return stored;
    throw new RtdpError({
      code: 'DBUS_SOURCE_NOT_FOUND',
      message: `source ${this.name} was removed, and another one has its name`,
      next: 'Try again in a moment.',
      facts: { source: this.name },
    });
  }

  #endRetry(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  #tryAgain(): void {
    if (this.#isLeft) return;
    this.#endRetry();
    const after = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)]!;
    this.#failures++;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#beginByItself(() => this.#isForgotten());
    }, after);
  }

  /** Never rejects: a failure is the source's state, or that of the catalog, and then it is tried again. */
  async #beginByItself(isStillDue: () => boolean): Promise<void> {
    const turn = this.inTurn(async () => {
      if (!this.#isLeft && isStillDue()) await this.begin('by itself');
    });
    const failure: unknown = await turn.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (isRtdpError(failure, 'DBUS_SOURCE_NOT_FOUND')) return this.#gone();
    if (this.#isForgotten()) this.#tryAgain();
  }

  /** Another process has removed it from the catalog: nothing of it goes on here. */
  async #gone(): Promise<void> {
    this.#endRetry();
    await this.#endStandby();
    await this.#options.metrics.forget(this.name);
    this.#onGone();
    await this.#lease.letGo();
    await this.#endWatch();
    await this.#takeBack();
  }

  /** What was begun here while another process took the source away is in no catalog: its slot would hold the server's log for ever. */
  async #takeBack(): Promise<void> {
    const { store, loadKind, logger } = this.#options;
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun === undefined) return;
    try {
      // Slot and publications are named after the source: another one may have the name by now.
      if ((await store.find(this.name)) !== undefined) return;
      const left = await (await loadKind(begun.definition.kind)).remove(begun.definition);
      if (left.length > 0) logger.error({ source: this.name, left }, 'a removed source has left something behind');
      await this.#forgetPosition(begun);
    } catch (err) {
      logger.error({ err, source: this.name }, 'a removed source may have left its slot and publications behind');
    }
  }

  /** It does not run and nothing will start it, though no command and no final reason has ended it. */
  #isForgotten(): boolean {
    const isEnded = this.#state === 'paused' || this.#state === 'stopped' || this.#state === 'removing';
    return !isEnded && this.#running === undefined && this.#retry === undefined && this.#standby === undefined;
  }

  /** What the catalog says of the source is the other process's to write. */
  #waitForOthers(): void {
    this.#state = 'failed';
    this.#options.metrics.state(this.name, 'failed');
    this.#follow(this.#fencedOff++);
  }

  /** Not to run here: says what the catalog says, and takes it up once it is to run and nobody has it. */
  #follow(failures: number): void {
    if (this.#isLeft) return;
    const standby = new Standby({
      lease: this.#lease,
      failures,
      random: Math.random,
      isWanted: async () => {
        const stored = await this.#options.store.find(this.name);
        if (this.#standby !== standby) return false;
        if (stored?.id !== this.#id) {
          await this.#gone();
          return false;
        }
        const isWanted = this.#hear(stored);
        // Whoever runs it looks after its slot.
        if (isWanted) await this.#endWatch();
        return isWanted;
      },
      isRead: async () => {
        const { definition } = await this.#stored();
        return (await this.#options.loadKind(definition.kind)).isRead(definition);
      },
      takeUp: () => this.#beginByItself(() => this.#standby === standby),
    });
    this.#standby = standby;
  }

  /** @returns whether it is to run; what stopped for a final reason is not: it would only stop again, until somebody has mended and started it */
  #hear({ wanted, state, reason }: StoredSource): boolean {
    const isWanted = wanted === 'running' && state !== 'stopped';
    if (isWanted) this.#state = 'failed';
    else if (wanted === 'removed') this.#state = 'removing';
    else this.#state = wanted === 'paused' ? 'paused' : 'stopped';
    this.#detail = reason === null ? '' : sentences(reason.message, reason.next);
    this.#options.metrics.state(this.name, this.#state);
    return isWanted;
  }

  /** The lease is then left to whoever ends it: to keep or to let go. */
  async #endStandby(): Promise<void> {
    const standby = this.#standby;
    this.#standby = undefined;
    await standby?.end();
  }

  /** A source that is held keeps log at its server: its slot is watched until it runs again or is gone. */
  async #watchHeld({ slotMadeAt, definition }: StoredSource): Promise<void> {
    const { loadKind, logger, now } = this.#options;
    const isHeld = this.#state === 'paused' || this.#state === 'stopped' || this.#state === 'failed';
    if (!isHeld) {
      await this.#endWatch();
    } else if (this.#watch === undefined && !this.#isLeft && slotMadeAt !== null) {
      this.#watch = (await loadKind(definition.kind)).watch(definition, logger, now);
    }
  }

  async #endWatch(): Promise<void> {
    const watch = this.#watch;
    this.#watch = undefined;
    await watch?.stop();
  }

  /** The slot is gone, so the position means nothing any more; a source of this name begins anew (ids start at the clock, which is ahead). */
  async #forgetPosition(stored: StoredSource): Promise<void> {
    const producer = this.#options.bus.producer();
    try {
      await producer.send(DBUS_TOPICS.positions, [{ partition: 0, key: stored.definition.source, value: null }]);
    } finally {
      await producer.close();
    }
  }
}

function notCleaned(name: string, left: string[]): RtdpError {
  return new RtdpError({
    code: 'DBUS_SOURCE_NOT_CLEANED',
    message: `source ${name} could not be taken away whole: ${left.join(' ')}`,
    next: 'Mend what is named and remove it again, or remove it with force=true and clean the server by hand: a slot that stays keeps its log for ever.',
    facts: { source: name, left },
  });
}
