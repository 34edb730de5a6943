/** Decides which sources run: what was asked for is in the catalog, and this brings it about; the only one that commands sources. */

import type { Health } from '@rtdp/service/health';
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import { onlyTablesChanged } from './catalog/change-definition.ts';
import type { EventStore } from './catalog/event-store.ts';
import { holdsForTable, readSourceDefinition, type SourceDefinitionInput } from './catalog/source-definition.ts';
import { SourceJournal } from './catalog/source-journal.ts';
import { nextSourceState, type SourceCommand, type SourceState } from './catalog/source-states.ts';
import { reasonOf, type StoredSource, withPassword } from './catalog/source-store.ts';
import type { SourceHealth } from './source-condition.ts';
import type { RunningSource, SlotReport } from './sources/contract.ts';
import { isFenced } from './standby.ts';
import { type EndedStream, SupervisedSource, type SupervisedSourceOptions } from './supervised-source.ts';

export interface SupervisorOptions extends SupervisedSourceOptions {
  events: EventStore;
  health: Health;
}

const LOOK_MS = 1_000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #sources = new Map<string, SupervisedSource>();
  #looking: NodeJS.Timeout | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Takes up every source of the catalog; resolves without waiting for their servers. */
  async start(): Promise<void> {
    for (const stored of await this.#options.store.list()) this.#takeUp(stored);
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
  }

  /** Stops what runs and leaves the catalog's wishes as they are. */
  async stop(): Promise<void> {
    clearInterval(this.#looking);
    await Promise.all([...this.#sources.values()].map((source) => source.leave()));
  }

  /** Last look at the slot of a source, running or held. */
  slot(name: string): SlotReport | undefined {
    return this.#sources.get(name)?.slot;
  }

  running(name: string): RunningSource | undefined {
    return this.#sources.get(name)?.running;
  }

  health(name: string): SourceHealth {
    return this.#sources.get(name)?.health() ?? { status: 'down', detail: 'It is not supervised here.' };
  }

  /** @throws RtdpError DBUS_SOURCE_NOT_RUNNING */
  mustRun(stored: StoredSource): RunningSource {
    const running = this.running(stored.name);
    if (running !== undefined && this.#sources.get(stored.name)?.state === 'running') return running;
    throw new RtdpError({
      code: 'DBUS_SOURCE_NOT_RUNNING',
      message: `source ${stored.name} is ${stored.state}`,
      next: `Start it first: ${typedCommand(`source start ${stored.name}`)}.`,
      facts: { source: stored.name, state: stored.state, reason: stored.reason },
    });
  }

  async register(
    organisationId: string,
    given: SourceDefinitionInput,
    origin: StoredSource['origin'],
    subject: string,
  ): Promise<StoredSource> {
    const topics = new Set(await this.#options.bus.admin().listTopics());
    const stored = await this.#options.store.insert(organisationId, given, origin, (topic) => topics.has(topic));
    await this.#event(stored, 'registered', `Source ${given.name} was registered`, subject);
    this.#takeUp(stored);
    return this.#options.store.get(organisationId, given.name);
  }

  begin(stored: StoredSource, subject: string): Promise<void> {
    return this.#command(stored, 'start', subject, async (source) => {
      await this.#options.store.setWanted(stored.id, 'running');
      await source.begin();
    });
  }

  hold(stored: StoredSource, how: 'pause' | 'stop', subject: string): Promise<void> {
    return this.#command(stored, how, subject, async (source, next) => {
      await this.#options.store.setWanted(stored.id, how === 'pause' ? 'paused' : 'stopped');
      await source.end(next, null);
    });
  }

  /** Keeps a changed definition; a running source is restarted under it unless only its list of tables changed. */
  change(stored: StoredSource, given: SourceDefinitionInput, subject: string): Promise<void> {
    return this.#command(stored, 'change', subject, async (source) => {
      await this.#options.store.replaceDefinition(stored.id, given);
      if (!onlyTablesChanged(withPassword(stored), given)) return source.restart();
      const asked = askedFor(stored.given, given);
      const adopt = ({ schema, table }: { schema: string; table: string }) => holdsForTable(asked, schema, table);
      return source.changeTables(readSourceDefinition(given), adopt);
    });
  }

  /** @returns what could not be taken away at the server, as sentences; the source is forgotten all the same if `force`. */
  async remove(stored: StoredSource, force: boolean, subject: string): Promise<string[]> {
    let left: string[] = [];
    await this.#command(stored, 'remove', subject, async (source) => {
      await this.#options.store.setWanted(stored.id, 'removed');
      await source.end('removing', null);
      left = await source.takeAway(force);
      this.#forget(source);
    });
    await this.#event(stored, 'removed', `Source ${stored.name} was removed`, subject, { left });
    return left;
  }

  #takeUp(stored: StoredSource): void {
    const source: SupervisedSource = new SupervisedSource(stored, this.#options, () => this.#forget(source));
    this.#sources.set(stored.name, source);
    this.#options.health.add(`source ${stored.name}`, () => source.health());
    const first = source.inTurn(async () => {
      try {
        if (stored.wanted === 'running') return await source.begin();
        if (stored.wanted !== 'removed') return await source.settle(stored.wanted, null);
        // The service ended in the middle of it.
        await source.takeAway(false);
        this.#forget(source);
      } catch (error) {
        source.followUnlessBusy();
        throw error;
      }
    });
    first.catch((error: unknown) => {
      this.#options.logger.warn(
        { err: error, source: stored.name, wanted: stored.wanted },
        'a source is not as it is wanted',
      );
    });
  }

  #forget(source: SupervisedSource): void {
    if (this.#sources.get(source.name) !== source) return;
    this.#sources.delete(source.name);
    this.#options.health.remove(`source ${source.name}`);
  }

  async #command(
    stored: StoredSource,
    command: SourceCommand,
    subject: string,
    work: (source: SupervisedSource, next: SourceState) => Promise<void>,
  ): Promise<void> {
    const source = this.#sources.get(stored.name);
    if (source === undefined) throw notTakenUp(stored);
    // A start that is asked for here takes it over from whoever runs it; the other commands go by what it does, wherever that is.
    const isElsewhere = source.isHearsay && command !== 'start';
    const next = () => nextSourceState(stored.name, isElsewhere ? stored.state : source.state, command);
    if (command === 'pause' || command === 'stop' || command === 'remove') {
      // Before it stands by no more: one that is refused changes nothing.
      if (isElsewhere) next();
      await source.interrupt();
    }
    await source.inTurn(async () => {
      try {
        await work(source, next());
      } catch (error) {
        source.followUnlessBusy();
        throw error;
      }
    });
    if (command !== 'remove') await this.#event(stored, command, `Source ${stored.name}: ${command}`, subject);
  }

  /** Every second: figures for the metrics, whether a stream is cut off, and whether one has ended by itself. */
  #look(): void {
    const { events, logger } = this.#options;
    for (const source of this.#sources.values()) {
      const news = source.news();
      if (news !== undefined) void new SourceJournal(events, logger, source).outage(news);
      const found = source.look();
      if (found === undefined) continue;
      source
        .inTurn(() => this.#endedByItself(source, found))
        .catch((error: unknown) =>
          logger.error({ err: error, source: source.name }, 'the end of a source could not be recorded'),
        );
    }
  }

  async #endedByItself(source: SupervisedSource, { running, endedBy: reason }: EndedStream): Promise<void> {
    // A command that had its turn first has stopped it already, and what runs now is another.
    if (source.running !== running) return;
    const isOver = !isFenced(reason);
    try {
      if (reason === 'a command elsewhere') {
        await source.standBy();
        // Who was asked has told it, and noted it too unless it ended before that.
        const held = await this.#options.store.find(source.name);
        if (held !== undefined) await this.#options.store.setStateHeld(held.id);
        return;
      }
      if (isOver) await source.end('stopped', reason ?? null);
      else await source.standBy();
    } catch (error) {
      source.followUnlessBusy();
      throw error;
    }
    const stored = await this.#options.store.find(source.name);
    if (stored === undefined) return;
    if (!isOver) {
      const sentence = `Source ${source.name} is streamed by another process; this one waits until nobody else does`;
      return this.#event(stored, 'standing-by', sentence, 'dbus');
    }
    const sentence = `Source ${source.name} stopped: ${reason?.message ?? 'its stream ended'}`;
    await this.#event(stored, 'stopped', sentence, 'dbus', { reason: reason === undefined ? null : reasonOf(reason) });
  }

  async #event(
    stored: StoredSource,
    kind: string,
    sentence: string,
    subject: string,
    facts: Record<string, unknown> = {},
  ): Promise<void> {
    const event = { sourceName: stored.name, kind, sentence, facts, subject };
    await this.#options.events.record(stored.organisationId, event);
  }
}

/** Patterns that a change asks for by name: listed now and not before, or excluded before and not now. */
function askedFor(before: SourceDefinitionInput, after: SourceDefinitionInput): string[] {
  const listed = ({ tables }: SourceDefinitionInput): readonly string[] => (tables === 'all' ? [] : tables);
  const excluded = ({ excludedTables = [] }: SourceDefinitionInput): readonly string[] => excludedTables;
  return [
    ...listed(after).filter((pattern) => !listed(before).includes(pattern)),
    ...excluded(before).filter((pattern) => !excluded(after).includes(pattern)),
  ];
}

function notTakenUp(stored: StoredSource): RtdpError {
  return new RtdpError({
    code: 'DBUS_SOURCE_STATE',
    message: `source ${stored.name} is not taken up yet: the service is starting`,
    next: 'Try again in a moment.',
    facts: { source: stored.name },
  });
}
