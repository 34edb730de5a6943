/** What several ask at once runs once, and ends when nobody waits for it any more. */
import { expect, test } from 'vitest';
import { AnswerCache } from './answer-cache.ts';
import { SharedRuns } from './shared-runs.ts';

function controlled() {
  const started: { signal: AbortSignal; finish: (value: string) => void }[] = [];
  const work = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      started.push({ signal, finish: resolve });
    });
  return { started, work };
}

test('callers with one key share a run; the last one to go ends it, and a later one begins anew', async () => {
  const runs = new SharedRuns<string>();
  const { started, work } = controlled();
  const stays = new AbortController();
  const leaves = new AbortController();
  const first = runs.run('k', stays.signal, work);
  const second = runs.run('k', leaves.signal, work);
  const other = runs.run('other', stays.signal, work);
  expect(started).toHaveLength(2);
  leaves.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  expect(started[0]!.signal.aborted).toBe(false);
  started[0]!.finish('answer');
  expect(await first).toBe('answer');

  const alone = new AbortController();
  const third = runs.run('k', alone.signal, work);
  alone.abort(new Error('gone too'));
  await expect(third).rejects.toThrow('gone too');
  expect(started[2]!.signal.aborted).toBe(true);
  const fourth = runs.run('k', stays.signal, work);
  expect(started).toHaveLength(4);
  started[3]!.finish('new');
  expect(await fourth).toBe('new');
  started[1]!.finish('done');
  expect(await other).toBe('done');
  expect(runs.size).toBe(0);
  await expect(runs.run('k', alone.signal, work)).rejects.toThrow('gone too');
});

test('answers go when they are old, and the longest unused ones when there are too many bytes', () => {
  let now = 0;
  const cache = new AnswerCache<{ bytes: number; name: string }>(() => now);
  const size = 7 * 1024 * 1024;
  for (let index = 0; index < 9; index++) cache.set(`k${index}`, { bytes: size, name: `${index}` });
  expect(cache.get('k0')?.name).toBe('0');
  cache.set('k9', { bytes: size, name: '9' });
  expect(cache.get('k1')).toBeUndefined();
  expect(cache.get('k0')?.name).toBe('0');
  cache.set('huge', { bytes: 60 * 1024 * 1024, name: 'huge' });
  expect(cache.get('huge')).toBeUndefined();
  now = 31_000;
  expect(cache.get('k0')).toBeUndefined();
});
