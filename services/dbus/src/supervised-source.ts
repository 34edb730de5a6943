/** Decides the life of one source under supervision: begun here, tried again, ended, left to others, taken away; one step at a time. */
import { Turns } from '@rtdp/service/turns';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { SourceDefinition } from './catalog/source-definition.ts';
import type { SourceLease } from './catalog/source-lease.ts';
import type { SourceState } from './catalog/source-states.ts';
import { type Reason, reasonOf, type StoredSource } from './catalog/source-store.ts';
import { FollowedSource } from './followed-source.ts';
import type { SourceMetrics } from './health/source-metrics.ts';
import { type OutageNews, type SourceFlow, SourceOutage } from './health/source-outage.ts';
import { HeldSlot } from './held-slot.ts';
import type { TableName } from './pipeline/contract.ts';
import { SourceCondition, type SourceHealth } from './source-condition.ts';
import { removeSource } from './source-removal.ts';
import { SourceRun, type SourceRunOptions } from './source-run.ts';
import type { RunningSource, SlotReport } from './sources/contract.ts';
import { isFenced } from './standby.ts';
import { isFinal, retryAfter } from './start-retry.ts';

export interface SupervisedSourceOptions extends SourceRunOptions {
  leaseOf: (source: StoredSource) => SourceLease;
  metrics: SourceMetrics;
  now: () => number;
}

export interface EndedStream {
  running: RunningSource;
  endedBy: RtdpError | 'a command elsewhere' | undefined;
}

/** Everything but `interrupt`, `health` and the getters must be called within {@link SupervisedSource.inTurn}. */
export class SupervisedSource {
  readonly name: string;
  readonly organisationId: string;
  readonly #id: string;
  readonly #options: SupervisedSourceOptions;
  readonly #lease: SourceLease;
  readonly #condition: SourceCondition;
  readonly #run: SourceRun;
  readonly #heldSlot: HeldSlot;
  readonly #followed: FollowedSource;
  readonly #outage = new SourceOutage();
  readonly #onGone: () => void;
  readonly #turns = new Turns();
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #isLeft = false;

  /** @param onGone told when another process has removed the source from the catalog */
  constructor(stored: StoredSource, options: SupervisedSourceOptions, onGone: () => void) {
    this.name = stored.name;
    this.organisationId = stored.organisationId;
    this.#id = stored.id;
    this.#options = options;
    this.#onGone = onGone;
    this.#lease = options.leaseOf(stored);
    this.#condition = new SourceCondition(stored.name, stored.state, options.metrics);
    this.#run = new SourceRun(options);
    this.#heldSlot = new HeldSlot(options);
    this.#followed = new FollowedSource({
      id: stored.id,
      name: stored.name,
      store: options.store,
      stored: () => this.#stored(),
      lease: this.#lease,
      condition: this.#condition,
      heldSlot: this.#heldSlot,
      loadKind: options.loadKind,
      takeUp: (isStillDue) => this.#beginByItself(isStillDue),
      onGone: () => this.#gone(),
    });
  }

  get state(): SourceState {
    return this.#condition.state;
  }

  get running(): RunningSource | undefined {
    return this.#run.running;
  }

  /** Whether its state is what this process heard of it a few seconds ago: it neither runs here nor is begun here. */
  get isHearsay(): boolean {
    return this.#followed.isFollowed;
  }

  /** Last look at the slot, running or held. */
  get slot(): SlotReport | undefined {
    return this.running?.slot() ?? this.#heldSlot.report();
  }

  inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#turns.take(work);
  }

  /** Ends a start that is under way; the command that wants it then gets its turn. */
  async interrupt(): Promise<void> {
    this.#endRetry();
    await this.#followed.end();
    await this.#run.endStart();
  }

  /** The service ends: what runs is stopped, the catalog stays as it is. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    await this.#followed.close();
    await this.interrupt();
    await this.#turns.ended();
    try {
      await this.#run.stop();
      await this.#heldSlot.close();
    } finally {
      await this.#lease.letGo();
    }
  }

  /** Starts it; what stands in the way becomes its state, and is thrown for whoever asked. */
  async begin(how: 'asked' | 'by itself' = 'asked'): Promise<void> {
    const { logger } = this.#options;
    this.#endRetry();
    await this.#followed.end();
    if (how === 'asked') this.#failures = 0;
    // Also what the catalog refuses is tried again: nobody else takes up a source whose lease is held here.
    try {
      // One whose stream has ended by itself still has its pulls, its watch and its timers.
      await this.#run.stop();
      if (how === 'asked') await this.#lease.take();
      else if (!(await this.#lease.takeIfFree())) return this.#followed.waitForOthers();
      if (!(await this.#noteIfWanted('starting', null))) return await this.#giveWay();
      // Read with the lease held: whoever had it before may have made the slot meanwhile.
      await this.#run.start(await this.#stored());
      this.#failures = 0;
      this.#followed.runsHere();
      if (!(await this.#noteIfWanted('running', null))) return await this.#giveWay();
      this.#run.becameKnown();
      logger.info({ source: this.name }, 'a source runs');
    } catch (error) {
      await this.#run.stop().catch((err: unknown) => {
        logger.warn({ err, source: this.name }, 'a source that could not be started could not be stopped either');
      });
      if (isFenced(error)) {
        logger.warn({ source: this.name }, 'another process has taken a source over; this one stands by');
        await this.standBy();
        throw error;
      }
      const isOver = isFinal(error);
      if (!isOver) this.#tryAgain();
      logger.warn({ err: error, source: this.name, isFinal: isOver }, 'a source could not be started');
      try {
        if (!(await this.#noteIfWanted(isOver ? 'stopped' : 'failed', error))) await this.#giveWay();
      } finally {
        // Somebody mends it, and may start it anywhere.
        if (isOver) {
          await this.#lease.letGo();
          this.followUnlessBusy();
        }
      }
      throw error;
    }
  }

  async end(state: SourceState, reason: unknown): Promise<void> {
    this.#endRetry();
    await this.#followed.end();
    await this.#run.stop();
    // In this order: one who stands by takes up what is free and not said to be stopped.
    try {
      await this.settle(state, reason);
    } finally {
      await this.#lease.letGo();
    }
  }

  /** Another process streams it, or was told that nobody should: ends what runs here and waits until it is to run and nobody has it. The catalog is that process's to write. */
  async standBy(): Promise<void> {
    await this.#run.stop();
    await this.#lease.letGo();
    this.#followed.waitForOthers();
  }

  /** After what could not be carried through: nothing else would say what becomes of the source, or take it up. */
  followUnlessBusy(): void {
    if (this.running !== undefined || this.#retry !== undefined || this.#followed.isFollowed) return;
    this.#followed.follow();
  }

  /** Starts it again under the definition that the catalog has now; one that does not run is left so. */
  async restart(): Promise<void> {
    if (this.running === undefined) return;
    await this.#run.stop();
    await this.begin();
  }

  async changeTables(definition: SourceDefinition, adopt: (table: TableName) => boolean): Promise<void> {
    await this.running?.changeTables(definition, adopt);
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
    const reason = error === null ? null : reasonOf(error);
    this.#condition.tell(state, reason);
    const stored = await this.#stored();
    if (!(await write(stored.id, reason))) return false;
    await this.#heldSlot.watchWhileHeld(stored, state);
    if (state === 'paused' || state === 'stopped') this.#followed.follow();
    return true;
  }

  /** Another process was told that it should not run, and what was begun here ends: says what the catalog says. */
  async #giveWay(): Promise<void> {
    this.#endRetry();
    await this.#run.stop();
    await this.#lease.letGo();
    const stored = await this.#stored();
    this.#followed.hear(stored);
    // Whoever was told so may have looked before there was a slot.
    await this.#heldSlot.watchWhileHeld(stored, this.state);
    this.#followed.follow();
  }

  /** Removes it, here and at its server: see {@link removeSource}. After whatever is thrown it is stopped. */
  async takeAway(force: boolean): Promise<string[]> {
    const { store, metrics } = this.#options;
    const stored = await this.#stored();
    let left: string[];
    try {
      left = await removeSource(stored, force, this.#options);
    } catch (error) {
      // So that it can be asked for again: nobody goes on with a removal before the service starts anew.
      await store.setWanted(stored.id, 'stopped');
      await this.settle('stopped', error);
      throw error;
    }
    await this.#heldSlot.end();
    await metrics.forget(this.name);
    return left;
  }

  /** Figures for the metrics. @returns which stream is over and why, if it has just been found so: it ended by itself, or another process was told to end it */
  look(): EndedStream | undefined {
    const { metrics, now, logger } = this.#options;
    const { slot } = this;
    if (slot !== undefined) metrics.slot(this.name, slot);
    const { wanted = 'running' } = this.#lease;
    // It may wait long at its server; how it ends is the start's own to tell.
    if (wanted !== 'running') {
      this.#run.endStart().catch((err: unknown) => {
        logger.warn({ err, source: this.name }, 'a start that is not wanted any more could not be ended');
      });
    }
    const { running } = this;
    if (running === undefined) return undefined;
    const { stream } = running;
    metrics.stream(this.name, stream.figures, running.tables(), now());
    if (this.state !== 'running' || this.#run.isStopping) return undefined;
    const state = stream.state();
    if (state.name !== 'stopped' && wanted === 'running') return undefined;
    this.#condition.state = 'stopped';
    return { running, endedBy: state.name === 'stopped' ? state.reason : 'a command elsewhere' };
  }

  /** Every second: that it is cut off for some time, or streams again. */
  news(): OutageNews | undefined {
    return this.#outage.look(this.#flow(), this.#options.now());
  }

  #flow(): SourceFlow {
    if (this.isHearsay) return 'held';
    if (this.state === 'failed') return { reason: this.health().detail };
    if (this.state !== 'starting' && this.state !== 'running') return 'held';
    const state = this.running?.stream.state();
    if (state?.name === 'streaming') return 'streams';
    const failed = state?.name === 'waiting' || state?.name === 'connecting' ? state.lastError : undefined;
    return failed === undefined ? 'unknown' : { reason: failed.message };
  }

  health(): SourceHealth {
    const { waitsFor } = this.#followed;
    return this.#condition.health({ running: this.running, watch: this.#heldSlot, waitsFor });
  }

  /** @throws RtdpError DBUS_SOURCE_NOT_FOUND, also when another one has the name by now */
  async #stored(): Promise<StoredSource> {
    const stored = await this.#options.store.get(this.organisationId, this.name);
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
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        void this.#beginByItself(() => this.#isForgotten());
      },
      retryAfter(this.#failures++),
    );
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
    await this.#followed.end();
    await this.#options.metrics.forget(this.name);
    this.#onGone();
    await this.#lease.letGo();
    await this.#heldSlot.end();
    await this.#run.takeBack();
  }

  /** It does not run and nothing will start it, though no command and no final reason has ended it. */
  #isForgotten(): boolean {
    const isEnded = this.state === 'paused' || this.state === 'stopped' || this.state === 'removing';
    return !isEnded && this.running === undefined && this.#retry === undefined && !this.#followed.isFollowed;
  }
}
