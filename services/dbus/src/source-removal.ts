/** Decides what goes with a source that is removed: its slot and publications at the server, its position in Kafka, its entry in the catalog; in this order. */
import type { Bus } from '@rtdp/bus/bus';
import type { Logger } from '@rtdp/service/logging';
import { RtdpError } from '@rtdp/ums/error';
import { DBUS_TOPICS } from './catalog/source-definition.ts';
import type { SourceStore, StoredSource } from './catalog/source-store.ts';
import type { SourceKind } from './sources/contract.ts';

export interface SourceRemovalOptions {
  store: SourceStore;
  bus: Bus;
  loadKind: (name: string) => Promise<SourceKind>;
  logger: Logger;
}

/**
 * @param force forgets it also where something stays at the server
 * @returns what is left at the server, as sentences (only with `force`)
 * @throws RtdpError DBUS_SOURCE_NOT_CLEANED without `force`; it is still in the catalog after whatever is thrown, and can be removed again
 */
export async function removeSource(
  stored: StoredSource,
  force: boolean,
  { store, bus, loadKind }: SourceRemovalOptions,
): Promise<string[]> {
  // Read again: it may have been made since the removal was asked for.
  const { slotMadeAt } = (await store.find(stored.name)) ?? stored;
  const left = await (await loadKind(stored.definition.kind)).remove(stored.definition, slotMadeAt !== null);
  if (left.length > 0 && !force) throw notCleaned(stored.name, left);
  await forgetPosition(bus, stored);
  await store.delete(stored.id);
  return left;
}

/** What was begun here while another process took the source away is in no catalog: its slot would hold the server's log for ever. Never rejects. */
export async function takeBack(begun: StoredSource, slotIsOurs: boolean, options: SourceRemovalOptions): Promise<void> {
  const { store, bus, loadKind, logger } = options;
  const source = begun.name;
  try {
    // Slot and publications are named after the source: another one may have the name by now.
    if ((await store.find(source)) !== undefined) return;
    const left = await (await loadKind(begun.definition.kind)).remove(begun.definition, slotIsOurs);
    if (left.length > 0) logger.error({ source, left }, 'a removed source has left something behind');
    await forgetPosition(bus, begun);
  } catch (err) {
    logger.error({ err, source }, 'a removed source may have left its slot and publications behind');
  }
}

/** The slot is gone, so the position means nothing any more; a source of this name begins anew (ids start at the clock, which is ahead). */
async function forgetPosition(bus: Bus, stored: StoredSource): Promise<void> {
  const producer = bus.producer();
  try {
    await producer.send(DBUS_TOPICS.positions, [{ partition: 0, key: stored.definition.source, value: null }]);
  } finally {
    await producer.close();
  }
}

function notCleaned(name: string, left: string[]): RtdpError {
  return new RtdpError({
    code: 'DBUS_SOURCE_NOT_CLEANED',
    message: `source ${name} could not be taken away whole: ${left.join(' ')}`,
    next: 'Mend what is named and remove it again, or remove it with force=true and clean the server by hand: a slot that stays keeps its log for ever.',
    facts: { source: name, left },
  });
}
