/** Decides how a flow is tried on real messages: the newest rows of its tables, through every step, and nothing is written. */
import type { Bus } from '@rtdp/bus/bus';
import type { Engine } from '@rtdp/engine/flow-contract';
import type { Batch } from '@rtdp/ums/batch';
import { BatchReader } from '@rtdp/ums/batch-reader';
import { isRtdpError } from '@rtdp/ums/error';
import { isDataKind } from '@rtdp/ums/message-kinds';
import { matchesPattern, parseNamespace, parsePattern, tableIdentity } from '@rtdp/ums/namespace';
import { dataFields, type UmsField } from '@rtdp/ums/types';
import { reasonOf } from '../ingest/after-lane-error.ts';
import { sliceBatch, textAt } from '../ingest/slice-batch.ts';
import { toTopicMessage } from '../ingest/topic-message.ts';
import type { Reason } from '../state/flow-store.ts';
import { compileSource } from './compile.ts';
import type { FlowDefinition } from './definition.ts';
import { requireOwnTopic, type TopicOwners } from './topic-owners.ts';

export interface DryRunTable {
  /** Source namespace with version. */
  source: string;
  rows: number;
  steps: { name: string; fields: readonly UmsField[]; rows: { sourceRow: number; values: (string | null)[] }[] }[];
  failed: { row: number; reason: Reason }[];
}

export interface DryRun {
  notes: string[];
  tables: DryRunTable[];
}

/** How many messages of a partition are looked at, from its end: more when there are only heartbeats, one a second. */
const MESSAGES_PER_PARTITION = [500n, 10_000n, 100_000n] as const;

/**
 * @param organisationId whose rows they must be
 * @param rowsPerTable at most this many rows of each table are tried
 * @throws ENGINE_FLOW_REFUSED with every problem, WORMHOLE_TOPIC_FORBIDDEN, or why DBus could not be asked whose topic it is
 */
export async function dryRun(
  around: { bus: Bus; engine: Engine; topics: TopicOwners; now(): number },
  definition: FlowDefinition,
  organisationId: string,
  rowsPerTable: number,
): Promise<DryRun> {
  await requireOwnTopic(around.topics, definition.source.topic, organisationId);
  let found: FoundTable[] = [];
  for (const messages of MESSAGES_PER_PARTITION) {
    found = await findNewest(around, definition, rowsPerTable, messages);
    if (found.length > 0) break;
  }
  const notes: string[] = [];
  if (found.length === 0) {
    notes.push(
      `No rows of ${definition.source.namespace} are among the newest messages of ${definition.source.topic}: change a row, or have the table pulled.`,
    );
  }
  const tables: DryRunTable[] = [];
  for (const table of found) {
    try {
      tables.push(await runTable(around.engine, definition, table.fields, newestRows(table, rowsPerTable)));
    } catch (error) {
      // What the source was before matters to nobody who writes a flow for what it is now.
      if (!isRtdpError(error, 'ENGINE_FLOW_REFUSED') || !isOutdated(table, found)) throw error;
      notes.push(`Rows of ${table.namespace}, an earlier form of the table, were left out: ${error.message}`);
    }
  }
  return { notes, tables };
}

/** One form of a source table: a version, or columns in another order. */
interface FoundTable {
  namespace: string;
  fields: UmsField[];
  /** Enough for the rows that were asked for, of each partition the newest; the last is the newest of all. */
  messages: { value: Buffer; rows: number; time: number }[];
}

async function findNewest(
  { bus, now }: { bus: Bus; now(): number },
  definition: FlowDefinition,
  rowsPerTable: number,
  messages: bigint,
): Promise<FoundTable[]> {
  const { topic, namespace } = definition.source;
  const pattern = parsePattern(namespace);
  const found = new Map<string, FoundTable & { reader: BatchReader }>();
  for (const { partition, low, high } of await bus.admin().topicOffsets(topic)) {
    const from = low + messages < high ? high - messages : low;
    if (from >= high) continue;
    const ofPartition = new Map<string, NewestMessages>();
    for await (const batch of bus.readFrom(topic, partition, from, { until: high })) {
      for (const incoming of batch.messages) {
        const message = toTopicMessage(incoming, now());
        if (message.head === undefined || !isDataKind(message.kind)) continue;
        if (!matchesPattern(pattern, parseNamespace(message.namespace))) continue;
        const key = `${message.namespace}\n${message.head.fieldsKey}`;
        let table = found.get(key);
        if (table === undefined) {
          const fields = dataFields(message.head.fields());
          table = { namespace: message.namespace, fields, messages: [], reader: readerOf(fields) };
          found.set(key, table);
        }
        const rows = table.reader.append(message.value);
        table.reader.recycle(table.reader.take());
        const newest = ofPartition.get(key) ?? new NewestMessages(rowsPerTable);
        ofPartition.set(key, newest);
        newest.add({ value: message.value, rows, time: message.kafkaTime });
      }
    }
    for (const [key, newest] of ofPartition) found.get(key)!.messages.push(...newest.messages);
  }
  return [...found.values()].map(({ namespace: name, fields, messages: all }) => ({
    namespace: name,
    fields,
    messages: all.sort((one, other) => one.time - other.time),
  }));
}

/** The last messages that hold so many rows; those before them are let go of at once. */
class NewestMessages {
  readonly messages: FoundTable['messages'] = [];
  readonly #wanted: number;
  #rows = 0;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  add(message: FoundTable['messages'][number]): void {
    this.messages.push(message);
    this.#rows += message.rows;
    while (this.#rows - this.messages[0]!.rows >= this.#wanted) this.#rows -= this.messages.shift()!.rows;
  }
}

function readerOf(fields: UmsField[]): BatchReader {
  return new BatchReader({ fields, storages: fields.map(() => 'text') });
}

/** The newest rows, oldest of them first. */
function newestRows({ fields, messages }: FoundTable, wanted: number): Batch {
  let first = messages.length;
  for (let rows = 0; first > 0 && rows < wanted; ) rows += messages[--first]!.rows;
  const reader = readerOf(fields);
  for (const { value } of messages.slice(first)) reader.append(value);
  const batch = reader.take();
  return sliceBatch(batch, Math.max(0, batch.rowCount - wanted), batch.rowCount);
}

/** Whether the same table was found in a later version. */
function isOutdated({ namespace }: FoundTable, found: readonly FoundTable[]): boolean {
  const own = parseNamespace(namespace);
  return found.some((other) => {
    const place = parseNamespace(other.namespace);
    return tableIdentity(place) === tableIdentity(own) && Number(place.version) > Number(own.version);
  });
}

async function runTable(
  engine: Engine,
  definition: FlowDefinition,
  fields: UmsField[],
  batch: Batch,
): Promise<DryRunTable> {
  const table: DryRunTable = { source: batch.namespace, rows: batch.rowCount, steps: [], failed: [] };
  const { compiled } = await compileSource(engine, definition, parseNamespace(batch.namespace), fields);
  if (compiled === undefined) {
    table.steps.push({ name: 'source', fields, rows: rowsOf(batch) });
    return table;
  }
  try {
    // Columns that no step uses were decoded too, which a compiled flow does not mind.
    const except = new Set<number>();
    for (;;) {
      try {
        table.steps = await compiled.runSteps(batch, { except });
        return table;
      } catch (error) {
        if (
          !isRtdpError(error, 'ENGINE_ROW_FAILED') ||
          typeof error.facts.row !== 'number' ||
          except.has(error.facts.row)
        )
          throw error;
        except.add(error.facts.row);
        table.failed.push({ row: error.facts.row, reason: reasonOf(error) });
      }
    }
  } finally {
    await compiled.close();
  }
}

function rowsOf(batch: Batch): { sourceRow: number; values: (string | null)[] }[] {
  return Array.from({ length: batch.rowCount }, (_unused, sourceRow) => ({
    sourceRow,
    values: batch.columns.map((column) => textAt(column, sourceRow)),
  }));
}
