/** Gives a test a Postgres server of its own, which it may kill, freeze, restart and configure. */
import { freePort } from '@rtdp/local/ports';
import { type LocalPostgres, startPostgres } from '@rtdp/local/postgres';
import { ownServer } from './own-server.ts';
import { permitHere } from './permission.ts';

export interface OwnPostgres extends LocalPostgres, AsyncDisposable {}

/** Room for many connections and slots, as tests that run side by side need. */
export const TEST_SETTINGS: Record<string, string | number> = {
  max_connections: 400,
  max_wal_senders: 100,
  max_replication_slots: 100,
  max_prepared_transactions: 20,
  shared_buffers: '128MB',
  max_wal_size: '2GB',
};

/** Starts a private Postgres; `settings` as in postgresql.conf. Use it with `await using`, or call `stop`. */
export async function ownPostgres(options: { settings?: Record<string, string | number> } = {}): Promise<OwnPostgres> {
  await permitHere('postgres');
  return startTestPostgres(options.settings);
}

/** The same without asking whether the running file may: for the set-up of a whole run. */
export async function startTestPostgres(settings: Record<string, string | number> = {}): Promise<OwnPostgres> {
  return ownServer('postgres', async (dataFolder) =>
    startPostgres({
      dataFolder,
      port: await freePort(),
      password: 'postgres',
      settings: { ...TEST_SETTINGS, ...settings },
    }),
  );
}
