/** Compares the Postgres sink with the row-by-row oracle under random histories, and shows that each part of its guard is needed. */

import type { TestDatabase } from '@rtdp/testing/postgres';
import { testPostgres } from '@rtdp/testing/postgres';
import type { Batch } from '@rtdp/ums/batch';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlainRow } from '../batch-of-rows.ts';
import { batchOfRows } from '../batch-of-rows.ts';
import type { DeletePolicy, SinkItem } from '../contract.ts';
import type { Scenario } from '../oracle/scenario.ts';
import { scenario } from '../oracle/scenario.ts';
import { SinkModel } from '../oracle/sink-model.ts';
import type { Entry } from '../oracle/source-simulation.ts';
import { COLUMNS, FIELDS, NAMESPACE, PARTITIONS, SourceSimulation, toItems } from '../oracle/source-simulation.ts';
import { Connections } from './connect.ts';
import type { SinkInternals } from './sink.ts';
import { PostgresSink } from './sink.ts';
import { ALL_RULES } from './statement.ts';

const RUNS = Number(process.env.RTDP_ORACLE_RUNS ?? 40);
const SEED = Number(process.env.RTDP_ORACLE_SEED ?? 20260101);

let database: TestDatabase;
let connections: Connections;
let tables = 0;

beforeAll(async () => {
  database = await testPostgres({ settings: { synchronous_commit: 'off' } });
  connections = new Connections({ url: database.url, connections: 3 });
});

afterAll(async () => {
  await connections?.close();
  await database?.drop();
});

interface Variant extends SinkInternals {
  readonly deletes?: DeletePolicy;
  readonly change?: (items: SinkItem[]) => SinkItem[];
}

/** Plays a scenario; throws where the sink and the oracle, or at the end the sink and the source, differ. */
async function play({ bulkFrom, commands }: Scenario, variant: Variant): Promise<void> {
  const table = `items_${tables++}`;
  const deletes = variant.deletes ?? 'physical';
  const sink = new PostgresSink(
    connections,
    { flow: 'oracle', schema: 'public', table, fields: FIELDS, deletes },
    { bulkFrom, ...variant },
  );
  await sink.ensure();
  const source = new SourceSimulation();
  const model = new SinkModel();
  const epochs = await Promise.all(
    Array.from({ length: PARTITIONS }, async (_, partition) => (await sink.claim('topic', partition, 'test')).epoch),
  );
  const offsets: (bigint | null)[] = new Array(PARTITIONS).fill(null);
  const send = async ({ partition, entries }: { partition: number; entries: Entry[] }) => {
    if (entries.length === 0) return;
    const expectedOffset = offsets[partition]!;
    const nextOffset = (expectedOffset ?? 0n) + BigInt(entries.length);
    const items = (variant.change ?? ((same) => same))(toItems(entries));
    await sink.write({ topic: 'topic', partition, epoch: epochs[partition]!, expectedOffset, nextOffset, items });
    offsets[partition] = nextOffset;
    model.apply(partition, entries);
    expect(await readLive(table, deletes)).toEqual(modelRows(model));
  };
  for (const command of commands) {
    const delivery = source.run(command);
    if (delivery) await send(delivery);
  }
  source.endPull();
  if (source.needsPull) source.startPull();
  source.endPull();
  for (let partition = 0; partition < PARTITIONS; partition++) await send(source.deliver(partition, 10_000));
  const truth = [...source.rows].map(([id, values]) => ({ id, ...values })).sort(byId);
  expect((await readLive(table, deletes)).map(({ ums_id_: _, ...row }) => row)).toEqual(truth);
  await database.query(`DROP TABLE public.${table} CASCADE`);
}

async function readLive(table: string, deletes: DeletePolicy): Promise<Record<string, string | null>[]> {
  const name = deletes === 'physical' ? table : `${table}_live`;
  const result = await database.query(`SELECT id::text, a, b, c, ums_id_::text FROM public.${name} ORDER BY id`);
  return result.rows as Record<string, string | null>[];
}

function modelRows(model: SinkModel): Record<string, string | null>[] {
  return [...model.stored].map(([id, { id: umsId, values }]) => ({ id, ...values, ums_id_: String(umsId) })).sort(byId);
}

function byId(left: Record<string, string | null>, right: Record<string, string | null>): number {
  return Number(left.id) - Number(right.id);
}

function property(variant: Variant) {
  return fc.asyncProperty(scenario, (each) => play(each, variant));
}

describe('the sink holds what the oracle holds after every transaction, and the source’s rows at the end', () => {
  for (const deletes of ['physical', 'tombstone', 'history'] as const) {
    test(`deletes: ${deletes}`, { timeout: 600_000 }, async () => {
      const runs = deletes === 'physical' ? RUNS : Math.ceil(RUNS / 2);
      await fc.assert(property({ deletes }), { numRuns: runs, seed: SEED });
    });
  }
});

describe('each part of the guard is needed: a sink without it is caught', () => {
  const mutants: Record<string, Variant> = {
    'no check of the side table': { rules: { ...ALL_RULES, sideTable: false } },
    'no guard by the stored id': { rules: { ...ALL_RULES, idGuard: false } },
    'deletes are not recorded': { rules: { ...ALL_RULES, recordDeletes: false } },
    'no floor': { rules: { ...ALL_RULES, floor: false } },
    'rows of a key merged column by column': { change: mergeNaively },
  };
  for (const [name, variant] of Object.entries(mutants)) {
    test(name, { timeout: 600_000 }, async () => {
      const outcome = await fc.check(property(variant), { numRuns: 300, seed: SEED, endOnFailure: true });
      expect(outcome.failed, 'no scenario told the mutant from the sink').toBe(true);
      // It must be the comparison that failed, not the mutant's SQL.
      expect(String(outcome.errorInstance)).toContain('AssertionError');
    });
  }
});

/** The tempting mistake: one row per key, each untold column filled from whichever row of the batch tells it. */
function mergeNaively(items: SinkItem[]): SinkItem[] {
  return items.map((item) => (item.kind === 'rows' ? { kind: 'rows', batch: mergeBatch(item.batch) } : item));
}

function mergeBatch(batch: Batch): Batch {
  const merged = new Map<string, PlainRow>();
  for (const row of plainRows(batch)) {
    const key = row.values.id!;
    const before = merged.get(key);
    const [older, newer] = before && before.id > row.id ? [row, before] : [before, row];
    const values = { ...newer.values };
    for (const name of COLUMNS)
      if (values[name] === undefined && newer.operation === 'u') values[name] = older?.values[name];
    merged.set(key, { ...newer, values });
  }
  return batchOfRows(NAMESPACE, FIELDS, [...merged.values()]);
}

function plainRows(batch: Batch): PlainRow[] {
  return Array.from({ length: batch.rowCount }, (_, row) => ({
    id: batch.ids[row]!,
    operation: String.fromCharCode(batch.operations[row]!) as PlainRow['operation'],
    values: Object.fromEntries(
      batch.fields.map((field, index) => {
        const column = batch.columns[index];
        if (column?.storage !== 'text' || column.untold?.[row]) return [field.name, undefined];
        if (column.nulls[row] === 1) return [field.name, null];
        return [
          field.name,
          Buffer.from(column.bytes.subarray(column.offsets[row], column.offsets[row + 1])).toString(),
        ];
      }),
    ),
  }));
}
