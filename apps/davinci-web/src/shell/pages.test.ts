/** Proves which page an address stands for, before any router is there. */
import { expect, test } from 'vitest';
import { missingRole, pageAt, partsOf } from './pages.ts';

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
