/** Decides whether a TCP port can be used, and finds free ones. */
import { connect, createServer } from 'node:net';
import { localError } from './errors.ts';

/** Resolves a port of `host` that nothing listens on right now. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** Throws `LOCAL_PORT_TAKEN` when `port` cannot be listened on; `option` is what sets another port. */
export async function requireFreePort(use: {
  port: number;
  host?: string;
  what: string;
  option: string;
}): Promise<void> {
  const host = use.host ?? '127.0.0.1';
  const server = createServer();
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen(use.port, host, () => server.close(() => resolve(undefined)));
  });
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
