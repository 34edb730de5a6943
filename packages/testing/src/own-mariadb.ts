/** Starts a MariaDB server for tests, with data that need not survive a power cut. */
import { rm } from 'node:fs/promises';
import { type LocalMariaDb, startMariaDb } from '@rtdp/local/mariadb';
import { freePort } from '@rtdp/local/ports';
import { stopAtExit } from './exit.ts';
import { removeServerFolder, serverFolder } from './leftovers.ts';

export interface OwnMariaDb extends LocalMariaDb, AsyncDisposable {}

/** `settings` as on mariadbd's command line, without the dashes. Use it with `await using`, or call `stop`. */
export async function startTestMariaDb(settings: Record<string, string | number> = {}): Promise<OwnMariaDb> {
  const dataFolder = await serverFolder('mariadb');
  try {
    const server = await startMariaDb({
      dataFolder,
      port: await freePort(),
      password: 'rtdp',
      settings: { 'innodb-flush-log-at-trx-commit': 0, 'innodb-doublewrite': 0, ...settings },
    });
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
