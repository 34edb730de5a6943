/** Decides what the terminal shows of the running demo: rates, lag for each table, and how fresh the sink is. */
import type { FlowStatus, TableStatus } from '@rtdp/wormhole/client';
import { bytesText, millisecondsText, rateText } from '../output/quantities.ts';
import { renderTable } from '../output/table.ts';
import { commandLineOf } from '../platform/command-line-of.ts';
import type { Platform } from '../platform/contract.ts';
import type { Clients } from '../session/open-session.ts';
import type { GeneratorProgress } from './generator-process.ts';

/** Rows that DBus had published at the last look: rates are the difference. */
export interface LiveViewState {
  publishedRows: number;
  lookedAt: number;
}

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
    const published = sources.reduce((sum, { stream }) => sum + (stream?.rows ?? 0), 0);
    const now = performance.now();
    const rate =
      state.lookedAt === 0 ? null : Math.max(0, ((published - state.publishedRows) * 1_000) / (now - state.lookedAt));
    state.publishedRows = published;
    state.lookedAt = now;
    const fromLog = sources.map(
      ({ name, state: sourceState, stream, slot }) =>
        `DBus: ${name} is ${sourceState}, ${rateText(rate)} rows into Kafka, commit → Kafka ${millisecondsText(stream?.lastLatencyMillis)}, log held back ${bytesText(slot?.lagBytes ?? 0)}`,
    );
    return [
      ...fromLog,
      '',
      renderTable(statuses.flatMap(rowsOf), COLUMNS, 'The flows have met no table yet.').trimEnd(),
    ];
  } catch (error) {
    return [`The services do not answer: ${error instanceof Error ? error.message : String(error)}`];
  }
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
  { title: 'rows', value: ({ table }: LiveRow) => table.rowsIn, align: 'right' as const },
  { title: 'rate', value: ({ table }: LiveRow) => rateText(table.rowsPerSecond), align: 'right' as const },
  { title: 'lag', value: ({ table }: LiveRow) => table.lag, align: 'right' as const },
  { title: 'freshness', value: ({ table }: LiveRow) => millisecondsText(table.freshnessMs), align: 'right' as const },
  {
    title: 'commit → sink',
    value: ({ table }: LiveRow) => millisecondsText(table.latency?.total),
    align: 'right' as const,
  },
  { title: 'dead', value: ({ table }: LiveRow) => table.dead, align: 'right' as const },
];
