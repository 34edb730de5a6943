/**
 * Runs one server as a child process: when it counts as ready, and how it is stopped, killed, frozen and started again.
 *
 * The child gets a process group of its own, so that Ctrl-C in a terminal reaches only us and we decide the order of
 * stopping; its output goes to a file, so that it outlives a crash of ours and can be read afterwards.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { localError } from './errors.ts';
import { writePidFile } from './pid-file.ts';
import { freezeTree, killTree, signalProcess, signalTree } from './process-tree.ts';

const KILLED_WITHIN_MILLISECONDS = 10_000;

/** What to run and how to see that it is ready. */
export interface ServerCommand {
  /** The server's name in messages, for example `Kafka`. */
  name: string;
  command: string;
  arguments: readonly string[];
  workingFolder: string;
  env?: NodeJS.ProcessEnv;
  /** Operating system user and group to run as, when we are root. */
  user?: { uid: number; gid: number };
  logFile: string;
  /** Above 0 the others go first: for what is slow to start and nobody waits for. */
  niceness?: number;
  /** Holds the process id while the server runs, for a later start that has to clean up. */
  pidFile?: string;
  /** Asked every 25 ms with what the server has logged since its start; true = ready. */
  isReady: (log: string) => boolean | Promise<boolean>;
  readyWithinMilliseconds: number;
  /** The signal for an orderly stop. */
  stopSignal: NodeJS.Signals;
  /** After this long an orderly stop becomes SIGKILL. */
  stopWithinMilliseconds: number;
  /** Called after an orderly stop. */
  afterStop?: () => void;
}

/** A server that runs; after `stop` or `kill` it can be started again with the same data by `restart`. */
export class ServerProcess {
  readonly #command: ServerCommand;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #logStart = 0;
  readonly #onExit = new Set<(reason: string) => void>();
  #expected = false;

  constructor(command: ServerCommand) {
    this.#command = command;
  }

  /** The process id, or undefined while the server does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** The file that holds everything the server has printed. */
  get logFile(): string {
    return this.#command.logFile;
  }

  /** Calls `listener` with a reason each time the server ends without `stop` or `kill` of ours. */
  onUnexpectedExit(listener: (reason: string) => void): void {
    this.#onExit.add(listener);
  }

  /** Starts the server and resolves when it is ready; throws `LOCAL_SERVER_FAILED` with the end of its log. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    this.#launch();
    await this.untilReady();
  }

  /** Starts the process without waiting for it to be ready. */
  launch(): void {
    if (this.#child === undefined) this.#launch();
  }

  #launch(): void {
    const { command, pidFile, logFile } = this.#command;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    this.#logStart = statSync(logFile).size;
    this.#expected = false;
    const child = spawn(command, this.#command.arguments, {
      cwd: this.#command.workingFolder,
      env: this.#command.env ?? process.env,
      stdio: ['ignore', log, log],
      detached: true,
      ...this.#command.user,
    });
    closeSync(log);
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      const finish = (reason: string) => {
        if (this.#child === child) this.#child = undefined;
        if (pidFile !== undefined) rmSync(pidFile, { force: true });
        resolve();
        if (!this.#expected) for (const listener of this.#onExit) listener(reason);
      };
      child.once('error', (error) => finish(error.message));
      child.once('exit', (code, signal) => finish(signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    child.unref();
    if (child.pid === undefined) return;
    if (pidFile !== undefined) writePidFile(pidFile, child.pid, this.#command.stopSignal);
    if (this.#command.niceness !== undefined) setPriority(child.pid, this.#command.niceness);
  }

  /** Resolves when the launched server is ready; throws `LOCAL_SERVER_FAILED` when it ends or takes too long. */
  async untilReady(): Promise<void> {
    const { name, readyWithinMilliseconds, isReady } = this.#command;
    const deadline = Date.now() + readyWithinMilliseconds;
    while (!(await isReady(this.log()))) {
      if (this.#child === undefined) throw this.#failure(`${name} ended while it was starting.`);
      if (Date.now() > deadline) {
        await this.kill();
        throw this.#failure(`${name} was not ready after ${Math.round(readyWithinMilliseconds / 1000)} s.`);
      }
      await sleep(25);
    }
  }

  /** What the server has printed since its last start. */
  log(): string {
    return readFileSync(this.#command.logFile).subarray(this.#logStart).toString('utf8');
  }

  /** Ends the server in order; after its time is over, by SIGKILL. Resolves when the process is gone. */
  async stop(): Promise<void> {
    if (await this.#end(this.#command.stopSignal, this.#command.stopWithinMilliseconds)) this.#command.afterStop?.();
  }

  /** Ends the server at once, as a crash would. Resolves when the process and all below it are gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL', KILLED_WITHIN_MILLISECONDS);
  }

  /** True when the process went by itself within its time. */
  async #end(signal: NodeJS.Signals, withinMilliseconds: number): Promise<boolean> {
    const child = this.#child;
    if (child?.pid === undefined) return false;
    this.#expected = true;
    child.ref();
    if (signal === 'SIGKILL') {
      await killTree(child.pid, withinMilliseconds);
      await this.#ended;
      return true;
    }
    // A frozen process would not see its signal; SIGCONT does nothing to one that runs.
    signalTree(child.pid, 'SIGCONT');
    signalProcess(child.pid, signal);
    const gone = await Promise.race([this.#ended.then(() => true), sleep(withinMilliseconds, false, { ref: false })]);
    if (gone) return true;
    await killTree(child.pid, KILLED_WITHIN_MILLISECONDS);
    await this.#ended;
    return false;
  }

  /** Freezes the server and its children: the sockets stay open and nothing answers. */
  async freeze(): Promise<void> {
    if (this.#child?.pid !== undefined) await freezeTree(this.#child.pid);
  }

  /** Lets a frozen server go on. */
  thaw(): void {
    if (this.#child?.pid !== undefined) signalTree(this.#child.pid, 'SIGCONT');
  }

  /** Stops the server if it runs, and starts it with the data it had. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  #failure(detail: string): Error {
    const { name, logFile } = this.#command;
    const lastLines = this.log().trimEnd().split('\n').slice(-8).join('\n');
    return localError('LOCAL_SERVER_FAILED', {
      detail: `${detail} Its last lines:\n${lastLines}`,
      next: `Read ${logFile} for what ${name} said before.`,
      facts: { server: name, logFile },
    });
  }
}
