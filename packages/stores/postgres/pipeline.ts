/**
 * Runs one transaction of a store as a pipeline: every message goes out unanswered in one write, a single Sync commits at the end.
 * A statement that raises makes the server skip all that follows, so nothing after a failed fence can be committed.
 */
import type { Socket } from 'node:net';
import type { WireParameter } from './wire.ts';
import { bindExecuteMessages, COPY_DONE_MESSAGE, copyDataHeader, parseMessage, SYNC_MESSAGE } from './wire.ts';

/** What the `pg` client hands to a query that submits itself. */
interface WireConnection {
  readonly stream: Socket;
}

interface Step {
  readonly text: string;
  readonly parameters: readonly WireParameter[];
  readonly copy?: readonly Buffer[];
}

export interface PipelineResult {
  /** Rows affected or returned, by step. */
  readonly counts: readonly number[];
  /** Returned rows as texts, by step. */
  readonly rows: readonly (readonly (string | null)[][])[];
}

/** Names of the statements that a connection has prepared, by text. */
export class PreparedStatements {
  readonly #names = new Map<string, string>();
  #next = 0;

  get size(): number {
    return this.#names.size;
  }

  find(text: string): string | undefined {
    return this.#names.get(text);
  }

  /** A name is never used twice, also after `forget`: the server may or may not have parsed it. */
  add(text: string): string {
    const name = `rtdp_${this.#next++}`;
    this.#names.set(text, name);
    return name;
  }

  forget(texts: readonly string[]): void {
    for (const text of texts) this.#names.delete(text);
  }

  clear(): void {
    this.#names.clear();
  }
}

/** Collect steps, then give it to `client.query()` once: `pg` calls `submit` and the `handle…` methods. */
export class Pipeline {
  readonly result: Promise<PipelineResult>;
  readonly #steps: Step[] = [];
  readonly #prepared: PreparedStatements;
  readonly #fresh: string[] = [];
  readonly #counts: number[] = [];
  readonly #rows: (string | null)[][][] = [];
  #current: (string | null)[][] = [];
  #resolve!: (result: PipelineResult) => void;
  #reject!: (error: unknown) => void;

  constructor(prepared: PreparedStatements) {
    this.#prepared = prepared;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Adds a statement, prepared once per connection; returns its index in the result. */
  execute(text: string, parameters: readonly WireParameter[]): number {
    return this.#steps.push({ text, parameters }) - 1;
  }

  /** Adds `COPY … FROM STDIN` with its whole data. */
  copy(text: string, data: readonly Buffer[]): number {
    return this.#steps.push({ text, parameters: [], copy: data }) - 1;
  }

  /** What leaves in the same write, behind this one's Sync. Must be the next query given to the client. */
  followedBy: Pipeline | undefined;
  #written = false;

  submit(connection: WireConnection): Error | null {
    const { stream } = connection;
    if (!stream.writable) return new Error('connection is not writable');
    if (this.#written) return null;
    stream.cork();
    for (let each: Pipeline | undefined = this; each; each = each.followedBy) each.#write(stream);
    stream.uncork();
    return null;
  }

  #write(stream: Socket): void {
    this.#written = true;
    for (const step of this.#steps) {
      let name = this.#prepared.find(step.text);
      if (name === undefined) {
        name = this.#prepared.add(step.text);
        this.#fresh.push(step.text);
        stream.write(parseMessage(name, step.text));
      }
      stream.write(bindExecuteMessages(name, step.parameters));
      if (step.copy) {
        for (const chunk of step.copy) {
          stream.write(copyDataHeader(chunk.length));
          stream.write(chunk);
        }
        stream.write(COPY_DONE_MESSAGE);
      }
    }
    stream.write(SYNC_MESSAGE);
  }

  handleRowDescription(): void {}

  handleCopyInResponse(): void {}

  handlePortalSuspended(): void {}

  handleDataRow(message: { fields: (string | null)[] }): void {
    this.#current.push(message.fields);
  }

  handleCommandComplete(message: { text: string }): void {
    const count = Number(message.text.slice(message.text.lastIndexOf(' ') + 1));
    this.#counts.push(Number.isNaN(count) ? 0 : count);
    this.#rows.push(this.#current);
    this.#current = [];
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleReadyForQuery(): void {
    this.#resolve({ counts: this.#counts, rows: this.#rows });
  }

  handleError(error: unknown): void {
    this.#prepared.forget(this.#fresh);
    this.#reject(error);
  }
}
