/** Decides what a folder of YAML files means: each file is one definition; what it says is registered, and a change of it is taken over. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@rtdp/service/logging';
import { RtdpError } from '@rtdp/ums/error';
import { parse } from 'yaml';
import { ZodError } from 'zod';
import { readSourceDefinition, type SourceDefinitionInput } from './source-definition.ts';

export interface SourcesFolderOptions {
  path: string;
  /** For `${NAME}` in the files, so that passwords stay outside them. */
  environment: Readonly<Record<string, string | undefined>>;
  logger: Logger;
  /** Brings the catalog to one file's definition. */
  apply: (given: SourceDefinitionInput) => Promise<void>;
}

const EVERY_MS = 5_000;

/** Reads the folder at start and every few seconds. A file that goes away removes nothing: a slot is only dropped on request. */
export class SourcesFolder {
  readonly #options: SourcesFolderOptions;
  readonly #applied = new Map<string, string>();
  readonly #problems = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;

  constructor(options: SourcesFolderOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.read();
    this.#timer = setInterval(() => void this.read(), EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reading;
  }

  /** For the health page: what is wrong with which file; empty when all are in force. */
  problems(): string[] {
    return [...this.#problems].map(([file, problem]) => `${file}: ${problem}`);
  }

  /** Never rejects. */
  read(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const { path } = this.#options;
    let names: string[];
    try {
      names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort();
      this.#problems.delete(path);
    } catch (error) {
      this.#report(path, error);
      return;
    }
    for (const known of [...this.#problems.keys()])
      if (!names.includes(known) && known !== path) this.#problems.delete(known);
    for (const name of names) await this.#readFile(name);
  }

  async #readFile(name: string): Promise<void> {
    const { path, environment, apply } = this.#options;
    try {
      const text = await readFile(join(path, name), 'utf8');
      if (this.#applied.get(name) === text) return;
      await apply(readSourceFile(text, environment));
      this.#applied.set(name, text);
      this.#problems.delete(name);
    } catch (error) {
      this.#report(name, error);
    }
  }

  #report(name: string, error: unknown): void {
    const problem =
      error instanceof ZodError ? zodSentence(error) : error instanceof Error ? error.message : String(error);
    if (this.#problems.get(name) === problem) return;
    this.#problems.set(name, problem);
    this.#options.logger.error({ file: name, problem }, 'a source file is not in force');
  }
}

/** One YAML text → a checked definition. @throws RtdpError DBUS_SOURCE_INVALID */
export function readSourceFile(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): SourceDefinitionInput {
  let given: unknown;
  try {
    given = fillIn(parse(text), environment);
    readSourceDefinition(given);
  } catch (cause) {
    if (cause instanceof RtdpError) throw cause;
    throw new RtdpError({
      code: 'DBUS_SOURCE_INVALID',
      message: cause instanceof ZodError ? zodSentence(cause) : cause instanceof Error ? cause.message : String(cause),
      next: 'Correct the file; it is read again within seconds.',
      cause,
    });
  }
  return given as SourceDefinitionInput;
}

/** Replaces `${NAME}` in every text; a name that is not set is an error, never an empty password. */
function fillIn(value: unknown, environment: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_whole, name: string) => {
      const found = environment[name];
      if (found !== undefined) return found;
      throw new RtdpError({
        code: 'DBUS_SOURCE_INVALID',
        message: `the environment variable ${name} is not set`,
        next: `Set ${name} for the dbus service, or write the value itself.`,
        facts: { variable: name },
      });
    });
  }
  if (Array.isArray(value)) return value.map((each) => fillIn(each, environment));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, fillIn(inner, environment)]));
  }
  return value;
}

function zodSentence(error: ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`).join('; ');
}
