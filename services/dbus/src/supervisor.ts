/** Decides which sources run: what was asked for is in the catalog, and this brings what is there; the only one that starts and stops sources. */
import type { Bus } from '@rtdp/bus/bus';
import type { Health } from '@rtdp/service/health';
import type { Logger } from '@rtdp/service/logging';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { onlyTablesChanged } from './catalog/change-definition.ts';
import type { EventStore } from './catalog/event-store.ts';
import {
  DBUS_TOPICS,
  holdsForTable,
  readSourceDefinition,
  type SourceDefinitionInput,
} from './catalog/source-definition.ts';
import { nextSourceState, type SourceCommand, type SourceState } from './catalog/source-states.ts';
import { reasonOf, type SourceStore, type StoredSource } from './catalog/source-store.ts';
import type { SourceMetrics } from './health/source-metrics.ts';
import type { RunningSource, SlotReport, SourceKind, SourceSurroundings, SourceWatch } from './sources/contract.ts';

export interface SupervisorOptions {
  store: SourceStore;
  events: EventStore;
  bus: Bus;
  health: Health;
  metrics: SourceMetrics;
  logger: Logger;
  now: () => number;
  loadKind: (name: string) => Promise<SourceKind>;
  surround: (stored: StoredSource) => SourceSurroundings;
}

interface Supervised {
  organisationId: string;
  name: string;
  /** Commands of one source take turns. */
  turn: Promise<unknown>;
  running: RunningSource | undefined;
  /** The one that `begin` is starting: a command that ends it need not wait until it runs. */
  starting: RunningSource | undefined;
  /** Looks at the slot while the source is held. */
  watch: SourceWatch | undefined;
  state: SourceState;
  detail: string;
  retry: NodeJS.Timeout | undefined;
  failures: number;
}

const RETRY_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
const WATCH_MS = 1_000;
/** Trying again would change nothing until somebody mends something. */
const FINAL_CODES = new Set([
  'DBUS_SLOT_LOST',
  'DBUS_SLOT_AHEAD',
  'BUS_FENCED',
  'DBUS_FENCED',
  'DBUS_SOURCE_KIND_INVALID',
  'DBUS_POSITION_MALFORMED',
]);

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #sources = new Map<string, Supervised>();
  #watch: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Takes up every source of the catalog; resolves without waiting for their servers. */
  async start(): Promise<void> {
    for (const stored of await this.#options.store.list()) this.#takeUp(stored);
    this.#watch = setInterval(() => this.#look(), WATCH_MS);
  }

  /** Stops what runs and leaves the catalog's wishes as they are. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#watch);
    await Promise.all(
      [...this.#sources.values()].map(async (source) => {
        clearTimeout(source.retry);
        await source.starting?.stop();
        await source.turn.catch(() => undefined);
        await source.running?.stop();
        await source.watch?.stop();
      }),
    );
  }

  /** Last look at the slot of a source, running or held. */
  slot(name: string): SlotReport | undefined {
    const source = this.#sources.get(name);
    return source?.running?.slot() ?? source?.watch?.report();
  }

  running(name: string): RunningSource | undefined {
    return this.#sources.get(name)?.running;
  }

  health(name: string): { status: 'ok' | 'degraded' | 'down'; detail: string } {
    const source = this.#sources.get(name);
    return source === undefined ? { status: 'down', detail: 'It is not supervised here.' } : this.#healthOf(source);
  }

  /** @throws RtdpError DBUS_SOURCE_NOT_RUNNING */
  mustRun(stored: StoredSource): RunningSource {
    const running = this.running(stored.name);
    if (running !== undefined && this.#sources.get(stored.name)?.state === 'running') return running;
    throw new RtdpError({
      code: 'DBUS_SOURCE_NOT_RUNNING',
      message: `source ${stored.name} is ${stored.state}`,
      next: `Start it first: POST /sources/${stored.name}/start.`,
      facts: { source: stored.name, state: stored.state, reason: stored.reason },
    });
  }

  async register(
    organisationId: string,
    given: SourceDefinitionInput,
    origin: StoredSource['origin'],
    subject: string,
  ): Promise<StoredSource> {
    const stored = await this.#options.store.insert(organisationId, given, origin);
    await this.#event(stored, 'registered', `Source ${given.name} was registered`, subject);
    this.#takeUp(stored);
    return this.#options.store.get(organisationId, given.name);
  }

  begin(stored: StoredSource, subject: string): Promise<void> {
    return this.#command(stored, 'start', subject, async (source) => {
      await this.#options.store.setWanted(stored.id, 'running');
      source.failures = 0;
      await this.#begin(source);
    });
  }

  hold(stored: StoredSource, how: 'pause' | 'stop', subject: string): Promise<void> {
    return this.#command(stored, how, subject, async (source, next) => {
      await this.#options.store.setWanted(stored.id, how === 'pause' ? 'paused' : 'stopped');
      await this.#end(source, next, null);
    });
  }

  /** Keeps a changed definition; a running source is restarted under it unless only its list of tables changed. */
  change(stored: StoredSource, given: SourceDefinitionInput, subject: string): Promise<void> {
    return this.#command(stored, 'change', subject, async (source) => {
      await this.#options.store.replaceDefinition(stored.id, given);
      if (source.running === undefined) return;
      if (onlyTablesChanged(withPassword(stored), given)) {
        const definition = readSourceDefinition(given);
        const added =
          definition.tables === 'all' ? [] : definition.tables.filter((pattern) => !listed(stored).includes(pattern));
        await source.running.changeTables(definition, ({ schema, table }) => holdsForTable(added, schema, table));
        return;
      }
      await source.running.stop();
      source.running = undefined;
      await this.#begin(source);
    });
  }

  /** @returns what could not be taken away at the server, as sentences; the source is forgotten all the same if `force`. */
  async remove(stored: StoredSource, force: boolean, subject: string): Promise<string[]> {
    let left: string[] = [];
    await this.#command(stored, 'remove', subject, async (source) => {
      await this.#options.store.setWanted(stored.id, 'removed');
      await this.#end(source, 'removing', null);
      left = await this.#takeAway(source, stored, force);
    });
    await this.#event(stored, 'removed', `Source ${stored.name} was removed`, subject, { left });
    return left;
  }

  async #takeAway(source: Supervised, stored: StoredSource, force: boolean): Promise<string[]> {
    const { store, loadKind, health, metrics } = this.#options;
    const kind = await loadKind(stored.definition.kind);
    const left = await kind.remove(stored.definition);
    if (left.length > 0 && !force) {
      await store.setWanted(stored.id, 'stopped');
      await this.#settle(source, stored, 'stopped', notCleaned(stored, left));
      throw notCleaned(stored, left);
    }
    await this.#forgetPosition(stored);
    await store.delete(stored.id);
    this.#sources.delete(stored.name);
    await source.watch?.stop();
    health.remove(`source ${stored.name}`);
    metrics.forget(stored.name);
    return left;
  }

  #takeUp(stored: StoredSource): void {
    const source: Supervised = {
      organisationId: stored.organisationId,
      name: stored.name,
      turn: Promise.resolve(),
      running: undefined,
      starting: undefined,
      watch: undefined,
      state: stored.state,
      detail: '',
      retry: undefined,
      failures: 0,
    };
    this.#sources.set(stored.name, source);
    this.#options.health.add(`source ${stored.name}`, () => this.#healthOf(source));
    if (stored.wanted === 'running') void this.#inTurn(source, () => this.#begin(source)).catch(() => undefined);
    else if (stored.wanted === 'removed') {
      // The service ended in the middle of it.
      void this.#inTurn(source, () => this.#takeAway(source, stored, false)).catch((error: unknown) =>
        this.#options.logger.error({ err: error, source: source.name }, 'a source could not be removed whole'),
      );
    } else {
      const state = stored.wanted === 'paused' ? 'paused' : 'stopped';
      if (stored.state !== state) void this.#inTurn(source, () => this.#settle(source, stored, state, null));
    }
  }

  async #command(
    stored: StoredSource,
    command: SourceCommand,
    subject: string,
    work: (source: Supervised, next: SourceState) => Promise<void>,
  ): Promise<void> {
    const source = this.#sources.get(stored.name);
    if (source === undefined) throw notTakenUp(stored);
    if (command === 'pause' || command === 'stop' || command === 'remove') await source.starting?.stop();
    await this.#inTurn(source, async () => {
      const next = nextSourceState(stored.name, source.state, command);
      clearTimeout(source.retry);
      await work(source, next);
    });
    if (command !== 'remove') await this.#event(stored, command, `Source ${stored.name}: ${command}`, subject);
  }

  /** Starts a source; what stands in the way becomes its state, and is thrown for whoever asked. */
  async #begin(source: Supervised): Promise<void> {
    const { store, loadKind, surround, logger } = this.#options;
    const stored = await store.get(source.organisationId, source.name);
    await this.#settle(source, stored, 'starting', null);
    let running: RunningSource | undefined;
    try {
      const kind = await loadKind(stored.definition.kind);
      running = await kind.open(stored, surround(stored));
      source.starting = running;
      await running.start();
      source.running = running;
      source.failures = 0;
      await this.#settle(source, stored, 'running', null);
      logger.info({ source: source.name }, 'a source runs');
    } catch (error) {
      await running?.stop();
      const isFinal = isRtdpError(error) && FINAL_CODES.has(error.code);
      await this.#settle(source, stored, isFinal ? 'stopped' : 'failed', error);
      logger.warn({ err: error, source: source.name, isFinal }, 'a source could not be started');
      if (!isFinal) this.#tryAgain(source);
      throw error;
    } finally {
      source.starting = undefined;
    }
  }

  #tryAgain(source: Supervised): void {
    if (this.#stopped) return;
    const after = RETRY_MS[Math.min(source.failures, RETRY_MS.length - 1)]!;
    source.failures++;
    source.retry = setTimeout(() => {
      void this.#inTurn(source, async () => {
        if (source.state !== 'failed' || this.#stopped) return;
        await this.#begin(source);
      }).catch(() => undefined);
    }, after);
  }

  async #end(source: Supervised, state: SourceState, reason: unknown): Promise<void> {
    await source.running?.stop();
    source.running = undefined;
    const stored = await this.#options.store.get(source.organisationId, source.name);
    await this.#settle(source, stored, state, reason);
  }

  async #settle(source: Supervised, stored: StoredSource, state: SourceState, error: unknown): Promise<void> {
    source.state = state;
    const reason = error === null ? null : reasonOf(error);
    source.detail = reason === null ? '' : `${reason.message} ${reason.next}`;
    this.#options.metrics.state(source.name, state);
    await this.#options.store.setState(stored.id, state, reason);
    await this.#watchHeld(source, stored);
  }

  /** A source that is held keeps log at its server: its slot is watched until it runs again or is gone. */
  async #watchHeld(source: Supervised, stored: StoredSource): Promise<void> {
    const { store, loadKind, logger, now } = this.#options;
    const isHeld = source.state === 'paused' || source.state === 'stopped' || source.state === 'failed';
    if (!isHeld) {
      await source.watch?.stop();
      source.watch = undefined;
    } else if (source.watch === undefined && !this.#stopped) {
      const { slotMadeAt, definition } = await store.get(stored.organisationId, stored.name);
      if (slotMadeAt !== null) source.watch = (await loadKind(definition.kind)).watch(definition, logger, now);
    }
  }

  /** Every second: figures for the metrics, and whether a stream has ended by itself. */
  #look(): void {
    const { metrics, now } = this.#options;
    for (const source of this.#sources.values()) {
      const { running } = source;
      const held = source.watch?.report();
      if (held !== undefined) metrics.slot(source.name, held);
      if (running === undefined) continue;
      metrics.stream(source.name, running.stream.figures, running.stream.tableFigures, now());
      const slot = running.slot();
      if (slot !== undefined) metrics.slot(source.name, slot);
      const state = running.stream.state();
      if (state.name !== 'stopped' || source.state !== 'running') continue;
      source.state = 'stopped';
      void this.#inTurn(source, () => this.#endedByItself(source, state.reason)).catch((error: unknown) =>
        this.#options.logger.error({ err: error, source: source.name }, 'the end of a source could not be recorded'),
      );
    }
  }

  async #endedByItself(source: Supervised, reason: RtdpError | undefined): Promise<void> {
    await this.#end(source, 'stopped', reason ?? null);
    const stored = await this.#options.store.get(source.organisationId, source.name);
    await this.#event(
      stored,
      'stopped',
      `Source ${source.name} stopped: ${reason?.message ?? 'its stream ended'}`,
      'dbus',
      {
        reason: reason === undefined ? null : reasonOf(reason),
      },
    );
  }

  #healthOf(source: Supervised): { status: 'ok' | 'degraded' | 'down'; detail: string } {
    switch (source.state) {
      case 'running':
        return source.running?.health() ?? { status: 'down', detail: 'It is not there.' };
      case 'registered':
      case 'starting':
        return { status: 'degraded', detail: 'It is starting.' };
      case 'failed':
        return { status: 'down', detail: source.detail };
      case 'paused':
        return (
          source.watch?.alarm() ?? { status: 'degraded', detail: 'It is paused; the server keeps its log meanwhile.' }
        );
      case 'removing':
        return { status: 'degraded', detail: 'It is being removed.' };
      case 'stopped':
        if (source.detail !== '') return { status: 'down', detail: source.detail };
        return (
          source.watch?.alarm() ?? { status: 'degraded', detail: 'It is stopped; the server keeps its log meanwhile.' }
        );
    }
  }

  /** The slot is gone, so the position means nothing any more; a source of this name begins anew (ids start at the clock, which is ahead). */
  async #forgetPosition(stored: StoredSource): Promise<void> {
    const producer = this.#options.bus.producer();
    try {
      await producer.send(DBUS_TOPICS.positions, [{ partition: 0, key: stored.definition.source, value: null }]);
    } finally {
      await producer.close();
    }
  }

  async #event(
    stored: StoredSource,
    kind: string,
    sentence: string,
    subject: string,
    facts: Record<string, unknown> = {},
  ): Promise<void> {
    await this.#options.events.record(stored.organisationId, {
      sourceName: stored.name,
      kind,
      sentence,
      facts,
      subject,
    });
  }

  #inTurn<Result>(source: Supervised, work: () => Promise<Result>): Promise<Result> {
    const result = source.turn.then(work);
    source.turn = result.catch(() => undefined);
    return result;
  }
}

/** The definition as it was given, with its password: what a change is made on. */
export function withPassword(stored: StoredSource): SourceDefinitionInput {
  const { password } = stored.definition.connection;
  return { ...stored.given, connection: { ...stored.given.connection, password } };
}

function listed(stored: StoredSource): readonly string[] {
  return stored.given.tables === 'all' ? [] : stored.given.tables;
}

function notCleaned(stored: StoredSource, left: string[]): RtdpError {
  return new RtdpError({
    code: 'DBUS_SOURCE_NOT_CLEANED',
    message: `source ${stored.name} could not be taken away whole: ${left.join(' ')}`,
    next: 'Mend what is named and remove it again, or remove it with force=true and clean the server by hand: a slot that stays keeps its log for ever.',
    facts: { source: stored.name, left },
  });
}

function notTakenUp(stored: StoredSource): RtdpError {
  return new RtdpError({
    code: 'DBUS_SOURCE_STATE',
    message: `source ${stored.name} is not taken up yet: the service is starting`,
    next: 'Try again in a moment.',
    facts: { source: stored.name },
  });
}
