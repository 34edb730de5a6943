/** Decides how secrets rest: sealed by AES-256-GCM under a named key from a file outside the metadata server. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { RtdpError } from '@rtdp/ums/error';

/** The first key of the file seals; every key of it opens, which is what makes rotation possible without downtime. */
interface KeyFile {
  keys: { id: string; key: string }[];
}

export interface SecretBox {
  /** Text → `v1.<key id>.<nonce>.<ciphertext and tag>`; two seals of one text differ. */
  seal(text: string): string;
  /** @throws RtdpError SERVICE_SECRET_UNREADABLE */
  open(sealed: string): string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Makes a key file with one fresh key, readable by its owner only. */
export function createSecretKeyFile(path: string): void {
  const file: KeyFile = { keys: [{ id: randomBytes(4).toString('hex'), key: randomBytes(32).toString('base64') }] };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
}

/** @throws RtdpError SERVICE_SECRET_UNREADABLE when the file holds no usable key. */
export function createSecretBox(keyFilePath: string): SecretBox {
  const keys = readKeys(keyFilePath);
  const first = keys.entries().next().value;
  if (first === undefined) throw unreadable(`the key file ${keyFilePath} holds no key`);
  const [sealingId, sealingKey] = first;
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce);
      cipher.setAAD(Buffer.from(sealingId));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v1.${sealingId}.${nonce.toString('base64url')}.${sealed.toString('base64url')}`;
    },
    open(sealed) {
      const [version, id = '', nonce = '', body = ''] = sealed.split('.');
      const key = keys.get(id);
      if (version !== 'v1' || key === undefined) throw unreadable(`no key ${JSON.stringify(id)} is at hand`);
      const bytes = Buffer.from(body, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'));
        decipher.setAAD(Buffer.from(id));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw unreadable('the sealed text was changed or sealed by another key', cause);
      }
    },
  };
}

function readKeys(path: string): Map<string, Buffer> {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as KeyFile;
    return new Map(
      file.keys.map(({ id, key }) => {
        const bytes = Buffer.from(key, 'base64');
        if (bytes.length !== 32) throw new Error(`key ${id} does not have 32 bytes`);
        return [id, bytes];
      }),
    );
  } catch (cause) {
    throw unreadable(`the key file ${path} cannot be read`, cause);
  }
}

function unreadable(message: string, cause?: unknown): RtdpError {
  return new RtdpError({
    code: 'SERVICE_SECRET_UNREADABLE',
    message,
    next: 'Put back the key file that sealed the secret (RTDP_SECRET_KEY_FILE), or enter the secret again.',
    cause,
  });
}
