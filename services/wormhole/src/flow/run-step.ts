/** Decides what rows become: as they are, or through the compiled SQL; a row on which the SQL fails is set aside and named. */
import type { CompiledFlow } from '@rtdp/engine/flow-contract';
import type { SinkItem } from '@rtdp/stores/contract';
import type { Batch } from '@rtdp/ums/batch';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { sliceBatch, textAt } from '../ingest/slice-batch.ts';
import type { RowsStep } from '../ingest/to-batch.ts';
import { SINGLE_STEP } from './definition.ts';

/** Rows for the sink, with the way back to the source's rows. */
export interface ComputedRows {
  kind: 'rows' | 'replace';
  batch: Batch;
  /** Row of `batch` → row of the step's own batch; null when they are the same. */
  sourceRows: Int32Array | null;
  step: RowsStep;
}

/** A source row that failed before it reached the sink. */
export interface FailedRow {
  step: RowsStep;
  row: number;
  /** The step of the flow that failed. */
  where: string;
  error: unknown;
}

export interface StepOutcome {
  rows: ComputedRows[];
  failed: FailedRow[];
  /** Requests for rows of which the SQL needs a column that the source did not send. */
  rereads: SinkItem[];
}

export async function runStep(step: RowsStep): Promise<StepOutcome> {
  const { compiled } = step.shape;
  const outcome: StepOutcome = { rows: [], failed: [], rereads: [] };
  if (compiled === undefined) outcome.rows.push({ kind: 'rows', batch: step.batch, sourceRows: null, step });
  else await runPart(step, compiled, 0, step.batch.rowCount, outcome);
  return outcome;
}

/** Runs rows from..to; halves them when the engine says that they are too much at once. */
async function runPart(
  step: RowsStep,
  compiled: CompiledFlow,
  from: number,
  to: number,
  outcome: StepOutcome,
): Promise<void> {
  const whole = from === 0 && to === step.batch.rowCount;
  const batch = whole ? step.batch : sliceBatch(step.batch, from, to);
  const except = new Set<number>();
  for (;;) {
    try {
      const result = await compiled.run(batch, { except });
      const sourceRows = from === 0 ? result.sourceRows : result.sourceRows.map((row) => row + from);
      outcome.rows.push({ kind: compiled.explodes ? 'replace' : 'rows', batch: result.batch, sourceRows, step });
      if (result.untoldRows.length > 0) outcome.rereads.push(rereadOf(batch, result.untoldRows));
      return;
    } catch (error) {
      const failures = failuresIn(error, compiled.steps).filter(({ row }) => !except.has(row));
      if (failures.length > 0) {
        for (const { row, where, cause } of failures) {
          except.add(row);
          outcome.failed.push({ step, row: row + from, where, error: cause });
        }
      } else if (isTooMuch(error) && to - from > 1) {
        const middle = (from + to) >> 1;
        await runPart(step, compiled, from, middle, outcome);
        await runPart(step, compiled, middle, to, outcome);
        return;
      } else if (isTooMuch(error)) {
        outcome.failed.push({ step, row: from, where: 'sql', error });
        return;
      } else {
        throw error;
      }
    }
  }
}

/** The rows that the engine names, each with an error of its own; none for any other error. */
function failuresIn(error: unknown, steps: CompiledFlow['steps']): { row: number; where: string; cause: RtdpError }[] {
  if (!isRtdpError(error, 'ENGINE_ROW_FAILED')) return [];
  const { failures } = error.facts as { failures: { row: number; reason: string; step: string }[] };
  return failures.map(({ row, reason, step }) => {
    // The one statement that a flow gives as `sql` has no name of its own.
    const where = steps.length === 1 && step === SINGLE_STEP ? 'sql' : step;
    const next = 'Edit the row or the SQL, and replay it.';
    return { row, where, cause: new RtdpError({ code: error.code, message: reason, next, facts: { step: where } }) };
  });
}

function isTooMuch(error: unknown): boolean {
  return isRtdpError(error, 'ENGINE_TIMEOUT') || isRtdpError(error, 'ENGINE_OUT_OF_MEMORY');
}

function rereadOf(batch: Batch, rows: readonly number[]): SinkItem {
  const keys = batch.fields.map((field, index) => ({ field, index })).filter(({ field }) => field.key === true);
  const requests = rows.map((row) => ({
    namespace: batch.namespace,
    key: Object.fromEntries(keys.map(({ field, index }) => [field.name, textAt(batch.columns[index], row) ?? ''])),
    reason: 'the SQL of a flow needs a column that the source did not send',
  }));
  return { kind: 'reread', requests };
}
