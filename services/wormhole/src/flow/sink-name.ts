/** Decides which sink table a source table goes to, and whether its key must hold the source. */
import type { Namespace } from '@rtdp/ums/namespace';
import type { FlowDefinition, NamePlaceholder } from './definition.ts';

export interface SinkTableName {
  schema: string;
  table: string;
}

/** Fills the flow's name templates from the source namespace, whose parts are as the source writes them. */
export function sinkTableOf(flow: FlowDefinition, namespace: Namespace): SinkTableName {
  return { schema: fill(flow.sink.schema, namespace), table: fill(flow.sink.table, namespace) };
}

function fill(template: string, namespace: Namespace): string {
  return template.replaceAll(/\{([^}]*)\}/g, (_whole, name: string) => namespace[name as NamePlaceholder]);
}

const NAMING_PARTS = ['system', 'instance', 'database', 'table'] as const;

/**
 * Several source tables may meet in one sink table when the pattern leaves open a part that the sink's name does not use.
 * The partitions of a namespace are left to the flow's own word (`keyHoldsSource`): most sources have only one.
 */
export function keyHoldsSource(flow: FlowDefinition): boolean {
  if (flow.sink.keyHoldsSource !== undefined) return flow.sink.keyHoldsSource;
  const parts = flow.source.namespace.split('.');
  const name = `${flow.sink.schema}.${flow.sink.table}`;
  return NAMING_PARTS.some((part, index) => parts[index]?.includes('*') === true && !name.includes(`{${part}}`));
}

/** Identity of a sink table across flows: two flows with the same text would write the same table. */
export function sinkIdentity(flow: FlowDefinition, name: SinkTableName): string {
  const { host, port, database } = flow.sink.connection;
  return JSON.stringify([flow.sink.store, host, port, database, name.schema, name.table]);
}
