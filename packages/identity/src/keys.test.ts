import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createKeys } from './keys.ts';
import { FIRST_ORGANISATION_ID, hasRole, requireRole } from './roles.ts';
import { createSigner } from './signer.ts';
import { createVerifier } from './verifier.ts';

const folder = mkdtempSync(join(tmpdir(), 'rtdp-identity-'));
afterAll(() => rmSync(folder, { recursive: true }));

const request = { subject: 'ann', organisationId: FIRST_ORGANISATION_ID, roles: ['viewer' as const] };

describe('keys and tokens', () => {
  it('makes an operator token that verifies, and keeps it at the next start', async () => {
    const files = await createKeys(folder);
    const token = readFileSync(files.operatorTokenFile, 'utf8');
    expect(await createVerifier(files.jwksFile).verify(token)).toEqual({
      subject: 'operator',
      organisationId: FIRST_ORGANISATION_ID,
      roles: ['admin'],
    });
    await createKeys(folder);
    expect(readFileSync(files.operatorTokenFile, 'utf8')).toBe(token);
  });

  it('keeps the private files to their owner and the private part out of the key set', async () => {
    const files = await createKeys(folder);
    expect(statSync(files.privateKeyFile).mode & 0o077).toBe(0);
    expect(statSync(files.operatorTokenFile).mode & 0o077).toBe(0);
    expect(JSON.parse(readFileSync(files.jwksFile, 'utf8')).keys[0]).not.toHaveProperty('d');
  });

  it('refuses an expired token, a changed one and one of another key', async () => {
    const files = await createKeys(folder);
    const verifier = createVerifier(files.jwksFile);
    const signer = await createSigner(files.privateKeyFile);
    const expired = await signer.signToken({ ...request, expiresInSeconds: -10 });
    const valid = await signer.signToken({ ...request, expiresInSeconds: 60 });
    const [head, , signature] = valid.split('.');
    const claims = { sub: 'ann', org: FIRST_ORGANISATION_ID, roles: ['admin'], iss: 'rtdp', aud: 'rtdp', exp: 4e9 };
    const changed = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
    const foreignFolder = join(folder, 'foreign');
    const foreign = readFileSync((await createKeys(foreignFolder)).operatorTokenFile, 'utf8');
    await expect(verifier.verify(valid)).resolves.toMatchObject({ subject: 'ann' });
    for (const token of [expired, changed, foreign, 'nonsense', '']) {
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'IDENTITY_TOKEN_INVALID' });
    }
  });

  it('refuses every token when the key set cannot be read', async () => {
    const path = join(folder, 'broken-jwks.json');
    writeFileSync(path, '{');
    const token = readFileSync((await createKeys(folder)).operatorTokenFile, 'utf8');
    await expect(createVerifier(path).verify(token)).rejects.toMatchObject({ code: 'IDENTITY_KEYS_UNREADABLE' });
  });
});

describe('roles', () => {
  it('lets a role do what the ones below it may, and nothing above', () => {
    expect(hasRole({ roles: ['admin'] }, 'viewer')).toBe(true);
    expect(hasRole({ roles: ['viewer'] }, 'editor')).toBe(false);
    expect(hasRole({ roles: ['unheard-of'] }, 'viewer')).toBe(false);
    // Who it is stays out of it: an id says nothing to the reader.
    expect(() => requireRole({ roles: [] }, 'viewer')).toThrow('this needs the role viewer');
  });
});
