/**
 * Decides when a table's Avro schema is told to the Schema Registry: after its version is in Kafka, one at a time, beside the
 * data path. A registry that is slow or dead costs a retry later and nothing else; JSON rows never wait for it.
 */
import type { Registry } from '@rtdp/bus/registry';
import { subjectOf, toAvroSchema } from '@rtdp/bus/to-avro-schema';
import { isRtdpError } from '@rtdp/ums/error';
import { formatNamespace } from '@rtdp/ums/namespace';
import type { Logger } from 'pino';
import type { StreamSchema } from './contract.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5_000;

/** What the registry will refuse again, whenever it is asked. */
const FINAL_CODES: ReadonlySet<string> = new Set(['BUS_SCHEMA_INCOMPATIBLE', 'BUS_SCHEMA_INVALID']);

export class SchemaRegistrar {
  readonly #registry: Pick<Registry, 'registerSchema'>;
  readonly #logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** By namespace with version; registered ones stay, so that a new session asks nothing twice. */
  readonly #known = new Set<string>();
  readonly #queue = new Map<string, StreamSchema>();
  #isWorking = false;
  #isStopped = true;
  #pauseMs = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined;

  constructor(registry: Pick<Registry, 'registerSchema'>, logger: Pick<Logger, 'info' | 'warn' | 'error'>) {
    this.#registry = registry;
    this.#logger = logger;
  }

  /** Returns at once. */
  register(schema: StreamSchema): void {
    const name = formatNamespace(schema.namespace);
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#queue.set(name, schema);
    void this.#work();
  }

  /** What is not registered yet. */
  waiting(): string[] {
    return [...this.#queue.keys()];
  }

  start(): void {
    this.#isStopped = false;
    void this.#work();
  }

  /** What waits is kept for the next start. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #work(): Promise<void> {
    if (this.#isStopped || this.#isWorking || this.#timer !== undefined) return;
    this.#isWorking = true;
    // Oldest first: the registry compares each version with the one before it.
    for (const [name, schema] of this.#queue) {
      if (this.#isStopped || !(await this.#registerOne(name, schema))) break;
      this.#queue.delete(name);
      this.#pauseMs = FIRST_PAUSE_MS;
    }
    this.#isWorking = false;
    if (this.#queue.size === 0 || this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#work();
    }, this.#pauseMs);
    this.#timer.unref();
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
  }

  /** True if nothing remains to be done for this schema. */
  async #registerOne(name: string, schema: StreamSchema): Promise<boolean> {
    const subject = subjectOf(schema.namespace, schema.major);
    try {
      const id = await this.#registry.registerSchema({
        subject,
        schema: toAvroSchema(schema.namespace, schema.fields),
        compatibility: 'BACKWARD',
      });
      this.#logger.info({ namespace: name, subject, id }, 'the schema is registered');
      return true;
    } catch (error) {
      const isFinal = isRtdpError(error) && FINAL_CODES.has(error.code);
      const facts = { namespace: name, subject, error: isRtdpError(error) ? error.toJSON() : String(error) };
      if (isFinal) this.#logger.error(facts, 'the registry refuses the schema; the rows go on as JSON');
      else this.#logger.warn({ ...facts, again: this.#pauseMs }, 'the schema is not registered yet');
      return isFinal;
    }
  }
}
