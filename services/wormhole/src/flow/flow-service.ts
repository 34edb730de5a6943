/** Decides what may be done with flows: deploy, change, start, pause, resume, stop, remove; the one place that holds those that run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Turns } from '@rtdp/service/turns';
import { RtdpError } from '@rtdp/ums/error';
import type { DeadLetter } from '../dead-letter/dead-letter-store.ts';
import { discardDeadLetter, type ReplayResult, replayDeadLetter } from '../dead-letter/replay.ts';
import { openSinkStore } from '../sink/open-sink-store.ts';
import type { PullState, StoredFlow, WantedState } from '../state/flow-store.ts';
import { checkPlan, type FlowPlan } from './check-plan.ts';
import { type FlowDefinition, readFlowDefinition } from './definition.ts';
import { fixedProblems } from './fixed-places.ts';
import type { FlowRun } from './flow-run.ts';
import { requireStep } from './flow-state.ts';
import type { FlowTable } from './flow-table.ts';
import { withKeptPassword } from './keep-password.ts';
import { moveFlow } from './move-flow.ts';
import { type FlowSurroundings, RunningFlow } from './running-flow.ts';
import type { SinkTableName } from './sink-name.ts';

/** How soon a worker does what another one was asked, milliseconds. */
const RECONCILE_MS = 2_000;
/** Dead letters that one request replays at most. */
const MOST_REPLAYED = 1_000;

export interface DeployOptions {
  organisationId: string;
  /** `rest`, or `file:<name>`. */
  origin: string;
}

/** A flow as it is kept, with what is worth knowing of it: see {@link FlowPlan}. */
export interface DeployedFlow extends StoredFlow {
  notes: string[];
}

export class FlowService {
  readonly #around: FlowSurroundings;
  readonly #running = new Map<string, RunningFlow>();
  /** Names of the flows that ran here, by id: metrics tell of them until they are removed. */
  readonly #measured = new Map<string, string>();
  readonly #turns = new Turns();
  #timer: NodeJS.Timeout | undefined;

  constructor(around: FlowSurroundings) {
    this.#around = around;
  }

  /** Starts every flow that was asked to run, and goes on doing what other workers of this Wormhole were asked. */
  async start(): Promise<void> {
    await this.#reconcile();
    this.#timer = setInterval(() => {
      this.#turns
        .take(() => this.#reconcile())
        .catch((error: unknown) => this.#around.logger.warn({ err: error }, 'the list of flows could not be read'));
    }, RECONCILE_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turns.ended();
    await Promise.all([...this.#running.values()].map((flow) => flow.stop('stop')));
  }

  runningFlows(): RunningFlow[] {
    return [...this.#running.values()];
  }

  running(id: string): RunningFlow | undefined {
    return this.#running.get(id);
  }

  list(organisationId: string): Promise<StoredFlow[]> {
    return this.#around.flows.list(organisationId);
  }

  /** @throws WORMHOLE_FLOW_NOT_FOUND */
  async get(organisationId: string, name: string): Promise<StoredFlow> {
    const stored = await this.#around.flows.find(organisationId, name);
    if (stored !== undefined) return stored;
    throw new RtdpError({
      code: 'WORMHOLE_FLOW_NOT_FOUND',
      message: `there is no flow called ${name}`,
      next: 'List them with GET /flows.',
      facts: { flow: name },
    });
  }

  /** Looks at what a flow would do, without deploying it; a change of a flow of this organisation is checked with the password that is kept. */
  async check(input: unknown, organisationId: string): Promise<FlowPlan> {
    const definition = readFlowDefinition(input);
    const stored = await this.#around.flows.find(organisationId, definition.name);
    const whole = stored === undefined ? definition : withKeptPassword(definition, stored.definition);
    const plan = await checkPlan(this.#around, whole, organisationId);
    return stored === undefined
      ? plan
      : { ...plan, problems: [...fixedProblems(stored.definition, whole), ...plan.problems] };
  }

  /** Checks, keeps, and starts unless it is told not to. @throws WORMHOLE_FLOW_NOT_ALLOWED with every problem, WORMHOLE_FLOW_EXISTS */
  deploy(input: unknown, options: DeployOptions): Promise<DeployedFlow> {
    return this.#turns.take(async () => {
      const definition = readFlowDefinition(input);
      const { notes } = await this.#requirePlan(definition, options.organisationId);
      const stored = await this.#around.flows.add({
        ...options,
        definition,
        wanted: definition.autoStart ? 'running' : 'stopped',
        pull: definition.from === 'pull' ? await this.#firstPull(definition) : null,
      });
      if (definition.autoStart) this.#launch(stored);
      return { ...stored, notes };
    });
  }

  /** Changes a flow; it goes on where it stands. Source and sink table stay: for others, make another flow. */
  replace(organisationId: string, name: string, input: unknown): Promise<DeployedFlow> {
    return this.#turns.take(async () => {
      const stored = await this.get(organisationId, name);
      const definition = withKeptPassword(readFlowDefinition(input), stored.definition);
      requireSamePlaces(stored.definition, definition);
      const { notes } = await this.#requirePlan(definition, organisationId);
      await this.#end(stored.id, 'stop');
      await this.#around.flows.replace(stored.id, definition);
      // What waited for better SQL has it now; if it still cannot work, that is told again.
      await this.#around.progress.releaseFromSql(stored.id);
      const changed = await this.get(organisationId, name);
      if (changed.wanted === 'running') this.#launch(changed);
      return { ...changed, notes };
    });
  }

  /** Starts a stopped or failed flow, or lets a paused one go on. */
  startFlow(organisationId: string, name: string): Promise<void> {
    return this.#turns.take(async () => {
      const stored = await this.get(organisationId, name);
      requireStep(name, this.#stateOf(stored), 'start');
      await this.#around.flows.setWanted(stored.id, 'running');
      const running = this.#running.get(stored.id);
      if (running !== undefined && ['starting', 'running', 'retrying'].includes(running.state)) return;
      await this.#end(stored.id, 'stop');
      this.#launch(await this.get(organisationId, name));
    });
  }

  pauseFlow(organisationId: string, name: string): Promise<void> {
    return this.#halt(organisationId, name, 'pause', 'paused');
  }

  stopFlow(organisationId: string, name: string): Promise<void> {
    return this.#halt(organisationId, name, 'stop', 'stopped');
  }

  /** Takes the flow away; its sink tables and their rows stay, and another flow may have them. */
  remove(organisationId: string, name: string): Promise<void> {
    return this.#turns.take(async () => {
      const stored = await this.get(organisationId, name);
      await this.#around.flows.setWanted(stored.id, 'stopped');
      await this.#end(stored.id, 'stop');
      await this.#untilOthersLetGo(stored.id);
      const store = await openSinkStore(stored.definition);
      try {
        for (const table of await this.#around.progress.tables(stored.id)) {
          await store.forgetSink(table.sinkSchema, table.sinkTable, stored.id);
        }
      } finally {
        await store.close();
      }
      await this.#around.flows.remove(stored.id);
    });
  }

  /** Asks DBus for the pulls of a flow once more; deletes that were missed are found at their end. */
  async pullAgain(organisationId: string, name: string): Promise<void> {
    const stored = await this.get(organisationId, name);
    await this.#around.flows.setPull(stored.id, { state: 'wanted', tables: {} });
    const running = this.#running.get(stored.id);
    if (running === undefined) return;
    await this.#turns.take(async () => {
      await this.#end(stored.id, 'stop');
      this.#launch(await this.get(organisationId, name));
    });
  }

  /** Pauses or resumes one sink table of a running flow. @throws WORMHOLE_FLOW_STATE, WORMHOLE_TABLE_NOT_FOUND */
  async commandTable(
    organisationId: string,
    name: string,
    table: SinkTableName,
    command: 'pause' | 'resume',
    by: string,
  ): Promise<void> {
    const run = this.#requireRun(await this.get(organisationId, name));
    if (command === 'resume') return run.resumeTable(table);
    return run.pauseTable(table, {
      code: 'WORMHOLE_FLOW_STATE',
      message: `paused by ${by}`,
      next: 'Resume the table when it may go on.',
    });
  }

  /** Tries dead letters again, oldest first, under their own ids; `all` are the open ones. */
  async replay(
    organisationId: string,
    name: string,
    ids: readonly string[] | 'all',
    by: string,
  ): Promise<ReplayResult[]> {
    const stored = await this.get(organisationId, name);
    return this.#eachLetter(stored, ids, (run, table, letter) => replayDeadLetter(run.context, table, letter, by));
  }

  async discard(organisationId: string, name: string, ids: readonly string[], by: string): Promise<ReplayResult[]> {
    const stored = await this.get(organisationId, name);
    return this.#eachLetter(stored, ids, (run, table, letter) => discardDeadLetter(run.context, table, letter, by));
  }

  async #eachLetter(
    stored: StoredFlow,
    ids: readonly string[] | 'all',
    work: (run: FlowRun, table: FlowTable, letter: DeadLetter & { raw: Buffer }) => Promise<ReplayResult>,
  ): Promise<ReplayResult[]> {
    const run = this.#requireRun(stored);
    const { deadLetters } = this.#around;
    const wanted =
      ids === 'all'
        ? (await deadLetters.list(stored.id, { status: 'open', limit: MOST_REPLAYED })).map(({ id }) => id).reverse()
        : ids.map(BigInt);
    const results: ReplayResult[] = [];
    for (const id of wanted) {
      const letter = await deadLetters.get(stored.id, id);
      const table = run.requireTable({ schema: letter.sinkSchema, table: letter.sinkTable });
      results.push(await work(run, table, letter));
    }
    return results;
  }

  #requireRun(stored: StoredFlow): FlowRun {
    const run = this.#running.get(stored.id)?.run;
    if (run !== undefined) return run;
    throw new RtdpError({
      code: 'WORMHOLE_FLOW_STATE',
      message: `flow ${stored.name} is not running`,
      next: 'Start it first.',
      facts: { flow: stored.name, state: this.#stateOf(stored) },
    });
  }

  /**
   * Begins a flow anew from another place, for example when retention has deleted its position. What lies between is not read:
   * a pull brings it, and finds the deletes.
   */
  restart(organisationId: string, name: string, from: FlowDefinition['from'] | undefined): Promise<void> {
    return this.#turns.take(async () => {
      const stored = await this.get(organisationId, name);
      await this.#around.flows.setWanted(stored.id, 'stopped');
      await this.#end(stored.id, 'stop');
      await this.#untilOthersLetGo(stored.id);
      const begin = from ?? 'pull';
      await moveFlow(this.#around, stored, begin);
      await this.#around.flows.setPull(stored.id, begin === 'pull' ? { state: 'wanted', tables: {} } : null);
      await this.#around.flows.setWanted(stored.id, 'running');
      this.#launch(await this.get(organisationId, name));
    });
  }

  /** What the flow is now: the running process knows better than what was written down. */
  stateOf(stored: StoredFlow): Pick<RunningFlow, 'state' | 'reason' | 'pull' | 'pullWaitsFor'> {
    const running = this.#running.get(stored.id);
    const { state, reason, pull } = stored;
    return running ?? { state, reason, pull, pullWaitsFor: 'the start of the flow' };
  }

  #stateOf(stored: StoredFlow): RunningFlow['state'] {
    return this.stateOf(stored).state;
  }

  #halt(organisationId: string, name: string, step: 'pause' | 'stop', wanted: WantedState): Promise<void> {
    return this.#turns.take(async () => {
      const stored = await this.get(organisationId, name);
      requireStep(name, this.#stateOf(stored), step);
      await this.#around.flows.setWanted(stored.id, wanted);
      const running = this.#running.get(stored.id);
      if (running === undefined)
        await this.#around.flows.setState(stored.id, wanted === 'paused' ? 'paused' : 'stopped', null);
      else await this.#end(stored.id, step);
    });
  }

  /** A flow that failed stays as it is until somebody starts it again. */
  async #reconcile(): Promise<void> {
    const all = await this.#around.flows.list();
    const byId = new Map(all.map((stored) => [stored.id, stored]));
    for (const [id, running] of this.#running) {
      const stored = byId.get(id);
      if (stored?.wanted === 'running' && stored.revision === running.stored.revision) continue;
      await this.#end(id, stored?.wanted === 'paused' ? 'pause' : 'stop');
    }
    for (const stored of all) if (stored.wanted === 'running' && !this.#running.has(stored.id)) this.#launch(stored);
    for (const [id, name] of this.#measured) {
      if (byId.has(id)) continue;
      this.#measured.delete(id);
      if (all.every((stored) => stored.name !== name)) await this.#around.metrics.forget(name);
    }
  }

  /** Another worker that still holds a partition would write the sink's bookkeeping anew. */
  async #untilOthersLetGo(id: string): Promise<void> {
    const now = this.#around.now();
    const others = (await this.#around.progress.progress(id)).some(
      ({ worker, updatedAt }) => worker !== this.#around.worker && now - updatedAt.getTime() < 5 * RECONCILE_MS,
    );
    if (others) await sleep(2 * RECONCILE_MS);
  }

  #launch(stored: StoredFlow): void {
    const flow = new RunningFlow(stored, this.#around);
    this.#running.set(stored.id, flow);
    this.#measured.set(stored.id, stored.name);
    flow.start();
  }

  async #end(id: string, step: 'stop' | 'pause'): Promise<void> {
    const running = this.#running.get(id);
    if (running === undefined) return;
    await running.stop(step);
    this.#running.delete(id);
  }

  async #firstPull({ source }: FlowDefinition): Promise<PullState> {
    const wholeTopic = !(await this.#around.bus.admin().listTopics()).includes(source.topic);
    return { state: 'wanted', tables: {}, ...(wholeTopic ? { wholeTopic } : {}) };
  }

  async #requirePlan(definition: FlowDefinition, organisationId: string): Promise<FlowPlan> {
    const plan = await checkPlan(this.#around, definition, organisationId);
    if (plan.problems.length === 0) return plan;
    throw new RtdpError({
      code: 'WORMHOLE_FLOW_NOT_ALLOWED',
      message: plan.problems.map((problem) => problem.message).join('\n'),
      next: plan.problems[0]?.next ?? 'Correct the flow.',
      facts: { problems: plan.problems },
    });
  }
}

/** @throws WORMHOLE_FLOW_INVALID naming each field that cannot change */
function requireSamePlaces(before: FlowDefinition, after: FlowDefinition): void {
  const problems = fixedProblems(before, after);
  const [first] = problems;
  if (first === undefined) return;
  throw new RtdpError({
    code: first.code,
    message: problems.map(({ message }) => message).join('; '),
    next: first.next,
    facts: { flow: before.name, problems },
  });
}
