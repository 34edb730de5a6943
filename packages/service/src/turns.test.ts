/** Proves that work is done in turns, and that an error is told to the one who asked and to nobody else. */
import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

test('a piece begins when the one before has ended', async () => {
  const turns = new Turns();
  const told: string[] = [];
  const work = (name: string) => async () => {
    told.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    told.push(`${name} ends`);
    return name;
  };
  expect(await Promise.all([turns.take(work('first')), turns.take(work('second'))])).toEqual(['first', 'second']);
  expect(told).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
});

test('an error is told to who asked for it, and the next is done', async () => {
  const turns = new Turns();
  const failing = turns.take(() => Promise.reject(new Error('the first fails')));
  const next = turns.take(async () => 'done');
  await expect(failing).rejects.toThrow('the first fails');
  await expect(next).resolves.toBe('done');
  const last = turns.take(() => Promise.reject(new Error('the last fails')));
  await expect(turns.ended()).resolves.toBeUndefined();
  await expect(last).rejects.toThrow('the last fails');
});
