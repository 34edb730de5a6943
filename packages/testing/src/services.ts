/** Runs services of the platform as real processes for a test or a bench: keys, secrets and tokens of their own, killable and restartable. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createKeys } from '@rtdp/identity/keys';
import type { Identity } from '@rtdp/identity/roles';
import { createSigner } from '@rtdp/identity/signer';
import { freePort } from '@rtdp/local/ports';
import { ServerProcess } from '@rtdp/local/server-process';
import { createSecretKeyFile } from '@rtdp/service/secrets';
import { stopAtExit } from './exit.ts';
import { removeServerFolder, serverFolder } from './leftovers.ts';

export type ServiceName = 'dbus' | 'wormhole' | 'moonbox' | 'davinci-api';

/** What the services of one test share: key files, one operator token, and a fixed port for each. */
export interface ServiceSet extends AsyncDisposable {
  readonly folder: string;
  readonly token: string;
  readonly baseUrls: Readonly<Record<ServiceName, string>>;
  /** Where Postgres clients connect to Moonbox, if it is given an RTDP_SHADOW_URL. */
  readonly wirePort: number;
  /** A token for somebody else than the operator. */
  signToken(identity: Identity): Promise<string>;
  /** Makes the process without starting it: `start()`, `stop()`, `kill()`, `restart()`, `freeze()`; ready when /ready says so. */
  service(name: ServiceName, environment?: Record<string, string>): ServerProcess;
}

export interface ServiceSetOptions {
  brokers: readonly string[];
  /** A database that holds nothing but metadata. */
  metadataUrl: string;
  registryUrl?: string;
  /** For every service, for example RTDP_LOG_LEVEL. */
  environment?: Record<string, string>;
}

const TOKEN_SECONDS = 3_600;
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

export async function serviceSet(options: ServiceSetOptions): Promise<ServiceSet> {
  const folder = await serverFolder('services');
  const keys = await createKeys(join(folder, 'keys'));
  const secretKeyFile = join(folder, 'secret-key.json');
  createSecretKeyFile(secretKeyFile);
  const ports: Record<ServiceName, number> = {
    dbus: await freePort(),
    wormhole: await freePort(),
    moonbox: await freePort(),
    'davinci-api': await freePort(),
  };
  const wirePort = await freePort();
  const at = (name: ServiceName): string => `http://127.0.0.1:${ports[name]}`;
  const baseUrls = {
    dbus: at('dbus'),
    wormhole: at('wormhole'),
    moonbox: at('moonbox'),
    'davinci-api': at('davinci-api'),
  };
  const signer = await createSigner(keys.privateKeyFile);
  const started: ServerProcess[] = [];
  const end = stopAtExit(async () => {
    for (const process of started.reverse()) await process.kill();
    removeServerFolder(folder);
  });
  return {
    folder,
    token: readFileSync(keys.operatorTokenFile, 'utf8'),
    baseUrls,
    wirePort,
    signToken: (identity) => signer.signToken({ ...identity, expiresInSeconds: TOKEN_SECONDS }),
    service(name, environment = {}) {
      const server = new ServerProcess({
        name,
        command: process.execPath,
        arguments: [join(REPOSITORY, 'services', name, 'src', 'main.ts')],
        workingFolder: folder,
        env: {
          PATH: process.env.PATH,
          UV_THREADPOOL_SIZE: '16',
          RTDP_KAFKA_BROKERS: options.brokers.join(','),
          RTDP_METADATA_URL: options.metadataUrl,
          RTDP_REGISTRY_URL: options.registryUrl ?? '',
          RTDP_HOST: '127.0.0.1',
          RTDP_PORT: String(ports[name]),
          RTDP_IDENTITY_KEYS: keys.jwksFile,
          RTDP_SECRET_KEY_FILE: secretKeyFile,
          RTDP_DBUS_URL: baseUrls.dbus,
          RTDP_WORMHOLE_URL: baseUrls.wormhole,
          RTDP_MOONBOX_URL: baseUrls.moonbox,
          RTDP_WIRE_PORT: String(wirePort),
          // Davinci issues the tokens that all others check.
          ...(name === 'davinci-api' ? { RTDP_SIGNING_KEY_FILE: keys.privateKeyFile } : {}),
          RTDP_SERVICE_TOKEN_FILE: keys.operatorTokenFile,
          ...options.environment,
          ...environment,
        },
        logFile: join(folder, `${name}.log`),
        pidFile: join(folder, `${name}.pid`),
        isReady: () => answersReady(baseUrls[name]),
        readyWithinMilliseconds: 60_000,
        stopSignal: 'SIGTERM',
        stopWithinMilliseconds: 20_000,
      });
      started.push(server);
      return server;
    },
    [Symbol.asyncDispose]: end,
  };
}

async function answersReady(baseUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${baseUrl}/ready`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
