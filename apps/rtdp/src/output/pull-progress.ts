/** Decides what a flow's first pull is said to have come to: DBus knows which of the pulls that were asked for are read to their end. */
import type { DbusClient } from '@rtdp/dbus/client';
import type { FlowStatus } from '@rtdp/wormhole/client';

type AskedFlow = Pick<FlowStatus, 'pull' | 'tables'>;
type AskedDbus = Pick<DbusClient, 'listSources' | 'listPulls'>;

const NEWEST_PULLS = 1_000;

/** `done`, `2 of 3 tables read`, `failed: public.orders`, or that it waits; undefined for a flow without a pull. @throws RtdpError of DBus */
export async function pullProgress({ pull, tables }: AskedFlow, dbus: AskedDbus): Promise<string | undefined> {
  if (pull === null) return undefined;
  if (pull.state === 'waiting') return `waits for ${pull.waitsFor}`;
  const sources = await dbus.listSources();
  const pulls = (await Promise.all(sources.map(({ name }) => dbus.listPulls(name, NEWEST_PULLS)))).flat();
  const stateOf = new Map(pulls.map(({ id, state }) => [id, state]));
  const asked = Object.entries(pull.tables).map(([table, id]) => ({ table, state: stateOf.get(id) }));
  const ended = asked.filter(({ state }) => state === 'failed' || state === 'cancelled');
  if (ended.length > 0) return ended.map(({ table, state }) => `${state}: ${table}`).join(', ');
  // A pull that is not among the newest, or went with its source, is not going on either.
  const read = asked.filter(({ state }) => state === 'done' || state === undefined);
  if (read.length < asked.length) return `${read.length} of ${asked.length} tables read`;
  return tables.some(({ loading }) => loading) ? 'read, being stored' : 'done';
}
