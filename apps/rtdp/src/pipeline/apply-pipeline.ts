/** Does what a plan says, step by step, and tells each; a step that fails ends it, and applying again goes on from there. */
import type { Clients } from '../session/open-session.ts';
import type { PlannedStep } from './plan-pipeline.ts';

export async function applyPipeline(plan: readonly PlannedStep[], clients: Clients): Promise<string[]> {
  const done: string[] = [];
  for (const step of plan) {
    if (step.action === 'keep') continue;
    if (step.kind === 'source') await applySource(step, clients);
    else await applyFlow(step, clients);
    done.push(`${PAST[step.action]} ${step.kind} ${step.name}`);
  }
  return done;
}

const PAST = { create: 'Created', change: 'Changed', remove: 'Removed' } as const;

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
