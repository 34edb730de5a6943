import type { Batch, Column } from '@rtdp/ums/batch';
import type { UmsField } from '@rtdp/ums/types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from './engine.ts';
import type { Engine } from './flow-contract.ts';
import { readRows, textBatch } from './testing/text-batch.ts';

const ORDERS: UmsField[] = [
  { name: 'id', type: 'long', nullable: false, encoded: false, sourceType: 'bigint', key: true },
  { name: 'status', type: 'string', nullable: true, encoded: false, sourceType: 'text' },
  { name: 'amount', type: 'decimal', nullable: true, encoded: false, sourceType: 'numeric(12,2)' },
  { name: 'quantity', type: 'int', nullable: true, encoded: false, sourceType: 'integer' },
  { name: 'lines', type: 'jsonarray', nullable: true, encoded: false, sourceType: 'jsonb' },
];

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(() => engine.close());

function compile(sql: string | { name: string; sql: string }[], resultStorage: 'text' | 'typed' = 'text') {
  const steps = typeof sql === 'string' ? [{ name: 'result', sql }] : sql;
  return engine.compileStateless({ steps, sourceName: 'orders', sourceFields: ORDERS, resultStorage });
}

const ROWS: { op: string; values: (string | null)[] }[] = [
  { op: 'i', values: ['1', 'paid', '10.50', '2', '[{"sku": "a", "n": 1}, {"sku": "b", "n": 2}]'] },
  { op: 'u', values: ['2', 'open', '7.00', '3', '[]'] },
  { op: 'd', values: ['3', null, null, null, null] },
  { op: 'i', values: ['4', 'paid', null, null, null] },
];

describe('a stateless flow', { timeout: 120_000 }, () => {
  test('filters: a row that does not match goes on as a delete by key, a delete passes', async () => {
    const flow = await compile(
      `SELECT id, upper(status) AS status, amount * 2 AS doubled FROM orders WHERE status = 'paid'`,
    );
    expect(flow.keyFrom).toEqual([{ result: 'id', source: 'id' }]);
    expect(flow.explodes).toBe(false);
    expect(flow.columnsUsed).toEqual(['text', 'text', 'text', 'skip', 'skip']);
    const { batch, sourceRows } = await flow.run(textBatch(ORDERS, ROWS, flow.columnsUsed));
    expect(readRows(batch)).toEqual([
      { op: 'i', id: 100n, values: ['1', 'PAID', '21.00'] },
      { op: 'd', id: 104n, values: ['2', 'unknown', 'unknown'] },
      { op: 'd', id: 108n, values: ['3', 'unknown', 'unknown'] },
      { op: 'i', id: 112n, values: ['4', 'PAID', null] },
    ]);
    expect([...sourceRows]).toEqual([0, 1, 2, 3]);
  });

  test('explodes: rows of one source row are numbered, an empty one goes on as a delete', async () => {
    const flow = await compile(
      `SELECT o.id, line ->> 'sku' AS sku, (line ->> 'n')::int AS n, position FROM orders o CROSS JOIN LATERAL jsonb_array_elements(o.lines) WITH ORDINALITY AS l(line, position)`,
    );
    expect(flow.explodes).toBe(true);
    expect(flow.resultFields.at(-1)).toMatchObject({ name: 'ums_ordinal_', key: true });
    const { batch } = await flow.run(textBatch(ORDERS, ROWS, flow.columnsUsed));
    expect(readRows(batch)).toEqual([
      { op: 'i', id: 100n, values: ['1', 'a', '1', '1', '1'] },
      { op: 'i', id: 100n, values: ['1', 'b', '2', '2', '2'] },
      { op: 'd', id: 104n, values: ['2', 'unknown', 'unknown', 'unknown', 'unknown'] },
      { op: 'd', id: 108n, values: ['3', 'unknown', 'unknown', 'unknown', 'unknown'] },
      { op: 'd', id: 112n, values: ['4', 'unknown', 'unknown', 'unknown', 'unknown'] },
    ]);
  });

  test('unites branches in their order for each source row', async () => {
    const flow = await compile(
      `SELECT id, 'first' AS which FROM orders UNION ALL SELECT id, status FROM orders WHERE quantity > 2`,
    );
    const { batch } = await flow.run(textBatch(ORDERS, ROWS, flow.columnsUsed));
    expect(readRows(batch).map(({ op, values }) => [op, ...values])).toEqual([
      ['i', '1', 'first', '1'],
      ['u', '2', 'first', '1'],
      ['u', '2', 'open', '2'],
      ['d', '3', 'unknown', 'unknown'],
      ['i', '4', 'first', '1'],
    ]);
  });

  test('reads earlier steps, and shows what each step gives', async () => {
    const flow = await compile([
      { name: 'paid', sql: `SELECT id, amount, quantity FROM orders WHERE status = 'paid'` },
      { name: 'priced', sql: 'SELECT id, amount * quantity AS total FROM paid' },
    ]);
    const all = textBatch(
      ORDERS,
      ROWS,
      ORDERS.map(() => 'text'),
    );
    const steps = await flow.runSteps(all);
    expect(steps.map(({ name, rows }) => [name, rows])).toEqual([
      [
        'paid',
        [
          { sourceRow: 0, values: ['1', '10.50', '2'] },
          { sourceRow: 3, values: ['4', null, null] },
        ],
      ],
      [
        'priced',
        [
          { sourceRow: 0, values: ['1', '21.00'] },
          { sourceRow: 3, values: ['4', null] },
        ],
      ],
    ]);
  });

  test('gives nothing for a row whose SQL needs an untold column, and carries one that it only passes on', async () => {
    const rows = [
      { op: 'u', values: ['1', 'unchanged', '3.00', '1', 'unchanged'] },
      { op: 'u', values: ['2', 'open', 'unchanged', '1', null] },
    ];
    const computing = await compile('SELECT id, amount + 1 AS more, status FROM orders');
    const first = await computing.run(textBatch(ORDERS, rows, computing.columnsUsed));
    expect(first.untoldRows).toEqual([1]);
    expect(readRows(first.batch)).toEqual([{ op: 'u', id: 100n, values: ['1', '4.00', 'unchanged'] }]);
    const carrying = await compile('SELECT id, amount, status FROM orders');
    const second = await carrying.run(textBatch(ORDERS, rows, carrying.columnsUsed));
    expect(second.untoldRows).toEqual([]);
    expect(readRows(second.batch).map(({ values }) => values)).toEqual([
      ['1', '3.00', 'unchanged'],
      ['2', 'unchanged', 'open'],
    ]);
  });

  test('names the first row that fails, and goes on without it', async () => {
    const rows = Array.from({ length: 5000 }, (_, row) => ({
      op: 'i',
      values: [String(row), row === 3333 || row === 4000 ? 'x' : String(row), null, '1', null],
    }));
    const flow = await compile('SELECT id, status::int + 1 AS next FROM orders');
    const batch = textBatch(ORDERS, rows, flow.columnsUsed);
    const reason = (word: string) => `invalid input syntax for type bigint: "${word}"`;
    await expect(flow.run(batch)).rejects.toMatchObject({
      code: 'ENGINE_ROW_FAILED',
      facts: { row: 3333, reason: reason('x'), failures: [{ row: 3333 }, { row: 4000, reason: reason('x') }] },
    });
    await expect(flow.run(batch, { except: new Set([3333]) })).rejects.toMatchObject({ facts: { row: 4000 } });
    const { batch: result } = await flow.run(batch, { except: new Set([3333, 4000]) });
    expect(result.rowCount).toBe(4998);
    expect(readRows(result)[3333]!.values).toEqual(['3334', '3335']);
  });

  test('names the step in which a row fails, also where an earlier step is never computed by itself', async () => {
    const flow = await compile([
      { name: 'first', sql: 'SELECT id, quantity::text AS spare, status::int AS n FROM orders' },
      { name: 'second', sql: 'SELECT id, n, 100 / n AS share FROM first' },
      { name: 'third', sql: 'SELECT id, share, 1 / (share - 50) AS odd FROM second' },
    ]);
    const rows = ['4', 'x', '0', '2'].map((status, row) => ({
      op: 'i',
      values: [String(row), status, null, null, null],
    }));
    await expect(flow.run(textBatch(ORDERS, rows, flow.columnsUsed))).rejects.toMatchObject({
      facts: {
        step: 'first',
        failures: [
          { row: 1, step: 'first' },
          { row: 2, step: 'second' },
          { row: 3, step: 'third' },
        ],
      },
    });
    const everything = ORDERS.map(() => 'text' as const);
    await expect(flow.runSteps(textBatch(ORDERS, rows, everything), { except: new Set([1]) })).rejects.toMatchObject({
      facts: { row: 2, step: 'second' },
    });
  });

  test('gives numbers as numbers where they are asked for', async () => {
    const flow = await compile(
      'SELECT id, quantity * 2 AS twice, amount * 0.5 AS half, quantity > 2 AS big FROM orders',
      'typed',
    );
    expect(flow.columnsUsed).toEqual(['int64', 'skip', 'text', 'int32', 'skip']);
    const { batch } = await flow.run(textBatch(ORDERS, ROWS, flow.columnsUsed));
    expect(batch.columns.map((column) => column!.storage)).toEqual(['int64', 'int32', 'text', 'boolean']);
    expect(readRows(batch)[1]!.values).toEqual(['2', '6', '3.500', 'true']);
  });

  test('carries everything round the engine where nothing is computed', async () => {
    const flow = await compile('SELECT * FROM orders');
    const batch = textBatch(ORDERS, ROWS, flow.columnsUsed);
    const { batch: result } = await flow.run(batch);
    expect(readRows(result)[0]).toEqual({ op: 'i', id: 100n, values: ROWS[0]!.values });
    expect((result.columns[0] as Column).nulls).toHaveLength(4);
    expect((result satisfies Batch).timestamps).toBe(batch.timestamps);
  });
});
