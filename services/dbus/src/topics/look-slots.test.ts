/** Proves how many looks run at once, of all and of one organisation, and what becomes of those that wait. */
import { expect, test } from 'vitest';
import { LookSlots } from './look-slots.ts';

const LIMITS = { atOnce: 3, atOncePerOrganisation: 2, waiting: 4, waitMs: 10_000 };
const settled = () => new Promise((resolve) => setImmediate(resolve));

function looks(slots: LookSlots) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    begun,
    end: async (name: string) => {
      ends.get(name)!();
      await settled();
    },
    look: (organisation: string, name: string) =>
      slots.run(organisation, () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      }),
  };
}

test('an organisation has its share and no more; a free place goes to the first that may have it', async () => {
  const { begun, look, end } = looks(new LookSlots(LIMITS));
  const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => look(name[0]!, name));
  await settled();
  expect(begun).toEqual(['a1', 'a2', 'b1']);
  await end('b1');
  expect(begun.at(-1)).toBe('b2');
  await end('a1');
  expect(begun.at(-1)).toBe('a3');
  await end('a2');
  expect(begun.at(-1)).toBe('c1');
  for (const name of ['a3', 'b2', 'c1']) await end(name);
  await Promise.all(all);
});

test('too many that wait, and one that waits too long, are told so; a look that fails gives its place back', async () => {
  const slots = new LookSlots({ ...LIMITS, atOnce: 1, waiting: 2, waitMs: 30 });
  const { begun, look, end } = looks(slots);
  const first = look('a', 'a1');
  const waiting = [look('a', 'a2'), look('b', 'b1')].map((each) => each.catch((error: unknown) => error));
  await settled();
  await expect(look('c', 'c1')).rejects.toMatchObject({ code: 'DBUS_TOPIC_LOOKS_UNAVAILABLE' });
  for (const outcome of await Promise.all(waiting)) {
    expect(outcome).toMatchObject({ code: 'DBUS_TOPIC_LOOKS_UNAVAILABLE' });
  }
  await end('a1');
  await first;
  await expect(slots.run('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  const last = look('a', 'a3');
  await settled();
  expect(begun).toEqual(['a1', 'a3']);
  await end('a3');
  await last;
});
