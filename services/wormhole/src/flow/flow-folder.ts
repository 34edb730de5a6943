/** Decides how flows come from files: YAML in a folder, deployed or changed when a file is; a flow whose file goes is left running. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '@rtdp/service/logging';
import { RtdpError } from '@rtdp/ums/error';
import { LineCounter, parseDocument } from 'yaml';
import { reasonOf } from '../ingest/after-lane-error.ts';
import type { Reason } from '../state/flow-store.ts';
import { readFlowDefinition } from './definition.ts';
import type { FlowService } from './flow-service.ts';

const LOOK_AGAIN_MS = 5_000;

export interface FlowFolderOptions {
  folder: string;
  service: FlowService;
  organisationId: string;
  logger: Logger;
  /** What `${NAME}` in a file stands for. */
  environment: Readonly<Record<string, string | undefined>>;
}

export class FlowFolder {
  readonly #options: FlowFolderOptions;
  readonly #applied = new Map<string, string>();
  /** File → why it could not be applied. */
  readonly problems = new Map<string, Reason>();
  #timer: NodeJS.Timeout | undefined;
  #busy: Promise<void> | undefined;
  #stopped = false;

  constructor(options: FlowFolderOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.apply();
    this.#next();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#busy;
  }

  /** Applies every file that is new or has another text than last time; a file with a mistake never stops the others. */
  async apply(): Promise<void> {
    const files = (await readdir(this.#options.folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
    for (const file of files) {
      const text = await readFile(join(this.#options.folder, file), 'utf8');
      if (this.#applied.get(file) === text && !this.problems.has(file)) continue;
      try {
        for (const flow of parseFlowFile(text, file, this.#options.environment)) await this.#applyFlow(flow, file);
        this.#applied.set(file, text);
        this.problems.delete(file);
      } catch (error) {
        const reason = reasonOf(error);
        if (this.problems.get(file)?.message !== reason.message)
          this.#options.logger.error({ file, reason }, 'a flow file cannot be applied');
        this.problems.set(file, reason);
      }
    }
  }

  async #applyFlow(input: unknown, file: string): Promise<void> {
    const { service, organisationId, logger } = this.#options;
    const definition = readFlowDefinition(input);
    const known = (await service.list(organisationId)).find(({ name }) => name === definition.name);
    if (known !== undefined && isDeepStrictEqual(known.definition, definition)) return;
    const { name, notes } =
      known === undefined
        ? await service.deploy(input, { organisationId, origin: `file:${file}` })
        : await service.replace(organisationId, definition.name, input);
    if (notes.length > 0) logger.info({ file, flow: name, notes }, 'a flow is deployed');
  }

  #next(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#busy = this.apply()
        .catch((error: unknown) => this.#options.logger.error({ err: error }, 'the folder of flows cannot be read'))
        .finally(() => this.#next());
    }, LOOK_AGAIN_MS);
  }
}

/** One flow, or a list under `flows`; `${NAME}` in a text is a variable, `${NAME:number}` as a whole value a number. */
export function parseFlowFile(
  text: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): unknown[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const error = document.errors[0];
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw invalid(file, `line ${line}, column ${col}: ${error.message}`, { line, column: col });
  }
  const content = substitute(document.toJS() ?? {}, environment, file) as { flows?: unknown };
  if (Array.isArray(content.flows)) return content.flows;
  return [content];
}

function substitute(value: unknown, environment: Readonly<Record<string, string | undefined>>, file: string): unknown {
  if (Array.isArray(value)) return value.map((part) => substitute(part, environment, file));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, substitute(part, environment, file)]));
  }
  if (typeof value !== 'string') return value;
  const lookUp = (name: string): string => {
    const found = environment[name];
    if (found === undefined) throw invalid(file, `\${${name}} is not set`, { variable: name });
    return found;
  };
  const number = /^\$\{([A-Za-z_]\w*):number\}$/.exec(value);
  if (number?.[1] !== undefined) return Number(lookUp(number[1]));
  return value.replace(/\$\{([A-Za-z_]\w*)\}/g, (_whole, name: string) => lookUp(name));
}

function invalid(file: string, what: string, facts: Record<string, unknown>): RtdpError {
  return new RtdpError({
    code: 'WORMHOLE_FLOW_INVALID',
    message: `${file}: ${what}`,
    next: 'Correct the file; it is read again by itself.',
    facts: { file, ...facts },
  });
}
