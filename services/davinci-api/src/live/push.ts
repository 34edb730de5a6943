/** Decides who is told of a commit: every open stream of the organisation it belongs to, and nobody else. */

import type { ServerResponse } from 'node:http';
import type { Metrics } from '@rtdp/service/metrics';
import type { LiveStale } from '../client/live.ts';
import type { DocumentChanges } from '../documents/document-changes.ts';
import type { CommitBook } from './commit-book.ts';
import { EventStream } from './event-stream.ts';
import { LiveStream, type LiveStreamOptions } from './live-stream.ts';

export interface PushOptions {
  commits: CommitBook;
  changes: DocumentChanges;
  metrics: Metrics;
  /** Whether commits can be heard at present. */
  isHearing: () => boolean;
  now: () => number;
}

const LOOK_EVERY_MS = 2_000;
/** setTimeout takes no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class Push {
  readonly #options: PushOptions;
  readonly #streams = new Set<LiveStream>();
  readonly #pushes;
  readonly #delay;
  readonly #stopListening: (() => void)[];
  readonly #look: NodeJS.Timeout;
  #isHearing = true;

  constructor(options: PushOptions) {
    this.#options = options;
    const { metrics, commits, changes } = options;
    const open = metrics.gauge('rtdp_davinci_live_streams', 'Browsers that look at a dashboard.', []);
    open.set(0);
    this.#pushes = metrics.counter('rtdp_davinci_live_pushes_total', 'Commits told to browsers.', []);
    this.#delay = metrics.histogram(
      'rtdp_davinci_live_push_seconds',
      'From hearing of a commit to telling a browser, gathered ones included.',
      [],
    );
    const streamsOf = (organisationId: string) =>
      [...this.#streams].filter((stream) => stream.organisationId === organisationId);
    this.#stopListening = [
      commits.listen({
        moved: (moved) => {
          for (const stream of streamsOf(moved.organisationId)) stream.moved(moved);
        },
        forgot: () => {
          for (const stream of this.#streams) stream.anyMoved();
        },
      }),
      changes.listen((organisationId) => {
        for (const stream of streamsOf(organisationId)) stream.documentsChanged();
      }),
    ];
    this.#look = setInterval(() => {
      open.set(this.#streams.size);
      this.#lookWhetherHearing();
    }, LOOK_EVERY_MS);
  }

  /** Opens a stream on a response that nobody else writes to. `expiresAt`: of the token, milliseconds since 1970. */
  open(
    response: ServerResponse,
    expiresAt: number,
    options: Omit<LiveStreamOptions, 'pushed' | 'commits' | 'now' | 'isHearing'>,
  ): void {
    const { commits, now } = this.#options;
    const events = new EventStream(response);
    const stream = new LiveStream(
      {
        ...options,
        commits,
        now,
        isHearing: () => this.#isHearing,
        pushed: (changed) => {
          this.#pushes.inc();
          for (const namespace of changed) {
            const commit = commits.find(options.organisationId, namespace);
            if (commit !== undefined) this.#delay.observe({}, (now() - commit.heardAt) / 1000);
          }
        },
      },
      events,
    );
    const left = expiresAt - now();
    const expiry = left > LONGEST_TIMER_MS ? undefined : setTimeout(() => stream.end('token'), Math.max(0, left));
    events.onClose = () => {
      clearTimeout(expiry);
      this.#streams.delete(stream);
      stream.closed();
    };
    this.#streams.add(stream);
    void stream.begin();
  }

  close(why: LiveStale['why'] = 'stopping'): void {
    for (const stop of this.#stopListening) stop();
    clearInterval(this.#look);
    for (const stream of [...this.#streams]) stream.end(why);
  }

  #lookWhetherHearing(): void {
    const isHearing = this.#options.isHearing();
    if (isHearing === this.#isHearing) return;
    this.#isHearing = isHearing;
    for (const stream of this.#streams) stream.hearing(isHearing);
  }
}
