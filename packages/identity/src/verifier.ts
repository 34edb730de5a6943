/** Decides whether a token is ours: signature, issuer, audience, time, and claims of the shape we sign. */
import { readFileSync, statSync } from 'node:fs';
import { RtdpError } from '@rtdp/ums/error';
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { type Identity, ROLES } from './roles.ts';
import { AUDIENCE, ISSUER } from './signer.ts';
import { SIGNING_ALGORITHM } from './signing-key.ts';

const CLAIMS = z.object({
  sub: z.string().min(1),
  org: z.string().min(1),
  roles: z.array(z.enum(ROLES)),
  name: z.string().min(1).optional(),
  generation: z.number().int().optional(),
});

export interface Verifier {
  /** @throws RtdpError IDENTITY_TOKEN_INVALID */
  verify(token: string): Promise<Identity>;
}

/** `keys` is the path of a JWKS file (read again when it changes) or an http(s) address that serves one. */
export function createVerifier(keys: string): Verifier {
  const keySet = /^https?:/.test(keys) ? createRemoteJWKSet(new URL(keys)) : fileKeySet(keys);
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keySet, {
          issuer: ISSUER,
          audience: AUDIENCE,
          algorithms: [SIGNING_ALGORITHM],
          requiredClaims: ['exp', 'sub'],
        });
        const { sub, org, roles, name, generation } = CLAIMS.parse(payload);
        return {
          subject: sub,
          organisationId: org,
          roles,
          ...(name === undefined ? {} : { name }),
          ...(generation === undefined ? {} : { generation }),
        };
      } catch (cause) {
        if (cause instanceof RtdpError) throw cause;
        throw new RtdpError({
          code: 'IDENTITY_TOKEN_INVALID',
          message: 'the token is not valid here',
          next: 'Sign in again, or use the operator token of this platform.',
          cause,
        });
      }
    },
  };
}

function fileKeySet(path: string): JWTVerifyGetKey {
  let changedAt = -1;
  let current: JWTVerifyGetKey | undefined;
  return (header, token) => {
    try {
      const { mtimeMs } = statSync(path);
      if (current === undefined || mtimeMs !== changedAt) {
        current = createLocalJWKSet(JSON.parse(readFileSync(path, 'utf8')) as JSONWebKeySet);
        changedAt = mtimeMs;
      }
    } catch (cause) {
      throw new RtdpError({
        code: 'IDENTITY_KEYS_UNREADABLE',
        message: `the key set ${path} cannot be read`,
        next: 'Check RTDP_IDENTITY_KEYS.',
        facts: { path },
        cause,
      });
    }
    return current(header, token);
  };
}
