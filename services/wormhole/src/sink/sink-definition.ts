/** Decides how a flow's sink table is told to the store. */
import type { SinkDefinition } from '@rtdp/stores/contract';
import type { UmsField } from '@rtdp/ums/types';
import type { FlowDefinition } from '../flow/definition.ts';
import { keyHoldsSource, type SinkTableName } from '../flow/sink-name.ts';

/** Name of the ordinal column that the engine gives to a result that explodes. */
const ORDINAL_COLUMN = 'ums_ordinal_';

export function isExploded(fields: readonly UmsField[]): boolean {
  return fields.some((field) => field.name === ORDINAL_COLUMN);
}

/** @param id of the flow; a flow that is only looked at has none yet */
export function sinkDefinitionOf(
  flow: FlowDefinition,
  id: string,
  { schema, table }: SinkTableName,
  fields: readonly UmsField[],
  explodes: boolean,
): SinkDefinition {
  return {
    flow: id,
    flowName: flow.name,
    schema,
    table,
    fields,
    deletes: flow.sink.deletes,
    sourceNamespaceInKey: keyHoldsSource(flow),
    ...(explodes ? { explode: { ordinalColumn: ORDINAL_COLUMN } } : {}),
    sourceSystem: flow.source.namespace.split('.')[0] ?? 'postgresql',
  };
}
