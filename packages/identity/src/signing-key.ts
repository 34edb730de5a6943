/** Decides how the private signing key is read from its file. */
import { readFileSync } from 'node:fs';
import { RtdpError } from '@rtdp/ums/error';
import { importJWK, type JWK } from 'jose';

export const SIGNING_ALGORITHM = 'EdDSA';

export async function importSigningKey(
  path: string,
): Promise<{ key: Awaited<ReturnType<typeof importJWK>>; id: string }> {
  const jwk = readSigningJwk(path);
  return { key: await importJWK(jwk, SIGNING_ALGORITHM), id: jwk.kid ?? '' };
}

/** @throws RtdpError IDENTITY_KEYS_UNREADABLE */
export function readSigningJwk(path: string): JWK {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as JWK;
  } catch (cause) {
    throw new RtdpError({
      code: 'IDENTITY_KEYS_UNREADABLE',
      message: `the key file ${path} cannot be read`,
      next: 'Put the file back, or remove the folder of keys to have new ones made; old tokens end with that.',
      facts: { path },
      cause,
    });
  }
}

/** What others check our tokens against: the key set (JWKS) of this private key. @throws RtdpError IDENTITY_KEYS_UNREADABLE */
export function publicKeySet(path: string): { keys: JWK[] } {
  const { d: _private, ...publicKey } = readSigningJwk(path);
  return { keys: [{ ...publicKey, use: 'sig' }] };
}
