/** Decides where the platform's signing keys come from: made once, at first start, into a folder only its owner can read. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { FIRST_ORGANISATION_ID } from './roles.ts';
import { createSigner } from './signer.ts';
import { publicKeySet, SIGNING_ALGORITHM } from './signing-key.ts';

export interface KeyFiles {
  /** Private key (JWK), mode 600: only what issues tokens reads it. */
  privateKeyFile: string;
  /** Public keys (JWKS): what every service verifies against. */
  jwksFile: string;
  /** A token with the role admin for the command line of this machine, mode 600. */
  operatorTokenFile: string;
}

const OPERATOR_TOKEN_DAYS = 3650;

export function keyFilesOf(folder: string): KeyFiles {
  return {
    privateKeyFile: join(folder, 'signing-key.json'),
    jwksFile: join(folder, 'jwks.json'),
    operatorTokenFile: join(folder, 'operator-token'),
  };
}

/** Makes key pair, JWKS and operator token where they are missing; what exists is kept. Safe to call at every start. */
export async function createKeys(folder: string): Promise<KeyFiles> {
  const files = keyFilesOf(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (!existsSync(files.privateKeyFile)) {
    const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { crv: 'Ed25519', extractable: true });
    const jwk = await exportJWK(privateKey);
    jwk.alg = SIGNING_ALGORITHM;
    jwk.kid = await calculateJwkThumbprint(jwk);
    writePrivate(files.privateKeyFile, JSON.stringify(jwk));
  }
  writeFileSync(files.jwksFile, JSON.stringify(publicKeySet(files.privateKeyFile)), { mode: 0o644 });
  if (!existsSync(files.operatorTokenFile)) {
    const signer = await createSigner(files.privateKeyFile);
    const token = await signer.signToken({
      subject: 'operator',
      organisationId: FIRST_ORGANISATION_ID,
      roles: ['admin'],
      expiresInSeconds: OPERATOR_TOKEN_DAYS * 86_400,
    });
    writePrivate(files.operatorTokenFile, token);
  }
  return files;
}

function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
}
