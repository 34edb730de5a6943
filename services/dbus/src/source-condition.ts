/** Decides what is said of a source: the state that it is in, why, and how well that is. */
import { sentences } from '@rtdp/ums/error';
import type { SourceState } from './catalog/source-states.ts';
import type { Reason } from './catalog/source-store.ts';
import type { SourceMetrics } from './health/source-metrics.ts';
import type { RunningSource, SourceWatch } from './sources/contract.ts';

export interface SourceHealth {
  status: 'ok' | 'degraded' | 'down';
  detail: string;
}

/** Those who know more of a source than its state. */
export interface SourceParts {
  running: Pick<RunningSource, 'health'> | undefined;
  watch: Pick<SourceWatch, 'alarm'>;
  /** What this process waits for before it takes the source up, as a sentence or two; undefined when it does not wait. */
  waitsFor: string | undefined;
}

export class SourceCondition {
  readonly #name: string;
  readonly #metrics: Pick<SourceMetrics, 'state'>;
  /** To be set by {@link SourceCondition.tell}, and plainly where what follows tells it. */
  state: SourceState;
  #detail = '';

  constructor(name: string, state: SourceState, metrics: Pick<SourceMetrics, 'state'>) {
    this.#name = name;
    this.state = state;
    this.#metrics = metrics;
  }

  /** @param reason null = there is none; without it that of before stays */
  tell(state: SourceState, reason?: Pick<Reason, 'message' | 'next'> | null): void {
    this.state = state;
    if (reason !== undefined) this.#detail = reason === null ? '' : sentences(reason.message, reason.next);
    this.#metrics.state(this.#name, state);
  }

  health({ running, watch, waitsFor }: SourceParts): SourceHealth {
    if (waitsFor !== undefined && this.state === 'failed') return { status: 'degraded', detail: waitsFor };
    const held = (what: string): SourceHealth =>
      watch.alarm() ?? { status: 'degraded', detail: `It is ${what}; the server keeps its log meanwhile.` };
    switch (this.state) {
      case 'running':
        return running?.health() ?? { status: 'down', detail: 'It is not there.' };
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
}
