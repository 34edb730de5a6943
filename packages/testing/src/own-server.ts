/** Starts a server for tests on a folder of its own, which goes with it, also where it could not be started. */
import { rm } from 'node:fs/promises';
import { stopAtExit } from './exit.ts';
import { removeServerFolder, serverFolder } from './leftovers.ts';

/** @returns the server itself, which may read its fields through, with a disposer */
export async function ownServer<Server extends { stop(): Promise<void> }>(
  what: string,
  start: (dataFolder: string) => Promise<Server>,
): Promise<Server & AsyncDisposable> {
  const dataFolder = await serverFolder(what);
  try {
    const server = await start(dataFolder);
    const end = stopAtExit(async () => {
      await server.stop();
      await rm(dataFolder, { recursive: true, force: true });
    });
    return Object.assign(server, { [Symbol.asyncDispose]: end });
  } catch (cause) {
    removeServerFolder(dataFolder);
    throw cause;
  }
}
