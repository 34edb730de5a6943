/** Decides which parts Wormhole's health has, and keeps the gauges of lag and freshness. */

import type { Health, PartHealth } from '@rtdp/service/health';
import type { Lifecycle } from '@rtdp/service/lifecycle';
import type { Knex } from '@rtdp/service/metadata';
import { sentences } from '@rtdp/ums/error';
import { type FlowMetrics, tableLabels } from '../feedback/flow-metrics.ts';
import { parseTimestamp } from '../feedback/latency.ts';
import type { FlowFolder } from '../flow/flow-folder.ts';
import type { FlowService } from '../flow/flow-service.ts';
import type { RunningFlow } from '../flow/running-flow.ts';
import type { Assembly } from '../registry.ts';
import { endsOf } from './read-status.ts';
import { behindOf } from './views.ts';

export interface WatchOptions {
  health: Health;
  metrics: FlowMetrics;
  service: FlowService;
  assembly: Assembly;
  database: Knex;
  folder: FlowFolder | undefined;
  lifecycle: Lifecycle;
}

const GAUGES_MS = 5_000;

type Result = Omit<PartHealth, 'name'>;
const OK: Result = { status: 'ok', detail: '' };

export function watchHealth(options: WatchOptions): void {
  const { health, database, assembly, service, folder, lifecycle } = options;
  health.add('metadata', async () => {
    await database.raw('select 1');
    return OK;
  });
  health.add('kafka', () => kafkaHealth(assembly));
  health.add('flows', () => flowsHealth(service.runningFlows()));
  health.add('feedback', () => {
    const { lastError } = assembly.flows.feedback;
    return lastError === undefined ? OK : { status: 'degraded', detail: `Feedback waits: ${lastError}` };
  });
  if (folder !== undefined) {
    health.add('flow files', () => {
      const [problem] = folder.problems;
      return problem === undefined
        ? OK
        : { status: 'degraded', detail: sentences(problem[1].message, problem[1].next) };
    });
  }
  const timer = setInterval(() => void setGauges(options), GAUGES_MS);
  lifecycle.onStop('gauges', () => clearInterval(timer));
}

function kafkaHealth(assembly: Assembly): Result {
  for (const [stream, reader] of assembly.readers()) {
    const state = reader.health();
    if (state !== undefined && !state.connected) {
      return {
        status: 'degraded',
        detail: `Stream ${stream} has no connection to Kafka: ${state.lastError ?? 'it is tried again'}.`,
      };
    }
  }
  return OK;
}

/** A flow that waits for somebody, or a table of it, makes the service degraded: it runs, but not everything flows. */
function flowsHealth(flows: readonly RunningFlow[]): Result {
  for (const flow of flows) {
    if (flow.state === 'failed' || flow.state === 'retrying') {
      return {
        status: 'degraded',
        detail:
          `Flow ${flow.stored.name} is ${flow.state}: ${sentences(flow.reason?.message ?? '', flow.reason?.next ?? '')}`.trim(),
      };
    }
    const paused = flow.run?.tables.find((table) => table.paused !== undefined);
    if (paused?.paused !== undefined) {
      return {
        status: 'degraded',
        detail: `Table ${paused.name.schema}.${paused.name.table} of flow ${flow.stored.name} is paused: ${sentences(paused.paused.message, paused.paused.next)}`,
      };
    }
  }
  return OK;
}

async function setGauges({ service, assembly, metrics }: WatchOptions): Promise<void> {
  for (const { run, stored } of service.runningFlows()) {
    if (run === undefined) continue;
    try {
      const ends = await endsOf(assembly.flows, run.topic);
      // It may have been removed, and forgotten, meanwhile.
      if (service.running(stored.id)?.run !== run) continue;
      for (const table of run.tables) {
        const labels = tableLabels(stored.name, table.name);
        const behind = run.lanesOf(table).reduce((sum, lane) => sum + behindOf(lane, { ends }), 0n);
        metrics.lag.set(labels, Number(behind));
        const { watermark } = table.notices.freshness();
        const told = watermark === null ? undefined : parseTimestamp(watermark);
        if (told !== undefined) metrics.freshness.set(labels, told / 1000);
      }
    } catch (error) {
      assembly.flows.logger.debug({ err: error }, 'the lag of a flow could not be measured');
    }
  }
}
