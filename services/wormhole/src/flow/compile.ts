/** Decides what a flow does with one schema of a source table: nothing (it synchronises), or the SQL compiled for these fields. */
import type { CompiledFlow, Engine } from '@rtdp/engine/flow-contract';
import type { ColumnStorage } from '@rtdp/ums/batch';
import type { Namespace } from '@rtdp/ums/namespace';
import { dataFields, type UmsField } from '@rtdp/ums/types';
import type { FlowDefinition } from './definition.ts';

/** The name that steps give to the source when the flow's pattern leaves the table open. */
export const OPEN_SOURCE_NAME = 'source';

export function sourceNameOf(flow: FlowDefinition, namespace: Namespace): string {
  const tablePart = flow.source.namespace.split('.')[3] ?? '*';
  return tablePart.includes('*') ? OPEN_SOURCE_NAME : namespace.table;
}

export interface CompiledSource {
  storages: (ColumnStorage | 'skip')[];
  compiled: CompiledFlow | undefined;
  /** What the sink table must hold. */
  resultFields: UmsField[];
}

/**
 * @param fields of the source's messages, with or without the system fields
 * @throws ENGINE_FLOW_REFUSED with every problem found, each with step, line and column
 */
export async function compileSource(
  engine: Engine,
  flow: FlowDefinition,
  namespace: Namespace,
  fields: readonly UmsField[],
): Promise<CompiledSource> {
  const sourceFields = dataFields(fields);
  if (flow.steps.length === 0) {
    return { storages: sourceFields.map(() => 'text'), compiled: undefined, resultFields: sourceFields };
  }
  const compiled = await engine.compileStateless({
    steps: flow.steps,
    sourceName: sourceNameOf(flow, namespace),
    sourceFields,
    resultStorage: 'text',
  });
  return { storages: [...compiled.columnsUsed], compiled, resultFields: [...compiled.resultFields] };
}
