/** Decides where the figures of a flow's status come from: the running lanes, and the ends of the topic's partitions. */
import type { FlowStatus } from '../client.ts';
import type { FlowService } from '../flow/flow-service.ts';
import type { FlowSurroundings } from '../flow/running-flow.ts';
import { flowStatus, flowView, type Reader } from './views.ts';

/** @throws WORMHOLE_FLOW_NOT_FOUND */
export async function readStatus(
  service: FlowService,
  around: FlowSurroundings,
  reader: Reader,
  name: string,
): Promise<FlowStatus> {
  const stored = await service.get(reader.organisationId, name);
  const running = service.running(stored.id);
  const ends = running?.run === undefined ? new Map<number, bigint>() : await endsOf(around, running.run.topic);
  return flowStatus(flowView(stored, service.stateOf(stored), reader), running?.run, {
    worker: around.worker,
    openDeadLetters: await around.deadLetters.countOpen(stored.id),
    ends,
    at: around.now(),
  });
}

export async function endsOf(around: Pick<FlowSurroundings, 'bus'>, topic: string): Promise<Map<number, bigint>> {
  const offsets = await around.bus.admin().topicOffsets(topic);
  return new Map(offsets.map(({ partition, high }) => [partition, high]));
}
