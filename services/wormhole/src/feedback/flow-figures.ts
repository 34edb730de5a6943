/** Decides which figures of each flow are kept for its history, as this worker sees it: rate, messages behind, age of its oldest table, dead letters. */
import type { FigureSample, FigureValues } from '@rtdp/service/figure-ring';
import { readStatus } from '../admin/read-status.ts';
import type { FlowStatus } from '../client.ts';
import type { FlowService } from '../flow/flow-service.ts';
import type { FlowSurroundings } from '../flow/running-flow.ts';

export function flowSampler(service: FlowService, around: FlowSurroundings): () => Promise<FigureSample[]> {
  return async () => {
    const samples: FigureSample[] = [];
    for (const { id, organisationId, name } of await around.flows.list()) {
      // A flow that another worker runs is that worker's to tell of.
      if (service.running(id) === undefined) continue;
      samples.push({ organisationId, subject: name, values: await figuresOf(organisationId, name) });
    }
    return samples;
  };

  async function figuresOf(organisationId: string, name: string): Promise<FigureValues> {
    try {
      return flowFigures(await readStatus(service, around, { organisationId, roles: [] }, name));
    } catch (error) {
      // Its topic may be gone: that takes nothing from the figures of the others.
      around.logger.debug({ err: error, flow: name }, 'the figures of a flow are not known');
      return UNKNOWN;
    }
  }
}

const UNKNOWN = {
  rowsPerSecond: null,
  lag: null,
  freshnessMillis: null,
  latencyMillis: null,
  openDeadLetters: null,
} satisfies FigureValues;

function flowFigures(status: FlowStatus): Record<keyof typeof UNKNOWN, number | null> {
  const isRunning = status.state === 'running' || status.state === 'retrying';
  const ages = status.tables.flatMap(({ freshnessMs }) => freshnessMs ?? []);
  const latencies = status.tables.flatMap(({ latency }) => latency?.total ?? []);
  return {
    rowsPerSecond: isRunning ? status.rowsPerSecond : null,
    lag: isRunning ? status.lag : null,
    freshnessMillis: ages.length === 0 ? null : Math.max(...ages),
    latencyMillis: latencies.length === 0 ? null : Math.max(...latencies),
    openDeadLetters: status.openDeadLetters,
  };
}
