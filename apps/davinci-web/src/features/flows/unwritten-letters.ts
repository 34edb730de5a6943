/** Decides which open dead letters of a flow are those of no table that it writes now: no table of its picture shows them. Pure. */
import type { DeadLetterView, FlowStatus } from '@rtdp/wormhole/client';

type Written = Pick<FlowStatus, 'openDeadLetters'> & {
  tables: readonly Pick<FlowStatus['tables'][number], 'schema' | 'table' | 'openDeadLetters'>[];
};

export function unwrittenCount(flow: Written): number {
  // A flow that nobody runs tells no tables, and nobody knows which it writes.
  if (flow.tables.length === 0) return 0;
  return flow.tables.reduce((rest, { openDeadLetters }) => rest - openDeadLetters, flow.openDeadLetters);
}

export function unwrittenTables(flow: Written, letters: readonly DeadLetterView[]): string[] {
  const written = new Set(flow.tables.map(({ schema, table }) => `${schema}.${table}`));
  const named = new Set(
    letters.filter(({ status }) => status === 'open').map(({ schema, table }) => `${schema}.${table}`),
  );
  return [...named].filter((name) => !written.has(name)).sort();
}
