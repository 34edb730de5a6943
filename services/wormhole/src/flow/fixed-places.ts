/** Decides what of a flow stays as it is for good: where its rows come from, and the place and form of its sink tables. Pure. */
import type { FlowDefinition } from './definition.ts';

/** Field as a caller writes it → what it is of a definition. */
const FIXED: Readonly<Record<string, (flow: FlowDefinition) => unknown>> = {
  name: ({ name }) => name,
  'source.namespace': ({ source }) => source.namespace,
  'source.topic': ({ source }) => source.topic,
  'sink.store': ({ sink }) => sink.store,
  'sink.connection.database': ({ sink }) => sink.connection.database,
  'sink.schema': ({ sink }) => sink.schema,
  'sink.table': ({ sink }) => sink.table,
  'sink.deletes': ({ sink }) => sink.deletes,
  'sink.keyHoldsSource': ({ sink }) => sink.keyHoldsSource,
};

export interface FixedProblem {
  code: 'WORMHOLE_FLOW_INVALID';
  message: string;
  next: string;
}

/** One problem for each field that is another one and may not be. */
export function fixedProblems(before: FlowDefinition, after: FlowDefinition): FixedProblem[] {
  return Object.entries(FIXED)
    .filter(([, read]) => read(before) !== read(after))
    .map(([field, read]) => ({
      code: 'WORMHOLE_FLOW_INVALID',
      message: `${field} of a flow stays as it is: ${shown(read(before))}, not ${shown(read(after))}`,
      next: 'Make another flow with it, and remove this one.',
    }));
}

function shown(value: unknown): string {
  return value === undefined ? 'not set' : String(value);
}
