/** Decides whether the sources that a plan makes can be made, before anything of it is: their flows come first, and would be left without them. */
import type { DbusClient } from '@rtdp/dbus/client';
import { RtdpError, sentences } from '@rtdp/ums/error';
import { cannotRun } from './check-plan.ts';
import type { PlannedStep } from './plan-pipeline.ts';

/** Connects to each with its password. @throws RtdpError RTDP_PIPELINE_INVALID with `problems`, of all of them */
export async function checkNewSources(
  path: string,
  plan: readonly PlannedStep[],
  { dbus }: { dbus: DbusClient },
): Promise<void> {
  const problems: { message: string }[] = [];
  for (const { kind, action, name, definition } of plan) {
    if (kind !== 'source' || action !== 'create') continue;
    for (const why of await refusals(dbus, definition)) problems.push({ message: `source ${name}: ${why}` });
  }
  if (problems.length > 0) throw cannotRun(path, problems);
}

async function refusals(dbus: DbusClient, definition: PlannedStep['definition']): Promise<string[]> {
  try {
    const { problems } = await dbus.check(definition as Parameters<typeof dbus.check>[0]);
    return problems
      .filter(({ severity }) => severity === 'blocking')
      .map(({ message, statement }) =>
        statement === null ? message : sentences(message, `Run at the source: ${statement}`),
      );
  } catch (error) {
    if (!(error instanceof RtdpError)) throw error;
    return [sentences(error.message, error.next)];
  }
}
