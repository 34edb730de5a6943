/** Starts a MariaDB server for tests, with data that need not survive a power cut. */
import { type LocalMariaDb, startMariaDb } from '@rtdp/local/mariadb';
import { freePort } from '@rtdp/local/ports';
import { ownServer } from './own-server.ts';

export interface OwnMariaDb extends LocalMariaDb, AsyncDisposable {}

/** `settings` as on mariadbd's command line, without the dashes. Use it with `await using`, or call `stop`. */
export async function startTestMariaDb(settings: Record<string, string | number> = {}): Promise<OwnMariaDb> {
  return ownServer('mariadb', async (dataFolder) =>
    startMariaDb({
      dataFolder,
      port: await freePort(),
      password: 'rtdp',
      settings: { 'innodb-flush-log-at-trx-commit': 0, 'innodb-doublewrite': 0, ...settings },
    }),
  );
}
