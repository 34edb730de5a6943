/** Decides what the command line says instead of a service's hint: the command that lists what there is, and the name that was probably meant. */

import { typedCommand } from '@rtdp/service/typed-command';
import { nearestName } from '@rtdp/sql/nearest-name';
import { RtdpError } from '@rtdp/ums/error';
import type { Clients } from '../session/open-session.ts';

type Lists = { dbus: Pick<Clients['dbus'], 'listSources'>; wormhole: Pick<Clients['wormhole'], 'listFlows'> };

/** The same error with a next step that can be typed here; any other is given back as it is. */
export async function withCommandHint(error: unknown, lists: Lists): Promise<unknown> {
  if (!(error instanceof RtdpError)) return error;
  const next = await commandHint(error, lists);
  if (next === undefined) return error;
  const { code, message, facts } = error;
  return new RtdpError({ code, message, next, facts, cause: error });
}

async function commandHint({ code, facts }: RtdpError, { dbus, wormhole }: Lists): Promise<string | undefined> {
  switch (code) {
    case 'WORMHOLE_FLOW_NOT_FOUND':
      return `${await meant(facts.flow, () => wormhole.listFlows())}${typedCommand('flow list')} names the flows there are.`;
    case 'DBUS_SOURCE_NOT_FOUND':
      return `${await meant(facts.source, () => dbus.listSources())}${typedCommand('source list')} names the sources there are.`;
    case 'DBUS_PULL_NOT_FOUND':
      return `${typedCommand(`source pulls ${facts.source ?? 'SOURCE'}`)} names its pulls.`;
    case 'DBUS_TABLE_NOT_CAPTURED':
      return `${typedCommand(`source tables ${facts.source ?? 'SOURCE'}`)} tells what it captures.`;
    case 'DBUS_TABLE_NOT_FOUND':
      return `${typedCommand(`source tables ${facts.source ?? 'SOURCE'}`)} names the tables there are; one that is still to be made is named in the definition of the source.`;
    case 'WORMHOLE_DEAD_LETTER_NOT_FOUND':
      return `${typedCommand('dead-letters list FLOW')} names those of a flow.`;
    default:
      return undefined;
  }
}

async function meant(name: unknown, list: () => Promise<readonly { name: string }[]>): Promise<string> {
  // The hint is no reason to fail otherwise than the command did.
  const known = await list().catch(() => []);
  const nearest = nearestName(
    String(name),
    known.map((each) => each.name),
  );
  return nearest === undefined ? '' : `Did you mean ${nearest}? `;
}
