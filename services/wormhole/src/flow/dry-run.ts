/** Decides how a flow is tried on real messages: the newest rows of its tables, through every step, and nothing is written. */
import type { Bus } from '@rtdp/bus/bus';
import type { Engine } from '@rtdp/engine/flow-contract';
import type { Batch } from '@rtdp/ums/batch';
import { BatchReader } from '@rtdp/ums/batch-reader';
import { isRtdpError } from '@rtdp/ums/error';
import { isDataKind } from '@rtdp/ums/message-kinds';
import { matchesPattern, parseNamespace, parsePattern } from '@rtdp/ums/namespace';
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
  let readers = new Map<string, TableReader>();
  for (const messages of MESSAGES_PER_PARTITION) {
    readers = await readNewest(around, definition, rowsPerTable, messages);
    if (readers.size > 0) break;
  }
  const notes =
    readers.size === 0
      ? [
          `No rows of ${definition.source.namespace} are among the newest messages of ${definition.source.topic}: change a row, or have the table pulled.`,
        ]
      : [];
  const tables: DryRunTable[] = [];
  for (const { fields, reader } of readers.values()) {
    const batch = reader.take();
    // One message can hold many more rows than were asked for.
    const wanted = sliceBatch(batch, 0, Math.min(batch.rowCount, rowsPerTable));
    tables.push(await runTable(around.engine, definition, fields, wanted));
  }
  return { notes, tables };
}

interface TableReader {
  fields: UmsField[];
  reader: BatchReader;
}

async function readNewest(
  { bus, now }: { bus: Bus; now(): number },
  definition: FlowDefinition,
  rowsPerTable: number,
  messages: bigint,
): Promise<Map<string, TableReader>> {
  const { topic, namespace } = definition.source;
  const pattern = parsePattern(namespace);
  const readers = new Map<string, TableReader>();
  for (const { partition, low, high } of await bus.admin().topicOffsets(topic)) {
    const from = low + messages < high ? high - messages : low;
    if (from >= high) continue;
    for await (const batch of bus.readFrom(topic, partition, from, { until: high })) {
      for (const incoming of batch.messages) {
        const message = toTopicMessage(incoming, now());
        if (message.head === undefined || !isDataKind(message.kind)) continue;
        if (!matchesPattern(pattern, parseNamespace(message.namespace))) continue;
        const key = `${message.namespace}\n${message.head.fieldsKey}`;
        let table = readers.get(key);
        if (table === undefined) {
          const fields = dataFields(message.head.fields());
          table = { fields, reader: new BatchReader({ fields, storages: fields.map(() => 'text') }) };
          readers.set(key, table);
        }
        if (table.reader.rowCount < rowsPerTable) table.reader.append(message.value);
      }
    }
  }
  return readers;
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
