/** Decides which figures of each flow are kept for its history, as this worker sees it: rate, messages behind, age of its oldest table, dead letters. */
import type { FigureSample } from '@rtdp/service/figure-ring';
import { readStatus } from '../admin/read-status.ts';
import type { FlowService } from '../flow/flow-service.ts';
import type { FlowSurroundings } from '../flow/running-flow.ts';

export function flowSampler(service: FlowService, around: FlowSurroundings): () => Promise<FigureSample[]> {
  return async () => {
    const samples: FigureSample[] = [];
    for (const { id, organisationId, name } of await around.flows.list()) {
      // A flow that another worker runs is that worker's to tell of.
      if (service.running(id) === undefined) continue;
      const status = await readStatus(service, around, organisationId, name);
      const isRunning = status.state === 'running' || status.state === 'retrying';
      const ages = status.tables.flatMap(({ freshnessMs }) => freshnessMs ?? []);
      const latencies = status.tables.flatMap(({ latency }) => latency?.total ?? []);
      samples.push({
        organisationId,
        subject: name,
        values: {
          rowsPerSecond: isRunning ? status.rowsPerSecond : null,
          lag: isRunning ? status.lag : null,
          freshnessMillis: ages.length === 0 ? null : Math.max(...ages),
          latencyMillis: latencies.length === 0 ? null : Math.max(...latencies),
          openDeadLetters: status.openDeadLetters,
        },
      });
    }
    return samples;
  };
}
