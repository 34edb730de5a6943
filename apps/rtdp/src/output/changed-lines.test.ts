import { expect, test } from 'vitest';
import { changedLines } from './changed-lines.ts';

test('lines that stay, go and come, in their order', () => {
  expect(changedLines('select id,\n  totl\nfrom orders\n', 'select id,\n  total,\n  status\nfrom orders')).toEqual([
    '  select id,',
    '-   totl',
    '+   total,',
    '+   status',
    '  from orders',
  ]);
  expect(changedLines('a\nb', 'a')).toEqual(['  a', '- b']);
  expect(changedLines('a', 'b\na\nc')).toEqual(['+ b', '  a', '+ c']);
  expect(changedLines('a\nb\nc', 'a\nb\nc')).toEqual(['  a', '  b', '  c']);
});
