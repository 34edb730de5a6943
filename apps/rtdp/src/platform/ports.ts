/** Lists the ports of the platform, once each: the default, the flag and the variable that change it. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireFreePort } from '@rtdp/local/ports';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';

export const PORTS = {
  davinci: { default: 7400, flag: '--port-davinci', environment: 'RTDP_PORT_DAVINCI', what: 'the web application' },
  dbus: { default: 7401, flag: '--port-dbus', environment: 'RTDP_PORT_DBUS', what: 'DBus' },
  wormhole: { default: 7402, flag: '--port-wormhole', environment: 'RTDP_PORT_WORMHOLE', what: 'Wormhole' },
  moonbox: { default: 7403, flag: '--port-moonbox', environment: 'RTDP_PORT_MOONBOX', what: 'Moonbox' },
  wire: { default: 7435, flag: '--port-wire', environment: 'RTDP_PORT_WIRE', what: "Moonbox's Postgres wire" },
  metadata: {
    default: 7431,
    flag: '--port-metadata',
    environment: 'RTDP_PORT_METADATA',
    what: 'the metadata Postgres',
  },
  shop: { default: 7432, flag: '--port-shop', environment: 'RTDP_PORT_SHOP', what: "the shop's Postgres" },
  warehouse: {
    default: 7433,
    flag: '--port-warehouse',
    environment: 'RTDP_PORT_WAREHOUSE',
    what: "the warehouse's Postgres",
  },
  shadow: {
    default: 7434,
    flag: '--port-shadow',
    environment: 'RTDP_PORT_SHADOW',
    what: "the Postgres of the gateway's catalog",
  },
  registry: { default: 7481, flag: '--port-registry', environment: 'RTDP_PORT_REGISTRY', what: 'the schema registry' },
  kafka: { default: 7492, flag: '--port-kafka', environment: 'RTDP_PORT_KAFKA', what: 'Kafka' },
  controller: {
    default: 7493,
    flag: '--port-controller',
    environment: 'RTDP_PORT_CONTROLLER',
    what: "Kafka's controller",
  },
} as const;

export type PortName = keyof typeof PORTS;
export type PlatformPorts = Record<PortName, number>;

const LOWEST_PORT = 1_024;
const HIGHEST_PORT = 65_535;
export const PORT_RULE = `a port is a whole number from ${LOWEST_PORT} to ${HIGHEST_PORT}: lower ones are kept for root, and the servers run as an ordinary user`;

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= LOWEST_PORT && port <= HIGHEST_PORT;
}

/**
 * The ports to use: `given` wins over the environment, that over those of the last start, those over the defaults.
 * @throws RtdpError RTDP_USAGE for what the environment names and is no port
 */
export function platformPorts(
  given: Partial<PlatformPorts> = {},
  remembered: Partial<PlatformPorts> = {},
  env: NodeJS.ProcessEnv = process.env,
): PlatformPorts {
  const entries = Object.entries(PORTS).map(([key, port]) => {
    const name = key as PortName;
    return [name, given[name] ?? portOfEnvironment(name, env) ?? remembered[name] ?? port.default];
  });
  return Object.fromEntries(entries) as PlatformPorts;
}

function portOfEnvironment(name: PortName, env: NodeJS.ProcessEnv): number | undefined {
  const { environment, what } = PORTS[name];
  const text = env[environment];
  if (!text) return undefined;
  if (isPort(Number(text))) return Number(text);
  throw new RtdpError({
    code: 'RTDP_USAGE',
    message: `${environment} is ${text}, and ${PORT_RULE}.`,
    next: `Choose another port for ${what} with ${portOption(name)}.`,
    facts: { environment, text },
  });
}

const LOWEST = Math.min(...Object.values(PORTS).map((port) => port.default));
const HIGHEST = Math.max(...Object.values(PORTS).map((port) => port.default));
/** Above it some port would be none. */
export const HIGHEST_PORT_BASE = HIGHEST_PORT - (HIGHEST - LOWEST);

/** All ports as far apart as the usual ones, the lowest of them (that of the web application) being `base`. */
export function portsFrom(base: number): PlatformPorts {
  const entries = Object.entries(PORTS).map(([name, port]) => [name, base + port.default - LOWEST]);
  return Object.fromEntries(entries) as PlatformPorts;
}

const PORTS_FILE = 'ports.json';

/** The ports of the last start on this folder that came up: sources and flows name them, so the next start keeps them. */
export async function rememberedPorts(dataFolder: string): Promise<Partial<PlatformPorts>> {
  const text = await readFile(join(dataFolder, PORTS_FILE), 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    return '{}';
  });
  return JSON.parse(text) as Partial<PlatformPorts>;
}

export async function rememberPorts(dataFolder: string, ports: PlatformPorts): Promise<void> {
  await writeFile(join(dataFolder, PORTS_FILE), `${JSON.stringify(ports, null, 2)}\n`);
}

/** How to choose another port, for the end of a sentence. */
export function portOption(name: PortName): string {
  return `${PORTS[name].flag} (or ${PORTS[name].environment})`;
}

/** Bases that are proposed lie so far apart: what holds some ports of one, another platform say, holds few of the next. */
const BASE_STEP = 1_000;
/** From here on systems give ports to outgoing connections. */
const FIRST_OUTGOING_PORT = 32_768;

/** Throws `LOCAL_PORT_TAKEN` naming every port that is in use, and ports that are free, before anything is started. */
export async function requireFreePorts(ports: PlatformPorts, host: string): Promise<void> {
  const taken = await takenPorts(ports, host);
  const [first, second] = taken;
  if (first === undefined) return;
  if (second === undefined) throw first.error;
  const base = await freeBase(host);
  const all =
    base === undefined
      ? '--port-base moves all of them'
      : `--port-base ${base} moves all of them, and its ports are free`;
  throw new RtdpError({
    code: first.error.code,
    message: `Several ports on ${host} are not free: ${taken.map(({ name }) => `${ports[name]} for ${PORTS[name].what}`).join(', ')}.`,
    next: `Stop what listens there (another platform?), or choose other ports: ${all}; ${taken.map(({ name }) => PORTS[name].flag).join(', ')} move these alone.`,
    facts: { host, ports: taken.map(({ name }) => ports[name]), ...(base === undefined ? {} : { base }) },
  });
}

async function takenPorts(ports: PlatformPorts, host: string): Promise<{ name: PortName; error: RtdpError }[]> {
  const taken: { name: PortName; error: RtdpError }[] = [];
  for (const name of Object.keys(PORTS) as PortName[]) {
    try {
      await requireFreePort({ port: ports[name], host, what: PORTS[name].what, option: portOption(name) });
    } catch (error) {
      if (!isRtdpError(error, 'LOCAL_PORT_TAKEN')) throw error;
      taken.push({ name, error });
    }
  }
  return taken;
}

/** The lowest base after the usual one of which every port is free right now; undefined when there is none. */
async function freeBase(host: string): Promise<number | undefined> {
  for (let base = LOWEST + BASE_STEP; base + HIGHEST - LOWEST < FIRST_OUTGOING_PORT; base += BASE_STEP) {
    if ((await takenPorts(portsFrom(base), host)).length === 0) return base;
  }
  return undefined;
}
