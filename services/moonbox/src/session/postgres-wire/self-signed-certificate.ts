/** Decides what certificate the wire shows where none is given: one that it makes and signs itself, once, and keeps. */
import {
  createHash,
  createPublicKey,
  createSign,
  generateKeyPairSync,
  randomBytes,
  X509Certificate,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
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

const YEARS = 10;

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
  const made = selfSignedCertificate(options.names);
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

/** A P-256 key and a certificate for the names, which it signs itself. */
export function selfSignedCertificate(names: readonly string[], from: Date = new Date()): WireTls {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const until = new Date(from);
  until.setUTCFullYear(from.getUTCFullYear() + YEARS);
  const algorithm = sequence(objectId('2a8648ce3d040302'));
  const name = sequence(set(sequence(objectId('550403'), tagged(0x0c, Buffer.from('RTDP Moonbox')))));
  const keyId = createHash('sha1').update(spki.subarray(-65)).digest();
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    // Positive, and never the same twice.
    integer(Buffer.concat([Buffer.of(0x01), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(from), time(until)),
    name,
    spki,
    tagged(
      0xa3,
      sequence(
        extension('551d13', sequence(tagged(0x01, Buffer.of(0xff))), true),
        extension('551d0e', tagged(0x04, keyId)),
        extension('551d11', sequence(...names.map(alternativeName))),
        extension('551d25', sequence(objectId('2b06010505070301'))),
      ),
    ),
  );
  const signature = createSign('sha256').update(body).sign(privateKey);
  const der = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.of(0), signature])));
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function alternativeName(name: string): Buffer {
  return isIPv4(name)
    ? tagged(0x87, Buffer.from(name.split('.').map(Number)))
    : tagged(0x82, Buffer.from(name, 'ascii'));
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [tagged(0x01, Buffer.of(0xff))] : [];
  return sequence(objectId(id), ...critical, tagged(0x04, value));
}

/** Two-digit years up to 2049, as the standard demands. */
function time(date: Date): Buffer {
  const text = `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return date.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(text.slice(2), 'ascii'))
    : tagged(0x18, Buffer.from(text, 'ascii'));
}

function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, ...parts);
}

function set(...parts: Buffer[]): Buffer {
  return tagged(0x31, ...parts);
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function objectId(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}
