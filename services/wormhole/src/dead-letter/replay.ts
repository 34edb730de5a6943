/**
 * Decides how a dead letter is tried again: its row, edited or not, under its own id, through the flow's SQL as it is now,
 * into the sink beside the stream. The sink's guard decides whether it still applies.
 */
import type { SinkItem } from '@rtdp/stores/contract';
import { BatchReader } from '@rtdp/ums/batch-reader';
import { RtdpError } from '@rtdp/ums/error';
import { peekHead } from '@rtdp/ums/message-head';
import type { FlowContext } from '../flow/flow-context.ts';
import type { FlowTable } from '../flow/flow-table.ts';
import { runStep } from '../flow/run-step.ts';
import { reasonOf } from '../ingest/after-lane-error.ts';
import { extractRow } from '../ingest/salvage.ts';
import { toTopicMessage } from '../ingest/topic-message.ts';
import type { Reason } from '../state/flow-store.ts';
import type { DeadLetterStatus } from './dead-letter-status.ts';
import type { DeadLetter } from './dead-letter-store.ts';
import { sinkIdOf } from './to-dead-letter.ts';

export interface ReplayResult {
  id: bigint;
  status: DeadLetterStatus;
  reason: Reason | null;
}

type KeptLetter = DeadLetter & { raw: Buffer };

/** Replays one dead letter; what fails again stays open with the new reason. */
export async function replayDeadLetter(
  context: FlowContext,
  table: FlowTable,
  letter: KeptLetter,
  by: string,
): Promise<ReplayResult> {
  requireOpen(letter);
  try {
    const items = await itemsOf(context, table, letter);
    await closeInSink(table, letter, items);
    await context.deadLetters.change(letter.id, { status: 'replayed', attempted: true, by });
    return { id: letter.id, status: 'replayed', reason: null };
  } catch (error) {
    const reason = reasonOf(error);
    await context.deadLetters.change(letter.id, { reason, attempted: true, by });
    return { id: letter.id, status: 'open', reason };
  }
}

/** Gives a row up knowingly; the sink no longer waits for it. */
export async function discardDeadLetter(
  context: FlowContext,
  table: FlowTable,
  letter: KeptLetter,
  by: string,
): Promise<ReplayResult> {
  requireOpen(letter);
  await closeInSink(table, letter, []);
  await context.deadLetters.change(letter.id, { status: 'discarded', by });
  return { id: letter.id, status: 'discarded', reason: null };
}

async function itemsOf(context: FlowContext, table: FlowTable, letter: KeptLetter): Promise<SinkItem[]> {
  const value = extractRow(letter.raw, letter.rowNumber, letter.edited);
  const head = peekHead(value);
  const shape = await table.adopt(head.namespace, head.fieldsKey, head.fields());
  const reader = new BatchReader({ fields: [...shape.fields], storages: [...shape.storages] });
  reader.append(value);
  const incoming = { offset: letter.messageOffset, key: null, value, timestamp: 0, headers: {} };
  const origins = [{ message: toTopicMessage(incoming, context.now()), firstRow: 0, rowInMessage: letter.rowNumber }];
  const outcome = await runStep({ kind: 'rows', shape, batch: reader.take(), origins });
  const failed = outcome.failed[0];
  if (failed !== undefined) throw failed.error;
  return [...outcome.rows.map(({ kind, batch }): SinkItem => ({ kind, batch })), ...outcome.rereads];
}

async function closeInSink(table: FlowTable, letter: KeptLetter, items: SinkItem[]): Promise<void> {
  const sink = await table.sink();
  if (sink === undefined) {
    if (items.length === 0) return;
    throw new RtdpError({
      code: 'WORMHOLE_DEAD_LETTER_STATE',
      message: 'the sink table of this dead letter does not exist yet',
      next: 'Replay it after the first row of the table has arrived.',
      facts: { id: letter.id.toString() },
    });
  }
  await sink.replay({
    topic: letter.topic,
    partition: letter.partition,
    items,
    closes: [sinkIdOf(letter)],
    namespace: letter.namespace,
  });
}

function requireOpen(letter: DeadLetter): void {
  if (letter.status === 'open') return;
  throw new RtdpError({
    code: 'WORMHOLE_DEAD_LETTER_STATE',
    message: `dead letter ${letter.id} is ${letter.status}`,
    next: 'Only open ones can be replayed or discarded.',
    facts: { id: letter.id.toString(), status: letter.status },
  });
}
