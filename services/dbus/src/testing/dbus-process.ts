/** Decides how a test runs the service as what it is: a process of its own with options from the environment, which may be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createKeys, type KeyFiles } from '@rtdp/identity/keys';
import type { Role } from '@rtdp/identity/roles';
import { createSigner } from '@rtdp/identity/signer';
import { createSecretKeyFile } from '@rtdp/service/secrets';
import { createDbusClient, type DbusClient } from '../client.ts';

export interface DbusProcess extends AsyncDisposable {
  baseUrl: string;
  /** As the operator. */
  client: DbusClient;
  /** As somebody else. */
  clientOf(role: Role, organisationId?: string): Promise<DbusClient>;
  /** Everything it has logged so far. */
  log(): string;
  kill(signal: NodeJS.Signals): Promise<number | null>;
  /** Starts it again over the same catalog, on another port. */
  again(): Promise<DbusProcess>;
}

export interface DbusProcessOptions {
  metadataUrl: string;
  brokers: string[];
  environment?: Record<string, string>;
}

/** Resolves once it listens; rejects with its log when it ends before. */
export async function dbusProcess(options: DbusProcessOptions): Promise<DbusProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'rtdp-dbus-process-'));
  const keys = await createKeys(join(folder, 'keys'));
  createSecretKeyFile(join(folder, 'secret.json'));
  return launch(options, folder, keys);
}

async function launch(options: DbusProcessOptions, folder: string, keys: KeyFiles): Promise<DbusProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../main.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      RTDP_KAFKA_BROKERS: options.brokers.join(','),
      RTDP_METADATA_URL: options.metadataUrl,
      RTDP_PORT: '0',
      RTDP_IDENTITY_KEYS: keys.jwksFile,
      RTDP_SECRET_KEY_FILE: join(folder, 'secret.json'),
      ...options.environment,
    },
  });
  const lines: string[] = [];
  const baseUrl = await listening(child, lines);
  const kill = (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return ended;
  };
  return {
    baseUrl,
    client: createDbusClient({ baseUrl, token: readFileSync(keys.operatorTokenFile, 'utf8') }),
    async clientOf(role, organisationId = '00000000-0000-4000-8000-000000000001') {
      const signer = await createSigner(keys.privateKeyFile);
      const token = await signer.signToken({ subject: role, organisationId, roles: [role], expiresInSeconds: 600 });
      return createDbusClient({ baseUrl, token });
    },
    log: () => lines.join('\n'),
    kill,
    again: () => launch(options, folder, keys),
    async [Symbol.asyncDispose]() {
      await kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function listening(child: ChildProcess, lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        if (!line.includes('"dbus listens"')) return;
        const { port } = JSON.parse(line) as { port: number };
        resolve(`http://127.0.0.1:${port}`);
      });
    }
    child.once('exit', (code) => reject(new Error(`dbus ended with ${code}:\n${lines.join('\n')}`)));
  });
}
