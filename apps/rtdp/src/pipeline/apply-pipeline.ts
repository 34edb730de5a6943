/** Does what a plan says, step by step, and tells each; a step that fails ends it, and applying again goes on from there. */
import { RtdpError } from '@rtdp/ums/error';
import type { Clients } from '../session/open-session.ts';
import { ambiguous, withIds } from './name-references.ts';
import type { Kind } from './pipeline-kinds.ts';
import type { PlannedStep } from './plan-pipeline.ts';
import { davinciIds } from './read-existing.ts';

/** @throws RtdpError whatever a service says of the step that fails, with the facts `done` and `notDone` */
export async function applyPipeline(plan: readonly PlannedStep[], clients: Clients): Promise<string[]> {
  const done: string[] = [];
  for (const [at, step] of plan.entries()) {
    if (step.action === 'keep') continue;
    let note = '';
    try {
      await APPLY[step.kind](step, clients, (told) => {
        note = `: ${told}`;
      });
    } catch (error) {
      throw error instanceof RtdpError ? halfDone(error, done, plan.slice(at)) : error;
    }
    done.push(`${PAST[step.action]} ${step.kind} ${step.name}${note}`);
  }
  return done;
}

const PAST = { create: 'Created', change: 'Changed', remove: 'Removed' } as const;

function halfDone(cause: RtdpError, done: readonly string[], left: readonly PlannedStep[]): RtdpError {
  const { code, message, next, facts } = cause;
  const notDone = left
    .filter(({ action }) => action !== 'keep')
    .map(({ action, kind, name }) => `${action} ${kind} ${name}`);
  return new RtdpError({ code, message, next, facts: { ...facts, done, notDone }, cause });
}

/** `tell`: what whoever applies should know of what was done. */
type Apply = (step: PlannedStep, clients: Clients, tell: (note: string) => void) => Promise<void>;

const APPLY: Readonly<Record<Kind, Apply>> = {
  source: applySource,
  flow: applyFlow,
  mount: applyMount,
  'data source': (step, clients) => applyDavinci(step, clients, clients.davinci.sources),
  view: (step, clients) => applyDavinci(step, clients, clients.davinci.views),
  widget: (step, clients) => applyDavinci(step, clients, clients.davinci.widgets),
  dashboard: (step, clients) => applyDavinci(step, clients, clients.davinci.dashboards),
};

async function applySource({ action, name, definition }: PlannedStep, { dbus }: Clients): Promise<void> {
  if (action === 'remove') await dbus.removeSource(name);
  // The service checks the whole definition; here it is only carried.
  else if (action === 'create') await dbus.registerSource(definition as Parameters<typeof dbus.registerSource>[0]);
  else {
    const { state } = await dbus.changeSource(name, definition as Parameters<typeof dbus.changeSource>[1]);
    // What made it fail may be just what was corrected.
    if (state === 'failed') await dbus.command(name, 'start');
  }
}

async function applyFlow({ action, name, definition }: PlannedStep, { wormhole }: Clients): Promise<void> {
  if (action === 'remove') await wormhole.remove(name);
  else if (action === 'create') await wormhole.deploy(definition as Parameters<typeof wormhole.deploy>[0]);
  else await wormhole.replace(name, definition as Parameters<typeof wormhole.replace>[1]);
}

/** A mount cannot be changed where it stands: it is taken away and made again; its grants are by name and stay. */
async function applyMount(
  { action, name, definition }: PlannedStep,
  { moonbox }: Clients,
  tell: (note: string) => void,
): Promise<void> {
  if (action !== 'create') await moonbox.unmount(name);
  if (action === 'remove') return;
  const mounted = await moonbox.mount(definition as unknown as Parameters<typeof moonbox.mount>[0]);
  const { emptySchemas, connection } = mounted;
  if (emptySchemas.length === 0) return;
  tell(
    `no table was found in ${emptySchemas.join(', ')}, which is not there, is empty, or not for ${connection.user} to read; what comes later is there at once`,
  );
}

/** What the three calls have in common for the kinds that Davinci keeps by ids. */
interface Keeper<Input> {
  list(): Promise<{ id: string; name: string; version: number }[]>;
  create(input: Input): Promise<unknown>;
  replace(id: string, input: Input): Promise<unknown>;
  remove(id: string): Promise<void>;
}

async function applyDavinci<Input>(step: PlannedStep, clients: Clients, keeper: Keeper<Input>): Promise<void> {
  const { action, kind, name, definition } = step;
  const [existing, ...more] = action === 'create' ? [] : (await keeper.list()).filter((one) => one.name === name);
  if (action === 'change' && more.length > 0) throw ambiguous(kind, name, 1 + more.length);
  if (action === 'remove') return existing === undefined ? undefined : keeper.remove(existing.id);
  // Read anew for each step: the step before may have made what this one names.
  const input = withIds(kind, definition ?? {}, await davinciIds(clients));
  if (existing === undefined) await keeper.create(input as Input);
  else await keeper.replace(existing.id, { ...input, version: existing.version } as Input);
}
