import type { Batch } from '@rtdp/ums/batch';
import { RtdpError } from '@rtdp/ums/error';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ComputedRows } from '../flow/run-step.ts';
import { isolateRows } from './isolate-rows.ts';

function rowsOf(sourceRows: number[]): ComputedRows {
  const rowCount = sourceRows.length;
  const batch = {
    rowCount,
    ids: BigInt64Array.from(sourceRows, (_source, row) => BigInt(row)),
    operations: new Uint8Array(rowCount),
    timestamps: {
      storage: 'text',
      offsets: new Uint32Array(rowCount + 1),
      bytes: new Uint8Array(),
      nulls: new Uint8Array(rowCount),
    },
    columns: [],
  } as unknown as Batch;
  return { kind: 'replace', batch, sourceRows: Int32Array.from(sourceRows), step: {} as never };
}

it('finds exactly the source rows to blame, stores all others, and never parts one source row', async () => {
  const sources = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 30 }).map((steps) => {
    let at = 0;
    return steps.map((step) => (at += step));
  });
  await fc.assert(
    fc.asyncProperty(sources, fc.func(fc.boolean()), async (sourceRows, isBad) => {
      const bad = new Set(sourceRows.filter((row) => isBad(row)));
      const stored: number[] = [];
      const refused = await isolateRows(rowsOf(sourceRows), async (item) => {
        const { ids } = (item as { batch: Batch }).batch;
        const rows = [...ids].map(Number);
        if (rows.some((row) => bad.has(sourceRows[row]!))) {
          throw new RtdpError({ code: 'STORE_ROW_REFUSED', message: 'no', next: '' });
        }
        stored.push(...rows);
      });
      expect(refused.map(({ row }) => row).sort((a, b) => a - b)).toEqual([...bad].sort((a, b) => a - b));
      expect(stored.sort((a, b) => a - b)).toEqual(sourceRows.flatMap((source, row) => (bad.has(source) ? [] : [row])));
    }),
  );
});

it('passes every other error on', async () => {
  const attempt = async () => {
    throw new RtdpError({ code: 'STORE_UNREACHABLE', message: 'away', next: '' });
  };
  await expect(isolateRows(rowsOf([0, 1]), attempt)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
});
