/** Decides which secrets each container gets: a volume of its own, with what it needs and nothing of the others. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlatformDescription, ServiceName } from '../platform/contract.ts';
import type { PlatformSecrets } from '../platform/platform-secrets.ts';
import { serviceEnvironment } from '../platform/service-environment.ts';
import { CONTAINER_ADDRESSES } from './container-addresses.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/** Where a container finds its own volume. */
const MOUNTED_AT = '/run/rtdp';

/** Which of the shared files a service reads, by the name they get in its volume. */
const FILES_OF: Readonly<
  Record<ServiceName, readonly ('secretKey' | 'identityKeys' | 'operatorToken' | 'signingKey')[]>
> = {
  dbus: ['secretKey', 'identityKeys'],
  wormhole: ['secretKey', 'identityKeys', 'operatorToken'],
  moonbox: ['secretKey', 'identityKeys', 'operatorToken'],
  'davinci-api': ['secretKey', 'identityKeys', 'operatorToken', 'signingKey'],
};

export interface HandOut {
  /** Holds the volume of each container, by the name of its service in docker-compose.yml. */
  volumes: string;
  secrets: PlatformSecrets;
  description: PlatformDescription;
  kafka: KafkaSettings;
}

/** Writes every volume; the same again at each start. */
export async function handOutSecrets({ volumes, secrets, description, kafka }: HandOut): Promise<void> {
  const { passwords } = secrets;
  // The servers run as users of their own; nobody else has their volume.
  await give(join(volumes, 'metadata'), { superuser: passwords.metadataSuperuser }, 0o444);
  await give(join(volumes, 'shop'), { superuser: passwords.shopSuperuser }, 0o444);
  await give(join(volumes, 'warehouse'), { superuser: passwords.warehouseSuperuser }, 0o444);
  await give(join(volumes, 'shadow'), { superuser: passwords.shadowSuperuser }, 0o444);
  await give(join(volumes, 'suppliers'), { root: passwords.suppliersRoot, gateway: passwords.suppliersGateway }, 0o444);
  await give(join(volumes, 'kafka'), kafka.broker, 0o444);
  await give(join(volumes, 'registry'), kafka.registry, 0o444);
  for (const name of Object.keys(FILES_OF) as ServiceName[]) {
    const folder = join(volumes, name);
    const files = { ...description.files };
    for (const file of FILES_OF[name]) {
      await give(folder, { [file]: await readFile(description.files[file], 'utf8') }, 0o400);
      files[file] = join(MOUNTED_AT, file);
    }
    const at = CONTAINER_ADDRESSES[name === 'davinci-api' ? 'davinci' : name];
    const environment = serviceEnvironment({ ...description, files }, name, {
      host: '0.0.0.0',
      port: at.port,
      wirePort: CONTAINER_ADDRESSES.wire.port,
      demo: true,
    });
    const lines = Object.entries({ ...environment, ...kafka.client.environment }).map(
      ([key, value]) => `${key}=${value}\n`,
    );
    await give(folder, { ...kafka.client.files, environment: lines.join('') }, 0o400);
  }
}

/** Whole or not at all: a container may start while another start writes. */
async function give(folder: string, files: Record<string, string>, mode: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    await rm(join(folder, `${name}.new`), { force: true });
    await writeFile(join(folder, `${name}.new`), text, { mode });
    await rename(join(folder, `${name}.new`), join(folder, name));
  }
}
