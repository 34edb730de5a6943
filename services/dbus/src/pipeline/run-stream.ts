/** Decides how a source's stream is kept alive: one session after the other, with growing pauses, until it is stopped or must not go on. */
import type { Bus, ProducerOwnership } from '@rtdp/bus/bus';
import type { Registry } from '@rtdp/bus/registry';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import type { Logger } from 'pino';
import type { SourceDefinition } from '../catalog/source-definition.ts';
import type { Sequencer, SourceStream, StreamFigures, StreamState, TableFigures, TableName } from './contract.ts';
import type { TransactionTrace } from './publisher.ts';
import { decideRetry } from './retry-decision.ts';
import type { SchemaOpening } from './schema-ledger.ts';
import { SchemaRegistrar } from './schema-registrar.ts';
import { StreamSequencer } from './sequencer.ts';
import { asFenced, StreamSession } from './stream-session.ts';
import { traceFromEnvironment } from './transaction-trace.ts';

export interface RunStreamOptions {
  bus: Bus;
  /** Slot, publications, heartbeat table and topics exist already. */
  definition: SourceDefinition;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Told of every schema, beside the data path; null = there is none. */
  registry?: Pick<Registry, 'registerSchema'> | null;
  /** A version whose first Kafka transaction is committed. Must not throw. */
  onSchemaOpened?: (opening: SchemaOpening) => void;
  /** A table stopped by itself after too many rows that failed. Must not throw. */
  onTableStopped?: (table: TableName, error: RtdpError) => void;
  onState?: (state: StreamState) => void;
  /** A connection to the log that has been silent for this long counts as dead; default 90 s. */
  silenceMs?: number;
  /** Default: what RTDP_DBUS_TRANSACTION_TRACE asks for. */
  trace?: TransactionTrace | undefined;
}

/** A session that streamed this long has earned a short first pause again. */
const STEADY_MS = 5_000;

export function runStream(options: RunStreamOptions): SourceStream {
  return new RunningStream({ ...options, trace: options.trace ?? traceFromEnvironment(process.env) });
}

class RunningStream implements SourceStream {
  readonly figures: StreamFigures = {
    rows: 0,
    bytes: 0,
    sourceTransactions: 0,
    kafkaTransactions: 0,
    deadLetters: 0,
    rereads: 0,
    heartbeats: 0,
    sourceTextValues: 0,
    restarts: 0,
    publishedCommitMillis: 0,
    lastLatencyMillis: 0,
    durableLsn: 0n,
    openBytes: 0,
    nextId: 0n,
  };
  readonly tableFigures = new Map<string, TableFigures>();
  readonly #options: RunStreamOptions;
  readonly #sequencer = new StreamSequencer();
  readonly #registrar: SchemaRegistrar | undefined;
  #state: StreamState = { name: 'idle' };
  #loop: Promise<void> | undefined;
  #session: StreamSession | undefined;
  #isStopping = false;
  #wake: (() => void) | undefined;

  constructor(options: RunStreamOptions) {
    const { registry, logger } = options;
    this.#registrar = registry ? new SchemaRegistrar(registry, logger) : undefined;
    this.#options = {
      ...options,
      onSchemaOpened: (opening) => {
        this.#registrar?.register(opening.schema);
        options.onSchemaOpened?.(opening);
      },
    };
  }

  get sequencer(): Sequencer {
    return this.#sequencer;
  }

  state(): StreamState {
    return this.#state;
  }

  start(): Promise<void> {
    if (this.#loop !== undefined) return Promise.resolve();
    this.#isStopping = false;
    this.#sequencer.open();
    this.#registrar?.start();
    const streaming = Promise.withResolvers<void>();
    this.#loop = this.#run(streaming.resolve).then(
      () => streaming.resolve(),
      (error: unknown) => streaming.reject(error),
    );
    this.#loop.finally(() => {
      this.#loop = undefined;
    });
    return streaming.promise;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wake?.();
    await this.#session?.stop(true);
    await this.#loop;
    this.#registrar?.stop();
    this.#sequencer.close();
    if (this.#state.name !== 'stopped') this.#enter({ name: 'stopped' });
  }

  /** Ends with the reason why it must not go on, or without one when told to stop. */
  async #run(onStreaming: () => void): Promise<void> {
    let attempt = 0;
    let lastError: RtdpError | undefined;
    // Only who starts it takes a source away from others; a session that begins anew by itself finds out whether it was taken over.
    let held: ProducerOwnership | undefined;
    while (!this.#isStopping) {
      this.#enter({ name: 'connecting', attempt: attempt + 1, ...(lastError ? { lastError } : {}) });
      const session = new StreamSession({
        ...this.#options,
        sequencer: this.#sequencer,
        onSchemas: (schemas) => {
          for (const schema of schemas) this.#registrar?.register(schema);
        },
        figures: this.figures,
        tableFigures: this.tableFigures,
        now: Date.now,
        held,
      });
      this.#session = session;
      const { error, streamedMs } = await this.#runSession(session, onStreaming);
      this.#session = undefined;
      held = session.ownership ?? held;
      if (this.#isStopping) break;
      attempt = streamedMs >= STEADY_MS ? 1 : attempt + 1;
      lastError = asRtdpError(error);
      const decision = decideRetry(error, attempt, Math.random);
      this.#options.logger.warn(
        { error: lastError.toJSON(), cause: String(lastError.cause ?? ''), attempt },
        lastError.message,
      );
      if (decision.action === 'stop') {
        this.#sequencer.close();
        this.#enter({ name: 'stopped', reason: lastError });
        throw lastError;
      }
      this.figures.restarts++;
      this.#enter({ name: 'waiting', attempt, retryAt: Date.now() + decision.delayMs, lastError });
      await this.#pause(decision.delayMs);
    }
  }

  async #runSession(session: StreamSession, onStreaming: () => void): Promise<{ error: unknown; streamedMs: number }> {
    let since = 0;
    try {
      await session.start();
      since = Date.now();
      this.#enter({ name: 'streaming', since });
      onStreaming();
      const error = await session.ended;
      return { error, streamedMs: Date.now() - since };
    } catch (error) {
      return { error: asFenced(error), streamedMs: 0 };
    } finally {
      await session.stop(false);
    }
  }

  #pause(millis: number): Promise<void> {
    if (this.#isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #enter(state: StreamState): void {
    this.#state = state;
    this.#options.onState?.(state);
  }
}

function asRtdpError(error: unknown): RtdpError {
  if (isRtdpError(error)) return error;
  return new RtdpError({
    code: 'DBUS_STREAM_RESTARTED',
    message: `The stream failed: ${error instanceof Error ? error.message : String(error)}.`,
    next: 'It starts over by itself from the position in Kafka; report it if it stays so.',
    facts: {},
    cause: error,
  });
}
