/** Decides what is told of flows once the sources of the same file have come up: only then it is known which tables they have. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceView } from '@rtdp/dbus/client';
import type { Clients } from '../session/open-session.ts';
import type { PlannedStep } from './plan-pipeline.ts';

const POLL_MS = 200;
/** A source that takes longer is not waited for; what its flows wait for is told by `flow show`. */
const MOST_MS = 15_000;

/** A source is only registered until DBus has its lease. */
const COMING_UP: ReadonlySet<SourceView['state']> = new Set(['registered', 'starting']);

/** Sentences on flows whose table no source captures. Nothing where the plan made no source: then the check of the plan has told it. */
export async function missingTables(
  plan: readonly PlannedStep[],
  { dbus, wormhole }: Pick<Clients, 'dbus' | 'wormhole'>,
): Promise<string[]> {
  const made = plan.filter(({ action }) => action === 'create' || action === 'change');
  const flows = made.filter(({ kind }) => kind === 'flow');
  const sources = made.filter(({ kind }) => kind === 'source');
  if (sources.length === 0 || flows.length === 0) return [];
  const deadline = Date.now() + MOST_MS;
  for (const { name } of sources) {
    while (COMING_UP.has((await dbus.getSource(name)).state) && Date.now() < deadline) await sleep(POLL_MS);
  }
  const told: string[] = [];
  for (const { name, definition } of flows) {
    const { missingTable } = await wormhole.check(definition as Parameters<typeof wormhole.check>[0]);
    if (missingTable !== null) told.push(`flow ${name}: ${missingTable}`);
  }
  return told;
}
