/** Decides how a test sets a source up without the control plane: heartbeat table, publications, slot and topics, and reads back what came. */

import type { Bus } from '@rtdp/bus/bus';
import { connectBus } from '@rtdp/bus/connect';
import { connectionOf } from '@rtdp/testing/connection';
import { uniqueName } from '@rtdp/testing/names';
import { readMessage, type UmsMessage } from '@rtdp/ums/message';
import { familyOf } from '@rtdp/ums/message-kinds';
import type { UmsValue } from '@rtdp/ums/types';
import { pino } from 'pino';
import {
  DBUS_TOPICS,
  readSourceDefinition,
  type SourceDefinition,
  type SourceDefinitionInput,
} from '../../catalog/source-definition.ts';
import { openSession, type SourceSession } from '../../sources/postgres/connection.ts';
import { reconcilePublications } from '../../sources/postgres/publication.ts';
import { createSlot, dropSlot } from '../../sources/postgres/slot.ts';
import type { SourceStream, TableName } from '../contract.ts';
import { HEARTBEAT_TABLE_SQL } from '../heartbeat-table.ts';
import { type RunStreamOptions, runStream } from '../run-stream.ts';

export interface StreamFixture extends AsyncDisposable {
  bus: Bus;
  definition: SourceDefinition;
  session: SourceSession;
  stream: SourceStream;
  publish(keyed: string[], insertOnly?: string[]): Promise<void>;
  /** Waits until everything committed so far is in Kafka. */
  settle(): Promise<void>;
  /** All messages of the source's topic, by partition, in order. */
  messages(): Promise<TopicMessage[]>;
  /** Records of another topic of DBus that name this source, as JSON. */
  records(topic: string): Promise<Record<string, unknown>[]>;
  /** A second stream over the same source, as a new process would make it. */
  again(): SourceStream;
}

export interface TopicMessage {
  partition: number;
  offset: bigint;
  key: string;
  message: UmsMessage;
}

/** One row of a table's data messages. */
export interface TopicRow {
  partition: number;
  namespace: string;
  batchId: number;
  id: bigint;
  timestamp: string;
  operation: string;
  values: Record<string, UmsValue>;
  unchanged: string[];
  unknown: string[];
}

export async function streamFixture(
  servers: { url: string; brokers: string[] },
  name: string,
  overrides: Partial<SourceDefinitionInput> = {},
  options: Partial<RunStreamOptions> = {},
): Promise<StreamFixture> {
  const definition = readSourceDefinition({
    name,
    kind: 'postgres',
    tables: 'all',
    partitions: 3,
    connection: connectionOf(servers.url),
    ...overrides,
  });
  const bus = connectBus({ brokers: servers.brokers, clientId: name });
  const admin = bus.admin();
  const producer = bus.producer();
  await admin.ensureTopic({ topic: DBUS_TOPICS.positions, partitions: 1, compacted: true });
  await admin.ensureTopic({ topic: DBUS_TOPICS.deadLetters, partitions: 1 });
  await admin.ensureTopic({ topic: DBUS_TOPICS.rereads, partitions: 1 });
  await admin.ensureTopic({
    topic: definition.topic,
    partitions: definition.partitions,
    config: { 'max.message.bytes': '10485760' },
  });
  const session = await openSession(definition.connection, 'rtdp dbus test');
  for (const statement of HEARTBEAT_TABLE_SQL) await session.query(statement);
  const publish = async (keyed: string[], insertOnly: string[] = []): Promise<void> => {
    await reconcilePublications(session, definition, {
      keyed: keyed.map(tableName),
      insertOnly: insertOnly.map(tableName),
    });
  };
  await publish([]);
  await createSlot(session, definition.slot);
  const logger = pino({ level: process.env.RTDP_LOG_LEVEL ?? 'silent' });
  const again = (): SourceStream => runStream({ bus, definition, logger, ...options });
  const stream = again();
  return {
    bus,
    definition,
    session,
    stream,
    publish,
    again,
    async settle() {
      const [row] = await session.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn');
      const [high, low] = row!.lsn.split('/') as [string, string];
      await stream.sequencer.drained((BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`));
      // A commit is durable a moment before readers see it; of two that follow the second is under its id, and can only follow once they do.
      for (let further = 0; further < 2; further++) await stream.sequencer.publish([]);
    },
    async messages() {
      const found: TopicMessage[] = [];
      for (const { partition, low } of await admin.topicOffsets(definition.topic)) {
        for await (const batch of bus.readFrom(definition.topic, partition, low)) {
          for (const { offset, key, value } of batch.messages) {
            found.push({ partition, offset, key: String(key), message: readMessage(value!) });
          }
        }
      }
      return found;
    },
    async records(topic) {
      const found: Record<string, unknown>[] = [];
      // Tests that run at the same time write here too, anything they like; what they have not committed yet hides what lies behind it.
      const mark = uniqueName('mark');
      await producer.send(topic, [{ partition: 0, key: mark, value: Buffer.from('{}') }]);
      const reached = new AbortController();
      for await (const batch of bus.readFrom(topic, 0, 'earliest', { until: 'follow', signal: reached.signal })) {
        for (const { key, value } of batch.messages) {
          if (String(key) === mark) reached.abort();
          if (!String(key).startsWith(definition.source)) continue;
          const record = JSON.parse(String(value)) as Record<string, unknown>;
          if (record.source === definition.source) found.push(record);
        }
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      await stream.stop();
      // The session may have ended with its server.
      await session.close();
      await using cleaner = await openSession(definition.connection, 'rtdp dbus test');
      await dropSlot(cleaner, definition.slot);
      await admin.deleteTopic(definition.topic);
      await bus.close();
    },
  };
}

/** Rows of the data messages of one table, in the order of their ids. */
export function rowsOf(messages: readonly TopicMessage[], table: string): TopicRow[] {
  const rows: TopicRow[] = [];
  for (const { partition, message } of messages) {
    if (familyOf(message.kind) !== 'data' || message.namespace.split('.')[3] !== table) continue;
    const names = message.fields.map((field) => field.name);
    message.rows.forEach((tuple, index) => {
      const values = Object.fromEntries(names.map((name, column) => [name, tuple[column] ?? null]));
      rows.push({
        partition,
        namespace: message.namespace,
        batchId: message.batchId,
        id: BigInt(String(values.ums_id_)),
        timestamp: String(values.ums_ts_),
        operation: String(values.ums_op_),
        values: Object.fromEntries(Object.entries(values).slice(4)),
        unchanged: (message.unchanged?.[index] ?? []).map((column) => names[column]!),
        unknown: (message.unknown?.[index] ?? []).map((column) => names[column]!),
      });
    });
  }
  return rows.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function tableName(text: string): TableName {
  const [schema, table] = text.includes('.') ? text.split('.') : ['public', text];
  return { schema: schema!, table: table! };
}
