/** Decides which pulls of a source run now: oldest first, a few tables at once, one of a table at a time, none before its table may be read. */

import type { Logger } from '@rtdp/service/logging';
import { pause } from '@rtdp/service/pause';
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError, sentences } from '@rtdp/ums/error';
import { reasonOf } from '../catalog/source-store.ts';
import type { TableName } from '../pipeline/contract.ts';
import { sqlState } from '../sources/postgres/connection.ts';
import type { PullRun } from './pull-run.ts';
import { nextPullState, type PullCommand } from './pull-states.ts';
import type { Pull, PullStore } from './pull-store.ts';
import { decideRetry } from './retry-decision.ts';
import { runPull } from './run-pull.ts';

export interface PullSchedulerOptions {
  store: PullStore;
  organisationId: string;
  sourceId: string;
  parallel: number;
  logger: Logger;
  /** Whether the table may be read yet, and what is waited for. */
  readable: (table: TableName) => { yes: true } | { yes: false; because: string };
  run: (signal: AbortSignal, observer: Pick<PullRun, 'onWaiting' | 'onChunk'>) => PullRun;
  /** Tells every partition that the pull will not end. */
  tellCancelled: (pull: Pull) => Promise<void>;
  onEnded: (pull: Pull) => void;
  onChunk: (table: TableName, rows: number, bytes: number, seconds: number) => void;
}

/** Why a running pull was interrupted. */
type Interruption = 'paused' | 'cancelled' | 'waiting';

interface Running {
  pull: Pull;
  /** When a chunk was last finished, or it began; milliseconds. */
  progressedAt: number;
  controller: AbortController;
  done: Promise<void>;
}

const TICK_MS = 1_000;
const STALLED_MS = 300_000;

export class PullScheduler {
  readonly #options: PullSchedulerOptions;
  readonly #running = new Map<string, Running>();
  readonly #waitingFor = new Map<string, string>();
  #unresolved: readonly Pull[] = [];
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: PullSchedulerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.kick(), TICK_MS);
    this.kick();
  }

  /** Looks for pulls to run, now. */
  kick(): void {
    this.#ticking = this.#ticking
      .then(() => this.#tick())
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'the pulls could not be looked at; tried again in a second');
      });
  }

  /** Interrupts what runs; it goes on after the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#ticking;
    const running = [...this.#running.values()];
    for (const { controller } of running) controller.abort('waiting' satisfies Interruption);
    await Promise.all(running.map(({ done }) => done));
  }

  /** What a pull waits for at the moment, if anything. */
  waitingFor(pullId: string): string | null {
    return this.#waitingFor.get(pullId) ?? null;
  }

  /** Pulls that gave up and wait for somebody, as sentences with what to do. */
  failed(source: string): string[] {
    return this.#unresolved.map(({ id, schema, table, reason }) =>
      sentences(
        `The pull of ${schema}.${table} failed: ${reason?.message ?? 'no reason was kept'}`,
        `${reason?.next ?? ''} Then resume it: ${typedCommand(`source pull-command ${source} ${id} resume`)}.`.trim(),
      ),
    );
  }

  /** Running pulls that finished no chunk for minutes, as sentences. */
  stalled(nowMillis: number): string[] {
    return [...this.#running.values()]
      .filter((running) => nowMillis - running.progressedAt > STALLED_MS)
      .map(({ pull }) => {
        const because = this.#waitingFor.get(pull.id);
        return `${pull.schema}.${pull.table}${because === undefined ? '' : ` (${because})`}`;
      });
  }

  /** @throws RtdpError DBUS_PULL_STATE; `rerun` is for the caller, who asks for a new pull. */
  async command(pull: Pull, command: Exclude<PullCommand, 'rerun'>): Promise<void> {
    // In one line with the looks: one that is about to start this very pull would overwrite what was asked.
    const obeyed = this.#ticking.then(() => this.#obey(pull.id, command));
    this.#ticking = obeyed.catch(() => {
      // The caller is told; the looks go on.
    });
    await obeyed;
    this.kick();
  }

  async #obey(pullId: string, command: Exclude<PullCommand, 'rerun'>): Promise<void> {
    const { store, organisationId } = this.#options;
    const { state } = await store.get(organisationId, pullId);
    const next = nextPullState(pullId, state, command);
    const running = this.#running.get(pullId);
    if (running === undefined) {
      await store.setState(pullId, next);
    } else if (next !== 'running') {
      running.controller.abort(next);
      await running.done;
      // It may have ended in its own way just before.
      const ended = (await store.get(organisationId, pullId)).state;
      if (ended !== next) await store.setState(pullId, nextPullState(pullId, ended, command));
    }
  }

  async #tick(): Promise<void> {
    if (this.#stopped) return;
    const { store, sourceId, parallel, readable } = this.#options;
    await this.#tellCancelled();
    this.#unresolved = await store.unresolved(sourceId);
    for (const pull of await store.unfinished(sourceId)) {
      if (this.#running.size >= parallel) return;
      if (this.#running.has(pull.id)) continue;
      const sameTable = [...this.#running.values()].some(
        (other) => other.pull.schema === pull.schema && other.pull.table === pull.table,
      );
      if (sameTable) {
        this.#waitingFor.set(pull.id, 'another pull of the same table runs');
        continue;
      }
      const answer = readable(pull);
      if (!answer.yes) {
        this.#waitingFor.set(pull.id, answer.because);
        continue;
      }
      this.#waitingFor.delete(pull.id);
      await store.setState(pull.id, 'running');
      this.#begin(pull);
    }
  }

  async #tellCancelled(): Promise<void> {
    const { store, sourceId, tellCancelled, logger } = this.#options;
    for (const pull of await store.cancelledUntold(sourceId)) {
      try {
        await tellCancelled(pull);
      } catch (error) {
        // A table that is gone has no stream to tell it in, and no sink that waits for more of it.
        if (!(error instanceof RtdpError && error.code === 'DBUS_TABLE_NOT_FOUND')) throw error;
        logger.info({ pull: pull.id }, 'the table of a cancelled pull is gone; nothing is told');
      }
      await store.cancelTold(pull.id);
    }
  }

  #begin(pull: Pull): void {
    const controller = new AbortController();
    const done = this.#runToEnd(pull, controller).finally(() => {
      this.#running.delete(pull.id);
      this.#waitingFor.delete(pull.id);
      if (!this.#stopped) this.kick();
    });
    this.#running.set(pull.id, { pull, controller, done, progressedAt: Date.now() });
  }

  /** Never rejects: whatever happens is the pull's state. */
  async #runToEnd(pull: Pull, controller: AbortController): Promise<void> {
    const { logger, onChunk } = this.#options;
    const { signal } = controller;
    let failures = 0;
    const observer: Pick<PullRun, 'onWaiting' | 'onChunk'> = {
      onWaiting: (sentence) => this.#note(pull.id, sentence),
      onChunk: (rows, bytes, seconds) => {
        failures = 0;
        const running = this.#running.get(pull.id);
        if (running !== undefined) running.progressedAt = Date.now();
        onChunk(pull, rows, bytes, seconds);
      },
    };
    for (;;) {
      try {
        await runPull(pull.id, this.#options.run(signal, observer));
        await this.#end(pull, 'done');
        return;
      } catch (error) {
        if (signal.aborted) {
          await this.#end(pull, signal.reason as Interruption);
          return;
        }
        failures++;
        const decision = decideRetry(error, failures);
        logger.warn(
          { err: error, pull: pull.id, table: `${pull.schema}.${pull.table}`, decision },
          'a pull was interrupted',
        );
        if (!decision.retry) {
          await this.#end(pull, 'failed', error);
          return;
        }
        this.#note(pull.id, `tries again after: ${error instanceof Error ? error.message : String(error)}`);
        await pause(decision.afterMs, signal);
        if (signal.aborted) {
          await this.#end(pull, signal.reason as Interruption);
          return;
        }
      }
    }
  }

  #note(pullId: string, sentence: string | null): void {
    if (sentence === null) this.#waitingFor.delete(pullId);
    else this.#waitingFor.set(pullId, sentence);
  }

  async #end(pull: Pull, state: Interruption | 'done' | 'failed', error?: unknown): Promise<void> {
    const { store, organisationId, logger, onEnded } = this.#options;
    try {
      await store.setState(pull.id, state, error === undefined ? null : reasonOf(pullFailure(pull, error)));
      if (state !== 'waiting') onEnded(await store.get(organisationId, pull.id));
    } catch (failure) {
      // The pull stays `running` in the catalog and is taken up again at the next look.
      logger.error({ err: failure, pull: pull.id, state }, 'the end of a pull could not be recorded');
    }
  }
}

/** What the source itself said is the source's to mend; an error of ours says its own next step. */
function pullFailure(pull: Pull, error: unknown): unknown {
  const state = error instanceof RtdpError ? '' : sqlState(error);
  if (state === '') return error;
  return new RtdpError({
    code: 'DBUS_PULL_FAILED',
    message: `the source refused to read ${pull.schema}.${pull.table}: ${error instanceof Error ? error.message : String(error)}`,
    next: 'Mend at the source what it says.',
    facts: { pull: pull.id, sqlState: state },
    cause: error,
  });
}
