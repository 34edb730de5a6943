/** Shows that each container gets its own secrets and no other, and the same again at the next start. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlatformSecrets, platformSecrets } from '../platform/platform-secrets.ts';
import { describeContainers } from './describe-containers.ts';
import { handOutSecrets } from './hand-out-secrets.ts';
import { type KafkaSecurity, kafkaSettings } from './kafka-settings.ts';

let folder: string;
let secrets: PlatformSecrets;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rtdp-hand-out-'));
  secrets = await platformSecrets(join(folder, 'data'));
});

afterAll(() => rm(folder, { recursive: true }));

/** Volume → what stands in its files. */
async function handedOut(security: KafkaSecurity): Promise<Record<string, Record<string, string>>> {
  const volumes = join(folder, security);
  const kafka = await kafkaSettings(security, secrets.passwords.kafkaClient, join(folder, 'data', 'secrets'));
  const description = describeContainers(join(folder, 'data'), 'http://127.0.0.1:1', secrets);
  await handOutSecrets({ volumes, secrets, description, kafka });
  const found: Record<string, Record<string, string>> = {};
  for (const volume of await readdir(volumes)) {
    found[volume] = {};
    for (const file of await readdir(join(volumes, volume))) {
      found[volume][file] = await readFile(join(volumes, volume, file), 'utf8');
    }
  }
  return found;
}

/** Who may know each password: the server that checks it, and who signs in by it. */
const KNOWN_TO: Record<string, string[]> = {
  metadataSuperuser: ['metadata'],
  metadataDbus: ['dbus'],
  metadataWormhole: ['wormhole'],
  metadataMoonbox: ['moonbox'],
  metadataDavinci: ['davinci-api'],
  shopSuperuser: ['shop'],
  // The dashboard of the demo sets the pace of the shop.
  shopOwner: ['davinci-api'],
  shopReader: [],
  shopGateway: [],
  warehouseSuperuser: ['warehouse'],
  warehouseWriter: [],
  warehouseGateway: [],
  shadowSuperuser: ['moonbox', 'shadow'],
  suppliersRoot: ['suppliers'],
  suppliersGateway: ['suppliers'],
};

describe('handOutSecrets', () => {
  it('gives every password to those who need it and to nobody else', async () => {
    const volumes = await handedOut('open');
    const holders = Object.entries(secrets.passwords)
      .filter(([name]) => name !== 'kafkaClient')
      .map(([name, password]) => [
        name,
        Object.keys(volumes)
          .filter((volume) => Object.values(volumes[volume] ?? {}).some((text) => text.includes(password)))
          .sort(),
      ]);
    expect(Object.fromEntries(holders)).toEqual(KNOWN_TO);
    expect(Object.values(volumes).flatMap(Object.values).join()).not.toContain(secrets.passwords.kafkaClient);
    const signing = Object.keys(volumes).filter((volume) => 'signingKey' in (volumes[volume] ?? {}));
    expect(signing).toEqual(['davinci-api']);
    expect((await stat(join(folder, 'open', 'dbus', 'environment'))).mode & 0o077).toBe(0);
  });

  it('gives the same at the next start', async () => {
    expect(await handedOut('open')).toEqual(await handedOut('open'));
    expect(await handedOut('sasl-tls')).toEqual(await handedOut('sasl-tls'));
  });

  it('lets everybody sign in to a broker whose certificate they can check', async () => {
    const volumes = await handedOut('sasl-tls');
    const { kafka = {}, registry = {} } = volumes;
    expect(kafka['server.properties']).toMatch(
      /^listeners=SASL_SSL:\/\/0\.0\.0\.0:9092,CONTROLLER:\/\/localhost:9093$/m,
    );
    expect(kafka['server.properties']).not.toMatch(/PLAINTEXT:\/\//);
    expect(kafka['keystore.pem']).toContain('BEGIN PRIVATE KEY');
    for (const service of ['dbus', 'wormhole', 'moonbox', 'davinci-api']) {
      expect(volumes[service]?.environment).toContain(`RTDP_KAFKA_SASL=plain:rtdp:${secrets.passwords.kafkaClient}\n`);
      expect(volumes[service]?.['kafka-authority.pem']).toBe(kafka['authority.pem']);
    }
    expect(registry['application.properties']).toContain(secrets.passwords.kafkaClient);
  });
});
