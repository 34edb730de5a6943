/** Decides what is told of tables that nobody has, once a plan is done: of sources that ask for them, and of flows, whose sources are up only then. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceView } from '@rtdp/dbus/client';
import { RtdpError, sentences } from '@rtdp/ums/error';
import type { Clients } from '../session/open-session.ts';
import type { PlannedStep } from './plan-pipeline.ts';

const POLL_MS = 200;
/** A source that takes longer is not waited for; what its flows wait for is told by `flow show`. */
const MOST_MS = 15_000;

/** A source is only registered until DBus has its lease. */
const COMING_UP: ReadonlySet<SourceView['state']> = new Set(['registered', 'starting']);

type Services = Pick<Clients, 'dbus' | 'wormhole'>;

/** Sentences on what is new, changed or as it was: a slip of the pen stays one until it is corrected. */
export async function missingTables(plan: readonly PlannedStep[], clients: Services): Promise<string[]> {
  return [...(await ofSources(plan, clients)), ...(await ofFlows(plan, clients))];
}

async function ofSources(plan: readonly PlannedStep[], { dbus }: Services): Promise<string[]> {
  const told: string[] = [];
  for (const { name } of plan.filter(({ kind, action }) => kind === 'source' && action !== 'remove')) {
    const missing = async (): Promise<string[]> =>
      (await dbus.checkAgain(name)).problems
        .filter(({ code }) => code === 'table-not-found' || code === 'pattern-without-table')
        .map(({ message }) => message);
    told.push(...(await toldOf(`source ${name}`, missing)));
  }
  return told;
}

/** What was asked for is done; whether its tables are there is only a note. */
async function toldOf(whose: string, missing: () => Promise<string[]>): Promise<string[]> {
  try {
    return (await missing()).map((message) => `${whose}: ${message}`);
  } catch (error) {
    if (!(error instanceof RtdpError)) throw error;
    return [`Not checked: tables of ${whose}: ${sentences(error.message, error.next)}`];
  }
}

/** The check of a plan has told it of flows that it makes, but where it makes sources too. */
async function ofFlows(plan: readonly PlannedStep[], { dbus, wormhole }: Services): Promise<string[]> {
  const isMade = ({ action }: PlannedStep): boolean => action === 'create' || action === 'change';
  const sources = plan.filter((step) => step.kind === 'source' && isMade(step));
  const flows = plan.filter(
    (step) => step.kind === 'flow' && (step.action === 'keep' || (isMade(step) && sources.length > 0)),
  );
  if (flows.length === 0) return [];
  const deadline = Date.now() + MOST_MS;
  for (const { name } of sources) {
    while (COMING_UP.has((await dbus.getSource(name)).state) && Date.now() < deadline) await sleep(POLL_MS);
  }
  const told: string[] = [];
  for (const { name, definition } of flows) {
    const missing = async (): Promise<string[]> => {
      const { missingTable } = await wormhole.check(definition as Parameters<typeof wormhole.check>[0]);
      return missingTable === null ? [] : [missingTable];
    };
    told.push(...(await toldOf(`flow ${name}`, missing)));
  }
  return told;
}
