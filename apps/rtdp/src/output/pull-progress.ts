/** Decides what a flow's first pull is said to have come to: DBus knows which of the pulls that were asked for are read to their end. */
import type { DbusClient } from '@rtdp/dbus/client';
import { RtdpError } from '@rtdp/ums/error';
import type { FlowStatus } from '@rtdp/wormhole/client';

type AskedFlow = Pick<FlowStatus, 'pull' | 'tables'>;
type AskedDbus = Pick<DbusClient, 'listSources' | 'listPulls'>;

const NEWEST_PULLS = 1_000;

/** Id of a pull → how far it is. */
export type PullStates = ReadonlyMap<string, Awaited<ReturnType<DbusClient['listPulls']>>[number]['state']>;

/** Of the newest pulls of all sources; undefined if DBus cannot be asked, without which the rest is still worth seeing. */
export async function readPullStates(dbus: AskedDbus): Promise<PullStates | undefined> {
  try {
    const sources = await dbus.listSources();
    const pulls = (await Promise.all(sources.map(({ name }) => dbus.listPulls(name, NEWEST_PULLS)))).flat();
    return new Map(pulls.map(({ id, state }) => [id, state]));
  } catch (error) {
    if (!(error instanceof RtdpError)) throw error;
    return undefined;
  }
}

/** `done`, `2 of 3 tables read`, `failed: public.orders`, or that it waits; undefined for a flow without a pull. */
export function pullProgress({ pull, tables }: AskedFlow, stateOf: PullStates | undefined): string | undefined {
  if (pull === null) return undefined;
  if (pull.state === 'waiting') return `waits for ${pull.waitsFor}`;
  if (stateOf === undefined) return 'asked for; DBus does not answer';
  const asked = Object.entries(pull.tables).map(([table, id]) => ({ table, state: stateOf.get(id) }));
  const ended = asked.filter(({ state }) => state === 'failed' || state === 'cancelled');
  if (ended.length > 0) return ended.map(({ table, state }) => `${state}: ${table}`).join(', ');
  // A pull that is not among the newest, or went with its source, is not going on either.
  const read = asked.filter(({ state }) => state === 'done' || state === undefined);
  if (read.length < asked.length) return `${read.length} of ${asked.length} tables read`;
  return tables.some(({ loading }) => loading) ? 'read, being stored' : 'done';
}

/** How many rows the pull is thought to have; null where nobody knows: its table was never analysed, or has grown past what it was thought to hold. */
export function rowsExpected({ rows, estimatedRows }: { rows: number; estimatedRows: number }): number | null {
  return estimatedRows > 0 && estimatedRows >= rows ? estimatedRows : null;
}
