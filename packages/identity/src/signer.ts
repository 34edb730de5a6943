/** Decides what a token says: who, of which organisation, with which roles, until when. */
import { SignJWT } from 'jose';
import type { Identity } from './roles.ts';
import { importSigningKey, SIGNING_ALGORITHM } from './signing-key.ts';

export const ISSUER = 'rtdp';
export const AUDIENCE = 'rtdp';

export interface TokenRequest extends Identity {
  expiresInSeconds: number;
}

export interface Signer {
  signToken(request: TokenRequest): Promise<string>;
}

/** @throws RtdpError IDENTITY_KEYS_UNREADABLE */
export async function createSigner(privateKeyFile: string): Promise<Signer> {
  const { key, id } = await importSigningKey(privateKeyFile);
  return {
    signToken: ({ subject, name, organisationId, roles, generation, expiresInSeconds }) =>
      new SignJWT({
        org: organisationId,
        roles,
        ...(name === undefined ? {} : { name }),
        ...(generation === undefined ? {} : { generation }),
      })
        .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: id })
        .setSubject(subject)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInSeconds)
        .sign(key),
  };
}
