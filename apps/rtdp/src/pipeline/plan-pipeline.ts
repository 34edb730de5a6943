/** Decides what applying a pipeline file would do, before anything is done. */
import type { Clients } from '../session/open-session.ts';
import { type Difference, differences, flowAsKept, mountAsKept } from './compare-definition.ts';
import type { Pipeline } from './pipeline-file.ts';
import { type Kind, SECTION_NAMES, SECTIONS } from './pipeline-kinds.ts';
import { type ExistingThing, readExisting } from './read-existing.ts';

export type Action = 'create' | 'change' | 'keep' | 'remove';

export interface PlannedStep {
  action: Action;
  kind: Kind;
  name: string;
  differences: Difference[];
  definition: Record<string, unknown> | null;
  /** How many have this name, where it is more than one: nobody knows which the file means. */
  namesakes?: number;
}

export interface PlanOptions {
  /** Also remove what is there and the file does not name, of the kinds whose section it has: an empty section says that none is wanted. */
  prune: boolean;
  /** Also send the passwords of what is in force already: they are never told, so a change of them cannot be seen. */
  credentials?: boolean;
}

/** What holds passwords. */
const WITH_CREDENTIALS: readonly Kind[] = ['source', 'flow', 'mount', 'data source'];

/** Steps in the order they are done: new flows, then what is named before what names it, removals last and the other way round. */
export async function planPipeline(pipeline: Pipeline, clients: Clients, options: PlanOptions): Promise<PlannedStep[]> {
  const { things } = await readExisting(pipeline, clients);
  const planned = SECTION_NAMES.flatMap((section) =>
    (pipeline[section] ?? []).map((one) => planOne(SECTIONS[section], one, things[section], options)),
  );
  planned.sort((a, b) => turnOf(a) - turnOf(b));
  if (!options.prune) return planned;
  const removals = [...SECTION_NAMES]
    .reverse()
    .flatMap((section) => unnamed(SECTIONS[section], things[section], pipeline[section]));
  return [...planned, ...removals];
}

/** A new flow before its new source: then it is there from the topic's first message, and the source's first pulls do for both. */
function turnOf({ action, kind }: PlannedStep): number {
  return action === 'create' && kind === 'flow' ? 0 : 1;
}

function unnamed(
  kind: Kind,
  existing: readonly { name: string }[],
  wanted: readonly { name: string }[] | undefined,
): PlannedStep[] {
  // A file that does not have a section says nothing about it.
  if (wanted === undefined) return [];
  return existing
    .filter(({ name }) => !wanted.some((other) => other.name === name))
    .map(({ name }) => ({ action: 'remove', kind, name, differences: [], definition: null }));
}

function planOne(
  kind: Kind,
  definition: { name: string } & Record<string, unknown>,
  existing: readonly ExistingThing[],
  { credentials = false }: PlanOptions,
): PlannedStep {
  const { name } = definition;
  const [found, ...more] = existing.filter((other) => other.name === name);
  if (found === undefined) return { action: 'create', kind, name, differences: [], definition };
  const changed = differences(asKept(kind, definition), found.definition);
  if (credentials && WITH_CREDENTIALS.includes(kind)) {
    changed.push({ path: 'password', is: '(sealed)', asked: '(as in the file)' });
  }
  return {
    action: changed.length === 0 ? 'keep' : 'change',
    kind,
    name,
    differences: changed,
    definition,
    ...(more.length === 0 ? {} : { namesakes: 1 + more.length }),
  };
}

function asKept(kind: Kind, definition: Record<string, unknown>): Record<string, unknown> {
  if (kind === 'flow') return flowAsKept(definition);
  if (kind === 'mount') return mountAsKept(definition);
  return definition;
}
