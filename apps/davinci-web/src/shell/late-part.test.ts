/** Proves that a part that did not load is asked for again, and one that is on its way or there is not. */
import { expect, test } from 'vitest';
import { latePart } from './late-part.ts';

test('a failure is not kept, and who asks meanwhile waits for the same', async () => {
  let asked = 0;
  const part = latePart(async () => {
    asked++;
    await Promise.resolve();
    if (asked === 1) throw new Error('no network');
    return 'drawn';
  });
  const [one, other] = await Promise.allSettled([part.fetch(), part.fetch()]);
  expect([one.status, other.status, asked, part.there()]).toEqual(['rejected', 'rejected', 1, undefined]);
  await Promise.all([part.fetch(), part.fetch()]);
  expect([asked, part.there()]).toEqual([2, 'drawn']);
  await part.fetch();
  expect(asked).toBe(2);
});

test('one that fails before it waits is asked for again as well', async () => {
  let asked = 0;
  const part = latePart((): Promise<string> => {
    if (++asked === 1) throw new Error('no loader');
    return Promise.resolve('drawn');
  });
  await expect(part.fetch()).rejects.toThrow('no loader');
  await part.fetch();
  expect(part.there()).toBe('drawn');
});
