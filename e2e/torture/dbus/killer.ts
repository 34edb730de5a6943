/** Decides when DBus is killed, and whether the kill landed inside a Kafka transaction: the service's own trace says so. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from '@rtdp/local/server-process';
import type { Chance } from './random.ts';

export interface Kills {
  all: number;
  /** After the first send of a Kafka transaction and before its commit was known. */
  inside: number;
  duringStart: number;
}

/** Kills and restarts the service `count` times; it runs when this resolves. */
export async function killRepeatedly(
  service: ServerProcess,
  trace: string,
  count: number,
  chance: Chance,
  print: (line: string) => void,
): Promise<Kills> {
  const kills: Kills = { all: 0, inside: 0, duringStart: 0 };
  while (kills.all < count) {
    const before = sizeOf(trace);
    // An ending start rejects: it was killed on purpose.
    const starting = service.restart().then(
      () => true,
      () => false,
    );
    if (chance.next() < 0.1) {
      await sleep(chance.between(50, 1500));
      kills.duringStart++;
    } else {
      await waitFor(() => sizeOf(trace) > before, 90_000);
      await sleep(chance.between(0, 1200));
      // Most kills wait for a transaction to be open; where in it the kill lands is chance, and some come when it has ended: it takes few milliseconds.
      // None may open in that time: then the kill lands outside of any, which is as good.
      if (chance.next() < 0.7) await waitFor(() => lastOf(trace) !== 'C', 500).catch(() => undefined);
      if (chance.next() < 0.5) await sleep(chance.next() * 4);
    }
    await service.kill();
    await starting;
    kills.all++;
    if (sizeOf(trace) > before && lastOf(trace) !== 'C') kills.inside++;
    if (kills.all % 10 === 0) print(`${kills.all} of ${count} kills, ${kills.inside} inside a Kafka transaction`);
  }
  await service.restart();
  return kills;
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function lastOf(path: string): string {
  const size = sizeOf(path);
  if (size === 0) return 'C';
  const file = openSync(path, 'r');
  const letter = Buffer.alloc(1);
  readSync(file, letter, 0, 1, size - 1);
  closeSync(file);
  return letter.toString();
}

async function waitFor(condition: () => boolean, millis: number): Promise<void> {
  const deadline = Date.now() + millis;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('DBus did not send anything in time');
    await sleep(2);
  }
}
