/** Decides whether a TCP port can be used, and finds free ones. */
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { localError } from './errors.ts';

/** Below what systems give to outgoing connections: one of those could take the port before a server that is still starting listens on it. */
const FIRST_PORT = 10_240;
const PORT_COUNT = 22_528;
/** Processes that look at the same time begin so far apart, by their numbers. */
const PORTS_PER_PROCESS = 131;
let next = (process.pid * PORTS_PER_PROCESS) % PORT_COUNT;

/** Resolves a port of `host` that nothing listens on right now, and that was not given before, neither to this process nor to another that still runs. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tried = 0; tried < PORT_COUNT; tried++) {
    const port = FIRST_PORT + next;
    next = (next + 1) % PORT_COUNT;
    if ((await listenProblem(port, host)) === undefined && (await claimPort(port, host))) return port;
  }
  throw localError('LOCAL_PORT_TAKEN', {
    detail: `No port of ${host} from ${FIRST_PORT} on is free.`,
    next: 'Stop something that listens there.',
    facts: { host },
  });
}

/**
 * Keeps the port for this process until it ends: a server may need seconds to listen on it, and one that is started again frees it for a
 * moment. Its twin of UDP is held for it, which nobody else uses and the system takes back however a process ends. False when it is held.
 */
export function claimPort(port: number, host = '127.0.0.1'): Promise<boolean> {
  const twin = createSocket('udp4').unref();
  return new Promise((resolve) => {
    twin.once('error', () => resolve(false));
    twin.bind({ port, address: host, exclusive: true }, () => resolve(true));
  });
}

/** What keeps a server from listening there; undefined if nothing does. */
async function listenProblem(port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}

/** Throws `LOCAL_PORT_TAKEN` when `port` cannot be listened on; `option` is what sets another port. */
export async function requireFreePort(use: {
  port: number;
  host?: string;
  what: string;
  option: string;
}): Promise<void> {
  const host = use.host ?? '127.0.0.1';
  const problem = await listenProblem(use.port, host);
  if (problem === undefined) return;
  throw localError('LOCAL_PORT_TAKEN', {
    detail: `Port ${use.port} on ${host}, meant for ${use.what}, is not free (${problem.code}).`,
    next: `Stop the process that listens on port ${use.port}, or choose another port with ${use.option}.`,
    facts: { port: use.port, host, option: use.option, reason: problem.code },
    cause: problem,
  });
}

/** True when something accepts a connection on `port` within `milliseconds`. */
export function acceptsConnection(port: number, host = '127.0.0.1', milliseconds = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(milliseconds, () => finish(false));
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
