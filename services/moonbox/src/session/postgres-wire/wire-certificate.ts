/** Decides what certificate the wire shows where none is given: one that it makes and signs itself, once, and keeps. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { selfSignedCertificate } from '@rtdp/identity/self-signed-certificate';
import { RtdpError } from '@rtdp/ums/error';
import type { WireTls } from './contract.ts';

export interface WireTlsOptions {
  /** PEM files of the operator; both or neither. */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Where the self-made pair is kept. */
  readonly folder: string;
  /** Names and IPv4 addresses that clients reach the server under. */
  readonly names: readonly string[];
}

/** @throws RtdpError WIRE_CERTIFICATE */
export function wireTls(options: WireTlsOptions): WireTls {
  const { certificateFile, keyFile } = options;
  if ((certificateFile ?? '') !== '' || (keyFile ?? '') !== '') {
    return checked(readPair(certificateFile ?? '', keyFile ?? ''));
  }
  const paths = {
    certificate: join(options.folder, 'wire-certificate.pem'),
    key: join(options.folder, 'wire-key.pem'),
  };
  if (existsSync(paths.certificate) && existsSync(paths.key)) return checked(readPair(paths.certificate, paths.key));
  const made = selfSignedCertificate('RTDP Moonbox', options.names);
  mkdirSync(options.folder, { recursive: true });
  writeFileSync(paths.key, made.key, { mode: 0o600 });
  writeFileSync(paths.certificate, made.certificate);
  return made;
}

function readPair(certificateFile: string, keyFile: string): WireTls {
  try {
    return { certificate: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  } catch (cause) {
    throw unusable(`${(cause as Error).message}`, cause);
  }
}

function checked(pair: WireTls): WireTls {
  try {
    const certificate = new X509Certificate(pair.certificate);
    const expected = createPublicKey(pair.key).export({ type: 'spki', format: 'der' });
    if (certificate.publicKey.export({ type: 'spki', format: 'der' }).equals(expected)) return pair;
  } catch (cause) {
    throw unusable((cause as Error).message, cause);
  }
  throw unusable('the key is not the one of the certificate');
}

function unusable(what: string, cause?: unknown): RtdpError {
  return new RtdpError({
    code: 'WIRE_CERTIFICATE',
    message: `The certificate of the Postgres wire cannot be used: ${what}.`,
    next: 'Name a PEM certificate and its PEM key, or neither, so that Moonbox makes a pair.',
    cause,
  });
}
