/** Starts the whole platform of this machine for a test or a bench, as a person does: one process that supervises every part. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readPidFile } from '@rtdp/local/pid-file';
import { freePort } from '@rtdp/local/ports';
import { signalTree } from '@rtdp/local/process-tree';
import { ServerProcess } from '@rtdp/local/server-process';
import { stopAtExit } from './exit.ts';
import { removeServerFolder, serverFolder } from './leftovers.ts';
import { permitHere } from './permission.ts';
import { type ProgramResult, runProgram } from './run-program.ts';

/** What the platform says of itself in `platform.json`, as far as tests use it. */
export interface PlatformAddresses {
  shop: { superuser: { url: string } };
  warehouse: { superuser: { url: string }; writer: DatabaseLogin; gateway: DatabaseLogin };
  kafka: { brokers: string[] };
  services: Record<'dbus' | 'wormhole' | 'moonbox' | 'davinci-api', { url: string }>;
  web: { url: string };
  files: { operatorToken: string };
}

interface DatabaseLogin {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  url: string;
}

export type PlatformPart =
  | 'dbus'
  | 'wormhole'
  | 'moonbox'
  | 'davinci-api'
  | 'kafka'
  | 'registry'
  | 'warehouse'
  | 'shop'
  | 'metadata'
  | 'shadow';

export interface WholePlatform extends AsyncDisposable {
  readonly addresses: PlatformAddresses;
  /** Of the operator, with the role admin. */
  readonly token: string;
  /** Kills a part at once; the platform brings it back by itself. Resolves when another process has its place. */
  killPart(part: PlatformPart): Promise<void>;
  /** An address that signs a browser in once; afterwards it shows `path`. */
  loginAddress(path: string): Promise<string>;
  /** Runs the command line on this platform. */
  commandLine(...words: string[]): Promise<ProgramResult>;
  /** The end of what the start has printed. */
  log(): string;
}

const PROGRAM = fileURLToPath(new URL('../../../apps/rtdp/src/main.ts', import.meta.url));
const PORT_NAMES = [
  'DAVINCI',
  'DBUS',
  'WORMHOLE',
  'MOONBOX',
  'WIRE',
  'METADATA',
  'SHOP',
  'WAREHOUSE',
  'SHADOW',
  'REGISTRY',
  'KAFKA',
  'CONTROLLER',
];
/** A first start makes four databases and may have to build the web application. */
const START_MILLISECONDS = 240_000;
const PART_MILLISECONDS = 60_000;

/** Free ports, a data folder of its own; with `demo` also the shop, its flows and its dashboard. */
export async function wholePlatform(options: { demo?: boolean; rate?: number } = {}): Promise<WholePlatform> {
  await permitHere('browser');
  const folder = await serverFolder('whole');
  const dataFolder = join(folder, 'data');
  const ports: Record<string, string> = {};
  for (const name of PORT_NAMES) ports[`RTDP_PORT_${name}`] = String(await freePort());
  const environment = { ...process.env, ...ports, RTDP_DATA: dataFolder };
  const more = [
    ...(options.demo === true ? [] : ['--no-demo']),
    ...(options.rate === undefined ? [] : ['--rate', String(options.rate)]),
  ];
  const supervisor = new ServerProcess({
    name: 'the platform',
    command: process.execPath,
    arguments: [PROGRAM, 'up', ...more],
    workingFolder: folder,
    env: environment,
    logFile: join(folder, 'up.log'),
    pidFile: join(folder, 'up.pid'),
    isReady: (log) => log.includes('Ctrl-C stops everything.'),
    readyWithinMilliseconds: START_MILLISECONDS,
    stopSignal: 'SIGTERM',
    stopWithinMilliseconds: 60_000,
  });
  const end = stopAtExit(async () => {
    await supervisor.stop();
    removeServerFolder(folder);
  });
  try {
    await supervisor.start();
    const addresses = JSON.parse(readFileSync(join(dataFolder, 'platform.json'), 'utf8')) as PlatformAddresses;
    return {
      addresses,
      token: readFileSync(addresses.files.operatorToken, 'utf8').trim(),
      killPart: (part) => killPart(dataFolder, part),
      loginAddress: (path) => loginAddress(environment, path),
      commandLine: (...words) => commandLine(environment, words),
      log: () => supervisor.log().trimEnd().split('\n').slice(-20).join('\n'),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function killPart(dataFolder: string, part: PlatformPart): Promise<void> {
  const file = pidFileOf(dataFolder, part);
  const before = readPidFile(file)?.pid;
  if (before === undefined) throw new Error(`${part} does not run`);
  signalTree(before, 'SIGKILL');
  const deadline = Date.now() + PART_MILLISECONDS;
  while (Date.now() < deadline) {
    const now = readPidFile(file)?.pid;
    if (now !== undefined && now !== before) return;
    await sleep(25);
  }
  throw new Error(`${part} was killed and did not come back within ${PART_MILLISECONDS / 1000} s`);
}

function pidFileOf(dataFolder: string, part: PlatformPart): string {
  const own = join(dataFolder, part, `${part}.pid`);
  return existsSync(own) ? own : join(dataFolder, part, 'postgres.pid');
}

/** The command line as a person uses it, on this platform. */
function commandLine(environment: NodeJS.ProcessEnv, words: readonly string[]): Promise<ProgramResult> {
  return runProgram(process.execPath, [PROGRAM, ...words], { environment });
}

async function loginAddress(environment: NodeJS.ProcessEnv, path: string): Promise<string> {
  const { code, output, errors } = await commandLine(environment, ['login', '--path', path]);
  if (code !== 0) throw new Error(`rtdp login ended with ${code}: ${errors}`);
  return output.trim();
}
