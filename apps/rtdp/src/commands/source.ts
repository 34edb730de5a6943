/** The verbs on sources: look, register, start and stop, choose tables, pull. */

import type { CapturedTableView, DbusClient, PullView, SourceView } from '@rtdp/dbus/client';
import { typedCommand } from '@rtdp/service/typed-command';
import { RtdpError } from '@rtdp/ums/error';
import type { Command } from 'commander';
import { groupProblems } from '../output/group-problems.ts';
import { rowsExpected } from '../output/pull-progress.ts';
import { bytesText, millisecondsText, rateText } from '../output/quantities.ts';
import type { TableColumn } from '../output/table.ts';
import { printDone, printRows, type Session } from '../session/session.ts';
import type { Act } from './act.ts';
import { countUpTo } from './count-option.ts';
import { readDefinition, readDefinitions } from './read-definition.ts';

type SourceDefinition = Parameters<DbusClient['registerSource']>[0];

const SOURCE_COLUMNS: readonly TableColumn<SourceView>[] = [
  { title: 'source', value: ({ name }) => name },
  { title: 'state', value: ({ state }) => state },
  { title: 'health', value: ({ health }) => health.status },
  { title: 'topic', value: ({ topic }) => topic },
  { title: 'lag', value: ({ stream }) => millisecondsText(stream?.lagMillis), align: 'right' },
  { title: 'slot holds', value: ({ slot }) => (slot === null ? null : bytesText(slot.lagBytes)), align: 'right' },
  { title: 'dead letters', value: ({ stream }) => stream?.deadLetters, align: 'right' },
  { title: 'detail', value: ({ health, reason }) => health.detail || reason?.message },
];

const TABLE_COLUMNS: readonly TableColumn<CapturedTableView>[] = [
  { title: 'table', value: ({ schema, table }) => `${schema}.${table}` },
  { title: 'state', value: tableState },
  { title: 'captured', value: ({ captured, capture }) => (captured ? capture : 'no') },
  { title: 'key', value: ({ keyColumns }) => keyColumns.join(', ') },
  { title: 'version', value: ({ version }) => version, align: 'right' },
  { title: 'changes', value: ({ rows }) => rows, align: 'right' },
  { title: 'lag', value: ({ lagMillis }) => millisecondsText(lagMillis), align: 'right' },
  { title: 'dead letters', value: ({ deadLetters }) => deadLetters, align: 'right' },
  { title: 'what is not captured, and why', value: whatIsMissed },
];

const PULL_COLUMNS: readonly TableColumn<PullView>[] = [
  { title: 'pull', value: ({ id }) => id },
  { title: 'table', value: ({ schema, table }) => `${schema}.${table}` },
  { title: 'state', value: ({ state }) => state },
  { title: 'rows', value: ({ rows }) => rows, align: 'right' },
  { title: 'of about', value: rowsExpected, align: 'right' },
  { title: 'rate', value: ({ rowsPerSecond }) => rateText(rowsPerSecond), align: 'right' },
  {
    title: 'left',
    value: (pull) =>
      pull.remainingSeconds === null || rowsExpected(pull) === null
        ? null
        : millisecondsText(pull.remainingSeconds * 1_000),
    align: 'right',
  },
  { title: 'detail', value: ({ reason, waitsFor }) => reason?.message ?? waitsFor },
];

/** What the figures above are of. */
function printCounted(session: Session, rows: readonly unknown[], what: string): void {
  if (session.json || rows.length === 0) return;
  session.print(`\n${what} are counted since the stream of the source last started: they are no totals.\n`);
}

export function sourceCommands(program: Command, act: Act): void {
  const source = program.command('source').description('databases that DBus reads');

  source
    .command('list')
    .description('all sources with their state and lag')
    .action(() =>
      act(async (session) => {
        const sources = await session.dbus.listSources();
        const none = `No sources yet; "${typedCommand('source add FILE')}" registers one.`;
        printRows(session, sources, SOURCE_COLUMNS, none);
        printCounted(session, sources, 'Dead letters');
      }),
    );

  source
    .command('show <name>')
    .description('one source with its tables')
    .action((name: string) =>
      act(async (session) => {
        const view = await session.dbus.getSource(name);
        const tables = await session.dbus.listTables(name);
        if (session.json) return printDone(session, { ...view, tables }, '');
        printRows(session, [view], SOURCE_COLUMNS, '');
        session.print('\n');
        printRows(session, tables, TABLE_COLUMNS, 'No tables are chosen.');
        printCounted(session, tables, 'Changes and dead letters');
      }),
    );

  source
    .command('check <file>')
    .description(
      'test a definition, or all sources of a pipeline file, without registering anything: connection, prerequisites, what each table can give; exit code 0 only when all are ready and every table that is named is there',
    )
    .action((file: string) => act((session) => checkSources(session, file)));

  source
    .command('add <file>')
    .description('register a source from a YAML file')
    .action((file: string) =>
      act(async (session) => {
        const view = await session.dbus.registerSource(readDefinition<SourceDefinition>(file, 'sources'));
        const state = view.state === 'registered' ? '' : ` and ${view.state}`;
        printDone(session, view, `Source ${view.name} is registered${state}; its topic is ${view.topic}.`);
      }),
    );

  source
    .command('remove <name>')
    .description('remove a source with its slot and publications; its topic stays')
    .option('--force', 'also when its server does not answer; says what was left there')
    .action((name: string, options: { force?: boolean }) =>
      act(async (session) => {
        const left = await session.dbus.removeSource(name, { force: options.force === true });
        printDone(session, { removed: name, left }, [`Source ${name} is removed.`, ...left].join('\n'));
      }),
    );

  for (const [verb, sentence] of [
    ['start', 'start or go on'],
    ['stop', 'stop; the slot stays and holds the log back'],
    ['pause', 'hold; the slot stays and its lag is watched'],
  ] as const) {
    source
      .command(`${verb} <name>`)
      .description(sentence)
      .action((name: string) =>
        act(async (session) => {
          const view = await session.dbus.command(name, verb);
          printDone(session, view, `Source ${name} is ${view.state}.`);
        }),
      );
  }

  source
    .command('tables <name>')
    .description('tables with what is captured, what is not and why')
    .action((name: string) =>
      act(async (session) => {
        const tables = await session.dbus.listTables(name);
        printRows(session, tables, TABLE_COLUMNS, 'No tables.');
        printCounted(session, tables, 'Changes and dead letters');
      }),
    );

  for (const [verb, method] of [
    ['add-tables', 'addTables'],
    ['remove-tables', 'removeTables'],
  ] as const) {
    source
      .command(`${verb} <name> <patterns...>`)
      .description(`${verb.replace('-', ' ')} by patterns such as public.orders or sales.*, while the source runs`)
      .action((name: string, patterns: string[]) =>
        act(async (session) =>
          printDone(
            session,
            await session.dbus[method](name, patterns),
            `Done; see: ${typedCommand(`source tables ${name}`)}`,
          ),
        ),
      );
  }

  source
    .command('resume-table <name> <table>')
    .description('let a table go on that stopped by itself after too many rows that failed; it is read in full')
    .action((name: string, table: string) => act((session) => resumeTable(session, name, table)));

  source
    .command('pull <name> [patterns...]')
    .description('read tables in full, consistent with the stream (all captured ones when no pattern is given)')
    .action((name: string, patterns: string[]) =>
      act(async (session) => {
        const pulls = await session.dbus.askPulls(name, patterns.length === 0 ? undefined : patterns);
        printRows(session, pulls, PULL_COLUMNS, 'No captured table matches.');
      }),
    );

  source
    .command('pulls <name>')
    .description('pulls with their progress, newest first')
    .action((name: string) =>
      act(async (session) => printRows(session, await session.dbus.listPulls(name), PULL_COLUMNS, 'No pulls yet.')),
    );

  source
    .command('pull-command <name> <pull> <command>')
    .description('pause, resume, cancel or rerun a pull')
    .action((name: string, id: string, command: string) =>
      act(async (session) => {
        const view = await session.dbus.commandPull(name, id, pullCommand(command));
        printDone(session, view, `Pull ${view.id} of ${view.schema}.${view.table} is ${view.state}.`);
      }),
    );

  source
    .command('schemas <name>')
    .description('schema versions of each table')
    .action((name: string) =>
      act(async (session) =>
        printRows(
          session,
          await session.dbus.listSchemas(name),
          [
            { title: 'table', value: ({ schema, table }) => `${schema}.${table}` },
            { title: 'version', value: ({ version }) => version, align: 'right' },
            { title: 'compatible', value: ({ compatible }) => (compatible ? 'yes' : 'no') },
            { title: 'seen', value: ({ seenAt }) => seenAt },
            { title: 'columns', value: ({ fields }) => fields.length, align: 'right' },
          ],
          'No table has been met yet.',
        ),
      ),
    );

  source
    .command('dead-letters <name>')
    .description('rows that could not be read from the log or mapped, newest first')
    .option('--limit <number>', 'at most this many', countUpTo(1_000), 50)
    .action((name: string, options: { limit: number }) =>
      act(async (session) =>
        printRows(
          session,
          await session.dbus.listDeadLetters(name, options.limit),
          [
            { title: 'at', value: ({ at }) => at },
            { title: 'table', value: ({ table }) => `${table.schema}.${table.table}` },
            { title: 'op', value: ({ operation }) => operation },
            { title: 'ums_id_', value: ({ id }) => id },
            { title: 'position', value: ({ position }) => position },
            { title: 'why', value: ({ message }) => message },
          ],
          'No dead letters.',
        ),
      ),
    );

  source
    .command('events <name>')
    .description('what happened to a source, newest first')
    .option('--limit <number>', 'at most this many', countUpTo(1_000), 50)
    .action((name: string, options: { limit: number }) =>
      act(async (session) =>
        printRows(
          session,
          await session.dbus.listEvents(name, options.limit),
          [
            { title: 'at', value: ({ at }) => at },
            { title: 'kind', value: ({ kind }) => kind },
            { title: 'what', value: ({ sentence }) => sentence },
          ],
          'Nothing happened yet.',
        ),
      ),
    );
}

function tableState(table: CapturedTableView): string {
  if (table.stopped) return 'stopped';
  if (table.captured) return 'captured';
  if (!table.chosen) return table.excludedBy === null ? 'not chosen' : 'excluded';
  return table.capture === null ? 'blocked' : 'waiting';
}

/** What else a table that nobody chose would lack says nothing of why it is not captured. */
function whatIsMissed({ chosen, captured, excludedBy, problems }: CapturedTableView): string {
  if (captured || chosen) return problems.map(({ message }) => message).join(' ');
  return excludedBy === null ? 'No pattern of the source chooses it.' : `Left out by ${excludedBy} of excludedTables.`;
}

/** @param text as `source tables` writes it; without its schema it is one of public */
async function resumeTable(session: Session, source: string, text: string): Promise<void> {
  const tables = await session.dbus.listTables(source);
  const found = tables.find(
    ({ schema, table }) => text === `${schema}.${table}` || `public.${text}` === `${schema}.${table}`,
  );
  if (found === undefined || !found.stopped) {
    const what =
      found === undefined ? `source ${source} has no table ${text}` : `${text} of source ${source} is not stopped`;
    const stopped = tables.filter((each) => each.stopped).map(({ schema, table }) => `${schema}.${table}`);
    throw new RtdpError({
      code: 'RTDP_USAGE',
      message: what,
      next: stopped.length === 0 ? 'No table of it is stopped.' : `Stopped are: ${stopped.join(', ')}.`,
      facts: { source, table: text, stopped },
    });
  }
  const { schema, table } = found;
  const answer = await session.dbus.resumeTable(source, { schema, table });
  printDone(
    session,
    answer,
    `${schema}.${table} goes on and is read in full; see: ${typedCommand(`source pulls ${source}`)}`,
  );
}

/** A source may wait for a table that is made later, so its service takes it; who asks whether all is ready is told that it is not. */
const TABLE_NOT_FOUND = 'table-not-found';

const READY = 'ready';

type CheckAnswer = Awaited<ReturnType<DbusClient['check']>>;

function verdict({ ready, problems }: CheckAnswer): string {
  if (!ready) return 'not ready yet';
  if (!problems.some(({ code }) => code === TABLE_NOT_FOUND)) return READY;
  return 'its server is ready, but not every table that is named is there';
}

async function checkSources(session: Session, file: string): Promise<void> {
  const definitions = readDefinitions<SourceDefinition>(file, 'sources');
  const answers = [];
  for (const definition of definitions) {
    const answer = await session.dbus.check(definition);
    answers.push(answer);
    if (verdict(answer) !== READY) process.exitCode = 1;
    if (session.json) continue;
    if (definitions.length > 1) session.print(`\n${definition.name}\n`);
    printCheck(session, answer);
  }
  // One is told as itself, whatever kind of file it stood in.
  if (session.json) printDone(session, answers.length === 1 ? answers[0] : answers, '');
}

function printCheck(session: Session, answer: CheckAnswer): void {
  session.print(`PostgreSQL ${answer.serverVersion}: ${verdict(answer)}\n`);
  for (const { severity, message, statement } of answer.problems) {
    session.print(`  ${severity}: ${message}\n${statement === null ? '' : `    ${statement}\n`}`);
  }
  const chosen = answer.tables.filter((table) => table.chosen);
  for (const { tables, message, statements } of groupProblems(chosen)) {
    const [first, ...others] = tables;
    session.print(`  ${first}: ${message}\n`);
    if (others.length > 0) session.print(`    The same holds for ${others.join(', ')}.\n`);
    for (const statement of statements) session.print(`    ${statement}\n`);
  }
  session.print(`${chosen.length} of ${answer.tables.length} tables are chosen.`);
  const others = answer.tables.filter((table) => !table.chosen && table.problems.length > 0).length;
  if (others > 0) session.print(` Of ${others} that are not chosen there is something to say too: --json prints it.`);
  session.print('\n');
}

function pullCommand(text: string): 'pause' | 'resume' | 'cancel' | 'rerun' {
  if (text === 'pause' || text === 'resume' || text === 'cancel' || text === 'rerun') return text;
  throw new RtdpError({
    code: 'RTDP_USAGE',
    message: `${text} is not a command of a pull`,
    next: 'Use one of: pause, resume, cancel, rerun.',
    facts: { command: text },
  });
}
