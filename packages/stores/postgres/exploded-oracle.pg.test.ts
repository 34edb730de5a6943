/** Compares exploded tables with a plain model under random histories: the rows of a source key's newest id, and no others. */
import type { TestDatabase } from '@rtdp/testing/postgres';
import { testPostgres } from '@rtdp/testing/postgres';
import type { UmsField } from '@rtdp/ums/types';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PlainRow } from '../batch-of-rows.ts';
import { batchOfRows } from '../batch-of-rows.ts';
import type { SinkItem } from '../contract.ts';
import { NAMESPACE } from '../oracle/source-simulation.ts';
import { Connections } from './connect.ts';
import { PostgresSink } from './sink.ts';

const FIELDS: readonly UmsField[] = [
  { name: 'id', type: 'long', nullable: false, encoded: false, key: true, sourceType: 'bigint' },
  { name: 'line', type: 'int', nullable: false, encoded: false, key: true },
  { name: 'a', type: 'string', nullable: true, encoded: false },
];

type Change = { kind: 'rows'; key: number; lines: number } | { kind: 'truncate' };
type Entry = { id: bigint } & Change;

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('rows' as const),
      key: fc.integer({ min: 0, max: 3 }),
      lines: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const) }) },
);
const scenario = fc.record({
  bulkFrom: fc.constantFrom(1, 1000),
  changes: fc.array(change, { minLength: 5, maxLength: 40, size: 'max' }),
  /** Slices of the log that are delivered, some of them twice, late, or overlapping; the rest comes at the end. */
  slices: fc.array(fc.record({ from: fc.integer({ min: 0, max: 39 }), count: fc.integer({ min: 1, max: 8 }) }), {
    minLength: 4,
    maxLength: 14,
    size: 'max',
  }),
});

let database: TestDatabase;
let connections: Connections;
let tables = 0;

beforeAll(async () => {
  database = await testPostgres({ settings: { synchronous_commit: 'off' } });
  connections = new Connections({ url: database.url, connections: 1 });
});

afterAll(async () => {
  await connections?.close();
  await database?.drop();
});

test('the table holds each source row’s newest rows', { timeout: 600_000 }, async () => {
  const property = fc.asyncProperty(scenario, async ({ bulkFrom, changes, slices }) => {
    const table = `exploded_${tables++}`;
    const definition = {
      flow: 'oracle',
      schema: 'public',
      table,
      fields: FIELDS,
      deletes: 'physical' as const,
      explode: { ordinalColumn: 'line' },
    };
    const sink = new PostgresSink(connections, definition, { bulkFrom });
    await sink.ensure();
    const { epoch } = await sink.claim('topic', 0, 'test');
    const log: Entry[] = changes.map((each, index) => ({ id: BigInt(index * 4 + 1), ...each }));
    const newest = new Map<number, bigint>();
    let floor = 0n;
    let offset: bigint | null = null;
    for (const entries of [...slices.map(({ from, count }) => log.slice(from, from + count)), log]) {
      const nextOffset: bigint = (offset ?? 0n) + 1n;
      await sink.write({
        topic: 'topic',
        partition: 0,
        epoch,
        expectedOffset: offset,
        nextOffset,
        items: toItems(entries),
      });
      offset = nextOffset;
      for (const entry of entries) {
        if (entry.kind === 'truncate') floor = entry.id > floor ? entry.id : floor;
        else if (entry.id > floor && entry.id > (newest.get(entry.key) ?? 0n)) newest.set(entry.key, entry.id);
      }
      const expected = log
        .filter((entry) => entry.kind === 'rows' && newest.get(entry.key) === entry.id && entry.id > floor)
        .flatMap(toRows)
        .filter((row) => row.operation !== 'd')
        .map((row) => `${row.values.id} ${row.values.line} ${row.values.a} ${row.id}`)
        .sort();
      const { rows } = await database.query<{ text: string }>(
        `SELECT concat_ws(' ', id, line, a, ums_id_) AS text FROM public.${table}`,
      );
      expect(rows.map(({ text }) => text).sort()).toEqual(expected);
    }
    await database.query(`DROP TABLE public.${table}`);
  });
  await fc.assert(property, { numRuns: Number(process.env.RTDP_ORACLE_RUNS ?? 25), seed: 20260101 });
});

function toRows(entry: Entry): PlainRow[] {
  if (entry.kind !== 'rows') return [];
  const id = String(entry.key);
  if (entry.lines === 0) return [{ id: entry.id, operation: 'd', values: { id, line: null, a: null } }];
  return Array.from({ length: entry.lines }, (_, line) => ({
    id: entry.id,
    operation: 'u',
    values: { id, line: String(line + 1), a: `v${entry.id}` },
  }));
}

function toItems(entries: readonly Entry[]): SinkItem[] {
  const items: SinkItem[] = [];
  let rows: PlainRow[] = [];
  const flush = () => {
    if (rows.length > 0) items.push({ kind: 'replace', batch: batchOfRows(NAMESPACE, FIELDS, rows) });
    rows = [];
  };
  for (const entry of entries) {
    if (entry.kind === 'rows') {
      rows.push(...toRows(entry));
    } else {
      flush();
      items.push({ kind: 'truncate', id: entry.id, namespace: NAMESPACE });
    }
  }
  flush();
  return items;
}
