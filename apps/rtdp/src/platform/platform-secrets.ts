/** Makes, at first start, every password and key that the platform needs: random, and readable by its owner only. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKeys, type KeyFiles } from '@rtdp/identity/keys';
import { createSecretKeyFile } from '@rtdp/service/secrets';

const PASSWORDS = [
  'metadataSuperuser',
  'metadataDbus',
  'metadataWormhole',
  'metadataMoonbox',
  'metadataDavinci',
  'shopSuperuser',
  'shopOwner',
  'shopReader',
  'shopGateway',
  'warehouseSuperuser',
  'warehouseWriter',
  'warehouseGateway',
  'shadowSuperuser',
  'suppliersRoot',
  'suppliersGateway',
  'kafkaClient',
] as const;
export type Passwords = Record<(typeof PASSWORDS)[number], string>;

export interface PlatformSecrets {
  passwords: Passwords;
  keys: KeyFiles;
  /** The key that seals source and sink passwords: beside the metadata server, never inside it. */
  secretKeyFile: string;
}

/** Reads the secrets below the data folder, and makes those that are missing. */
export async function platformSecrets(dataFolder: string): Promise<PlatformSecrets> {
  const folder = join(dataFolder, 'secrets');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const secretKeyFile = join(folder, 'secret-key.json');
  if (!existsSync(secretKeyFile)) createSecretKeyFile(secretKeyFile);
  return {
    passwords: await readPasswords(join(folder, 'passwords.json')),
    keys: await createKeys(join(folder, 'identity')),
    secretKeyFile,
  };
}

async function readPasswords(file: string): Promise<Passwords> {
  const known = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Partial<Passwords>) : {};
  const missing = PASSWORDS.filter((name) => known[name] === undefined);
  if (missing.length > 0) {
    for (const name of missing) known[name] = randomBytes(24).toString('base64url');
    // Whole or not at all: a password that was used and then lost would shut us out.
    await writeFile(`${file}.new`, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600 });
    await rename(`${file}.new`, file);
  }
  return known as Passwords;
}
