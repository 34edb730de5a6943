/** Proves that a kept password is used where it belongs, and never sent to another server. */
import { expect, test } from 'vitest';
import { readFlowDefinition } from './definition.ts';
import { withKeptPassword } from './keep-password.ts';

const flow = (connection: Record<string, unknown>) =>
  readFlowDefinition({
    name: 'copy',
    source: { namespace: 'postgresql.shop.public.*' },
    sink: {
      store: 'postgres',
      connection: { host: 'warehouse', database: 'warehouse', user: 'writer', ...connection },
    },
  });
const passwordOf = (connection: Record<string, unknown>): string =>
  withKeptPassword(flow(connection), flow({ password: 'kept' })).sink.connection.password;

test('a definition as it was shown is looked at with the password that is kept', () => {
  expect(passwordOf({})).toBe('kept');
  expect(passwordOf({ database: 'another' })).toBe('kept');
});

test('it goes no less protected than before', () => {
  const passwordFrom = (before: string, after: string): string =>
    withKeptPassword(flow({ ssl: after }), flow({ ssl: before, password: 'kept' })).sink.connection.password;
  expect(passwordFrom('disable', 'require')).toBe('kept');
  expect(passwordFrom('require', 'verify-full')).toBe('kept');
  expect(passwordFrom('verify-full', 'require')).toBe('');
  expect(passwordFrom('require', 'disable')).toBe('');
});

test('a password that is given is the one that counts', () => {
  expect(passwordOf({ password: 'new' })).toBe('new');
});

test.each([{ host: 'elsewhere' }, { port: 6543 }, { user: 'somebody' }])('%j never gets it', (connection) => {
  expect(passwordOf(connection)).toBe('');
});
