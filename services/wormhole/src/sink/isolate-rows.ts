/**
 * Decides which rows of a refused batch are to blame: the batch is halved until single rows remain. What the sink takes on the
 * way stays stored, which is safe because the sink's guard makes a second delivery do nothing.
 */
import type { SinkItem } from '@rtdp/stores/contract';
import { isRtdpError } from '@rtdp/ums/error';
import type { ComputedRows } from '../flow/run-step.ts';
import { sliceBatch } from '../ingest/slice-batch.ts';

export interface RefusedRow {
  /** Row of the step's own batch. */
  row: number;
  error: unknown;
}

/** `attempt` writes one item without moving the position. Rows of one source row are never parted. */
export async function isolateRows(
  rows: ComputedRows,
  attempt: (item: SinkItem) => Promise<void>,
): Promise<RefusedRow[]> {
  const refused: RefusedRow[] = [];
  const sourceRow = (row: number): number => rows.sourceRows?.[row] ?? row;

  async function tryPart(from: number, to: number): Promise<void> {
    if (from === to) return;
    try {
      await attempt({ kind: rows.kind, batch: sliceBatch(rows.batch, from, to) });
    } catch (error) {
      if (!isRtdpError(error, 'STORE_ROW_REFUSED')) throw error;
      const middle = splitPoint(from, to);
      if (middle === undefined) {
        refused.push({ row: sourceRow(from), error });
        return;
      }
      await tryPart(from, middle);
      await tryPart(middle, to);
    }
  }

  /** A place near the middle where another source row begins; undefined when there is only one source row. */
  function splitPoint(from: number, to: number): number | undefined {
    const middle = (from + to) >> 1;
    for (let row = Math.max(middle, from + 1); row < to; row++) if (sourceRow(row) !== sourceRow(row - 1)) return row;
    for (let row = middle; row > from; row--) if (sourceRow(row) !== sourceRow(row - 1)) return row;
    return undefined;
  }

  await tryPart(0, rows.batch.rowCount);
  return refused;
}
