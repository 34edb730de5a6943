/** Shows how the text of a source file is read: placeholders, and sentences for what is wrong. */
import { expect, test } from 'vitest';
import { readSourceFile } from './sources-folder.ts';

const PASSWORD = '$' + '{SHOP_PASSWORD}';
const file = (more = '') =>
  `name: shop\nkind: postgres\ntables: [public.orders]\nconnection: { host: h, database: d, user: u, password: "${PASSWORD}" }\n${more}`;

test('placeholders are filled in from the environment', () => {
  expect(readSourceFile(file(), { SHOP_PASSWORD: 'a:"b' }).connection.password).toBe('a:"b');
});

test.each([
  [file(), {}, 'SHOP_PASSWORD is not set'],
  [file('colour: red'), { SHOP_PASSWORD: 'x' }, 'colour'],
  [file('partitions: many'), { SHOP_PASSWORD: 'x' }, 'partitions'],
  ['name: [', {}, ''],
  ['', {}, ''],
])('what is wrong is an error of its own: %#', (text, environment, part) => {
  let thrown: unknown;
  try {
    readSourceFile(text, environment);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: 'DBUS_SOURCE_INVALID', message: expect.stringContaining(part) });
});
