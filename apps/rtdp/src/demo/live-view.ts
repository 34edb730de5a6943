/** Decides what the terminal shows of the running demo: rates, lag for each table, and how fresh the sink is. */
import type { SourceView } from '@rtdp/dbus/client';
import type { FlowStatus, TableStatus } from '@rtdp/wormhole/client';
import { bytesText, messagesText, millisecondsText, rateText } from '../output/quantities.ts';
import { renderTable } from '../output/table.ts';
import { commandLineOf } from '../platform/command-line-of.ts';
import type { Platform } from '../platform/contract.ts';
import type { Clients } from '../session/open-session.ts';
import type { GeneratorProgress } from './generator-process.ts';

/** Rows that each source had published at the last look, and when, on the clock of `performance.now()`: rates are the difference. */
export type LiveViewState = Map<string, { rows: number; at: number }>;

export async function liveView(
  clients: Clients,
  platform: Platform,
  generator: GeneratorProgress | null,
  state: LiveViewState,
): Promise<string> {
  const unwell = platform.parts().filter((part) => part.state !== 'ok');
  const health =
    unwell.length === 0
      ? 'Every part is well.'
      : unwell.map((part) => `${part.name} is ${part.state}${part.detail && `: ${part.detail}`}`).join('; ');
  return [
    health,
    shopLine(generator, `${commandLineOf(platform.description)} demo rate 50`),
    ...(await pipelineLines(clients, state)),
  ].join('\n');
}

function shopLine(generator: GeneratorProgress | null, command: string): string {
  if (generator === null) return 'Shop: opening.';
  if (generator.error !== null) return `Shop: ${generator.error}`;
  return `Shop: ${rateText(generator.actions)} of ${rateText(generator.actionsPerSecond)} wanted; change it with: ${command}`;
}

async function pipelineLines(clients: Clients, state: LiveViewState): Promise<string[]> {
  try {
    const [sources, flows] = await Promise.all([clients.dbus.listSources(), clients.wormhole.listFlows()]);
    const statuses = await Promise.all(flows.map(({ name }) => clients.wormhole.status(name)));
    return [...sourceLines(sources, state, performance.now()), '', liveFlows(statuses)];
  } catch (error) {
    return [`The services do not answer: ${error instanceof Error ? error.message : String(error)}`];
  }
}

type ShownSource = Pick<SourceView, 'name' | 'state'> & {
  stream: Pick<NonNullable<SourceView['stream']>, 'rows' | 'lastLatencyMillis'> | null;
  slot: Pick<NonNullable<SourceView['slot']>, 'lagBytes'> | null;
};

/** One line a source, each with its own rate since the last look, which `state` then remembers. */
export function sourceLines(sources: readonly ShownSource[], state: LiveViewState, now: number): string[] {
  return sources.map(({ name, state: word, stream, slot }) => {
    const before = state.get(name);
    if (stream === null) state.delete(name);
    else state.set(name, { rows: stream.rows, at: now });
    // Whoever counts anew has not been looked at before.
    const isRated = stream !== null && before !== undefined && stream.rows >= before.rows && now > before.at;
    const rate = isRated ? ((stream.rows - before.rows) * 1_000) / (now - before.at) : null;
    return `DBus: ${name} is ${word}, ${rateText(rate)} rows into Kafka, commit → Kafka ${millisecondsText(stream?.lastLatencyMillis)}, log held back ${bytesText(slot?.lagBytes ?? 0)}`;
  });
}

/** One line for each sink table. */
export function liveFlows(statuses: readonly FlowStatus[]): string {
  return renderTable(statuses.flatMap(rowsOf), COLUMNS, 'The flows have met no table yet.').trimEnd();
}

interface LiveRow {
  flow: FlowStatus;
  table: TableStatus;
}

function rowsOf(flow: FlowStatus): LiveRow[] {
  return flow.tables.map((table) => ({ flow, table }));
}

const COLUMNS = [
  { title: 'flow', value: ({ flow }: LiveRow) => flow.name },
  { title: 'sink table', value: ({ table }: LiveRow) => `${table.schema}.${table.table}` },
  { title: 'state', value: ({ table }: LiveRow) => (table.loading ? 'loading' : table.state) },
  { title: 'rows since start', value: ({ table }: LiveRow) => table.rowsIn, align: 'right' as const },
  { title: 'rate', value: ({ table }: LiveRow) => rateText(table.rowsPerSecond), align: 'right' as const },
  { title: 'lag', value: ({ table }: LiveRow) => messagesText(table.lag), align: 'right' as const },
  { title: 'freshness', value: ({ table }: LiveRow) => millisecondsText(table.freshnessMs), align: 'right' as const },
  {
    title: 'commit → sink',
    value: ({ table }: LiveRow) => millisecondsText(table.latency?.total),
    align: 'right' as const,
  },
  { title: 'dead letters', value: ({ table }: LiveRow) => table.openDeadLetters, align: 'right' as const },
];
