/** Decides what must stand before a Postgres source streams: prerequisites, heartbeat table, publications, slot, topics; in this order. */
import type { BusAdmin } from '@rtdp/bus/bus';
import { RtdpError } from '@rtdp/ums/error';
import { DBUS_TOPICS, type SourceDefinition } from '../../catalog/source-definition.ts';
import type { TableStore } from '../../catalog/table-store.ts';
import { HEARTBEAT_TABLE_SQL } from '../../pipeline/heartbeat-table.ts';
import type { ReconcileReport } from '../contract.ts';
import { reconcileCapture } from './capture.ts';
import type { SourceSession } from './connection.ts';
import { loadServerFacts, serverProblems } from './prerequisites.ts';
import { takeBarrier } from './running-transactions.ts';
import { createSlot, dropSlot } from './slot.ts';

export interface Preparation {
  definition: SourceDefinition;
  organisationId: string;
  sourceId: string;
  /** Whether the slot was made before: if it is missing now, it is lost. */
  slotWasMade: boolean;
  slotMade: () => Promise<void>;
  tables: TableStore;
  admin: BusAdmin;
}

export interface Prepared {
  serverVersion: number;
  partitions: number;
  changes: ReconcileReport;
}

/** @throws RtdpError DBUS_SOURCE_NOT_READY with the problems; DBUS_SLOT_LOST */
export async function prepare(session: SourceSession, preparation: Preparation): Promise<Prepared> {
  const { definition } = preparation;
  const facts = await loadServerFacts(session, definition);
  const blocking = serverProblems(facts, definition, preparation.slotWasMade).filter(
    (problem) => problem.severity === 'blocking',
  );
  const lost = blocking.find((problem) => problem.code === 'slot-lost');
  if (lost !== undefined) throw slotLost(definition, lost.message);
  if (blocking.length > 0) throw notReady(definition, blocking);
  if (preparation.slotWasMade && facts.slot === null) throw slotLost(definition, 'It does not exist any more.');

  await makeHeartbeatTable(session);
  const changes = await reconcileCapture(session, {
    ...preparation,
    store: preparation.tables,
    serverVersion: facts.serverVersion,
    adopt: () => false,
  });
  const partitions = await makeTopics(preparation.admin, definition);
  if (facts.slot !== null && !facts.slot.whole) await dropSlot(session, definition.slot);
  if (facts.slot?.whole !== true) await createSlot(session, definition.slot);
  if (!preparation.slotWasMade) {
    // Whatever committed before the slot begins is in no stream, also if it is not yet visible: nothing is read before it is. First:
    // the next start takes a barrier as long as the slot is not noted.
    await preparation.tables.raiseBarrier(preparation.sourceId, await takeBarrier(session));
    await preparation.slotMade();
  }
  return { serverVersion: facts.serverVersion, partitions, changes };
}

async function makeHeartbeatTable(session: SourceSession): Promise<void> {
  const [row] = await session.query<{ present: boolean }>(
    `SELECT to_regclass('rtdp.heartbeat') IS NOT NULL AS present`,
  );
  if (row?.present === true) return;
  for (const statement of HEARTBEAT_TABLE_SQL) await session.query(statement);
}

async function makeTopics(admin: BusAdmin, definition: SourceDefinition): Promise<number> {
  await admin.ensureTopic({ topic: DBUS_TOPICS.positions, partitions: 1, compacted: true });
  await admin.ensureTopic({ topic: DBUS_TOPICS.deadLetters, partitions: 1, config: KEPT_LONG });
  await admin.ensureTopic({ topic: DBUS_TOPICS.rereads, partitions: 1 });
  const existing = await admin.listTopics();
  if (!existing.includes(definition.topic)) {
    await admin.ensureTopic({
      topic: definition.topic,
      partitions: definition.partitions,
      config: { 'max.message.bytes': String(definition.limits.maximumMessageBytes + MESSAGE_OVERHEAD_BYTES) },
    });
  }
  // A topic that is there keeps its partitions, whatever the definition says: keys must not move.
  return admin.partitionCount(definition.topic);
}

const KEPT_LONG = { 'retention.ms': String(90 * 86_400_000) };
const MESSAGE_OVERHEAD_BYTES = 100_000;

export function slotLost(definition: SourceDefinition, because: string): RtdpError {
  return new RtdpError({
    code: 'DBUS_SLOT_LOST',
    message: `the replication slot ${definition.slot} of source ${definition.name} is lost: ${because}`,
    next: `What was written since is not in the stream. Remove the source and register it again: every table is then pulled anew, and sinks delete what is gone.`,
    facts: { source: definition.name, slot: definition.slot },
  });
}

function notReady(definition: SourceDefinition, problems: ReturnType<typeof serverProblems>): RtdpError {
  const statements = problems.map((problem) => problem.statement).filter((statement) => statement !== null);
  return new RtdpError({
    code: 'DBUS_SOURCE_NOT_READY',
    message: `source ${definition.name} is not ready: ${problems.map((problem) => problem.message).join(' ')}`,
    next:
      statements.length === 0
        ? 'Mend what is named, then start it again.'
        : `Run at the source: ${statements.join(' ')}`,
    facts: { source: definition.name, problems },
  });
}
