import { type Batch, INSERT } from '@rtdp/ums/batch';
import { BatchReader } from '@rtdp/ums/batch-reader';
import { writeMessage } from '@rtdp/ums/message';
import { SYSTEM_FIELDS, type UmsField } from '@rtdp/ums/types';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sliceBatch, textAt } from './slice-batch.ts';

const FIELDS: UmsField[] = [
  { name: 'id', type: 'long', nullable: false, encoded: false, key: true },
  { name: 'note', type: 'string', nullable: true, encoded: false, sourceType: 'text' },
  { name: 'n', type: 'int', nullable: true, encoded: false },
];

function batchOf(rows: readonly { note: string | null; n: number | null }[]): Batch {
  const reader = new BatchReader({ fields: FIELDS, storages: ['text', 'text', 'int32'] });
  reader.append(
    writeMessage({
      kind: 'data_increment_data',
      namespace: 'postgresql.shop.public.t.1.0.0',
      batchId: 0,
      fields: [...SYSTEM_FIELDS, ...FIELDS],
      rows: rows.map(({ note, n }, at) => [String(at + 1), '2026-01-01 00:00:00', 'i', 'u', String(at), note, n]),
    }),
  );
  return reader.take();
}

const textsOf = (batch: Batch): (string | null)[][] =>
  Array.from({ length: batch.rowCount }, (_unused, row) => batch.columns.map((column) => textAt(column, row)));

it('a slice holds the rows it was asked for, whatever their texts', () => {
  const row = fc.record({
    note: fc.option(fc.string({ unit: 'grapheme' })),
    n: fc.option(fc.integer({ min: -1000, max: 1000 })),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), fc.nat(), fc.nat(), (rows, a, b) => {
      const [from, to] = [a % (rows.length + 1), b % (rows.length + 1)].sort((x, y) => x - y) as [number, number];
      const whole = batchOf(rows);
      const part = sliceBatch(whole, from, to);
      expect(textsOf(part)).toEqual(textsOf(whole).slice(from, to));
      expect([...part.ids]).toEqual([...whole.ids].slice(from, to));
      expect([...part.operations]).toEqual(Array(to - from).fill(INSERT));
      expect(part.timestamps.offsets[0]).toBe(0);
    }),
  );
});
