/**
 * Decides how a flow is brought up and kept up: its sink and topic are asked for again and again until they are there, its
 * state follows the table of `flow-state.ts`, and the pull that a new flow needs is asked for.
 */
import type { Bus } from '@rtdp/bus/bus';
import type { Engine } from '@rtdp/engine/flow-contract';
import type { Logger } from '@rtdp/service/logging';
import { pause } from '@rtdp/service/pause';
import type { Store } from '@rtdp/stores/contract';
import type { DeadLetterStore } from '../dead-letter/dead-letter-store.ts';
import type { FeedbackWriter } from '../feedback/feedback-writer.ts';
import type { FlowMetrics } from '../feedback/flow-metrics.ts';
import { RereadRelay } from '../feedback/reread-relay.ts';
import { reasonOf } from '../ingest/after-lane-error.ts';
import { retryPause } from '../ingest/retry-pause.ts';
import type { TopicReader } from '../ingest/topic-reader.ts';
import { within } from '../ingest/within.ts';
import { openSinkStore } from '../sink/open-sink-store.ts';
import type { FlowStore, PullState, Reason, StoredFlow } from '../state/flow-store.ts';
import type { ProgressStore } from '../state/progress-store.ts';
import type { FlowContext } from './flow-context.ts';
import { FlowRun } from './flow-run.ts';
import { type FlowState, type FlowStep, stateAfter } from './flow-state.ts';
import { MeantTopic, missingTopic } from './missing-topic.ts';
import type { RecordedSchemas } from './recorded-schemas.ts';
import { type PullService, requestPulls } from './request-pulls.ts';
import { requireOwnTopic, type TopicOwners } from './topic-owners.ts';
import { LoadingWatch } from './watch-loading.ts';

/** What all flows of a process share. */
export interface FlowSurroundings {
  worker: string;
  bus: Bus;
  engine: Engine;
  flows: FlowStore;
  progress: ProgressStore;
  deadLetters: DeadLetterStore;
  feedback: FeedbackWriter;
  metrics: FlowMetrics;
  schemas: RecordedSchemas;
  pullsOf(organisationId: string): PullService;
  topics: TopicOwners;
  readerOf(stream: string): TopicReader;
  logger: Logger;
  now(): number;
  random(): number;
}

/** How long the end waits for a sink that says nothing, milliseconds. */
const CLOSE_WAIT_MS = 3_000;
const PULL_PAUSE_MS = 2_000;

export class RunningFlow {
  readonly stored: StoredFlow;
  readonly #around: FlowSurroundings;
  readonly #logger: Logger;
  readonly #ended = new AbortController();
  #state: FlowState = 'stopped';
  #reason: Reason | null = null;
  #pull: PullState | null;
  #ownsTopic: boolean;
  readonly #meant: MeantTopic;
  #pullWaitsFor = 'the start of the flow';
  #run: FlowRun | undefined;
  #store: Store | undefined;
  #relay: RereadRelay | undefined;
  readonly #pulls: PullService;
  readonly #loading: LoadingWatch;
  #work: Promise<unknown> = Promise.resolve();
  #saving: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;

  constructor(stored: StoredFlow, around: FlowSurroundings) {
    this.stored = stored;
    this.#around = around;
    this.#pull = stored.pull;
    this.#ownsTopic = stored.topicOwned;
    this.#meant = new MeantTopic(around.topics, around.now);
    this.#logger = around.logger.child({ flow: stored.name });
    this.#pulls = around.pullsOf(stored.organisationId);
    this.#loading = new LoadingWatch(this.#pulls, () => this.#run, this.#logger);
  }

  get state(): FlowState {
    return this.#state;
  }

  get reason(): Reason | null {
    return this.#reason;
  }

  get pull(): PullState | null {
    return this.#pull;
  }

  /** What it is that the pull is not asked for yet, as the end of "waits for …"; only of meaning while it is wanted. */
  get pullWaitsFor(): string {
    return this.#pullWaitsFor;
  }

  get run(): FlowRun | undefined {
    return this.#run;
  }

  get store(): Store | undefined {
    return this.#store;
  }

  start(): void {
    this.#step('start', null);
    this.#work = Promise.all([this.#bringUp(), this.#seeToPull()]);
    this.#loading.start();
  }

  /** @param step what the flow is to be afterwards: `stop`, `pause`, or `fail` with a reason */
  stop(step: 'stop' | 'pause' | 'fail', reason: Reason | null = null): Promise<void> {
    this.#stopping ??= this.#end();
    this.#step(step, reason);
    return this.#stopping.then(() => this.#saving);
  }

  async #end(): Promise<void> {
    this.#ended.abort();
    this.#loading.stop();
    await this.#work;
    await this.#run?.stop();
    await within(this.#relay?.stop(), CLOSE_WAIT_MS);
    await within(this.#store?.close(), CLOSE_WAIT_MS);
    this.#run = undefined;
    this.#relay = undefined;
    this.#store = undefined;
  }

  async #bringUp(): Promise<void> {
    for (let attempt = 0; !this.#ended.signal.aborted; attempt++) {
      try {
        await this.#tryUp();
        return;
      } catch (error) {
        const reason = reasonOf(error);
        if (reason.code === 'WORMHOLE_POSITION_LOST') {
          this.#step('fail', reason);
          return;
        }
        this.#logger.warn({ err: error, attempt }, 'a flow cannot start yet');
        this.#step('trouble', reason);
        // A topic that is still to be made comes with its source: soon, or when somebody registers it.
        const tries = reason.code === 'BUS_TOPIC_MISSING' ? 0 : attempt;
        await this.#pause(retryPause(tries, this.stored.definition.retry, () => this.#around.random()));
      }
    }
  }

  async #tryUp(): Promise<void> {
    const { definition } = this.stored;
    const partitionCount = await this.#requireTopic(definition.source.topic);
    await this.#requireOwn(definition.source.topic);
    this.#store ??= await openSinkStore(definition);
    await this.#store.check();
    const around = this.#around;
    const run = new FlowRun({
      bus: around.bus,
      reader: around.readerOf(definition.stream),
      wholeTopic: this.#pull?.wholeTopic === true,
      onStep: (step, reason) => this.#onStep(step, reason),
      context: flowContextOf(this.stored, around, this.#store, partitionCount, this.#logger),
    });
    try {
      await run.start();
    } catch (error) {
      await run.stop();
      throw error;
    }
    this.#run = run;
    if (this.#relay === undefined) {
      this.#relay = new RereadRelay(this.#store, around.bus, this.#logger);
      this.#relay.start();
    }
  }

  async #requireTopic(topic: string): Promise<number> {
    const topics = await this.#around.bus.admin().listTopics();
    if (topics.includes(topic)) return this.#around.bus.admin().partitionCount(topic);
    throw missingTopic(
      this.stored.definition.source,
      await this.#meant.find(topic, topics, this.stored.organisationId),
    );
  }

  /** Asked once: a topic never changes hands, and a flow that has read it goes on while DBus is away. */
  async #requireOwn(topic: string): Promise<void> {
    if (this.#ownsTopic) return;
    await requireOwnTopic(this.#around.topics, topic, this.stored.organisationId);
    await this.#around.flows.setTopicOwned(this.stored.id);
    this.#ownsTopic = true;
  }

  /** A new flow's place in the topic is fixed before its pull is asked for, so that nothing lies between the two. */
  async #seeToPull(): Promise<void> {
    while (!this.#ended.signal.aborted && this.#pull?.state === 'wanted') {
      if (this.#run === undefined || this.#state === 'starting') {
        await this.#pause(100);
        continue;
      }
      try {
        const asked = await requestPulls(
          this.#pulls,
          this.stored.definition.source.namespace,
          this.#pull.tables,
          (await this.#hasWholeTopic()) ? this.stored.createdAt : undefined,
        );
        if (asked !== undefined) {
          this.#pull = { state: 'requested', tables: asked.tables };
          await this.#around.flows.setPull(this.stored.id, this.#pull);
          this.#logger.info({ pulls: asked.tables }, 'pulls were asked for');
          return;
        }
        this.#pullWaitsFor = `a source that captures ${this.stored.definition.source.namespace}`;
      } catch (error) {
        this.#logger.warn({ err: error }, 'DBus could not be asked for the pulls of a flow yet');
        this.#pullWaitsFor = `DBus, which could not be asked: ${reasonOf(error).message}`;
      }
      await this.#pause(PULL_PAUSE_MS);
    }
  }

  /** Whether the pulls that were asked for since the flow was made are certainly in what it reads: not once retention has deleted anything. */
  async #hasWholeTopic(): Promise<boolean> {
    if (this.#pull?.wholeTopic !== true) return false;
    const offsets = await this.#around.bus.admin().topicOffsets(this.stored.definition.source.topic);
    return offsets.every(({ low }) => low === 0n);
  }

  #onStep(step: FlowStep, reason: Reason | null): void {
    if (this.#stopping !== undefined) return;
    if (step === 'fail') void this.stop('fail', reason);
    else this.#step(step, reason);
  }

  #step(step: FlowStep, reason: Reason | null): void {
    const next = stateAfter(this.#state, step);
    if (next === null) return;
    const changed =
      next !== this.#state || reason?.code !== this.#reason?.code || reason?.message !== this.#reason?.message;
    this.#state = next;
    this.#reason = reason;
    if (!changed) return;
    this.#logger.info({ state: next, reason }, 'the state of a flow changed');
    this.#saving = this.#saving
      .then(() => this.#around.flows.setState(this.stored.id, next, reason))
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'the state of a flow could not be written down'));
  }

  #pause(milliseconds: number): Promise<void> {
    return pause(milliseconds, this.#ended.signal);
  }
}

/** What the parts of one flow are given. */
export function flowContextOf(
  stored: StoredFlow,
  around: FlowSurroundings,
  store: Store,
  partitionCount: number,
  logger: Logger,
): FlowContext {
  return {
    id: stored.id,
    organisationId: stored.organisationId,
    definition: stored.definition,
    worker: around.worker,
    store,
    engine: around.engine,
    progress: around.progress,
    deadLetters: around.deadLetters,
    feedback: around.feedback,
    metrics: around.metrics,
    logger,
    now: around.now,
    random: around.random,
    recordedSchema: (namespace) => around.schemas.find(namespace),
    partitionCount,
  };
}
