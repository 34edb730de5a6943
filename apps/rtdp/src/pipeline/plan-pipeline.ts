/** Decides what applying a pipeline file would do, before anything is done. */
import type { Clients } from '../session/open-session.ts';
import { type Difference, differences, flowAsKept } from './compare-definition.ts';
import type { Pipeline } from './pipeline-file.ts';

export type Action = 'create' | 'change' | 'keep' | 'remove';

export interface PlannedStep {
  action: Action;
  kind: 'source' | 'flow';
  name: string;
  differences: Difference[];
  definition: Record<string, unknown> | null;
}

export interface PlanOptions {
  /** Also remove what runs and the file does not name. */
  prune: boolean;
  /** Also send the passwords of what is in force already: they are never told, so a change of them cannot be seen. */
  credentials?: boolean;
}

/** Steps in the order they are done: sources before the flows that read them, removals last and the other way round. */
export async function planPipeline(pipeline: Pipeline, clients: Clients, options: PlanOptions): Promise<PlannedStep[]> {
  const [sources, flows] = await Promise.all([clients.dbus.listSources(), clients.wormhole.listFlows()]);
  const planned = [
    ...pipeline.sources.map((source) => planOne('source', source, sources, options)),
    ...pipeline.flows.map((flow) => planOne('flow', flow, flows, options)),
  ];
  if (!options.prune) return planned;
  const unnamed = (kind: 'source' | 'flow', existing: { name: string }[], wanted: { name: string }[]): PlannedStep[] =>
    existing
      .filter(({ name }) => !wanted.some((other) => other.name === name))
      .map(({ name }) => ({ action: 'remove', kind, name, differences: [], definition: null }));
  return [...planned, ...unnamed('flow', flows, pipeline.flows), ...unnamed('source', sources, pipeline.sources)];
}

function planOne(
  kind: 'source' | 'flow',
  definition: { name: string } & Record<string, unknown>,
  existing: { name: string; definition?: unknown }[],
  { credentials = false }: PlanOptions,
): PlannedStep {
  const { name } = definition;
  const found = existing.find((other) => other.name === name);
  if (found === undefined) return { action: 'create', kind, name, differences: [], definition };
  const asked = kind === 'flow' ? flowAsKept(definition) : definition;
  const changed = differences(asked, found.definition);
  if (credentials) changed.push({ path: 'password', is: '(sealed)', asked: '(as in the file)' });
  return { action: changed.length === 0 ? 'keep' : 'change', kind, name, differences: changed, definition };
}
