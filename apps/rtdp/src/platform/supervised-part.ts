/** Keeps one part running: started again with growing pauses when it ends by itself, and never after it was stopped. */
import type { ServerProcess } from '@rtdp/local/server-process';
import type { PartName, PartState, PartStatus } from './contract.ts';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
/** A part that ran for so long has recovered: the next pause is short again. */
const RECOVERED_AFTER = 60_000;

/** Milliseconds to wait before the start after the `failures`th end in a row. */
export function restartPause(failures: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, failures - 1));
}

export class SupervisedPart {
  readonly name: PartName;
  readonly #onChange: (status: PartStatus) => void;
  #server: ServerProcess | undefined;
  #state: PartState = 'waiting';
  #detail = '';
  #restarts = 0;
  #failures = 0;
  #startedAt = 0;
  #stopped = false;
  #restart: NodeJS.Timeout | undefined;

  constructor(name: PartName, onChange: (status: PartStatus) => void) {
    this.name = name;
    this.#onChange = onChange;
  }

  get status(): PartStatus {
    const pid = this.#server?.pid;
    return {
      name: this.name,
      state: this.#state,
      detail: this.#detail,
      ...(pid === undefined ? {} : { pid }),
      restarts: this.#restarts,
    };
  }

  /** Records what the part is doing; a change is told. */
  report(state: PartState, detail = ''): void {
    if (this.#stopped && state !== 'stopped') return;
    if (this.#state === state && this.#detail === detail) return;
    this.#state = state;
    this.#detail = detail;
    this.#onChange(this.status);
  }

  /** Whether its process is there, so that asking it for its health makes sense. */
  get running(): boolean {
    return this.#server?.running === true && this.#restart === undefined;
  }

  /** Starts the process for the first time; throws what `ServerProcess.start` throws. */
  async start(server: ServerProcess): Promise<void> {
    this.#server = server;
    if (this.#stopped) return;
    this.report('starting');
    this.#startedAt = Date.now();
    await server.start();
    // From here on it is ours to bring back; before, a failure is the whole start's.
    server.onUnexpectedExit((reason) => this.#ended(reason));
    this.report('ok');
  }

  /** The same for a part that nobody waits for: a failure is tried again in the background. */
  startInBackground(server: ServerProcess): void {
    this.#server = server;
    server.onUnexpectedExit((reason) => this.#ended(reason));
    void this.#startAgain();
  }

  #ended(reason: string): void {
    if (this.#stopped || this.#restart !== undefined) return;
    if (Date.now() - this.#startedAt > RECOVERED_AFTER) this.#failures = 0;
    this.#failures++;
    const pause = restartPause(this.#failures);
    this.report('down', `it ended by itself (${reason}); started again in ${(pause / 1000).toFixed(1)} s`);
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.#restarts++;
      void this.#startAgain();
    }, pause);
  }

  async #startAgain(): Promise<void> {
    const server = this.#server;
    if (server === undefined || this.#stopped) return;
    this.report('starting', this.#restarts === 0 ? '' : `start ${this.#restarts + 1}`);
    this.#startedAt = Date.now();
    try {
      await server.start();
      this.report('ok');
    } catch (error) {
      // When the process ended, that was told already; here it hung and was killed, which is not.
      if (this.#restart === undefined) this.#ended((error as Error).message.split('\n')[0] ?? 'it did not start');
    }
  }

  /** Stops it for good. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    this.#restart = undefined;
    await this.#server?.stop();
    this.report('stopped');
  }
}
