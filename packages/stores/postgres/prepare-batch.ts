/** Decides what of a batch goes to the table, in the store's text, and in which parts; nothing here speaks to the store. */
import type { Batch } from '@rtdp/ums/batch';
import { RtdpError } from '@rtdp/ums/error';
import { parseNamespace, tableIdentity } from '@rtdp/ums/namespace';
import type { BatchPlan, PlanOptions } from '../plan-batch.ts';
import { planBatch, planReplacement } from '../plan-batch.ts';
import { toTextColumn } from '../to-text-column.ts';
import type { RowChoice } from './copy-text.ts';
import type { SourceColumn } from './row-source.ts';
import { operationColumn } from './row-source.ts';
import type { TableShape } from './table-shape.ts';
import { typeOf } from './table-shape.ts';
import { toPostgresText } from './to-postgres-text.ts';

export interface PreparedBatch {
  readonly batch: Batch;
  readonly source: string;
  readonly plan: BatchPlan;
  /** What the table stores of the batch, in the batch's order; for history the operation too. */
  readonly columns: readonly SourceColumn[];
  /** Names by the index that `Part.untold` speaks of. */
  readonly names: readonly string[];
  readonly choice: RowChoice;
}

export type PlanFunction = (batch: Batch, options: PlanOptions) => BatchPlan;

export function sourceOf(shape: TableShape, namespace: string): string {
  return shape.sourceInKey ? tableIdentity(parseNamespace(namespace)) : '';
}

/** The batch's columns that the table does not have. */
export function unknownColumns(shape: TableShape, batch: Batch): string[] {
  const known = new Set(shape.fields.map((field) => field.name));
  return batch.fields
    .filter((field, index) => batch.columns[index] && !known.has(field.name))
    .map((field) => field.name);
}

export function prepareBatch(shape: TableShape, batch: Batch, firstPart: number, plan?: PlanFunction): PreparedBatch {
  const stored = new Map(shape.fields.map((field) => [field.name, field]));
  const columns: SourceColumn[] = [];
  for (const [index, field] of batch.fields.entries()) {
    const held = stored.get(field.name);
    const column = batch.columns[index];
    if (!held || !column) continue;
    const type = typeOf(shape, held);
    const text = toPostgresText(toTextColumn(column, batch.rowCount), type.form, batch.rowCount);
    columns.push({ name: field.name, type, column: text });
  }
  const keys = shape.rowKey.flatMap((name) => {
    const column = columns.find((candidate) => candidate.name === name)?.column;
    const field = stored.get(name);
    return column && field ? [{ field, column }] : [];
  });
  const expected = shape.rowKey.length - (shape.sourceInKey && shape.mode !== 'keyless' ? 1 : 0);
  if (keys.length < expected) {
    throw new RtdpError({
      code: 'STORE_BAD_DEFINITION',
      message: `a batch of ${batch.namespace} does not carry all key columns of ${shape.table}`,
      next: 'Let the flow pass the key columns on, or change the key of the sink.',
      facts: { namespace: batch.namespace, key: shape.rowKey, columns: columns.map((column) => column.name) },
    });
  }
  const options: PlanOptions = {
    columns: columns.map((column) => column.column),
    keys,
    firstPart,
    latestOnly: shape.mode !== 'history',
  };
  const planned = (plan ?? (shape.mode === 'replaced' ? planReplacement : planBatch))(batch, options);
  const sent = shape.mode === 'history' ? [...columns, operationColumn(batch.operations, batch.rowCount)] : columns;
  return {
    batch,
    source: sourceOf(shape, batch.namespace),
    plan: planned,
    columns: sent,
    names: columns.map((column) => column.name),
    choice: {
      rowCount: batch.rowCount,
      ids: batch.ids,
      timestamps: batch.timestamps,
      columns: sent.map((column) => column.column),
      partOf: planned.partOf,
    },
  };
}
