/** Proves that the rows a plan sends leave a store as all rows one by one would have left it. */
import type { Batch, TextColumn } from '@rtdp/ums/batch';
import type { UmsField } from '@rtdp/ums/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlainRow } from './batch-of-rows.ts';
import { batchOfRows } from './batch-of-rows.ts';
import { SinkModel } from './oracle/sink-model.ts';
import { FIELDS, NAMESPACE } from './oracle/source-simulation.ts';
import type { BatchPlan } from './plan-batch.ts';
import { planBatch, planReplacement } from './plan-batch.ts';

function optionsFor(batch: Batch, keyNames: readonly string[]) {
  const columns = batch.columns as readonly TextColumn[];
  const keys = batch.fields.flatMap((field, index) =>
    keyNames.includes(field.name) ? [{ field, column: columns[index]! }] : [],
  );
  return { columns, keys, firstPart: 0, latestOnly: true };
}

function inOrder(plan: BatchPlan, rows: readonly PlainRow[]): PlainRow[][] {
  return plan.parts.map((part) => rows.filter((_, index) => plan.partOf[index] === part.number));
}

const value = fc.oneof(fc.constantFrom('x', 'y', 'z'), fc.constant(null), fc.constant(undefined));
const rows: fc.Arbitrary<PlainRow[]> = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: 40 }).map((id) => BigInt(id * 4 + 1)),
    operation: fc.constantFrom('i' as const, 'u' as const, 'u' as const, 'u' as const, 'd' as const),
    values: fc
      .record({ id: fc.constantFrom('1', '2', '3'), a: value, b: value, c: value })
      .map((values) => values as Record<string, string | null | undefined>),
  }),
  { maxLength: 25 },
);

/**
 * Without the rows that come after a newer one of their key. Alone in a batch such a row is refused by the guard, unless the newer one was a
 * partial update that found no row: that one is read again anyway.
 */
function rising(batchRows: readonly PlainRow[]): PlainRow[] {
  const newest = new Map<string, bigint>();
  return batchRows.filter((row) => {
    const key = row.values.id!;
    if (row.id <= (newest.get(key) ?? 0n)) return false;
    newest.set(key, row.id);
    return true;
  });
}

describe('planBatch', () => {
  test('what is sent has the effect of all rows of rising id, on any stored rows, floor and remembered deletes', () => {
    fc.assert(
      fc.property(rows, rows, fc.integer({ min: 0, max: 60 }), (before, batchRows, floor) => {
        const [all, planned] = [new SinkModel(), new SinkModel()];
        for (const model of [all, planned]) {
          model.apply(
            0,
            before.map((row) => ({ kind: 'row', row })),
          );
          model.floor = BigInt(floor);
        }
        all.apply(
          0,
          rising(batchRows).map((row) => ({ kind: 'row', row })),
        );
        const batch = batchOfRows(NAMESPACE, FIELDS, batchRows);
        const plan = planBatch(batch, optionsFor(batch, ['id']));
        for (const part of inOrder(plan, batchRows))
          planned.apply(
            0,
            part.map((row) => ({ kind: 'row', row })),
          );
        expect(planned.stored).toEqual(all.stored);
        // Where a row is stored again, the delete before it need not have been sent: the row's own id guards the key.
        for (const [key, id] of all.remembered) if (!all.stored.has(key)) expect(planned.remembered.get(key)).toBe(id);
        expect(plan.sent + plan.stale + plan.superseded).toBe(batchRows.length);
      }),
      { numRuns: 3000, seed: 7 },
    );
  });

  test('a part holds a key once, so that one statement never meets it twice', () => {
    fc.assert(
      fc.property(rows, (batchRows) => {
        const batch = batchOfRows(NAMESPACE, FIELDS, batchRows);
        for (const part of inOrder(planBatch(batch, optionsFor(batch, ['id'])), batchRows)) {
          expect(new Set(part.map((row) => row.values.id)).size).toBe(part.length);
        }
      }),
      { seed: 7 },
    );
  });

  test('two texts of one number are one key', () => {
    const fields: UmsField[] = [{ name: 'id', type: 'decimal', nullable: false, encoded: false, key: true }];
    const batch = batchOfRows(NAMESPACE, fields, [
      { id: 1n, operation: 'i', values: { id: '1.0' } },
      { id: 5n, operation: 'u', values: { id: '1.00' } },
    ]);
    expect(planBatch(batch, optionsFor(batch, ['id']))).toMatchObject({ sent: 1, superseded: 1 });
  });

  test('before images are not sent', () => {
    const batch = batchOfRows(NAMESPACE, FIELDS, [
      { id: 1n, operation: 'b', values: { id: '1', a: 'x', b: null, c: null } },
      { id: 2n, operation: 'u', values: { id: '1', a: 'y', b: null, c: null } },
    ]);
    expect(planBatch(batch, optionsFor(batch, ['id']))).toMatchObject({ sent: 1, superseded: 0, stale: 0 });
  });
});

describe('planReplacement', () => {
  test('of each source key only the rows of its greatest id are sent', () => {
    fc.assert(
      fc.property(rows, (batchRows) => {
        const batch = batchOfRows(NAMESPACE, FIELDS, batchRows);
        const plan = planReplacement(batch, optionsFor(batch, ['id']));
        const greatest = new Map<string, bigint>();
        for (const row of batchRows) {
          const key = row.values.id!;
          if (row.id > (greatest.get(key) ?? 0n)) greatest.set(key, row.id);
        }
        const expected = batchRows.map((row) => greatest.get(row.values.id!) === row.id);
        expect(batchRows.map((_, index) => plan.partOf[index] !== -1)).toEqual(expected);
      }),
      { seed: 7 },
    );
  });
});
