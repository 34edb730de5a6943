/** Proves which page an address stands for, before any router is there, and that a page has all its words. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missingRole, PAGES, pageAt, partsOf } from './pages.ts';

test('an address stands for its page, with a slash at its end or without; one without an id for no page of one thing', () => {
  const pathAt = (address: string) => pageAt(address)?.path;
  expect(['/', '/dashboards', '/dashboards/7', '/nowhere', '/dashboards/7/8'].map(pathAt)).toEqual([
    '/',
    '/dashboards',
    '/dashboards/$id',
    undefined,
    undefined,
  ]);
  expect(['/dashboards/', '/dashboards//', '/dashboards/7/', '/data/'].map(pathAt)).toEqual([
    '/dashboards',
    '/dashboards',
    '/dashboards/$id',
    '/data',
  ]);
  expect(partsOf('/dashboards/7/').at(-1)).toBe('7');
  expect(partsOf('/')).toEqual(['', '']);
});

test('a page that changes things opens to those only who may', () => {
  const needed = (path: string) => [missingRole(path, 'viewer'), missingRole(path, 'editor')];
  for (const path of ['/views', '/views/new', '/widgets/new', '/widgets/7/']) {
    expect(needed(path), path).toEqual(['editor', undefined]);
  }
  expect(needed('/users')).toEqual(['admin', 'admin']);
  expect(missingRole('/users', 'admin')).toBeUndefined();
  for (const path of ['/', '/dashboards/7', '/widgets', '/account', '/nowhere']) {
    expect(needed(path), path).toEqual([undefined, undefined]);
  }
});

/** The files of words that a file and what it imports use; what is imported when it is needed waits by itself. */
function wordsUsed(file: URL, seen = new Set<string>()): Set<string> {
  const words = new Set<string>();
  if (seen.has(file.href)) return words;
  seen.add(file.href);
  const text = readFileSync(file, 'utf8');
  for (const [, name] of text.matchAll(/useTranslation\('([\w-]+)'/g)) words.add(name!);
  for (const [, path] of text.matchAll(/^import (?!type )[^;]*?from '(\.[^']+\.tsx?)'/gms)) {
    for (const name of wordsUsed(new URL(path!, file), seen)) words.add(name);
  }
  return words;
}

test('a page comes with all words that its parts use, so that none hides it later', () => {
  for (const { path, load, words } of PAGES) {
    const file = /["'][^"']*(features\/[^"']+)["']/.exec(load.toString())?.[1];
    expect(file, path).toBeDefined();
    const used = wordsUsed(new URL(`../${file}`, import.meta.url));
    used.delete('shell');
    expect(
      [...used].filter((name) => !words.includes(name)),
      path,
    ).toEqual([]);
  }
});
