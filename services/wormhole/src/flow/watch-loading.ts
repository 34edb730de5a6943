/** Decides how a table that is loading learns that its pull gave up: DBus is asked from time to time for each pull that is open in a sink. */
import type { Logger } from '@rtdp/service/logging';
import type { FlowRun } from './flow-run.ts';
import type { PullService } from './request-pulls.ts';

const LOOK_MS = 5_000;

export class LoadingWatch {
  readonly #pulls: PullService;
  readonly #logger: Logger;
  readonly #runOf: () => FlowRun | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(pulls: PullService, runOf: () => FlowRun | undefined, logger: Logger) {
    this.#pulls = pulls;
    this.#runOf = runOf;
    this.#logger = logger;
  }

  start(everyMs = LOOK_MS): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look()
        // DBus' own health tells that it is away; what was known of the pulls stays.
        .catch((error: unknown) => this.#logger.debug({ err: error }, 'DBus could not be asked for open pulls'))
        .finally(() => {
          this.#looking = undefined;
        });
    }, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const run = this.#runOf();
    for (const table of run?.tables ?? []) {
      const open = new Set(run?.lanesOf(table).flatMap(({ openPull }) => openPull ?? []));
      const failures = [];
      // Which of several sources a pull is of, only the source knows.
      for (const { namespace } of open.size === 0 ? [] : Object.values(table.sources)) {
        for (const pull of open) failures.push(await this.#pulls.failureOf(namespace, pullIdOf(pull)));
      }
      table.pullFailure = failures.find((failure) => failure !== null) ?? null;
    }
  }
}

/** A sink knows an open pull as `<pull>/<first id>`. */
function pullIdOf(openPull: string): string {
  return openPull.split('/')[0]!;
}
