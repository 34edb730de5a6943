/** Decides what a test of the control plane gets: the parts of `main` around a fresh metadata database, a source database and the shared Kafka. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bus, BusProducer } from '@rtdp/bus/bus';
import { connectBus } from '@rtdp/bus/connect';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { createHealth, type Health } from '@rtdp/service/health';
import { createLogger } from '@rtdp/service/logging';
import { type Knex, openMetadata } from '@rtdp/service/metadata';
import { createMetrics } from '@rtdp/service/metrics';
import { createSecretBox, createSecretKeyFile } from '@rtdp/service/secrets';
import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { readMessage, type UmsMessage } from '@rtdp/ums/message';
import type { RouteSurroundings } from '../admin/surroundings.ts';
import { DBUS_MIGRATIONS } from '../catalog/migrations.ts';
import type { SourceDefinitionInput } from '../catalog/source-definition.ts';
import type { SourceState } from '../catalog/source-states.ts';
import type { StoredSource } from '../catalog/source-store.ts';
import type { Pull } from '../pulls/pull-store.ts';
import { assembleSources } from '../registry.ts';
import type { Supervisor } from '../supervisor.ts';

export interface DbusFixture extends AsyncDisposable {
  organisationId: string;
  around: RouteSurroundings;
  supervisor: Supervisor;
  health: Health;
  bus: Bus;
  metadata: Knex;
  /** A definition of a source with a unique name over this database. */
  definitionOf(url: string, more?: Partial<SourceDefinitionInput>): SourceDefinitionInput;
  register(given: SourceDefinitionInput): Promise<StoredSource>;
  /** Waits until the source is in this state. */
  becomes(name: string, state: SourceState): Promise<StoredSource>;
  /** Waits until the newest pull of the table is done (or in the state asked for). */
  pulled(name: string, table: string, state?: Pull['state']): Promise<Pull>;
  /** All messages of the source's topic that were sent so far, partition after partition; waits until they are committed. */
  messages(topic: string): Promise<ReadMessage[]>;
  /** A new supervisor over the same catalog, as a restarted service has it. The old one is left as it is. */
  restartSupervisor(): Supervisor;
}

export interface ReadMessage {
  partition: number;
  offset: bigint;
  message: UmsMessage;
}

/** Use it with `await using`; stops what it started. Sources and topics stay with their test databases and unique names. */
export async function dbusFixture(): Promise<DbusFixture> {
  const { brokers } = await testKafka();
  const metadataDatabase = await testPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'rtdp-dbus-test-'));
  const keyFile = join(folder, 'secret.json');
  createSecretKeyFile(keyFile);
  const metadata = await openMetadata({ url: metadataDatabase.url, schema: 'dbus', migrations: DBUS_MIGRATIONS });
  const logger = createLogger('dbus-test', process.env.RTDP_LOG_LEVEL ?? 'silent');
  const bus = connectBus({ brokers, clientId: uniqueName('dbus-test'), logger });
  const producer = bus.producer();
  const supervisors: Supervisor[] = [];
  let health = createHealth();
  const assemble = (): RouteSurroundings => {
    health = createHealth();
    const metrics = createMetrics();
    const secrets = createSecretBox(keyFile);
    const parts = { database: metadata, secrets, bus, registry: null, logger, metrics, health, instance: 'test' };
    const around = assembleSources(parts);
    supervisors.push(around.supervisor);
    return around;
  };
  const around = assemble();
  const { supervisor, sources, pulls } = around;
  await supervisor.start();

  return {
    organisationId: FIRST_ORGANISATION_ID,
    around,
    supervisor,
    get health() {
      return health;
    },
    bus,
    metadata,
    definitionOf(url, more = {}) {
      return {
        name: uniqueName('s'),
        kind: 'postgres',
        connection: connectionOf(url),
        tables: 'all',
        heartbeatMs: 200,
        reconcileMs: 500,
        ...more,
      };
    },
    register: (given) => supervisor.register(FIRST_ORGANISATION_ID, given, 'rest', 'test'),
    becomes: (name, state) =>
      until(`source ${name} is ${state}`, async () => {
        const stored = await sources.get(FIRST_ORGANISATION_ID, name);
        return stored.state === state ? stored : `it is ${stored.state}: ${stored.reason?.message ?? ''}`;
      }),
    pulled: (name, table, state = 'done') =>
      until(`the pull of ${table} is ${state}`, async () => {
        const stored = await sources.get(FIRST_ORGANISATION_ID, name);
        const pull = (await pulls.list(stored.id)).find((each) => each.table === table);
        return pull?.state === state ? pull : `it is ${pull?.state ?? 'not asked for'}: ${pull?.reason?.message ?? ''}`;
      }),
    messages: (topic) => readAll(bus, producer, topic),
    restartSupervisor: () => assemble().supervisor,
    async [Symbol.asyncDispose]() {
      for (const each of supervisors) await each.stop();
      await bus.close();
      await metadata.destroy();
      await metadataDatabase.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A commit is durable a moment before readers see it, partition by partition; a mark that is sent now is seen only after that. */
async function readAll(bus: Bus, producer: BusProducer, topic: string): Promise<ReadMessage[]> {
  const read: ReadMessage[] = [];
  const mark = uniqueName('mark');
  const offsets = await bus.admin().topicOffsets(topic);
  await producer.send(
    topic,
    offsets.map(({ partition }) => ({ partition, key: mark, value: null })),
  );
  for (const { partition, low } of offsets) {
    const reached = new AbortController();
    for await (const batch of bus.readFrom(topic, partition, low, { until: 'follow', signal: reached.signal })) {
      for (const { key, value, offset } of batch.messages) {
        if (String(key) === mark) reached.abort();
        else if (value !== null && !reached.signal.aborted)
          read.push({ partition, offset, message: readMessage(value) });
      }
    }
  }
  return read;
}

const UNTIL_MS = 60_000;

/** Asks again until the answer is no text; then gives it. Fails with the last text. */
export async function until<Result>(what: string, ask: () => Promise<Result | string>): Promise<Result> {
  const end = Date.now() + UNTIL_MS;
  for (;;) {
    const answer = await ask();
    if (typeof answer !== 'string') return answer as Result;
    if (Date.now() > end) throw new Error(`waited ${UNTIL_MS} ms until ${what}; ${answer}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Rows of a table as a sink would hold them: per key the row with the greatest id; a delete takes it away, a truncate all below it. */
export function materialise(
  messages: readonly ReadMessage[],
  table: string,
  key: string,
): Map<string, Record<string, unknown>> {
  const newest = new Map<string, { id: bigint; row: Record<string, unknown> | null }>();
  for (const { message } of messages) {
    const [, , , name] = message.namespace.split('.');
    if (name !== table || !message.kind.startsWith('data_') || message.kind.includes('_t')) continue;
    for (const tuple of message.rows) {
      const row = Object.fromEntries(message.fields.map((field, index) => [field.name, tuple[index]]));
      const id = BigInt(String(row.ums_id_));
      const keyText = String(row[key]);
      const before = newest.get(keyText);
      if (before !== undefined && before.id > id) continue;
      newest.set(keyText, { id, row: row.ums_op_ === 'd' ? null : row });
    }
  }
  return new Map([...newest].flatMap(([keyText, { row }]) => (row === null ? [] : [[keyText, row]])));
}

/** Data rows of a table, in the order in which they were read, with operation and id. */
export function rowsOf(
  messages: readonly ReadMessage[],
  table: string,
): (Record<string, unknown> & { kind: string })[] {
  return messages.flatMap(({ message }) => {
    const [, , , name] = message.namespace.split('.');
    if (name !== table || !/^data_(increment|initial)_data$/.test(message.kind)) return [];
    return message.rows.map((tuple) => ({
      kind: message.kind,
      ...Object.fromEntries(message.fields.map((field, index) => [field.name, tuple[index]])),
    }));
  });
}
