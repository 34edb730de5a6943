/** Users take turns, one user never takes everything, and who gives up waiting leaves no trace. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Slots } from './slots.ts';

const never = new AbortController().signal;

test('a user with many statements leaves room, and then takes turns with the others', async () => {
  const slots = new Slots({ slots: 4, maximumWaiting: 100 });
  const order: string[] = [];
  const releases: (() => void)[] = [];
  const ask = (user: string, name: string): void =>
    void slots.take(user, never).then((release) => {
      order.push(name);
      releases.push(release);
    });
  for (let number = 1; number <= 6; number++) ask('ann', `ann${number}`);
  ask('bob', 'bob1');
  await sleep(0);
  expect(order).toEqual(['ann1', 'ann2', 'bob1']);
  for (let number = 1; number <= 3; number++) ask('cid', `cid${number}`);
  await sleep(0);
  expect(order).toEqual(['ann1', 'ann2', 'bob1', 'cid1']);
  for (let number = 0; number < 10; number++) {
    releases.shift()?.();
    await sleep(0);
  }
  expect(order.slice(4)).toEqual(['ann3', 'cid2', 'ann4', 'cid3', 'ann5', 'ann6']);
  expect([slots.running, slots.waiting]).toEqual([0, 0]);
});

test('who gives up waiting leaves the queue, and a full queue says so', async () => {
  const slots = new Slots({ slots: 1, maximumWaiting: 1 });
  const release = await slots.take('ann', never);
  const abort = new AbortController();
  const waiting = slots.take('bob', abort.signal);
  await expect(slots.take('cid', never)).rejects.toMatchObject({ code: 'MOONBOX_QUEUE_UNAVAILABLE' });
  abort.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  release();
  release();
  expect([slots.running, slots.waiting]).toEqual([0, 0]);
  (await slots.take('cid', never))();
});
