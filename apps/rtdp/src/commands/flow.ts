/** The verbs on flows: look, check, dry-run, deploy, start and stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import { typedCommand } from '@rtdp/service/typed-command';
import { sentences } from '@rtdp/ums/error';
import type { FlowStatus, FlowView, TableStatus, WormholeClient } from '@rtdp/wormhole/client';
import type { Command } from 'commander';
import { pullProgress, readPullStates } from '../output/pull-progress.ts';
import { messagesText, millisecondsText, rateText } from '../output/quantities.ts';
import { renderTable, type TableColumn } from '../output/table.ts';
import { printDone, printRows, type Session } from '../session/session.ts';
import type { Act } from './act.ts';
import { countUpTo } from './count-option.ts';
import { readDefinition, readDefinitions } from './read-definition.ts';

const ONLY_INSERTS = 'only inserts and truncates arrive: its source table has no primary key';

type FlowDefinition = Parameters<WormholeClient['deploy']>[0];

/** A flow with its tables and what its first pull has come to. */
type FlowRow = FlowView & Pick<FlowStatus, 'tables'> & { pullProgress: string | undefined };

const FLOW_COLUMNS: readonly TableColumn<FlowRow>[] = [
  { title: 'flow', value: ({ name }) => name },
  { title: 'state', value: flowStateText },
  { title: 'stream', value: ({ stream }) => stream },
  { title: 'revision', value: ({ revision }) => revision, align: 'right' },
  { title: 'pull', value: ({ pullProgress: progress }) => progress },
  { title: 'detail', value: ({ reason, tables }) => reason?.message ?? pausedText(tables) },
];

const TABLE_COLUMNS: readonly TableColumn<TableStatus>[] = [
  { title: 'sink table', value: ({ schema, table }) => `${schema}.${table}` },
  { title: 'state', value: stateText },
  { title: 'in', value: ({ rowsIn }) => rowsIn, align: 'right' },
  { title: 'applied', value: ({ applied }) => applied, align: 'right' },
  { title: 'stale', value: ({ stale }) => stale, align: 'right' },
  { title: 'deleted', value: ({ deleted }) => deleted, align: 'right' },
  { title: 'dead letters', value: ({ openDeadLetters }) => openDeadLetters, align: 'right' },
  { title: 'rate', value: ({ rowsPerSecond }) => rateText(rowsPerSecond), align: 'right' },
  { title: 'lag', value: ({ lag }) => messagesText(lag), align: 'right' },
  { title: 'freshness', value: ({ freshnessMs }) => millisecondsText(freshnessMs), align: 'right' },
  { title: 'commit → sink', value: ({ latency }) => millisecondsText(latency?.total), align: 'right' },
  { title: 'detail', value: ({ reason, onlyInserts }) => reason?.message ?? (onlyInserts ? ONLY_INSERTS : undefined) },
];

const COUNTED =
  'In, applied, stale and deleted are counted since Wormhole last took the flow up: they are no totals of the sink.';

/** That the flow itself runs says nothing of a table that stands still. */
function flowStateText({ state, tables }: FlowRow): string {
  const count = tables.filter(isPaused).length;
  return count === 0 ? state : `${state}, ${count} ${count === 1 ? 'table' : 'tables'} paused`;
}

function pausedText(tables: readonly TableStatus[]): string | undefined {
  const paused = tables.find(isPaused);
  return paused && `${paused.schema}.${paused.table}: ${paused.reason?.message ?? 'paused'}`;
}

/** A table is paused by itself, and resumed by itself. */
function stillPaused(flow: string, { schema, table }: TableStatus): string {
  return `Its table ${schema}.${table} stays paused; to resume it: ${typedCommand(`flow resume-table ${flow} ${schema} ${table}`)}`;
}

function isPaused({ state }: TableStatus): boolean {
  return state === 'paused';
}

function stateText({ state, loading, loadFailed }: TableStatus): string {
  if (loadFailed) return `${state}, load failed`;
  return loading ? `${state}, loading` : state;
}

export function flowCommands(program: Command, act: Act): void {
  const flow = program.command('flow').description('flows that Wormhole runs');

  flow
    .command('list')
    .description('all flows with their state')
    .action(() =>
      act(async (session) => {
        const flows = await session.wormhole.listFlows();
        if (session.json) return printDone(session, flows, '');
        const none = `No flows yet; "${typedCommand('flow deploy FILE')}" makes one.`;
        printRows(session, await withTables(session, flows), FLOW_COLUMNS, none);
      }),
    );

  flow
    .command('show <name>')
    .description('one flow with rates, lag and freshness of each table')
    .action((name: string) => act(async (session) => showFlow(session, await session.wormhole.status(name))));

  flow
    .command('check <file>')
    .description(
      'what a flow, or each flow of a pipeline file, would do, and every problem with its place; nothing is deployed',
    )
    .action((file: string) => act((session) => checkFlows(session, readDefinitions<FlowDefinition>(file, 'flows'))));

  flow
    .command('dry-run <file>')
    .description('run a flow over the newest real messages, with the result of each step; nothing is written')
    .option('--rows <number>', 'at most this many source rows', countUpTo(2_000), 10)
    .action((file: string, options: { rows: number }) =>
      act((session) => dryRun(session, readDefinition<FlowDefinition>(file, 'flows'), options.rows)),
    );

  flow
    .command('deploy <file>')
    .description('deploy a flow from a YAML file, or change the one of that name')
    .action((file: string) =>
      act(async (session) => {
        const definition = readDefinition<FlowDefinition>(file, 'flows');
        const exists = (await session.wormhole.listFlows()).some(({ name }) => name === definition.name);
        const view = exists
          ? await session.wormhole.replace(definition.name, definition)
          : await session.wormhole.deploy(definition);
        const done = `Flow ${view.name} is ${exists ? 'changed' : 'deployed'} and ${view.state}.`;
        printDone(session, view, [done, ...view.notes.map((note) => `note: ${note}`)].join('\n'));
      }),
    );

  flow
    .command('remove <name>')
    .description('remove a flow; its sink tables stay')
    .action((name: string) =>
      act(async (session) => {
        await session.wormhole.remove(name);
        printDone(session, { removed: name }, `Flow ${name} is removed; its sink tables stay.`);
      }),
    );

  for (const [verb, sentence] of [
    ['start', 'start a stopped or failed flow'],
    ['pause', 'hold; it keeps its place'],
    ['resume', 'go on after a pause'],
    ['stop', 'stop; it keeps its place'],
    ['pull', 'ask for a full pull of its tables again'],
  ] as const) {
    flow
      .command(`${verb} <name>`)
      .description(sentence)
      .action((name: string) =>
        act(async (session) => {
          const view = await session.wormhole.command(name, verb);
          const { state, tables } =
            verb === 'resume' && !session.json
              ? await onceStarted(session.wormhole, name)
              : { state: view.state, tables: [] };
          const paused = tables.filter(isPaused);
          const done =
            verb === 'pull'
              ? `Flow ${name} asked for its tables in full; "${typedCommand('source pulls SOURCE')}" shows their progress.`
              : `Flow ${name} is ${state}.`;
          printDone(session, view, [done, ...paused.map((table) => stillPaused(name, table))].join('\n'));
        }),
      );
  }

  flow
    .command('restart <name>')
    .description('begin anew from where the flow says it starts, for example after retention deleted its position')
    .action((name: string) =>
      act(async (session) => {
        const view = await session.wormhole.restart(name);
        printDone(session, view, `Flow ${name} begins anew and is ${view.state}.`);
      }),
    );

  for (const verb of ['pause', 'resume'] as const) {
    flow
      .command(`${verb}-table <name> <schema> <table>`)
      .description(`${verb} one sink table of a flow; the others go on`)
      .action((name: string, schema: string, table: string) =>
        act(async (session) => showFlow(session, await session.wormhole.commandTable(name, { schema, table }, verb))),
      );
  }
}

const POLL_MS = 200;
/** What takes longer is not waited for; `flow list` tells it. */
const MOST_MS = 10_000;

/** A flow that is starting does not know its tables yet. */
async function onceStarted(wormhole: WormholeClient, name: string): Promise<FlowStatus> {
  const deadline = Date.now() + MOST_MS;
  for (;;) {
    const status = await wormhole.status(name);
    if (status.state !== 'starting' || Date.now() >= deadline) return status;
    await sleep(POLL_MS);
  }
}

/** What is stored of a pull, and what stands still, only the tables of its flow know. */
async function withTables({ wormhole, dbus }: Session, flows: readonly FlowView[]): Promise<FlowRow[]> {
  const isAsked = ({ pull }: FlowView) => pull?.state === 'requested';
  const states = flows.some(isAsked) ? await readPullStates(dbus) : new Map();
  return Promise.all(
    flows.map(async (flow) => {
      const hasTables = isAsked(flow) || flow.state === 'running';
      const tables = hasTables ? (await wormhole.status(flow.name)).tables : [];
      return { ...flow, tables, pullProgress: pullProgress({ pull: flow.pull, tables }, states) };
    }),
  );
}

async function showFlow(session: Session, status: FlowStatus): Promise<void> {
  if (session.json) {
    printDone(session, status, '');
    return;
  }
  const progress = pullProgress(status, await readPullStates(session.dbus));
  printRows(session, [{ ...status, pullProgress: progress }], FLOW_COLUMNS, '');
  session.print('\n');
  printRows(session, status.tables, TABLE_COLUMNS, 'It has met no table yet.');
  if (status.tables.length > 0) session.print(`\n${COUNTED}\n`);
  if (status.openDeadLetters > 0) {
    session.print(
      `\n${status.openDeadLetters} dead letters are open: ${typedCommand(`dead-letters list ${status.name}`)}\n`,
    );
  }
}

async function checkFlows(session: Session, definitions: readonly FlowDefinition[]): Promise<void> {
  const plans = [];
  for (const definition of definitions) {
    const plan = await session.wormhole.check(definition);
    plans.push(plan);
    if (plan.problems.length > 0) process.exitCode = 1;
    if (session.json) continue;
    if (definitions.length > 1) session.print(`\nFlow ${definition.name}\n`);
    printFlowPlan(session, plan);
  }
  // One is told as itself, whatever kind of file it stood in.
  if (session.json) printDone(session, plans.length === 1 ? plans[0] : plans, '');
}

function printFlowPlan(session: Session, plan: Awaited<ReturnType<WormholeClient['check']>>): void {
  for (const note of plan.notes) session.print(`note: ${note}\n`);
  for (const { source, sink, fields } of plan.tables) {
    session.print(`${source} → ${sink.schema}.${sink.table}\n`);
    session.print(
      renderTable(
        fields,
        [
          { title: '  column', value: ({ name }) => `  ${name}` },
          { title: 'type', value: ({ type, sourceType }) => sourceType ?? type },
          { title: 'key', value: ({ key }) => (key === true ? 'key' : '') },
        ],
        '  no columns',
      ),
    );
  }
  for (const { step, line, column, message, next } of plan.problems) {
    const place = [
      ...(step === undefined ? [] : [`step ${step}`]),
      ...(line === undefined ? [] : [`line ${line}, column ${column ?? 1}`]),
    ];
    const at = place.length === 0 ? '' : `${place.join(', ')}: `;
    session.print(`problem: ${at}${sentences(message, next)}\n`);
  }
  session.print(plan.problems.length === 0 ? 'It can be deployed.\n' : 'It cannot be deployed.\n');
}

async function dryRun(session: Session, definition: FlowDefinition, rows: number): Promise<void> {
  const answer = await session.wormhole.dryRun(definition, rows);
  if (session.json) return printDone(session, answer, '');
  for (const note of answer.notes) session.print(`note: ${note}\n`);
  for (const table of answer.tables) {
    session.print(`${table.source}: ${table.rows} rows\n`);
    for (const step of table.steps) {
      session.print(`\nstep ${step.name}\n`);
      const columns = step.fields.map(({ name }, at) => ({
        title: name,
        value: (row: { values: (string | null)[] }) => row.values[at],
      }));
      session.print(renderTable(step.rows, columns, 'no rows'));
    }
    for (const { row, reason } of table.failed) session.print(`row ${row} failed: ${reason.message}\n`);
  }
}
