/** Proves that a pasted address fills the fields it names and no others, and that each service hears of encryption in its own words. */
import { expect, test } from 'vitest';
import { connectionField, NEW_CONNECTION, readAddress, sslConnection, tlsConnection } from './connection.ts';

test('a pasted address fills what it names', () => {
  expect(readAddress(' postgres://a%40b:p%2Fw@db.example:6432/shop?sslmode=verify-full ')).toEqual({
    host: 'db.example',
    port: 6432,
    database: 'shop',
    user: 'a@b',
    password: 'p/w',
    encryption: 'checked',
  });
  expect(readAddress('mysql://root@[::1]', 'mysql')).toEqual({ host: '::1', port: 3306, user: 'root' });
  expect(readAddress('mysql://root@host')).toBeUndefined();
  expect(readAddress('db.example')).toBeUndefined();
});

test('each service is told of encryption in its own words', () => {
  const checked = { ...NEW_CONNECTION, host: ' h ', encryption: 'checked' as const, certificateAuthority: 'PEM' };
  expect(sslConnection(checked)).toMatchObject({ host: 'h', ssl: 'verify-full' });
  expect(tlsConnection(checked)).toMatchObject({ host: 'h', tls: 'verify', certificateAuthority: 'PEM' });
  expect(tlsConnection({ ...checked, encryption: 'none' })).toEqual({
    host: 'h',
    port: 5432,
    database: '',
    user: '',
    password: '',
    tls: 'off',
  });
});

test('an error is told at the field it means', () => {
  expect(connectionField({ facts: { sqlState: '28P01' } })).toBe('password');
  expect(connectionField({ facts: { sqlState: 'ECONNREFUSED' } })).toBe('port');
  expect(connectionField({ facts: { sqlState: '28000', errno: 1045 } })).toBe('password');
  expect(connectionField({ facts: { sqlState: '42P01' } })).toBeUndefined();
  expect(connectionField(undefined)).toBeUndefined();
});
