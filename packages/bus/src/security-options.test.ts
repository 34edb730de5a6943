/** Proves how the two texts for SASL and TLS are read, and that a bad one is refused without telling the password. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { securityOptions } from './security-options.ts';

test('nothing is asked for by empty texts', () => {
  expect(securityOptions('', '')).toEqual({});
});

test('a password may hold colons, and TLS may mean the system', () => {
  expect(securityOptions('scram-sha-512:ada:s:e:cret', 'system')).toEqual({
    sasl: { mechanism: 'scram-sha-512', username: 'ada', password: 's:e:cret' },
    ssl: true,
  });
});

test('a path is read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'security-'));
  try {
    const path = join(folder, 'authority.pem');
    writeFileSync(path, 'PEM');
    expect(securityOptions('', path)).toEqual({ ssl: { ca: 'PEM' } });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(['gssapi:ada:secret', 'plain:ada', 'plain:ada:', 'plain::secret', 'secret'])('%s is refused', (text) => {
  const refused = expect.objectContaining({
    code: 'BUS_OPTION_INVALID',
    message: expect.not.stringContaining('secret'),
  });
  expect(() => securityOptions(text, '')).toThrow(refused);
});

test('a file that is not there is named', () => {
  const refused = expect.objectContaining({ code: 'BUS_OPTION_INVALID', facts: { path: '/nowhere/authority.pem' } });
  expect(() => securityOptions('', '/nowhere/authority.pem')).toThrow(refused);
});
