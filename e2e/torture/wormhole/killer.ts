/** Decides which part is killed when: kill -9 of DBus, Wormhole, broker and sink in turn, some while another is still down. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Killable } from '../../pipeline/start-pipeline.ts';
import type { Chance } from './chance.ts';

export const VICTIMS = ['wormhole', 'dbus', 'kafka', 'sink'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface Kills {
  byPart: Record<Victim, number>;
  /** Kills while another part was down or starting. */
  overlapping: number;
}

/**
 * Kills every part `each` times, in an order of chance; everything runs when this resolves.
 * @param recovered resolves when what was written before the call has arrived: asked now and then while everything runs, as a later kill
 * would hide that a part did not come back to its work by itself
 */
export async function killAll(
  parts: Record<Victim, Killable>,
  each: number,
  chance: Chance,
  print: (line: string) => void,
  recovered: () => Promise<void>,
): Promise<Kills> {
  const order = shuffled(
    VICTIMS.flatMap((victim) => Array<Victim>(each).fill(victim)),
    chance,
  );
  const kills: Kills = { byPart: { wormhole: 0, dbus: 0, kafka: 0, sink: 0 }, overlapping: 0 };
  const down = new Map<Victim, Promise<void>>();
  for (const victim of order) {
    // The same part twice in a row: it is up again before it dies again.
    await down.get(victim);
    if (down.size > 0) kills.overlapping++;
    kills.byPart[victim]++;
    await parts[victim].kill();
    const back = sleep(chance.between(0, 1_000))
      .then(() => restarted(parts[victim]))
      .finally(() => down.delete(victim));
    down.set(victim, back);
    const total = Object.values(kills.byPart).reduce((sum, count) => sum + count, 0);
    if (total % 10 === 0) print(`${total} of ${order.length} kills, ${kills.overlapping} while another part was down`);
    // Nearly every other one follows at once, so that two parts are down together.
    if (chance.next() < 0.45) await sleep(chance.between(0, 300));
    else {
      await Promise.all(down.values());
      await sleep(chance.between(300, 2_500));
      if (chance.next() < 0.5) await recovered();
    }
  }
  await Promise.all(down.values());
  return kills;
}

/** A service whose Kafka or sink is away may fail to start in time; it is started until it runs. */
async function restarted(part: Killable): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await part.restart();
      return;
    } catch (error) {
      if (attempt === 5) throw error;
      await part.kill();
      await sleep(1_000);
    }
  }
}

function shuffled<Item>(items: Item[], chance: Chance): Item[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = chance.between(0, at);
    [items[at], items[other]] = [items[other]!, items[at]!];
  }
  return items;
}
