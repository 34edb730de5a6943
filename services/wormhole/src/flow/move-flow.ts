/** Decides how a stopped flow is moved to another place: the sink's positions first, which are the truth, then Wormhole's own. */

import { openSinkStore } from '../sink/open-sink-store.ts';
import { SinkWriter } from '../sink/sink-writer.ts';
import type { StoredFlow } from '../state/flow-store.ts';
import type { FlowDefinition } from './definition.ts';
import { FlowTable } from './flow-table.ts';
import { resolveStart } from './resolve-start.ts';
import { type FlowSurroundings, flowContextOf } from './running-flow.ts';

/** @throws STORE_… when the sink is away, WORMHOLE_POSITION_LOST for an offset that is not there; nothing has moved then, or some tables have. */
export async function moveFlow(
  around: FlowSurroundings,
  stored: StoredFlow,
  from: FlowDefinition['from'],
): Promise<void> {
  const { topic } = stored.definition.source;
  const offsets = await around.bus.admin().topicOffsets(topic);
  const starts = resolveStart(from, offsets);
  const store = await openSinkStore(stored.definition);
  const context = flowContextOf(stored, around, store, offsets.length, around.logger);
  try {
    for (const known of await around.progress.tables(stored.id)) {
      const table = new FlowTable(context, { schema: known.sinkSchema, table: known.sinkTable }, known);
      const sink = await table.sink();
      if (sink === undefined) continue;
      for (const [partition, offset] of starts) {
        const writer = new SinkWriter({ context, table, topic, partition });
        await writer.claim(sink, offset);
        await writer.moveTo(offset);
      }
      await table.close();
    }
    await around.progress.restart(
      stored,
      [...starts].map(([partition, firstOffset]) => ({ topic, partition, firstOffset })),
    );
  } finally {
    await store.close();
  }
}
